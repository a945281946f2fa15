//! A sign-in, as the server sees it: begin, then verify a code.

mod begin;
mod codes;
mod explain;
mod facts;
mod lock;
mod recovery;
mod verify;

pub use begin::begin;
pub use explain::{Explained, explain};
pub use verify::verify;

pub(crate) use codes::{Judged, judge};
pub(crate) use codes::{seed, seed_cell, window};
pub(crate) use facts::day;
pub(crate) use lock::{Counted, count, forgive, record_block};

use crate::{CallError, Work};
use domain::Attempt;
use model::{AttemptId, MachineId, Reason, UnixTime};
use protocol::http::{Accept, Refusal};
use store::tables;

/// The attempt a machine speaks of, while it waits for something.
pub(crate) fn waiting(
    work: &Work<'_, '_>,
    machine: MachineId,
    id: AttemptId,
    stage: domain::Stage,
) -> Result<Attempt, CallError> {
    tables::attempts::find(work.tx, machine, id, work.now)?
        .filter(|attempt| attempt.stage == stage)
        .ok_or(CallError::AttemptOver)
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

/// A refusal with whom to turn to.
pub(crate) fn refusal(work: &Work<'_, '_>, group: &str, reason: Reason, until: Option<UnixTime>) -> Refusal {
    let support = work.policy.group(group).support;
    Refusal { reason, until, support: (!support.is_empty()).then_some(support) }
}
