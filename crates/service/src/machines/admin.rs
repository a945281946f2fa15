//! What an administrator does with machines.

use crate::{AdminError, Work, join_codes, names, work::Event};
use domain::{AuditKind, Machine, MachineGroup, MachineState};
use model::MachineId;
use store::{DbError, Rx, tables};

/// All machines, by name.
///
/// # Errors
/// [`DbError`].
pub fn list(rx: &Rx<'_>) -> Result<Vec<Machine>, DbError> {
    tables::machines::all(rx)
}

/// Stops listening to a machine until it is resumed.
///
/// # Errors
/// [`AdminError`].
pub fn suspend(work: &mut Work<'_, '_>, name: &str) -> Result<Machine, AdminError> {
    set(work, name, MachineState::Suspended, AuditKind::MachineSuspended)
}

/// Listens to a machine again.
///
/// # Errors
/// [`AdminError`].
pub fn resume(work: &mut Work<'_, '_>, name: &str) -> Result<Machine, AdminError> {
    set(work, name, MachineState::Active, AuditKind::MachineResumed)
}

/// Never listens to a machine's key again. To come back it has to be joined anew.
///
/// # Errors
/// [`AdminError`].
pub fn remove(work: &mut Work<'_, '_>, name: &str) -> Result<Machine, AdminError> {
    set(work, name, MachineState::Removed, AuditKind::MachineRemoved)
}

fn set(
    work: &mut Work<'_, '_>,
    name: &str,
    state: MachineState,
    kind: AuditKind,
) -> Result<Machine, AdminError> {
    let machine = names::machine(work.tx, name)?;
    if !tables::machines::set_state(work.tx, machine.id, state)? {
        return Err(AdminError::Refused(format!("{} is {} already", machine.name, machine.state.as_str())));
    }
    work.outdate_copies();
    work.record(Event::new(kind).machine(machine.id).detail(machine.name.clone()))?;
    Ok(machine)
}

/// Moves a machine into another group, which is made if it is not there.
///
/// # Errors
/// [`AdminError`].
pub fn move_to_group(work: &mut Work<'_, '_>, name: &str, group: &str) -> Result<Machine, AdminError> {
    let machine = names::machine(work.tx, name)?;
    let group = join_codes::group_named(work, group)?;
    tables::machines::set_group(work.tx, machine.id, group.id)?;
    work.outdate_copies();
    work.record(
        Event::new(AuditKind::MachineMoved)
            .machine(machine.id)
            .detail(format!("from {} to {}", machine.group_name, group.name)),
    )?;
    Ok(machine)
}

/// All groups, by name.
///
/// # Errors
/// [`DbError`].
pub fn groups(rx: &Rx<'_>) -> Result<Vec<MachineGroup>, DbError> {
    tables::machines::groups(rx)
}

/// What a machine is called; nothing for one that is not there.
///
/// # Errors
/// [`DbError`].
pub fn name(rx: &Rx<'_>, id: MachineId) -> Result<String, DbError> {
    Ok(tables::machines::find(rx, id)?.map_or_else(String::new, |machine| machine.name))
}
