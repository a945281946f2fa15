//! Is this code right? The one path that must be as fast as the disk allows.

use super::{Counted, Judged, approve, count, forgive, judge, lock, recovery, refusal, waiting};
use crate::{CallError, Service, Work, answers::Arrived, work::Event};
use domain::{Attempt, AuditKind, Machine, Origin, PersonState, Stage};
use model::{Reason, UnixTime};
use otp::{Code, RecoveryCode};
use protocol::http::{VerifyAnswer, VerifyRequest};
use store::tables;

/// Verifies a code of an attempt. A right one ends it with an approval.
///
/// # Errors
/// [`CallError`].
pub async fn verify(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    body_hash: [u8; 32],
    request: VerifyRequest,
) -> Result<VerifyAnswer, CallError> {
    let arrived = Arrived { machine: machine.id, request: request.request, body_hash };
    let text = request.code.expose_text().unwrap_or_default();
    if let Ok(code) = text.parse::<RecoveryCode>() {
        return recovery::verify(service, now, machine, arrived, request.attempt, code).await;
    }
    // What cannot be a code at all is still counted: it is a wrong answer.
    let code = text.parse::<Code>().ok();
    service
        .answer_once::<VerifyRequest, _>(now, arrived, move |work| {
            let attempt = waiting(work, machine.id, request.attempt, Stage::Code)?;
            match counted(work, &machine, &attempt)? {
                Err(answer) => Ok(answer),
                Ok(then) => compare(work, &machine, &attempt, code.as_ref(), then),
            }
        })
        .await
}

/// What a wrong code leads to.
pub(super) struct IfWrong {
    pub(super) left: u32,
    pub(super) then: Option<(Reason, UnixTime)>,
}

/// Counts the attempt as wrong; refuses where no code may be compared.
pub(super) fn counted(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
) -> Result<Result<IfWrong, VerifyAnswer>, CallError> {
    let person = tables::people::find(work.tx, attempt.person)?.ok_or(CallError::AttemptOver)?;
    if person.state == PersonState::Disabled {
        return Ok(Err(refuse(work, machine, attempt, Reason::PersonDisabled, None)?));
    }
    match count(work, person.id, Origin::Machine(machine.id))? {
        Counted::Open { left, then } => Ok(Ok(IfWrong { left, then })),
        Counted::Blocked { reason, until } => Ok(Err(refuse(work, machine, attempt, reason, Some(until))?)),
    }
}

fn compare(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    code: Option<&Code>,
    if_wrong: IfWrong,
) -> Result<VerifyAnswer, CallError> {
    let judged = match code {
        Some(code) => judge(work, attempt.person, code)?,
        None => Judged::Wrong,
    };
    match judged {
        Judged::Accepted(token) => {
            forgive(work, attempt.person, Origin::Machine(machine.id))?;
            let accept = approve(work, attempt)?;
            work.record(
                Event::new(AuditKind::CodeAccepted)
                    .person(attempt.person)
                    .machine(machine.id)
                    .token(token)
                    .detail(format!("{} {}", attempt.kind.as_str(), attempt.place.as_str())),
            )?;
            Ok(VerifyAnswer::Accept { accept })
        }
        Judged::Used(token) => {
            work.record(
                Event::new(AuditKind::CodeUsed).person(attempt.person).machine(machine.id).token(token),
            )?;
            wrong(work, machine, attempt, if_wrong, |left| VerifyAnswer::Used { left })
        }
        Judged::Wrong => {
            work.record(Event::new(AuditKind::CodeWrong).person(attempt.person).machine(machine.id))?;
            wrong(work, machine, attempt, if_wrong, |left| VerifyAnswer::Wrong { left })
        }
    }
}

pub(super) fn wrong(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    if_wrong: IfWrong,
    answer: impl FnOnce(u32) -> VerifyAnswer,
) -> Result<VerifyAnswer, CallError> {
    lock::record_block(work, attempt.person, Some(machine.id), if_wrong.then)?;
    match if_wrong.then {
        Some((reason, until)) => {
            tables::attempts::end(work.tx, attempt.machine, attempt.id)?;
            Ok(VerifyAnswer::Refuse { refusal: refusal(work, &machine.group_name, reason, Some(until)) })
        }
        None => Ok(answer(if_wrong.left)),
    }
}

fn refuse(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    reason: Reason,
    until: Option<UnixTime>,
) -> Result<VerifyAnswer, CallError> {
    tables::attempts::end(work.tx, attempt.machine, attempt.id)?;
    work.record(
        Event::new(AuditKind::SignInRefused).person(attempt.person).machine(machine.id).detail(reason.key()),
    )?;
    Ok(VerifyAnswer::Refuse { refusal: refusal(work, &machine.group_name, reason, until) })
}
