//! An invitation: a one-use link that shows the QR in a browser, for people who cannot enroll at a PC, and for a
//! second token.

use super::birth::{FirstCode, try_first_code};
use super::{Found, begin_pending, find, uri};
use crate::signin::{self, Counted, Wrong, count};
use crate::{AdminError, Trouble, Work, keys, work::Event};
use data_encoding::BASE64URL_NOPAD;
use domain::{AuditKind, Origin, PersonState, TokenState};
use model::{InvitationId, PersonId, Secret, UnixTime};
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
    let tokens = tokens_kept(work, person)?;
    if tokens >= work.policy.limits().tokens_per_person as usize {
        return Err(AdminError::Refused(format!(
            "{} has {tokens} tokens, which is all the policy allows; revoke one first",
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

/// Tokens of a person that are not gone for good: what the policy limits.
pub(crate) fn tokens_kept(work: &Work<'_, '_>, person: PersonId) -> Result<usize, Trouble> {
    let kept = |token: &domain::Token| matches!(token.state, TokenState::Active | TokenState::Disabled);
    Ok(tables::tokens::of(work.tx, person)?.iter().filter(|token| kept(token)).count())
}

/// Whose invitation a link is; `None`: unknown, used, past its time, or of somebody who may have no token more, which
/// read the same.
///
/// # Errors
/// [`Trouble`].
pub fn invited(work: &Work<'_, '_>, secret: &Secret) -> Result<Option<Invited>, Trouble> {
    let Some((id, person)) = tables::enrollments::invitation(work.tx, &hash(secret), work.now)? else {
        return Ok(None);
    };
    let Some(found) = tables::people::find(work.tx, person)? else { return Ok(None) };
    let invited = Invited { id, person, name: found.name };
    Ok(is_good(work, &invited)?.then_some(invited))
}

/// Whether an invitation can still be used. Looked at in each transaction: much can happen between two of them.
fn is_good(work: &Work<'_, '_>, invited: &Invited) -> Result<bool, Trouble> {
    let person = tables::people::find(work.tx, invited.person)?;
    Ok(person.is_some_and(|person| person.state == PersonState::Active)
        && tables::enrollments::invitation_is_good(work.tx, invited.id, work.now)?
        && tokens_kept(work, invited.person)? < work.policy.limits().tokens_per_person as usize)
}

/// The `otpauth` URI to show: a new seed, or the one shown before.
///
/// # Errors
/// [`Trouble`], also when the invitation has ended since [`invited`].
pub fn show_invited(work: &mut Work<'_, '_>, invited: &Invited) -> Result<Secret, Trouble> {
    if !is_good(work, invited)? {
        return Err(Trouble::failed("the invitation ended meanwhile"));
    }
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

/// Confirms the first code typed in the browser. Where the invitation has ended since [`invited`], the QR has run out.
///
/// # Errors
/// [`Trouble`].
pub fn confirm_invited(
    work: &mut Work<'_, '_>,
    invited: &Invited,
    code: Option<&Code>,
) -> Result<InvitedAnswer, Trouble> {
    if !is_good(work, invited)? {
        return Ok(InvitedAnswer::Expired);
    }
    let origin = Origin::Invitation(invited.id);
    let (pending, seed) = match find(work, invited.person, origin)? {
        Found::Good(pending, seed) => (pending, seed),
        Found::Lost(place, at) => return Ok(InvitedAnswer::Lost { place, at }),
        Found::Nothing => return Ok(InvitedAnswer::Expired),
    };
    let tally = match count(work, invited.person, origin)? {
        Counted::Open(tally) => tally,
        Counted::Blocked { until, .. } => return Ok(InvitedAnswer::Blocked { until }),
    };
    match try_first_code(work, &tally, &pending, &seed, code)? {
        FirstCode::Born => {
            tally.forgiven(work)?;
            if !tables::enrollments::use_invitation(work.tx, invited.id, work.now)? {
                return Err(Trouble::failed("the invitation was used up under our hands"));
            }
            Ok(InvitedAnswer::Enrolled)
        }
        FirstCode::Lost(place, at) => Ok(InvitedAnswer::Lost { place, at }),
        FirstCode::Wrong => {
            let Wrong { left, then } = tally.stands(work)?;
            work.record(Event::new(AuditKind::EnrollmentCodeWrong).person(invited.person))?;
            signin::record_block(work, invited.person, None, then)?;
            Ok(match then {
                Some((_, until)) => InvitedAnswer::Blocked { until },
                None => InvitedAnswer::Wrong { left },
            })
        }
    }
}

fn hash(secret: &Secret) -> [u8; 32] {
    Sha256::digest(secret.expose()).into()
}
