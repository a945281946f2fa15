//! Accounts of people.

use crate::{DbError, Row, Rx, Tx, params};
use domain::{Account, AccountKey};
use model::{AccountName, MachineId, PersonId, UnixTime};

const COLUMNS: &str = "authority, sid, person_id, name, upn, first_seen_at, first_seen_on";

fn account(row: &Row<'_>) -> Result<Account, DbError> {
    Ok(Account {
        key: AccountKey { authority: row.parse(0)?, sid: row.get(1)? },
        person: row.get(2)?,
        name: row.get(3)?,
        upn: row.get(4)?,
        first_seen_at: row.get(5)?,
        first_seen_on: row.get(6)?,
    })
}

/// The accounts of a person, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of(rx: &Rx<'_>, person: PersonId) -> Result<Vec<Account>, DbError> {
    rx.query_all(
        &format!("SELECT {COLUMNS} FROM accounts WHERE person_id = ?1 ORDER BY first_seen_at, sid"),
        params![person],
        account,
    )
}

/// Adds an account.
///
/// # Errors
/// [`DbError`], also when it is there already.
pub fn add(tx: &mut Tx<'_>, account: &Account) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO accounts (authority, sid, person_id, name, upn, first_seen_at, first_seen_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            account.key.authority.to_string(),
            account.key.sid,
            account.person,
            account.name,
            account.upn,
            account.first_seen_at,
            account.first_seen_on
        ],
    )?;
    Ok(())
}

/// Gives an account to another person. `false`: no such account.
///
/// # Errors
/// [`DbError`].
pub fn give(tx: &mut Tx<'_>, key: &AccountKey, person: PersonId) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE accounts SET person_id = ?3 WHERE authority = ?1 AND sid = ?2",
        params![key.authority.to_string(), key.sid, person],
    )?;
    Ok(rows == 1)
}

/// Sets the names of an account. `false`: no such account.
///
/// # Errors
/// [`DbError`].
pub fn rename(
    tx: &mut Tx<'_>,
    key: &AccountKey,
    name: &AccountName,
    upn: Option<&AccountName>,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE accounts SET name = ?3, upn = COALESCE(?4, upn) WHERE authority = ?1 AND sid = ?2",
        params![key.authority.to_string(), key.sid, name, upn],
    )?;
    Ok(rows == 1)
}

/// Notes where an account was seen that was known without having been seen. `false`: it was seen before.
///
/// # Errors
/// [`DbError`].
pub fn note_first_seen(
    tx: &mut Tx<'_>,
    key: &AccountKey,
    on: MachineId,
    at: UnixTime,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE accounts SET first_seen_on = ?3, first_seen_at = ?4
         WHERE authority = ?1 AND sid = ?2 AND first_seen_on IS NULL",
        params![key.authority.to_string(), key.sid, on, at],
    )?;
    Ok(rows == 1)
}
