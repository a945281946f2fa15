//! What would be asked of a person on a machine, and why.

use super::facts;
use super::lock;
use crate::{AdminError, Work, names};
use domain::{Authority, Origin, PersonState};
use model::{AuthorityClaim, Place, SignInKind};
use policy::{Approval, Explanation, Facts, Password, Subject};
use serde::Serialize;
use store::tables;

/// An explanation with what it is about.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// The person's name.
    pub person: String,
    /// The account looked at.
    pub account: String,
    /// The machine's name.
    pub machine: String,
    /// The decision and how it came about.
    #[serde(flatten)]
    pub explanation: Explanation,
}

/// Explains what the policy would ask of a person on a machine, with a proven password. Group memberships in Windows
/// are not known to the server; rules on groups count as not matching, and `groups` can add some.
///
/// # Errors
/// [`AdminError`].
pub fn explain(
    work: &Work<'_, '_>,
    person: &str,
    machine: &str,
    kind: SignInKind,
    place: Place,
    groups: Vec<model::Sid>,
) -> Result<Explained, AdminError> {
    let person = names::person(work.tx, person)?;
    let machine = names::machine(work.tx, machine)?;
    let accounts = tables::accounts::of(work.tx, person.id)?;
    let here = Authority::Machine(machine.id);
    let account = accounts
        .iter()
        .find(|account| account.key.authority == here)
        .or_else(|| accounts.iter().find(|account| !matches!(account.key.authority, Authority::Machine(_))))
        .ok_or_else(|| {
            AdminError::Refused(format!(
                "{} has no account that could sign in on {}",
                person.name, machine.name
            ))
        })?;
    let authority = match &account.key.authority {
        Authority::Machine(_) => AuthorityClaim::ThisMachine,
        Authority::Domain(sid) => AuthorityClaim::Domain(sid.clone()),
        Authority::Entra(tenant) => AuthorityClaim::Entra(tenant.clone()),
    };
    let subject = Subject {
        machine: facts::machine_facts(&machine, kind, place),
        account: account.key.sid.clone(),
        account_groups: groups,
    };
    let mut facts = Facts::of_a_stranger(subject, authority, Password::Proven, work.now);
    facts.person_disabled = person.state == PersonState::Disabled;
    facts.first_seen_at = Some(person.first_seen_at);
    facts.tokens = facts::tokens(work.tx, &person)?;
    facts.lock = lock::state(work, person.id, Origin::Machine(machine.id))?;
    facts.machine_suspended_until = machine.suspended_until;
    facts.new_people_today = tables::people::new_on(work.tx, machine.id, facts::day(work))?;
    facts.approval = match tables::enrollments::approval_for(work.tx, person.id, machine.id)? {
        None => Approval::None,
        Some(asked) => asked.granted.map_or(Approval::Requested, |granted| {
            if granted { Approval::Granted } else { Approval::Denied }
        }),
    };
    Ok(Explained {
        person: person.name,
        account: account.name.to_string(),
        machine: machine.name,
        explanation: policy::explain(&work.policy, &facts),
    })
}
