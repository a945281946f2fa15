//! What a machine needs to know between sign-ins.

use crate::{CallError, Service, Trouble, work::Event};
use domain::{Actor, AuditKind, Machine, MachineState};
use model::UnixTime;
use protocol::http::{HelloAnswer, HelloRequest};
use store::tables;

/// Takes what a machine says of itself, and tells it policy and news. A machine on other hardware than it was joined
/// on is a copy.
///
/// # Errors
/// [`CallError::MachineCloned`].
pub async fn hello(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    request: HelloRequest,
    statement_serial: u64,
    app_url: Option<String>,
) -> Result<HelloAnswer, CallError> {
    let same_firmware = machine.firmware_uuid.is_empty() || machine.firmware_uuid == request.firmware_uuid;
    let is_copy = machine.machine_sid != request.machine_sid || !same_firmware;
    service
        .work(now, Actor::Machine, move |work| {
            if is_copy {
                if tables::machines::set_state(work.tx, machine.id, MachineState::Cloned, None)? {
                    work.record(Event::new(AuditKind::MachineCloned).machine(machine.id).detail(format!(
                        "joined as {} {}, now speaks as {} {}",
                        machine.machine_sid,
                        machine.firmware_uuid,
                        request.machine_sid,
                        request.firmware_uuid
                    )))?;
                }
                return Ok(None);
            }
            tables::machines::seen(work.tx, machine.id, &request.agent_version, &request.os, work.now)?;
            let policy = work.policy.for_group(&machine.group_name).to_toml().map_err(Trouble::failed)?;
            Ok::<_, CallError>(Some(HelloAnswer {
                server_time: work.now,
                group: machine.group_name,
                policy,
                policy_version: work.policy_version,
                statement_serial,
                app_url,
            }))
        })
        .await?
        .ok_or(CallError::MachineCloned)
}
