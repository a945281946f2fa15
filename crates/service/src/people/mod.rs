//! What an administrator does with people.

mod import;
mod temporary;

pub use import::{ImportedPeople, Newcomer, check_people, import_people};
pub use roster::{Roster, read as read_list};

pub use temporary::{LONGEST, Made, NewTemporaryCode, Uses, end_temporary_code, set_temporary_code};

use crate::{AdminError, Work, directory, names, work::Event};
use domain::{Account, AuditKind, Machine, Person, PersonState, Token};
use model::{PersonId, Secret, UnixTime};
use otp::{CodeHash, RecoveryCode};
use serde::Serialize;
use store::{DbError, Rx, tables};

pub use store::tables::people::{Search, Standing};

/// How many recovery codes a person gets at a time.
const RECOVERY_CODES: usize = 10;

/// A person with what belongs to them.
#[derive(Debug, Clone, Serialize)]
pub struct Described {
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// Their accounts.
    pub accounts: Vec<Account>,
    /// Serial and state of their tokens.
    pub tokens: Vec<(String, domain::TokenState)>,
    /// Unused recovery codes.
    pub recovery_codes_left: usize,
    /// Until when a temporary code is good; a moment that is past says nothing.
    pub temporary_code_until: Option<model::UnixTime>,
}

/// Everybody, by name.
///
/// # Errors
/// [`DbError`].
pub fn list(rx: &Rx<'_>) -> Result<Vec<Described>, DbError> {
    tables::people::all(rx)?.into_iter().map(|person| describe(rx, person)).collect()
}

/// People whom a search finds.
#[derive(Debug)]
pub struct Found {
    /// Some of them, by name.
    pub people: Vec<Described>,
    /// How many there are in all.
    pub count: u64,
}

/// Some of those whom a search finds, after so many of them.
///
/// # Errors
/// [`DbError`].
pub fn search(
    rx: &Rx<'_>,
    search: &Search,
    now: UnixTime,
    limit: u32,
    offset: u32,
) -> Result<Found, DbError> {
    let people = tables::people::search(rx, search, now, limit, offset)?;
    Ok(Found {
        people: people.into_iter().map(|person| describe(rx, person)).collect::<Result<_, _>>()?,
        count: tables::people::count(rx, search, now)?,
    })
}

/// What somebody is called; nothing for somebody who is gone.
///
/// # Errors
/// [`DbError`].
pub fn name(rx: &Rx<'_>, id: PersonId) -> Result<String, DbError> {
    Ok(tables::people::find(rx, id)?.map_or_else(String::new, |person| person.name))
}

/// The machines a person has been on, with when they were first there, the newest first.
///
/// # Errors
/// [`DbError`].
pub fn machines(rx: &Rx<'_>, person: PersonId) -> Result<Vec<(Machine, UnixTime)>, DbError> {
    let mut machines = Vec::new();
    for (id, since) in tables::seen_on::machines_of(rx, person)? {
        machines.extend(tables::machines::find(rx, id)?.map(|machine| (machine, since)));
    }
    Ok(machines)
}

/// One person, by id, name, account name, UPN or SID.
///
/// # Errors
/// [`AdminError`].
pub fn show(rx: &Rx<'_>, name: &str) -> Result<Described, AdminError> {
    let person = names::person(rx, name)?;
    Ok(describe(rx, person)?)
}

fn describe(rx: &Rx<'_>, person: Person) -> Result<Described, DbError> {
    let id = person.id;
    Ok(Described {
        accounts: tables::accounts::of(rx, id)?,
        tokens: tables::tokens::of(rx, id)?
            .into_iter()
            .map(|Token { serial, state, .. }| (serial, state))
            .collect(),
        recovery_codes_left: tables::recovery_codes::unused(rx, id)?.len(),
        temporary_code_until: tables::temporary_codes::good(rx, id, model::UnixTime::default())?
            .map(|stored| stored.expires_at),
        person,
    })
}

/// Adds a person who has not signed in yet, so that they can be invited. The account comes at the first sign-in and
/// is joined with `join`.
///
/// # Errors
/// [`AdminError`].
pub fn add(work: &mut Work<'_, '_>, name: &str) -> Result<PersonId, AdminError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 256 || !names::is_plain(name) {
        return Err(AdminError::Refused(
            "a person's name has 1 to 256 characters, none of them invisible".into(),
        ));
    }
    let person = Person {
        id: PersonId::random(&mut *work.rng),
        name: name.to_owned(),
        state: PersonState::Active,
        first_seen_at: work.now,
        blocked_until: None,
    };
    tables::people::add(work.tx, &person)?;
    work.record(Event::new(AuditKind::PersonAdded).person(person.id).detail(person.name))?;
    Ok(person.id)
}

/// Lifts every block that wrong codes led to.
///
/// # Errors
/// [`AdminError`].
pub fn unlock(work: &mut Work<'_, '_>, name: &str) -> Result<Person, AdminError> {
    let person = names::person(work.tx, name)?;
    tables::lockouts::clear_all(work.tx, person.id)?;
    tables::people::set_blocked_until(work.tx, person.id, None)?;
    work.record(Event::new(AuditKind::PersonUnlocked).person(person.id))?;
    Ok(person)
}

