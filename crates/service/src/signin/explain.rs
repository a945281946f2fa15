//! What would be asked of a person on a machine, and why.

use super::facts;
use crate::{AdminError, Work, names};
use domain::Authority;
use model::{Place, SignInKind};
use policy::{Explanation, Password};
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
    let question = facts::Question {
        machine: &machine,
        kind,
        place,
        authority: facts::claimed(&account.key.authority),
        sid: &account.key.sid,
        groups: &groups,
        password: Password::Proven,
        person: Some(&person),
    };
    let facts = facts::gather(work, &question)?;
    Ok(Explained {
        person: person.name,
        account: account.name.to_string(),
        machine: machine.name,
        explanation: policy::explain(&work.policy, &facts),
    })
}
