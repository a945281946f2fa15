//! The first code of a pending enrollment, typed at the machine that shows it.

use super::birth::{FirstCode, try_first_code};
use super::{Found, find, newest_token};
use crate::signin::{self, Counted, Wrong, approve, count, refusal, waiting};
use crate::{CallError, Service, Work, answers::Arrived, work::Event};
use domain::{Attempt, AuditKind, Machine, Origin, PersonState, Stage};
use model::{Reason, UnixTime};
use otp::Code;
use policy::Tokens;
use protocol::http::{ConfirmAnswer, ConfirmRequest};
use store::tables;

/// Confirms a pending enrollment. A right code makes the token and approves the attempt.
///
/// # Errors
/// [`CallError`].
pub async fn confirm(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    body_hash: [u8; 32],
    request: ConfirmRequest,
) -> Result<ConfirmAnswer, CallError> {
    let arrived = Arrived::step(machine.id, request.attempt, request.request, body_hash);
    let code = request.code.expose_text().and_then(|text| text.parse::<Code>().ok());
    service
        .answer_once::<ConfirmRequest, _>(now, arrived, move |work| {
            let (attempt, person) = waiting(work, machine.id, request.attempt, Stage::Enroll)?;
            decide(work, &machine, &attempt, person, code.as_ref())
        })
        .await
}

fn decide(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    person: PersonState,
    code: Option<&Code>,
) -> Result<ConfirmAnswer, CallError> {
    if person == PersonState::Disabled {
        return refuse(work, machine, attempt, (Reason::PersonDisabled, None));
    }
    let (person, place) = (attempt.person, Origin::Machine(machine.id));
    // A token may have come to the person in other ways than by a first code somewhere else.
    match (signin::account_tokens(work.tx, person)?, newest_token(work, person)?) {
        (Tokens::None, _) => {}
        (Tokens::Active, Some((machine, at))) => return Ok(ConfirmAnswer::EnrolledElsewhere { machine, at }),
        // Nobody enrolls around a revoked token.
        _ => return refuse(work, machine, attempt, (Reason::TokenDisabled, None)),
    }
    let Found::Good(pending, seed) = find(work, person, place)? else { return Ok(ConfirmAnswer::Expired) };
    let tally = match count(work, person, place)? {
        Counted::Open(tally) => tally,
        Counted::Blocked { reason, until } => return refuse(work, machine, attempt, (reason, Some(until))),
    };
    match try_first_code(work, &tally, &pending, &seed, code)? {
        FirstCode::Born => {
            tally.forgiven(work)?;
            Ok(ConfirmAnswer::Accept { accept: approve(work, attempt)? })
        }
        FirstCode::Lost(machine, at) => Ok(ConfirmAnswer::EnrolledElsewhere { machine, at }),
        FirstCode::Wrong => {
            let Wrong { left, then } = tally.stands(work)?;
            work.record(Event::new(AuditKind::EnrollmentCodeWrong).person(person).machine(machine.id))?;
            signin::record_block(work, person, Some(machine.id), then)?;
            match then {
                Some((reason, until)) => {
                    tables::attempts::end(work.tx, attempt.machine, attempt.id)?;
                    let refusal = refusal(work, &machine.group_name, reason, Some(until));
                    Ok(ConfirmAnswer::Refuse { refusal })
                }
                None => Ok(ConfirmAnswer::Wrong { left }),
            }
        }
    }
}

fn refuse(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    why: (Reason, Option<UnixTime>),
) -> Result<ConfirmAnswer, CallError> {
    let refusal = signin::refuse(work, &machine.group_name, attempt, AuditKind::EnrollmentRefused, why)?;
    Ok(ConfirmAnswer::Refuse { refusal })
}
