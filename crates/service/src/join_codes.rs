//! Join codes: what lets a machine join.

use crate::{AdminError, Trouble, Work, work::Event};
use domain::{AuditKind, JoinCode, MachineGroup};
use model::{GroupId, JoinCodeId, Secret, UnixTime};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{DbError, Rx, tables};

/// Keeps a new join code for a group, which is made too if it is not there. Of the secret, as a machine will send it,
/// only the hash is kept.
///
/// # Errors
/// [`AdminError`].
pub fn add(
    work: &mut Work<'_, '_>,
    group: &str,
    uses: u32,
    valid: Duration,
    secret: &Secret,
) -> Result<JoinCode, AdminError> {
    let group = group_named(work, group)?;
    let code = JoinCode {
        id: JoinCodeId::random(&mut *work.rng),
        group: group.id,
        group_name: group.name,
        created_at: work.now,
        expires_at: work.now.plus(valid),
        uses_left: uses,
    };
    tables::join_codes::add(work.tx, &code, &hash(secret))?;
    work.record(
        Event::new(AuditKind::JoinCodeMade)
            .detail(format!("for group {}, {uses} uses, good until {}", code.group_name, code.expires_at)),
    )?;
    Ok(code)
}

/// The group of this name; made if it is not there.
pub(crate) fn group_named(work: &mut Work<'_, '_>, name: &str) -> Result<MachineGroup, AdminError> {
    if let Some(group) = tables::machines::group(work.tx, name)? {
        return Ok(group);
    }
    let plain = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
    if name.is_empty() || name.chars().count() > 64 || !name.chars().all(plain) || name.trim() != name {
        return Err(AdminError::Refused(
            "a group's name has 1 to 64 letters, digits, blanks, dashes, underscores and dots".into(),
        ));
    }
    let group = MachineGroup { id: GroupId::random(&mut *work.rng), name: name.to_owned() };
    tables::machines::add_group(work.tx, &group, work.now)?;
    Ok(group)
}

/// All join codes, newest first.
///
/// # Errors
/// [`DbError`].
pub fn list(rx: &Rx<'_>) -> Result<Vec<JoinCode>, DbError> {
    tables::join_codes::all(rx)
}

/// Ends a join code.
///
/// # Errors
/// [`AdminError`].
pub fn end(work: &mut Work<'_, '_>, id: JoinCodeId) -> Result<(), AdminError> {
    if tables::join_codes::end(work.tx, id)? {
        Ok(work.record(Event::new(AuditKind::JoinCodeEnded).detail(id.to_string()))?)
    } else {
        Err(AdminError::NotFound {
            what: "join code",
            name: id.to_string(),
            hint: "`countersign join-code list` shows all",
        })
    }
}

/// Whether a join code looks good; only [`use_once`] is a verdict.
pub(crate) fn is_good(rx: &Rx<'_>, secret: &Secret, now: UnixTime) -> Result<bool, DbError> {
    tables::join_codes::is_good(rx, &hash(secret), now)
}

/// Uses a join code once; `None`: no.
pub(crate) fn use_once(
    work: &mut Work<'_, '_>,
    secret: &Secret,
    now: UnixTime,
) -> Result<Option<JoinCode>, Trouble> {
    Ok(tables::join_codes::use_once(work.tx, &hash(secret), now)?)
}

fn hash(secret: &Secret) -> [u8; 32] {
    Sha256::digest(secret.expose()).into()
}
