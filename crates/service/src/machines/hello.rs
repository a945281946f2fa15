//! What a machine needs to know between sign-ins.

use super::{still_heard, text};
use crate::{CallError, Service, Trouble, work::Event};
use domain::{Actor, AuditKind, Machine, MachineState};
use model::UnixTime;
use protocol::http::{HelloAnswer, HelloRequest};
use store::tables;

/// Takes what a machine says of itself, and tells it policy and news. A machine on other hardware than it was joined
/// on is a copy.
///
/// # Errors
/// [`CallError::MachineCloned`], also from then on for whoever speaks with its key.
pub async fn hello(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    request: HelloRequest,
    statement_serial: u64,
    app_url: Option<String>,
) -> Result<HelloAnswer, CallError> {
    text::check([
        (&request.firmware_uuid, "its firmware UUID is too long or not plain text"),
        (&request.agent_version, "its agent's version is too long or not plain text"),
        (&request.os, "its system's name is too long or not plain text"),
    ])?;
    service
        .work(now, Actor::Machine, move |work| {
            let machine = still_heard(work, machine.id)?;
            // A firmware that told its UUID once and cannot be read now says nothing; a copy of an image says another one.
            let told = |uuid: &str| !uuid.is_empty();
            let other_firmware = told(&machine.firmware_uuid)
                && told(&request.firmware_uuid)
                && machine.firmware_uuid != request.firmware_uuid;
            if machine.machine_sid != request.machine_sid || other_firmware {
                if tables::machines::set_state(work.tx, machine.id, MachineState::Cloned)? {
                    work.outdate_copies();
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
            // Copies of the machine stay good: of this nothing is decided by.
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
