//! What would be asked of a person on a machine, and why.

use super::facts;
use crate::{AdminError, Work, names};
use domain::Authority;
use model::{Place, SignInKind, UnixTime};
use policy::{Decision, Explanation, Password, Policy};
use serde::Serialize;
use std::sync::Arc;
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

/// What a preview is about.
#[derive(Debug)]
pub struct About {
    /// The person: id, name, account name, UPN or SID.
    pub person: String,
    /// The machine: id or name.
    pub machine: String,
    /// What the person is getting into.
    pub kind: SignInKind,
    /// Where the person sits.
    pub place: Place,
    /// Windows groups the account is in.
    pub groups: Vec<model::Sid>,
    /// When; `None`: now.
    pub at: Option<UnixTime>,
    /// A policy that is not in force; `None`: the one that is.
    pub policy: Option<Policy>,
}

/// Explains what a person would be asked on a machine at a time, by the policy in force or by another one. What else is so
/// now (tokens, blocks, approvals) is taken to be so then. Changes nothing.
///
/// # Errors
/// [`AdminError`].
pub fn preview(work: &mut Work<'_, '_>, about: About) -> Result<Explained, AdminError> {
    let (now, in_force) = (work.now, Arc::clone(&work.policy));
    work.now = about.at.unwrap_or(now);
    if let Some(policy) = about.policy {
        work.policy = Arc::new(policy);
    }
    let explained = explain(work, &about.person, &about.machine, about.kind, about.place, about.groups);
    (work.now, work.policy) = (now, in_force);
    explained
}

/// Explains what the policy would ask of a person on a machine, with a proven password. Group memberships in Windows
/// are not known to the server; rules on groups count as not matching, and `groups` can add some. Groups of the directory
/// are known.
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
    let mut explanation = policy::explain(&work.policy, &facts);
    // What a code that waits for this person opens.
    let decision = facts::decision(work, &question)?;
    if decision != explanation.decision {
        let what = match decision {
            Decision::AskCode { .. } => "a temporary code of the person is good, so it is asked for",
            _ => "an enrollment code waits for the person, so it is asked for",
        };
        explanation.lines.push(what.to_owned());
        explanation.decision = decision;
    }
    Ok(Explained {
        person: person.name.clone(),
        account: account.name.to_string(),
        machine: machine.name.clone(),
        explanation,
    })
}
