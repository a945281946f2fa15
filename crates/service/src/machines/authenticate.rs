//! Is this the machine it says it is, and does the server listen to it?

use crate::{CallError, Known, Service, Trouble, Work, work::Event};
use domain::{Actor, AuditKind, Machine, MachineState};
use model::{MachineId, UnixTime};
use protocol::signature::VerifyingKey;
use std::{sync::Arc, time::Duration};
use store::tables;

/// The machine with this id, and its key. Call [`Service::admit`] once the signature is verified.
///
/// # Errors
/// [`CallError::MachineUnknown`], also for a removed one.
pub fn authenticate(service: &Service, id: MachineId) -> Result<Arc<Known>, CallError> {
    let read = || {
        let Some(machine) = service.read(|rx| Ok::<_, CallError>(tables::machines::find(rx, id)?))? else {
            return Ok(None);
        };
        let key = VerifyingKey::from_bytes(&machine.public_key).map_err(Trouble::failed)?;
        Ok(Some(Known { machine, key }))
    };
    // With this a request begins. While a commit of ours is under way, what others change is noticed when it ends.
    service.copies().note_outside(service.store().outside_changes());
    let known = service.copies().machine::<CallError>(id, read)?;
    known.filter(|known| known.machine.state != MachineState::Removed).ok_or(CallError::MachineUnknown)
}

/// Whether the server listens to a machine in this state.
///
/// # Errors
/// Why not.
pub(crate) fn heard(
    state: MachineState,
    suspended_until: Option<UnixTime>,
    now: UnixTime,
) -> Result<(), CallError> {
    match state {
        MachineState::Active => Ok(()),
        MachineState::Suspended if suspended_until.is_some_and(|until| until <= now) => Ok(()),
        MachineState::Suspended => Err(CallError::MachineSuspended { until: suspended_until }),
        MachineState::Cloned => Err(CallError::MachineCloned),
        MachineState::Removed => Err(CallError::MachineUnknown),
    }
}

/// The machine as it is in this transaction: since its request was let in, an administrator may have removed it.
///
/// # Errors
/// Why the server does not listen to it any more.
pub(crate) fn still_heard(work: &Work<'_, '_>, id: MachineId) -> Result<Machine, CallError> {
    let machine = tables::machines::find(work.tx, id)?.ok_or(CallError::MachineUnknown)?;
    heard(machine.state, machine.suspended_until, work.now)?;
    Ok(machine)
}

impl Service {
    /// Lets a machine's request in, or says why not. Counts it against the machine's rate; one above it is suspended for
    /// the rest of the minute.
    ///
    /// # Errors
    /// [`CallError::MachineSuspended`], [`CallError::MachineCloned`], [`CallError::MachineUnknown`].
    pub async fn admit(&self, now: UnixTime, machine: &Machine) -> Result<(), CallError> {
        heard(machine.state, machine.suspended_until, now)?;
        let id = machine.id;
        if machine.state == MachineState::Suspended {
            // Its time is over: lists must not call it suspended, and the next suspension has to be one.
            self.work(now, Actor::Server, move |work| {
                if tables::machines::end_suspension(work.tx, id, work.now)? {
                    work.outdate_copies();
                    work.record(Event::new(AuditKind::MachineResumed).machine(id))?;
                }
                Ok::<_, CallError>(())
            })
            .await?;
        }
        let policy = self.copies().policy(|| Ok::<_, CallError>(self.policy()?.1))?;
        if self.rates().allow(id, now, policy.limits().requests_per_minute) {
            return Ok(());
        }
        let until = now.plus(Duration::from_secs(60 - now.as_secs() % 60));
        self.work(now, Actor::Server, move |work| {
            if tables::machines::suspend_until(work.tx, id, until)? {
                work.outdate_copies();
                work.record(
                    Event::new(AuditKind::MachineSuspended)
                        .machine(id)
                        .detail(format!("asked too much, until {until}")),
                )?;
            }
            Ok::<_, CallError>(())
        })
        .await?;
        Err(CallError::MachineSuspended { until: Some(until) })
    }
}
