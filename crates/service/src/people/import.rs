//! People come from a list, so that they can be invited, get tokens, or are known at their first sign-in.

use crate::{
    AdminError, Work, names,
    tokens::{Bad, BrokenLines},
    work::Event,
};
use domain::{Account, AccountKey, AuditKind, Authority, Person, PersonState};
use model::{AccountClaim, AuthorityClaim, MachineId, PersonId};
use roster::Roster;
use serde::Serialize;
use store::{DbError, Rx, tables};

/// Somebody of a list who can be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Newcomer {
    /// The line, from 1 on.
    pub line: u64,
    /// Their name.
    pub name: String,
    /// Their account, if the list has one.
    pub account: Option<String>,
}

/// What a list has in it, and whether it was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedPeople {
    /// Who can be added, or was.
    pub people: Vec<Newcomer>,
    /// Lines that cannot.
    pub bad: Vec<Bad>,
    /// Columns that are not used.
    pub unused_columns: Vec<String>,
    /// Whether the people are here now.
    pub done: bool,
}

/// The key of an account in a domain or tenant.
fn key(claim: &AccountClaim) -> Option<AccountKey> {
    let authority = match &claim.authority {
        AuthorityClaim::Domain(sid) => Authority::Domain(sid.clone()),
        AuthorityClaim::Entra(tenant) => Authority::Entra(tenant.clone()),
        AuthorityClaim::ThisMachine => return None,
    };
    Some(AccountKey { authority, sid: claim.sid.clone() })
}

/// Who would be added of a list. Changes nothing.
///
/// # Errors
/// [`DbError`].
pub fn check_people(rx: &Rx<'_>, list: &Roster) -> Result<ImportedPeople, DbError> {
    let mut bad: Vec<Bad> = list
        .bad
        .iter()
        .map(|bad| Bad { line: bad.line, serial: None, problem: bad.problem.to_string() })
        .collect();
    let mut people = Vec::new();
    for entry in &list.people {
        let there = match entry.account.as_ref().and_then(key) {
            Some(key) => tables::people::by_account(rx, &key)?
                .map(|person| format!("this account is here already, of {}", person.name)),
            None => (!tables::people::by_text(rx, &entry.name)?.is_empty())
                .then(|| "somebody is called that already".to_owned()),
        };
        match there {
            Some(problem) => bad.push(Bad { line: entry.line, serial: None, problem }),
            None => people.push(Newcomer {
                line: entry.line,
                name: entry.name.clone(),
                account: entry.account.as_ref().map(|account| account.name.to_string()),
            }),
        }
    }
    bad.sort_by_key(|bad| bad.line);
    Ok(ImportedPeople { people, bad, unused_columns: list.unused.clone(), done: false })
}

/// Adds the people of a list. `source` is what the file is called, for the audit trail.
///
/// # Errors
/// [`AdminError`]. A list with broken lines, of which nothing is to be imported then, is none: [`ImportedPeople::done`] says
/// so.
pub fn import_people(
    work: &mut Work<'_, '_>,
    list: &Roster,
    broken: BrokenLines,
    source: &str,
) -> Result<ImportedPeople, AdminError> {
    let mut imported = check_people(work.tx, list)?;
    if imported.people.is_empty() || (broken == BrokenLines::RefuseAll && !imported.bad.is_empty()) {
        return Ok(imported);
    }
    let source = names::short(source);
    let mut lines = imported.people.iter().map(|newcomer| newcomer.line).peekable();
    for entry in &list.people {
        // Those of `check_people`, in the order of the list.
        if lines.next_if_eq(&entry.line).is_none() {
            continue;
        }
        let id = PersonId::random(&mut *work.rng);
        let person = Person {
            id,
            name: entry.name.clone(),
            state: PersonState::Active,
            first_seen_at: work.now,
            blocked_until: None,
        };
        tables::people::add(work.tx, &person)?;
        let mut detail = format!("{} of {source}", person.name);
        if let Some(claim) = &entry.account
            && let Some(key) = key(claim)
        {
            detail = format!("{detail}, {} {}", claim.name, claim.sid);
            let account = Account {
                key,
                person: id,
                name: claim.name.clone(),
                upn: claim.upn.clone(),
                first_seen_at: work.now,
                first_seen_on: None::<MachineId>,
            };
            tables::accounts::add(work.tx, &account)?;
        }
        work.record(Event::new(AuditKind::PersonAdded).person(id).detail(detail))?;
    }
    imported.done = true;
    Ok(imported)
}
