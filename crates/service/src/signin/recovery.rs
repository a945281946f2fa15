//! A recovery code in place of a one-time password.
//!
//! Its hashes are slow on purpose, so they are compared outside the writer: count, compare, then use up. The count is
//! on disk before the comparison, and using up is conditional. What happened in between (a block, a disabled person)
//! outranks a right code.

use super::verify::{counted, refused, wrong};
use super::{Wrong, approve, forgive, lock_state, waiting};
use crate::{CallError, Service, Trouble, answers, answers::Arrived, work::Event};
use domain::{Actor, AuditKind, Machine, Origin, PersonState, Stage};
use model::{AttemptId, Reason, UnixTime};
use otp::{CodeHash, RecoveryCode};
use policy::Lock;
use protocol::http::{VerifyAnswer, VerifyRequest};
use store::tables;

enum First {
    /// Nothing to compare: the answer is known.
    Done(VerifyAnswer),
    /// The unused hashes. The try is counted.
    Compare(Wrong, Vec<(u32, String)>),
}

pub(super) async fn verify(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    arrived: Arrived,
    id: AttemptId,
    code: RecoveryCode,
) -> Result<VerifyAnswer, CallError> {
    let for_first = machine.clone();
    let first: Result<First, CallError> = service
        .work(now, Actor::Machine, move |work| {
            if let Some(answer) = answers::earlier::<VerifyRequest>(work, arrived)? {
                return Ok(First::Done(answer));
            }
            let (attempt, person) = waiting(work, for_first.id, id, Stage::Code)?;
            match counted(work, &for_first, &attempt, person)? {
                Err(answer) => {
                    answers::keep::<VerifyRequest>(work, arrived, &answer)?;
                    Ok(First::Done(answer))
                }
                Ok(tally) => {
                    let if_wrong = tally.stands(work)?;
                    Ok(First::Compare(if_wrong, tables::recovery_codes::unused(work.tx, attempt.person)?))
                }
            }
        })
        .await;
    let (if_wrong, hashes) = match first? {
        First::Done(answer) => return Ok(answer),
        First::Compare(if_wrong, hashes) => (if_wrong, hashes),
    };
    let hit = service.compute(move || find(&hashes, &code)).await??;
    service
        .answer_once::<VerifyRequest, _>(now, arrived, move |work| {
            let (attempt, person) = waiting(work, machine.id, id, Stage::Code)?;
            let place = Origin::Machine(machine.id);
            let blocked = match lock_state(work, attempt.person, place)? {
                // The block that this very try set, which a right code lifts.
                _ if if_wrong.then.is_some() => None,
                Lock::Open => None,
                Lock::Here { until } => Some((Reason::Locked, Some(until))),
                Lock::Everywhere { until } => Some((Reason::LockedEverywhere, Some(until))),
            };
            let disabled = (person == PersonState::Disabled).then_some((Reason::PersonDisabled, None));
            if let Some(why) = disabled.or(blocked) {
                return refused(work, &machine, &attempt, why);
            }
            let used_up = match &hit {
                Some((number, hash)) => {
                    tables::recovery_codes::use_up(work.tx, attempt.person, *number, hash, work.now)?
                }
                None => false,
            };
            if !used_up {
                work.record(Event::new(AuditKind::CodeWrong).person(attempt.person).machine(machine.id))?;
                return wrong(work, &machine, &attempt, if_wrong, |left| VerifyAnswer::Wrong { left });
            }
            forgive(work, attempt.person, place)?;
            let accept = approve(work, &attempt)?;
            work.record(Event::new(AuditKind::RecoveryCodeUsed).person(attempt.person).machine(machine.id))?;
            Ok(VerifyAnswer::Accept { accept })
        })
        .await
}

fn find(hashes: &[(u32, String)], code: &RecoveryCode) -> Result<Option<(u32, String)>, Trouble> {
    for (number, hash) in hashes {
        let stored: CodeHash = hash.parse().map_err(Trouble::failed)?;
        if stored.matches(code).map_err(Trouble::failed)? {
            return Ok(Some((*number, hash.clone())));
        }
    }
    Ok(None)
}
