//! Machines and their groups.

use crate::{DbError, Row, Rx, Tx, params};
use domain::{Machine, MachineGroup, MachineState};
use model::{GroupId, MachineId, UnixTime};

const SELECT: &str = "SELECT m.id, m.name, m.group_id, g.name, m.public_key, m.machine_sid, m.firmware_uuid,
                             m.agent_version, m.os, m.joined_at, m.last_seen_at, m.state, m.suspended_until
                      FROM machines m JOIN machine_groups g ON g.id = m.group_id";

fn machine(row: &Row<'_>) -> Result<Machine, DbError> {
    Ok(Machine {
        id: row.get(0)?,
        name: row.get(1)?,
        group: row.get(2)?,
        group_name: row.get(3)?,
        public_key: row.get(4)?,
        machine_sid: row.get(5)?,
        firmware_uuid: row.get(6)?,
        agent_version: row.get(7)?,
        os: row.get(8)?,
        joined_at: row.get(9)?,
        last_seen_at: row.get(10)?,
        state: row.parse(11)?,
        suspended_until: row.get(12)?,
    })
}

/// A machine by id.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, id: MachineId) -> Result<Option<Machine>, DbError> {
    rx.query_opt(&format!("{SELECT} WHERE m.id = ?1"), params![id], machine)
}

/// A machine by its public key, in any state.
///
/// # Errors
/// [`DbError`].
pub fn by_key(rx: &Rx<'_>, public_key: &[u8; 32]) -> Result<Option<Machine>, DbError> {
    rx.query_opt(&format!("{SELECT} WHERE m.public_key = ?1"), params![public_key], machine)
}

/// Machines with this name (case of ASCII letters ignored), newest first.
///
/// # Errors
/// [`DbError`].
pub fn by_name(rx: &Rx<'_>, name: &str) -> Result<Vec<Machine>, DbError> {
    rx.query_all(
        &format!("{SELECT} WHERE lower(m.name) = ?1 ORDER BY m.joined_at DESC, m.id"),
        params![name.to_ascii_lowercase()],
        machine,
    )
}

/// All machines, by name.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<Machine>, DbError> {
    rx.query_all(&format!("{SELECT} ORDER BY m.name, m.id"), params![], machine)
}

/// Adds a machine.
///
/// # Errors
/// [`DbError`], also when its key is known already.
pub fn add(tx: &mut Tx<'_>, machine: &Machine) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO machines (id, group_id, name, public_key, machine_sid, firmware_uuid, agent_version, os,
                               joined_at, last_seen_at, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            machine.id,
            machine.group,
            machine.name,
            machine.public_key,
            machine.machine_sid,
            machine.firmware_uuid,
            machine.agent_version,
            machine.os,
            machine.joined_at,
            machine.last_seen_at,
            machine.state.as_str()
        ],
    )?;
    Ok(())
}

/// Notes that a machine spoke, and what it says of itself.
///
/// # Errors
/// [`DbError`].
pub fn seen(
    tx: &mut Tx<'_>,
    id: MachineId,
    agent_version: &str,
    os: &str,
    now: UnixTime,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE machines SET agent_version = ?2, os = ?3, last_seen_at = ?4 WHERE id = ?1",
        params![id, agent_version, os, now],
    )?;
    Ok(())
}

/// Sets whether the server listens to a machine, for as long as nobody sets it otherwise. A removed machine stays
/// removed. `false`: no such machine, or removed, or in that state already; a suspension that would have ended by itself
/// is another state.
///
/// # Errors
/// [`DbError`].
pub fn set_state(tx: &mut Tx<'_>, id: MachineId, state: MachineState) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE machines SET state = ?2, suspended_until = NULL
         WHERE id = ?1 AND state <> 'removed' AND (state <> ?2 OR suspended_until IS NOT NULL)",
        params![id, state.as_str()],
    )?;
    Ok(rows == 1)
}

/// Suspends an active machine until then. `false`: no such machine, or in another state, which this never makes milder.
///
/// # Errors
/// [`DbError`].
pub fn suspend_until(tx: &mut Tx<'_>, id: MachineId, until: UnixTime) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE machines SET state = 'suspended', suspended_until = ?2 WHERE id = ?1 AND state = 'active'",
        params![id, until],
    )?;
    Ok(rows == 1)
}

/// Ends a suspension whose time has come. `false`: there is none.
///
/// # Errors
/// [`DbError`].
pub fn end_suspension(tx: &mut Tx<'_>, id: MachineId, now: UnixTime) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE machines SET state = 'active', suspended_until = NULL
         WHERE id = ?1 AND state = 'suspended' AND suspended_until <= ?2",
        params![id, now],
    )?;
    Ok(rows == 1)
}

/// Moves a machine into another group. `false`: no such machine.
///
/// # Errors
/// [`DbError`].
pub fn set_group(tx: &mut Tx<'_>, id: MachineId, group: GroupId) -> Result<bool, DbError> {
    Ok(tx.execute("UPDATE machines SET group_id = ?2 WHERE id = ?1", params![id, group])? == 1)
}

/// A group by name.
///
/// # Errors
/// [`DbError`].
pub fn group(rx: &Rx<'_>, name: &str) -> Result<Option<MachineGroup>, DbError> {
    rx.query_opt("SELECT id, name FROM machine_groups WHERE name = ?1", params![name], |row| {
        Ok(MachineGroup { id: row.get(0)?, name: row.get(1)? })
    })
}

/// All groups, by name.
///
/// # Errors
/// [`DbError`].
pub fn groups(rx: &Rx<'_>) -> Result<Vec<MachineGroup>, DbError> {
    rx.query_all("SELECT id, name FROM machine_groups ORDER BY name", params![], |row| {
        Ok(MachineGroup { id: row.get(0)?, name: row.get(1)? })
    })
}

/// Adds a group.
///
/// # Errors
/// [`DbError`], also when the name is taken.
pub fn add_group(tx: &mut Tx<'_>, group: &MachineGroup, now: UnixTime) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO machine_groups (id, name, created_at) VALUES (?1, ?2, ?3)",
        params![group.id, group.name, now],
    )?;
    Ok(())
}
