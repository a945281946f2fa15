//! Is this code right? The one path that must be as fast as the disk allows.

use super::{
    Counted, Judged, Tally, Wrong, approve, candidates, count, judge, recovery, refusal, refuse, waiting,
};
use crate::{CallError, Service, Work, answers::Arrived, signin::record_block, work::Event};
use domain::{Attempt, AuditKind, Machine, Origin, PersonState, Stage};
use model::{Reason, UnixTime};
use otp::{Code, RecoveryCode, TemporaryCode};
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
    let arrived = Arrived::step(machine.id, request.attempt, request.request, body_hash);
    let text = request.code.expose_text().unwrap_or_default();
    if let Ok(code) = text.parse::<RecoveryCode>() {
        let typed = recovery::Typed::Recovery(code);
        return recovery::verify(service, now, machine, arrived, request.attempt, typed).await;
    }
    if let Ok(code) = text.parse::<TemporaryCode>() {
        let typed = recovery::Typed::Temporary(code);
        return recovery::verify(service, now, machine, arrived, request.attempt, typed).await;
    }
    // What cannot be a code at all is still counted: it is a wrong answer.
    let code = text.parse::<Code>().ok();
    service
        .answer_once::<VerifyRequest, _>(now, arrived, move |work| {
            let (attempt, person) = waiting(work, machine.id, request.attempt, Stage::Code)?;
            match counted(work, &machine, &attempt, person)? {
                Err(answer) => Ok(answer),
                Ok(tally) => compare(work, &machine, &attempt, code.as_ref(), tally),
            }
        })
        .await
}

/// Counts the try as wrong; refuses where no code may be compared.
pub(super) fn counted(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    person: PersonState,
) -> Result<Result<Tally, VerifyAnswer>, CallError> {
    let why = if person == PersonState::Disabled {
        (Reason::PersonDisabled, None)
    } else {
        match count(work, attempt.person, Origin::Machine(machine.id))? {
            Counted::Open(tally) => return Ok(Ok(tally)),
            Counted::Blocked { reason, until } => (reason, Some(until)),
        }
    };
    Ok(Err(refused(work, machine, attempt, why)?))
}

pub(super) fn refused(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    why: (Reason, Option<UnixTime>),
) -> Result<VerifyAnswer, CallError> {
    let refusal = refuse(work, &machine.group_name, attempt, AuditKind::SignInRefused, why)?;
    Ok(VerifyAnswer::Refuse { refusal })
}

fn compare(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    code: Option<&Code>,
    tally: Tally,
) -> Result<VerifyAnswer, CallError> {
    let candidates = candidates(work, attempt.person)?;
    if candidates.is_empty() {
        // Disabled, revoked or replaced since the attempt began. Nothing was compared, so nothing is counted.
        return refused(work, machine, attempt, (Reason::TokenDisabled, None));
    }
    let judged = match code {
        Some(code) => judge(work, &tally, &candidates, code)?,
        None => Judged::Wrong,
    };
    match judged {
        Judged::Accepted(token) => {
            tally.forgiven(work)?;
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
            let counted = tally.stands(work)?;
            work.record(
                Event::new(AuditKind::CodeUsed).person(attempt.person).machine(machine.id).token(token),
            )?;
            wrong(work, machine, attempt, counted, |left| VerifyAnswer::Used { left })
        }
        Judged::Wrong => {
            let counted = tally.stands(work)?;
            work.record(Event::new(AuditKind::CodeWrong).person(attempt.person).machine(machine.id))?;
            wrong(work, machine, attempt, counted, |left| VerifyAnswer::Wrong { left })
        }
    }
}

/// Answers a wrong code; the last one of its block ends the attempt.
pub(super) fn wrong(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    Wrong { left, then }: Wrong,
    answer: impl FnOnce(u32) -> VerifyAnswer,
) -> Result<VerifyAnswer, CallError> {
    record_block(work, attempt.person, Some(machine.id), then)?;
    match then {
        Some((reason, until)) => {
            tables::attempts::end(work.tx, attempt.machine, attempt.id)?;
            Ok(VerifyAnswer::Refuse { refusal: refusal(work, &machine.group_name, reason, Some(until)) })
        }
        None => Ok(answer(left)),
    }
}
