//! A sign-in, as the server sees it: begin, then verify a code.

mod begin;
mod codes;
mod explain;
mod facts;
mod lock;
mod recovery;
mod verify;

pub use begin::begin;
pub use explain::{About, Explained, explain, preview};
pub use verify::verify;

pub(crate) use codes::{Compared, Judged, candidates, compare, judge, seed, seed_cell, seed_copy};
pub(crate) use facts::{Question, account_tokens, claimed, decision, note_begun};
pub(crate) use lock::{Counted, Place, Tally, Wrong, count, forgive, record_block, state as lock_state};

use crate::{CallError, Work, machines, work::Event};
use domain::{Attempt, AuditKind, PersonState};
use model::{AttemptId, MachineId, Reason, UnixTime};
use protocol::http::{Accept, Refusal};
use store::tables;

/// The attempt a machine speaks of, while it waits for something, and whether its person may still sign in.
///
/// # Errors
/// [`CallError::AttemptOver`]; and the reasons not to listen to the machine, which may have come up since the request
/// was let in.
pub(crate) fn waiting(
    work: &Work<'_, '_>,
    machine: MachineId,
    id: AttemptId,
    stage: domain::Stage,
) -> Result<(Attempt, PersonState), CallError> {
    let open = tables::attempts::find(work.tx, machine, id, work.now)?.ok_or(CallError::AttemptOver)?;
    machines::heard(open.machine, open.suspended_until, work.now)?;
    if open.attempt.stage != stage {
        return Err(CallError::AttemptOver);
    }
    Ok((open.attempt, open.person))
}

/// Ends an attempt with an approval; the only way to build one. An attempt is approved once.
pub(crate) fn approve(work: &mut Work<'_, '_>, attempt: &Attempt) -> Result<Accept, CallError> {
    if !tables::attempts::end(work.tx, attempt.machine, attempt.id)? {
        return Err(CallError::AttemptOver);
    }
    Ok(accept(work, attempt))
}

fn accept(work: &Work<'_, '_>, attempt: &Attempt) -> Accept {
    Accept {
        attempt: attempt.id,
        machine: attempt.machine,
        sid: attempt.account.sid.clone(),
        session: attempt.session,
        valid_for_s: work.policy.limits().approval_seconds,
    }
}

/// Ends an attempt with a refusal, and records it.
pub(crate) fn refuse(
    work: &mut Work<'_, '_>,
    group: &str,
    attempt: &Attempt,
    kind: AuditKind,
    (reason, until): (Reason, Option<UnixTime>),
) -> Result<Refusal, CallError> {
    tables::attempts::end(work.tx, attempt.machine, attempt.id)?;
    work.record(Event::new(kind).person(attempt.person).machine(attempt.machine).detail(reason.key()))?;
    Ok(refusal(work, group, reason, until))
}

/// A refusal with whom to turn to.
pub(crate) fn refusal(work: &Work<'_, '_>, group: &str, reason: Reason, until: Option<UnixTime>) -> Refusal {
    let support = work.policy.group(group).support;
    Refusal { reason, until, support: (!support.is_empty()).then_some(support) }
}
