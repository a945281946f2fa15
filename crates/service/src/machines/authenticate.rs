//! Is this the machine it says it is, and does the server listen to it?

use crate::{CallError, Service, work::Event};
use domain::{Actor, AuditKind, Machine, MachineState};
use model::{MachineId, UnixTime};
use std::time::Duration;
use store::tables;

/// How long a machine that asks too much is suspended.
const SUSPENSION: Duration = Duration::from_secs(60);

/// The machine with this id, for its public key. Call [`Service::admit`] once the signature is verified.
///
/// # Errors
/// [`CallError::MachineUnknown`], also for a removed one.
pub fn authenticate(service: &Service, id: MachineId) -> Result<Machine, CallError> {
    let machine = service.read(|rx| Ok::<_, CallError>(tables::machines::find(rx, id)?))?;
    machine.filter(|machine| machine.state != MachineState::Removed).ok_or(CallError::MachineUnknown)
}

impl Service {
    /// Lets a machine's request in, or says why not. Counts it against the machine's rate.
    ///
    /// # Errors
    /// [`CallError::MachineSuspended`], [`CallError::MachineCloned`].
    pub async fn admit(&self, now: UnixTime, machine: &Machine) -> Result<(), CallError> {
        match machine.state {
            MachineState::Active => {}
            MachineState::Suspended if machine.suspended_until.is_some_and(|until| until <= now) => {}
            MachineState::Suspended => {
                return Err(CallError::MachineSuspended { until: machine.suspended_until });
            }
            MachineState::Cloned => return Err(CallError::MachineCloned),
            MachineState::Removed => return Err(CallError::MachineUnknown),
        }
        let (_, policy) = self.policy()?;
        if self.rates().allow(machine.id, now, policy.limits().requests_per_minute) {
            return Ok(());
        }
        let (id, until) = (machine.id, now.plus(SUSPENSION));
        self.work(now, Actor::Server, move |work| {
            if tables::machines::set_state(work.tx, id, MachineState::Suspended, Some(until))? {
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
