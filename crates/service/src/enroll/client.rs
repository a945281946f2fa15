//! Enrollment through a client made for privacyIDEA.
//!
//! Such a client cannot prove a Windows password, and its word that it has checked one is nobody's proof. What opens an
//! enrollment here is therefore the enrollment code that an administrator made for this one person and gave to them: no
//! seed is made before it was typed.

use super::birth::{FirstCode, try_first_code};
use super::{Found, begin_pending, find, show, uri};
use crate::gateway::{Asked, Gateway, someone};
use crate::signin::{self, Tally};
use crate::{Trouble, Work, keys, work::Event};
use domain::{AuditKind, Origin, Person, TokenState};
use model::{CompatClientId, PersonId, Secret, TokenId};
use otp::Code;
use policy::Tokens;
use store::tables;

/// What is to be shown to somebody who enrolls.
#[derive(Debug)]
pub struct Shown {
    /// Who.
    pub person: PersonId,
    /// The `otpauth` URI.
    pub uri: Secret,
}

/// What a person without an active token typed, as an enrollment code. If it is right: the seed that was made for them at
/// this client, or the one shown there before.
pub(crate) fn show_at_client(
    work: &mut Work<'_, '_>,
    client: CompatClientId,
    person: &Person,
    tally: Tally,
    typed: &Secret,
) -> Result<Option<Shown>, Trouble> {
    let refused = |work: &mut Work<'_, '_>, why: &str| {
        work.record(Event::new(AuditKind::EnrollmentRefused).person(person.id).detail(why)).map(|()| None)
    };
    // Nobody enrolls around a revoked token.
    if signin::account_tokens(work.tx, person.id)? != Tokens::None {
        return refused(work, "there is a token, which is not active");
    }
    let Some(sealed) = tables::enrollments::code(work.tx, person.id, work.now)? else {
        // Nothing was compared, so nothing is counted against the person.
        return refused(work, "no token, and no enrollment code");
    };
    let stored = work.open(show::code_cell(&person.id.to_bytes()), &sealed)?;
    if !show::is_right(&tally, typed, Some(&stored)) {
        let wrong = tally.stands(work)?;
        refused(work, "wrong enrollment code")?;
        signin::record_block(work, person.id, None, wrong.then)?;
        return Ok(None);
    }
    tally.forgiven(work)?;
    let origin = Origin::Client(client);
    let (pending, seed, kind) = match find(work, person.id, origin)? {
        Found::Good(pending, seed) => (pending, seed, AuditKind::EnrollmentResumed),
        Found::Nothing | Found::Lost(..) => {
            let (pending, seed) = begin_pending(work, person.id, origin)?;
            (pending, seed, AuditKind::EnrollmentStarted)
        }
    };
    let place = super::place_name(work, origin)?;
    work.record(Event::new(kind).person(person.id).detail(format!("through {place}")))?;
    let account = tables::accounts::of(work.tx, person.id)?
        .first()
        .map_or_else(|| person.name.clone(), |account| account.name.to_string());
    let uri = uri(work, keys::DEFAULT_GROUP, &account, &pending, seed)?;
    Ok(Some(Shown { person: person.id, uri }))
}

/// The first code of what is pending for a person at a client; the token, if it was right.
pub(crate) fn confirm_at_client(
    work: &mut Work<'_, '_>,
    gateway: &Gateway,
    client: CompatClientId,
    person: PersonId,
    typed: &Secret,
) -> Result<Option<TokenId>, Trouble> {
    let Some((person, tally)) = someone(work, gateway, Asked::One(person))? else { return Ok(None) };
    let refused = |work: &mut Work<'_, '_>, why: String| {
        work.record(Event::new(AuditKind::EnrollmentRefused).person(person.id).detail(why)).map(|()| None)
    };
    if !gateway.may_enroll {
        return refused(work, "nobody enrolls through this client".to_owned());
    }
    if signin::account_tokens(work.tx, person.id)? != Tokens::None {
        return refused(work, "there is a token already".to_owned());
    }
    let (pending, seed) = match find(work, person.id, Origin::Client(client))? {
        Found::Good(pending, seed) => (pending, seed),
        Found::Nothing => return refused(work, "nothing is pending".to_owned()),
        Found::Lost(place, _) => return refused(work, format!("a token was enrolled on {place} first")),
    };
    let code = typed.expose_text().and_then(|text| text.parse::<Code>().ok());
    match try_first_code(work, &tally, &pending, &seed, code.as_ref())? {
        FirstCode::Born => {
            tally.forgiven(work)?;
            let tokens = tables::tokens::of(work.tx, person.id)?;
            let born = tokens.iter().rfind(|token| token.state == TokenState::Active);
            Ok(Some(born.ok_or_else(|| Trouble::failed("the token vanished"))?.id))
        }
        FirstCode::Lost(place, _) => refused(work, format!("a token was enrolled on {place} first")),
        FirstCode::Wrong => {
            let wrong = tally.stands(work)?;
            work.record(Event::new(AuditKind::EnrollmentCodeWrong).person(person.id))?;
            signin::record_block(work, person.id, None, wrong.then)?;
            Ok(None)
        }
    }
}