/// Disables a person, or enables them again.
///
/// # Errors
/// [`AdminError`].
pub fn set_state(work: &mut Work<'_, '_>, name: &str, state: PersonState) -> Result<Person, AdminError> {
    let person = names::person(work.tx, name)?;
    tables::people::set_state(work.tx, person.id, state)?;
    directory::decided_by_administrator(work, person.id)?;
    let kind = match state {
        PersonState::Active => AuditKind::PersonEnabled,
        PersonState::Disabled => AuditKind::PersonDisabled,
    };
    work.record(Event::new(kind).person(person.id))?;
    Ok(person)
}

/// Makes two people one: accounts and tokens of the second go to the first, and the second is gone.
///
/// # Errors
/// [`AdminError`].
pub fn join(work: &mut Work<'_, '_>, keep: &str, gone: &str) -> Result<Person, AdminError> {
    let (keep, gone) = (names::person(work.tx, keep)?, names::person(work.tx, gone)?);
    if keep.id == gone.id {
        return Err(AdminError::Refused(format!("both names mean {}", keep.name)));
    }
    for account in tables::accounts::of(work.tx, gone.id)? {
        tables::accounts::give(work.tx, &account.key, keep.id)?;
        work.record(
            Event::new(AuditKind::AccountMoved)
                .person(keep.id)
                .detail(format!("{} from {} ({})", account.name, gone.name, gone.id)),
        )?;
    }
    tables::tokens::give_all(work.tx, gone.id, keep.id)?;
    tables::directory::give_all(work.tx, gone.id, keep.id)?;
    tables::seen_on::give_all(work.tx, gone.id, keep.id)?;
    // What was under way began with other accounts and other tokens: a seed that was pending must not become one more.
    tables::attempts::end_all(work.tx, keep.id)?;
    tables::enrollments::drop_all(work.tx, keep.id)?;
    tables::people::remove_with_leftovers(work.tx, gone.id)?;
    work.record(
        Event::new(AuditKind::PeopleJoined).person(keep.id).detail(format!("{} ({})", gone.name, gone.id)),
    )?;
    Ok(keep)
}

/// Gives one account of a person a person of its own.
///
/// # Errors
/// [`AdminError`].
pub fn split(work: &mut Work<'_, '_>, name: &str, sid: &model::Sid) -> Result<PersonId, AdminError> {
    let person = names::person(work.tx, name)?;
    let accounts = tables::accounts::of(work.tx, person.id)?;
    let Some(account) = accounts.iter().find(|account| account.key.sid == *sid) else {
        return Err(AdminError::NotFound {
            what: "account",
            name: sid.to_string(),
            hint: "`countersign user show` lists the accounts of a person",
        });
    };
    if accounts.len() == 1 {
        return Err(AdminError::Refused(format!("{} has only this account", person.name)));
    }
    let id = add(work, account.name.as_str())?;
    // A sign-in under way with this account would ask for a code of somebody else now.
    tables::attempts::end_all(work.tx, person.id)?;
    tables::accounts::give(work.tx, &account.key, id)?;
    tables::directory::give(work.tx, person.id, &account.key.sid, id)?;
    // Which of them was where is not known: whoever could see the one can see both.
    tables::seen_on::give_all(work.tx, person.id, id)?;
    work.record(
        Event::new(AuditKind::AccountMoved)
            .person(id)
            .detail(format!("{} from {} ({})", account.name, person.name, person.id)),
    )?;
    Ok(id)
}

/// New recovery codes and their hashes; slow, so made before the transaction that keeps them.
#[derive(Debug)]
pub struct RecoveryCodes {
    shown: Vec<Secret>,
    hashes: Vec<String>,
}

impl RecoveryCodes {
    /// Makes a set of codes. Takes about a fifth of a second.
    ///
    /// # Errors
    /// When a code cannot be hashed.
    pub fn random(rng: &mut dyn rand_core::CryptoRng) -> Result<Self, AdminError> {
        let (mut shown, mut hashes) = (Vec::new(), Vec::new());
        for _ in 0..RECOVERY_CODES {
            let code = RecoveryCode::random(rng);
            let hash = CodeHash::new(&code, rng).map_err(crate::Trouble::failed)?;
            shown.push(code.to_groups());
            hashes.push(hash.as_str().to_owned());
        }
        Ok(Self { shown, hashes })
    }
}

/// Gives a person new recovery codes; the older ones are void. Shown once.
///
/// # Errors
/// [`AdminError`].
pub fn set_recovery_codes(
    work: &mut Work<'_, '_>,
    name: &str,
    codes: RecoveryCodes,
) -> Result<Vec<Secret>, AdminError> {
    let person = names::person(work.tx, name)?;
    tables::recovery_codes::replace(work.tx, person.id, &codes.hashes)?;
    work.record(Event::new(AuditKind::RecoveryCodesMade).person(person.id))?;
    Ok(codes.shown)
}
