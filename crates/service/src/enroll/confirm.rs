//! The first code of a pending enrollment, typed at the machine that shows it.

use super::birth::{FirstCode, try_first_code};
use super::{Found, find, newest_token};
use crate::signin::{self, Counted, approve, count, forgive, refusal, waiting};
use crate::{CallError, Service, Work, answers::Arrived, work::Event};
use domain::{Attempt, AuditKind, Machine, Origin, PersonState, Stage};
use model::{Reason, UnixTime};
use otp::Code;
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
    let arrived = Arrived { machine: machine.id, request: request.request, body_hash };
    let code = request.code.expose_text().and_then(|text| text.parse::<Code>().ok());
    service
        .answer_once::<ConfirmRequest, _>(now, arrived, move |work| {
            let attempt = waiting(work, machine.id, request.attempt, Stage::Enroll)?;
            decide(work, &machine, &attempt, code.as_ref())
        })
        .await
}

fn decide(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    code: Option<&Code>,
) -> Result<ConfirmAnswer, CallError> {
    let (person, place) = (attempt.person, Origin::Machine(machine.id));
    let state = tables::people::find(work.tx, person)?.ok_or(CallError::AttemptOver)?.state;
    if state == PersonState::Disabled {
        return refuse(work, machine, attempt, Reason::PersonDisabled, None);
    }
    let (pending, seed) = match find(work, person, place)? {
        Found::Good(pending, seed) => (pending, seed),
        Found::Lost(machine, at) => return Ok(ConfirmAnswer::EnrolledElsewhere { machine, at }),
        Found::Nothing => {
            return Ok(match newest_token(work, person)? {
                Some((machine, at)) => ConfirmAnswer::EnrolledElsewhere { machine, at },
                None => ConfirmAnswer::Expired,
            });
        }
    };
    let (left, then) = match count(work, person, place)? {
        Counted::Open { left, then } => (left, then),
        Counted::Blocked { reason, until } => return refuse(work, machine, attempt, reason, Some(until)),
    };
    match try_first_code(work, &pending, &seed, code)? {
        FirstCode::Born => {
            forgive(work, person, place)?;
            Ok(ConfirmAnswer::Accept { accept: approve(work, attempt)? })
        }
        FirstCode::Lost(machine, at) => Ok(ConfirmAnswer::EnrolledElsewhere { machine, at }),
        FirstCode::Wrong => {
            work.record(Event::new(AuditKind::EnrollmentCodeWrong).person(person).machine(machine.id))?;
            signin::record_block(work, person, Some(machine.id), then)?;
            match then {
                Some((reason, until)) => refuse(work, machine, attempt, reason, Some(until)),
                None => Ok(ConfirmAnswer::Wrong { left }),
            }
        }
    }
}

fn refuse(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    reason: Reason,
    until: Option<UnixTime>,
) -> Result<ConfirmAnswer, CallError> {
    tables::attempts::end(work.tx, attempt.machine, attempt.id)?;
    Ok(ConfirmAnswer::Refuse { refusal: refusal(work, &machine.group_name, reason, until) })
}
