//! A recovery or temporary code in place of a one-time password.
//!
//! Their hashes are slow on purpose, so they are compared outside the writer: count, compare, then use up. The count is
//! on disk before the comparison, and using up is conditional. What happened in between (a block, a disabled person)
//! outranks a right code.

use super::verify::{counted, refused, wrong};
use super::{Wrong, approve, forgive, lock_state, waiting};
use crate::{CallError, Service, Trouble, Work, answers, answers::Arrived, work::Event};
use domain::{Actor, AuditKind, Machine, Origin, PersonState, Stage};
use model::{AttemptId, PersonId, Reason, UnixTime};
use otp::{CodeHash, HumanCode, RecoveryCode, TemporaryCode};
use policy::Lock;
use protocol::http::{VerifyAnswer, VerifyRequest};
use store::tables;

/// What was typed.
pub(super) enum Typed {
    /// One of the codes on paper.
    Recovery(RecoveryCode),
    /// What the help desk has read out.
    Temporary(TemporaryCode),
}

impl Typed {
    /// The hashes it may be one of, each with its number.
    fn hashes(&self, work: &Work<'_, '_>, person: PersonId) -> Result<Vec<(u32, String)>, Trouble> {
        Ok(match self {
            Self::Recovery(_) => tables::recovery_codes::unused(work.tx, person)?,
            Self::Temporary(_) => {
                let good = tables::temporary_codes::good(work.tx, person, work.now)?;
                good.map(|stored| (0, stored.hash)).into_iter().collect()
            }
        })
    }

    fn find(&self, hashes: &[(u32, String)]) -> Result<Option<(u32, String)>, Trouble> {
        match self {
            Self::Recovery(code) => find(hashes, code),
            Self::Temporary(code) => find(hashes, code),
        }
    }
}

/// Which of the two it was, once it is not needed any more.
#[derive(Clone, Copy)]
enum Kind {
    Recovery,
    Temporary,
}

impl Kind {
    const fn of(typed: &Typed) -> Self {
        match typed {
            Typed::Recovery(_) => Self::Recovery,
            Typed::Temporary(_) => Self::Temporary,
        }
    }

    /// The verdict on a right code.
    fn use_up(
        self,
        work: &mut Work<'_, '_>,
        person: PersonId,
        number: u32,
        hash: &str,
    ) -> Result<bool, Trouble> {
        Ok(match self {
            Self::Recovery => tables::recovery_codes::use_up(work.tx, person, number, hash, work.now)?,
            Self::Temporary => tables::temporary_codes::use_once(work.tx, person, hash, work.now)?,
        })
    }

    const fn event(self) -> AuditKind {
        match self {
            Self::Recovery => AuditKind::RecoveryCodeUsed,
            Self::Temporary => AuditKind::TemporaryCodeUsed,
        }
    }
}

enum First {
    /// Nothing to compare: the answer is known.
    Done(VerifyAnswer),
    /// The hashes it may be one of. The try is counted.
    Compare(Wrong, Typed, Vec<(u32, String)>),
}

pub(super) async fn verify(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    arrived: Arrived,
    id: AttemptId,
    typed: Typed,
) -> Result<VerifyAnswer, CallError> {
    let (for_first, kind) = (machine.clone(), Kind::of(&typed));
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
                    let hashes = typed.hashes(work, attempt.person)?;
                    Ok(First::Compare(if_wrong, typed, hashes))
                }
            }
        })
        .await;
    let (if_wrong, typed, hashes) = match first? {
        First::Done(answer) => return Ok(answer),
        First::Compare(if_wrong, typed, hashes) => (if_wrong, typed, hashes),
    };
    let hit = service.compute(move || typed.find(&hashes)).await??;
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
                Some((number, hash)) => kind.use_up(work, attempt.person, *number, hash)?,
                None => false,
            };
            if !used_up {
                work.record(Event::new(AuditKind::CodeWrong).person(attempt.person).machine(machine.id))?;
                return wrong(work, &machine, &attempt, if_wrong, |left| VerifyAnswer::Wrong { left });
            }
            forgive(work, attempt.person, place)?;
            let accept = approve(work, &attempt)?;
            work.record(Event::new(kind.event()).person(attempt.person).machine(machine.id))?;
            Ok(VerifyAnswer::Accept { accept })
        })
        .await
}

fn find<const G: usize, const S: usize>(
    hashes: &[(u32, String)],
    code: &HumanCode<G, S>,
) -> Result<Option<(u32, String)>, Trouble> {
    for (number, hash) in hashes {
        let stored: CodeHash = hash.parse().map_err(Trouble::failed)?;
        if stored.matches(code).map_err(Trouble::failed)? {
            return Ok(Some((*number, hash.clone())));
        }
    }
    Ok(None)
}
