//! A machine asks to be joined.

use super::text;
use crate::{CallError, Service, Work, join_codes, work::Event};
use domain::{Actor, AuditKind, Machine, MachineState};
use model::{MachineId, UnixTime};
use protocol::http::{JoinAnswer, JoinRequest};
use store::tables;

/// Refusals a minute that are recorded. Anybody who reaches the server can ask to join; what they ask costs no room on
/// the disk.
const RECORDED_PER_MINUTE: u32 = 60;

/// Joins a machine. The caller has checked that the request is signed with the key in it.
///
/// # Errors
/// [`CallError::JoinCodeRefused`], which is also recorded, up to 60 times a minute.
pub async fn join(service: &Service, now: UnixTime, request: JoinRequest) -> Result<JoinAnswer, CallError> {
    text::check([
        (&request.name, "its name is too long or not plain text"),
        (&request.firmware_uuid, "its firmware UUID is too long or not plain text"),
        (&request.agent_version, "its agent's version is too long or not plain text"),
        (&request.os, "its system's name is too long or not plain text"),
    ])?;
    if !request.machine_sid.is_issuer() {
        return Err(CallError::Request("its SID is not that of a machine"));
    }
    // A look before the write, which strangers could keep busy otherwise.
    let hopeless = service.read(|rx| {
        let known = tables::machines::by_key(rx, &request.public_key.to_bytes())?.is_some();
        Ok::<_, CallError>(!known && !join_codes::is_good(rx, &request.secret, now)?)
    })?;
    // Not a machine's id: those are random.
    let strangers = MachineId::from_bytes([0; 16]);
    if hopeless && !service.rates().allow(strangers, now, RECORDED_PER_MINUTE) {
        return Err(CallError::JoinCodeRefused);
    }
    let joined = service.work(now, Actor::Machine, move |work| try_join(work, request)).await?;
    joined.ok_or(CallError::JoinCodeRefused)
}

/// `None`: refused, and the refusal is recorded.
fn try_join(work: &mut Work<'_, '_>, request: JoinRequest) -> Result<Option<JoinAnswer>, CallError> {
    let known = tables::machines::by_key(work.tx, &request.public_key.to_bytes())?;
    let why = match known {
        // Its key is burnt: a machine that comes back has another one.
        Some(Machine { state: MachineState::Removed, .. }) => Err("its key was removed"),
        Some(Machine { state: MachineState::Cloned, .. }) => Err("its key turned up on other hardware"),
        // A retry whose answer was lost: the machine is there already, with this very key.
        Some(machine) => return Ok(Some(JoinAnswer { machine: machine.id, group: machine.group_name })),
        None => join_codes::use_once(work, &request.secret, work.now)?.ok_or("no good join code"),
    };
    let code = match why {
        Ok(code) => code,
        Err(why) => {
            work.record(Event::new(AuditKind::JoinRefused).detail(format!("{}: {why}", request.name)))?;
            return Ok(None);
        }
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
