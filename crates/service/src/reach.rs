//! What somebody whose rights reach some groups of machines may know of.
//!
//! A machine is in one group. A person belongs to the groups on whose machines they have been; whoever was added by hand
//! and has been nowhere yet is known to those alone whose rights reach all groups.

use crate::AdminError;
use domain::{Machine, Person, Scope};
use model::{MachineId, PersonId};
use store::{DbError, Rx, tables};

/// A person within a scope.
///
/// # Errors
/// [`AdminError::NotFound`] also for somebody outside of it, who is not to be told from nobody.
pub fn person(rx: &Rx<'_>, scope: &Scope, id: PersonId) -> Result<Person, AdminError> {
    let person = tables::people::find(rx, id)?;
    let person = match person {
        Some(person) if reaches(rx, scope, id)? => Some(person),
        _ => None,
    };
    person.ok_or_else(|| not_found("person", id.to_string()))
}

/// A machine within a scope.
///
/// # Errors
/// [`AdminError::NotFound`] also for one outside of it.
pub fn machine(rx: &Rx<'_>, scope: &Scope, id: MachineId) -> Result<Machine, AdminError> {
    let machine = tables::machines::find(rx, id)?.filter(|machine| scope.covers(machine.group));
    machine.ok_or_else(|| not_found("machine", id.to_string()))
}

fn reaches(rx: &Rx<'_>, scope: &Scope, id: PersonId) -> Result<bool, DbError> {
    if *scope == Scope::All {
        return Ok(true);
    }
    for (machine, _) in tables::seen_on::machines_of(rx, id)? {
        if tables::machines::find(rx, machine)?.is_some_and(|machine| scope.covers(machine.group)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn not_found(what: &'static str, name: String) -> AdminError {
    AdminError::NotFound { what, name, hint: "it may have been removed" }
}
