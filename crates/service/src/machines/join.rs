//! A machine asks to be joined.

use crate::{CallError, Service, Work, join_codes, work::Event};
use domain::{Actor, AuditKind, Machine, MachineState};
use model::{MachineId, UnixTime};
use protocol::http::{JoinAnswer, JoinRequest};
use store::tables;

const MAX_NAME: usize = 256;

/// Joins a machine. The caller has checked that the request is signed with the key in it.
///
/// # Errors
/// [`CallError::JoinCodeRefused`], which is also recorded.
pub async fn join(service: &Service, now: UnixTime, request: JoinRequest) -> Result<JoinAnswer, CallError> {
    for (text, what) in [
        (&request.name, "its name is too long"),
        (&request.firmware_uuid, "its firmware UUID is too long"),
        (&request.agent_version, "its agent's version is too long"),
        (&request.os, "its system's name is too long"),
    ] {
        if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
            return Err(CallError::Request(what));
        }
    }
    if !request.machine_sid.is_issuer() {
        return Err(CallError::Request("its SID is not that of a machine"));
    }
    let joined = service.work(now, Actor::Machine, move |work| try_join(work, request)).await?;
    joined.ok_or(CallError::JoinCodeRefused)
}

/// `None`: refused, and the refusal is recorded.
fn try_join(work: &mut Work<'_, '_>, request: JoinRequest) -> Result<Option<JoinAnswer>, CallError> {
    // A retry whose answer was lost: the machine is there already, with this very key.
    if let Some(machine) = tables::machines::by_key(work.tx, &request.public_key.to_bytes())? {
        return Ok(Some(JoinAnswer { machine: machine.id, group: machine.group_name }));
    }
    let Some(code) = join_codes::use_once(work, &request.secret, work.now)? else {
        work.record(
            Event::new(AuditKind::JoinRefused).detail(format!("{}: no good join code", request.name)),
        )?;
        return Ok(None);
    };
    let machine = Machine {
        id: MachineId::random(&mut *work.rng),
        name: request.name,
        group: code.group,
        group_name: code.group_name,
        public_key: request.public_key.to_bytes(),
        machine_sid: request.machine_sid,
        firmware_uuid: request.firmware_uuid,
        agent_version: request.agent_version,
        os: request.os,
        joined_at: work.now,
        last_seen_at: work.now,
        state: MachineState::Active,
        suspended_until: None,
    };
    tables::machines::add(work.tx, &machine)?;
    work.record(
        Event::new(AuditKind::MachineJoined)
            .machine(machine.id)
            .detail(format!("{} into group {}", machine.name, machine.group_name)),
    )?;
    Ok(Some(JoinAnswer { machine: machine.id, group: machine.group_name }))
}
