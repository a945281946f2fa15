//! A new master key, while the server runs.
//!
//! 1. The new key is put into the key file beside the old one, by whoever calls this. Nothing uses it.
//! 2. [`begin`] names it first in the database: from this transaction on every process seals under it.
//! 3. [`reseal_some`], again and again: what is sealed under others is sealed again, a few values in a transaction.
//! 4. [`finish`] looks for what is left. Where nothing is, the older keys are taken out of the database, and may be taken
//!    out of the file.
//!
//! Whenever this stops, every value is sealed under a key that is in the file, and it can go on from there.

use super::ring;
use crate::{AdminError, Service, Trouble, Work, backup, enroll, operators, signin, tokens, work::Event};
use domain::AuditKind;
use store::{
    KeyId, SealError,
    tables::sealed::{self, COLUMNS, Column, RowKey},
};

/// How many values are sealed under one master key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Use {
    /// The key.
    #[serde(serialize_with = "as_text")]
    pub key: KeyId,
    /// Whether it seals.
    pub seals: bool,
    /// Whether it is in the key file.
    pub at_hand: bool,
    /// Values.
    pub values: u64,
}

fn as_text<S: serde::Serializer>(id: &KeyId, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(id)
}

/// Where sealing again has got to.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    column: usize,
    after: Option<RowKey>,
}

/// What one go of sealing again did.
#[derive(Debug, Default)]
pub struct Resealed {
    /// Values sealed again.
    pub values: u64,
    /// Values that no key of ours opens; they are as they were.
    pub stuck: u64,
    /// Where to go on; `None`: the end was reached.
    pub next: Option<Cursor>,
}

/// All master keys, and how much is sealed under each. Reads every row that has something sealed.
///
/// # Errors
/// [`Trouble`].
pub fn usage(service: &Service) -> Result<Vec<Use>, Trouble> {
    let (used, ring) =
        service.read(|rx| Ok::<_, Trouble>((sealed::usage(rx)?, ring::find(rx)?.unwrap_or_default())))?;
    let at_hand = service.sealer().ids();
    let mut ids = ring.clone();
    ids.extend(at_hand.iter().copied().chain(used.iter().map(|(id, _)| *id)));
    let mut all: Vec<Use> = Vec::new();
    for key in ids {
        if all.iter().all(|seen| seen.key != key) {
            let values = used.iter().find(|(id, _)| *id == key).map_or(0, |(_, values)| *values);
            let seals = ring.first() == Some(&key);
            all.push(Use { key, seals, at_hand: at_hand.contains(&key), values });
        }
    }
    Ok(all)
}

/// Seals under this key from now on, which has to be in the key file. `false`: it does so already.
///
/// # Errors
/// [`AdminError`].
pub fn begin(work: &mut Work<'_, '_>, to: KeyId) -> Result<bool, AdminError> {
    let before = ring::known(work)?;
    if before.first() == Some(&to) {
        return Ok(false);
    }
    let mut ring = vec![to];
    ring.extend(before.into_iter().filter(|id| *id != to));
    // Before anybody goes by it: the file has all of them.
    work.sealer().follow(&ring).map_err(Trouble::failed)?;
    ring::set(work.tx, &ring).map_err(Trouble::from)?;
    work.record(
        Event::new(AuditKind::MasterKeyChanged).detail(format!("master key {to} seals from now on")),
    )?;
    Ok(true)
}

/// Seals some values again that are not sealed under the key that seals.
///
/// # Errors
/// [`Trouble`]; then none of this go is changed.
pub fn reseal_some(work: &mut Work<'_, '_>, mut cursor: Cursor) -> Result<Resealed, Trouble> {
    let Some(column) = COLUMNS.get(cursor.column).copied() else { return Ok(Resealed::default()) };
    // Few enough that sign-ins do not notice: seeds are short, backups up to a megabyte.
    let limit = if column == Column::Backups { 4 } else { 200 };
    let key = work.sealer().current();
    let rows = sealed::under_others(work.tx, column, key, cursor.after.as_ref(), limit)?;
    let mut done = Resealed::default();
    let ended = rows.len() < limit as usize;
    for (row, before) in rows {
        match again(work, &row, &before) {
            Ok(sealed) => {
                sealed::replace(work.tx, &row, &before, &sealed)?;
                done.values += 1;
            }
            Err(Trouble::Failed(error)) if error.is::<SealError>() => {
                tracing::error!(?row, %error, "a sealed value does not open");
                done.stuck += 1;
            }
            Err(trouble) => return Err(trouble),
        }
        cursor.after = Some(row);
    }
    if ended {
        cursor = Cursor { column: cursor.column + 1, after: None };
    }
    done.next = (cursor.column < COLUMNS.len()).then_some(cursor);
    Ok(done)
}

fn again(work: &mut Work<'_, '_>, row: &RowKey, before: &[u8]) -> Result<Vec<u8>, Trouble> {
    let with = |work: &mut Work<'_, '_>, cell| {
        let value = work.open(cell, before)?;
        work.seal(cell, &value)
    };
    match row {
        RowKey::Setting(name) => with(work, super::cell(name)),
        RowKey::Token(_, id) => with(work, signin::seed_cell(&id.to_bytes())),
        RowKey::HardwareToken(id) => with(work, tokens::stock_cell(&id.to_bytes())),
        RowKey::Pending(person, origin) => {
            let row = enroll::pending_row(*person, *origin);
            with(work, enroll::pending_cell(&row))
        }
        RowKey::EnrollmentCode(person) => with(work, enroll::code_cell(&person.to_bytes())),
        RowKey::Backup(id, _, hash) => {
            let row = backup::row(*id, *hash);
            with(work, backup::cell(&row))
        }
        RowKey::Operator(id) => with(work, operators::seed_cell(&id.to_bytes())),
    }
}

/// Takes keys out of the database that nothing is sealed under; those that are left, the one that seals first. What is not
/// among them may be taken out of the file.
///
/// # Errors
/// [`AdminError`].
pub fn finish(work: &mut Work<'_, '_>) -> Result<Vec<KeyId>, AdminError> {
    let ring = ring::known(work)?;
    let used = sealed::usage(work.tx)?;
    let mut left: Vec<KeyId> = ring.first().copied().into_iter().collect();
    for (key, _) in used {
        if !left.contains(&key) {
            left.push(key);
        }
    }
    let retired: Vec<String> = ring.iter().filter(|id| !left.contains(id)).map(KeyId::to_string).collect();
    if !retired.is_empty() {
        ring::set(work.tx, &left).map_err(Trouble::from)?;
        work.record(Event::new(AuditKind::MasterKeysRetired).detail(retired.join(", ")))?;
    }
    Ok(left)
}
