//! An invitation: a one-use link that shows the QR in a browser, for people who cannot enroll at a PC, and for a
//! second token.

use super::birth::{FirstCode, try_first_code};
use super::{Found, begin_pending, find, uri};
use crate::signin::{self, Counted, count, forgive};
use crate::{AdminError, Trouble, Work, keys, work::Event};
use data_encoding::BASE64URL_NOPAD;
use domain::{AuditKind, Origin, PersonState, TokenState};
use model::{InvitationId, PersonId, Reason, Secret, UnixTime};
use otp::Code;
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::tables;

/// Bytes of an invitation's secret.
const SECRET_BYTES: usize = 20;

/// Whose invitation it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// The invitation.
    pub id: InvitationId,
    /// The person.
    pub person: PersonId,
    /// The person's name.
    pub name: String,
}

/// What became of a first code typed in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitedAnswer {
    /// The token exists; the link is used up.
    Enrolled,
    /// Not right.
    Wrong {
        /// Tries left before the link is blocked for a while.
        left: u32,
    },
    /// The QR ran out: show it again.
    Expired,
    /// Another token was enrolled meanwhile; the QR that was shown is dead.
    Lost {
        /// Where.
        place: String,
        /// When.
        at: UnixTime,
    },
    /// Too many wrong codes.
    Blocked {
        /// Until when.
        until: UnixTime,
    },
}

/// Makes an invitation; the secret part of its link, shown once.
///
/// # Errors
/// [`AdminError::Refused`] for a disabled person or one with as many tokens as the policy allows.
pub fn invite(work: &mut Work<'_, '_>, person: PersonId, valid: Duration) -> Result<Secret, AdminError> {
    let found = tables::people::find(work.tx, person)?
        .ok_or_else(|| AdminError::Refused("this person was removed meanwhile".into()))?;
    if found.state == PersonState::Disabled {
        return Err(AdminError::Refused(format!("{} is disabled; enable them first", found.name)));
    }
    let active =
        tables::tokens::of(work.tx, person)?.iter().filter(|token| token.state == TokenState::Active).count();
    if active >= work.policy.limits().tokens_per_person as usize {
        return Err(AdminError::Refused(format!(
            "{} has {active} tokens, which is all the policy allows; revoke one first",
            found.name
        )));
    }
    let mut bytes = vec![0; SECRET_BYTES];
    work.rng.fill_bytes(&mut bytes);
    let secret = Secret::from_text(BASE64URL_NOPAD.encode(&bytes));
    let id = InvitationId::random(&mut *work.rng);
    let until = work.now.plus(valid);
    tables::enrollments::add_invitation(work.tx, id, &hash(&secret), person, work.now, until)?;
    work.record(Event::new(AuditKind::InvitationMade).person(person).detail(format!("good until {until}")))?;
    Ok(secret)
}

/// Whose invitation a link is; `None`: unknown, used or past its time, which read the same.
///
/// # Errors
/// [`Trouble`].
pub fn invited(work: &Work<'_, '_>, secret: &Secret) -> Result<Option<Invited>, Trouble> {
    let Some((id, person)) = tables::enrollments::invitation(work.tx, &hash(secret), work.now)? else {
        return Ok(None);
    };
    let Some(found) = tables::people::find(work.tx, person)? else { return Ok(None) };
    Ok((found.state == PersonState::Active).then_some(Invited { id, person, name: found.name }))
}

/// The `otpauth` URI to show: a new seed, or the one shown before.
///
/// # Errors
/// [`Trouble`].
pub fn show_invited(work: &mut Work<'_, '_>, invited: &Invited) -> Result<Secret, Trouble> {
    let origin = Origin::Invitation(invited.id);
    let (pending, seed, kind) = match find(work, invited.person, origin)? {
        Found::Good(pending, seed) => (pending, seed, AuditKind::EnrollmentResumed),
        Found::Nothing | Found::Lost(..) => {
            let (pending, seed) = begin_pending(work, invited.person, origin)?;
            (pending, seed, AuditKind::EnrollmentStarted)
        }
    };
    work.record(Event::new(kind).person(invited.person).detail("in a browser"))?;
    let account = tables::accounts::of(work.tx, invited.person)?
        .first()
        .map_or_else(|| invited.name.clone(), |account| account.name.to_string());
    uri(work, keys::DEFAULT_GROUP, &account, &pending, seed)
}

/// Confirms the first code typed in the browser.
///
/// # Errors
/// [`Trouble`].
pub fn confirm_invited(
    work: &mut Work<'_, '_>,
    invited: &Invited,
    code: Option<&Code>,
) -> Result<InvitedAnswer, Trouble> {
    let origin = Origin::Invitation(invited.id);
    let (pending, seed) = match find(work, invited.person, origin)? {
        Found::Good(pending, seed) => (pending, seed),
        Found::Lost(place, at) => return Ok(InvitedAnswer::Lost { place, at }),
        Found::Nothing => return Ok(InvitedAnswer::Expired),
    };
    let (left, then) = match count(work, invited.person, origin)? {
        Counted::Open { left, then } => (left, then),
        Counted::Blocked { until, .. } => return Ok(InvitedAnswer::Blocked { until }),
    };
    match try_first_code(work, &pending, &seed, code)? {
        FirstCode::Born => {
            forgive(work, invited.person, origin)?;
            tables::enrollments::use_invitation(work.tx, invited.id, work.now)?;
            Ok(InvitedAnswer::Enrolled)
        }
        FirstCode::Lost(place, at) => Ok(InvitedAnswer::Lost { place, at }),
        FirstCode::Wrong => {
            work.record(Event::new(AuditKind::EnrollmentCodeWrong).person(invited.person))?;
            signin::record_block(work, invited.person, None, then)?;
            Ok(match then {
                Some((Reason::Locked | Reason::LockedEverywhere, until)) => InvitedAnswer::Blocked { until },
                _ => InvitedAnswer::Wrong { left },
            })
        }
    }
}

fn hash(secret: &Secret) -> [u8; 32] {
    Sha256::digest(secret.expose()).into()
}
