//! What was read from the directory: entries of people, groups, who is in which.

use crate::{DbError, Row, Rx, Tx, params};
use domain::{DirectoryEntry, FoundGroup};
use model::{PersonId, Sid};

const COLUMNS: &str = "key, person_id, sid, dn, name, mail, state";

fn entry(row: &Row<'_>) -> Result<DirectoryEntry, DbError> {
    Ok(DirectoryEntry {
        key: row.get(0)?,
        person: row.get(1)?,
        sid: row.get(2)?,
        dn: row.get(3)?,
        name: row.get(4)?,
        mail: row.get(5)?,
        state: row.parse(6)?,
    })
}

/// All entries, by key.
///
/// # Errors
/// [`DbError`].
pub fn entries(rx: &Rx<'_>) -> Result<Vec<DirectoryEntry>, DbError> {
    rx.query_all(&format!("SELECT {COLUMNS} FROM directory_entries ORDER BY key"), params![], entry)
}

/// The entries of a person, by key.
///
/// # Errors
/// [`DbError`].
pub fn of(rx: &Rx<'_>, person: PersonId) -> Result<Vec<DirectoryEntry>, DbError> {
    rx.query_all(
        &format!("SELECT {COLUMNS} FROM directory_entries WHERE person_id = ?1 ORDER BY key"),
        params![person],
        entry,
    )
}

/// Adds an entry, or puts another in its place.
///
/// # Errors
/// [`DbError`].
pub fn put_entry(tx: &mut Tx<'_>, entry: &DirectoryEntry) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO directory_entries (key, person_id, sid, dn, name, mail, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (key) DO UPDATE SET person_id = excluded.person_id, sid = excluded.sid, dn = excluded.dn,
             name = excluded.name, mail = excluded.mail, state = excluded.state",
        params![entry.key, entry.person, entry.sid, entry.dn, entry.name, entry.mail, entry.state.as_str()],
    )?;
    Ok(())
}

/// All groups, by key.
///
/// # Errors
/// [`DbError`].
pub fn groups(rx: &Rx<'_>) -> Result<Vec<FoundGroup>, DbError> {
    rx.query_all("SELECT key, sid, name FROM directory_groups ORDER BY key", params![], |row| {
        Ok(FoundGroup { key: row.get(0)?, sid: row.get(1)?, name: row.get(2)? })
    })
}

/// Adds a group, or puts another in its place.
///
/// # Errors
/// [`DbError`].
pub fn put_group(tx: &mut Tx<'_>, group: &FoundGroup) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO directory_groups (key, sid, name) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET sid = excluded.sid, name = excluded.name",
        params![group.key, group.sid, group.name],
    )?;
    Ok(())
}

/// Removes a group, and everybody from it.
///
/// # Errors
/// [`DbError`].
pub fn remove_group(tx: &mut Tx<'_>, key: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM directory_members WHERE group_key = ?1", params![key])?;
    tx.execute("DELETE FROM directory_groups WHERE key = ?1", params![key])?;
    Ok(())
}

/// Who is in which group: keys of entries and of groups, in that order.
///
/// # Errors
/// [`DbError`].
pub fn members(rx: &Rx<'_>) -> Result<Vec<(String, String)>, DbError> {
    rx.query_all(
        "SELECT entry_key, group_key FROM directory_members ORDER BY entry_key, group_key",
        params![],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Puts an entry into a group; once, however often.
///
/// # Errors
/// [`DbError`], also when there is no such group.
pub fn add_member(tx: &mut Tx<'_>, entry: &str, group: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO directory_members (entry_key, group_key) VALUES (?1, ?2)
         ON CONFLICT (entry_key, group_key) DO NOTHING",
        params![entry, group],
    )?;
    Ok(())
}

/// Takes an entry out of a group.
///
/// # Errors
/// [`DbError`].
pub fn remove_member(tx: &mut Tx<'_>, entry: &str, group: &str) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM directory_members WHERE entry_key = ?1 AND group_key = ?2",
        params![entry, group],
    )?;
    Ok(())
}

/// The groups of a person who signs in with this account: those of the account's own entry, and of entries that are for
/// no account. Another account of the same person may be in others.
///
/// # Errors
/// [`DbError`].
pub fn groups_of(rx: &Rx<'_>, person: PersonId, sid: &Sid) -> Result<Vec<FoundGroup>, DbError> {
    rx.query_all(
        "SELECT DISTINCT g.key, g.sid, g.name FROM directory_entries e
         JOIN directory_members m ON m.entry_key = e.key JOIN directory_groups g ON g.key = m.group_key
         WHERE e.person_id = ?1 AND (e.sid = ?2 OR e.sid IS NULL) ORDER BY g.name, g.key",
        params![person, sid],
        |row| Ok(FoundGroup { key: row.get(0)?, sid: row.get(1)?, name: row.get(2)? }),
    )
}

/// Gives all entries of one person to another one.
///
/// # Errors
/// [`DbError`].
pub fn give_all(tx: &mut Tx<'_>, from: PersonId, to: PersonId) -> Result<(), DbError> {
    tx.execute("UPDATE directory_entries SET person_id = ?2 WHERE person_id = ?1", params![from, to])?;
    tx.execute("DELETE FROM directory_disabled WHERE person_id = ?1", params![from])?;
    Ok(())
}

/// Gives the entry for an account to another person.
///
/// # Errors
/// [`DbError`].
pub fn give(tx: &mut Tx<'_>, from: PersonId, sid: &Sid, to: PersonId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE directory_entries SET person_id = ?3 WHERE person_id = ?1 AND sid = ?2",
        params![from, sid, to],
    )?;
    Ok(())
}

/// The people who are disabled because the directory says so.
///
/// # Errors
/// [`DbError`].
pub fn disabled(rx: &Rx<'_>) -> Result<Vec<PersonId>, DbError> {
    rx.query_all("SELECT person_id FROM directory_disabled", params![], |row| row.get(0))
}

/// Notes that somebody is disabled because the directory says so.
///
/// # Errors
/// [`DbError`].
pub fn note_disabled(tx: &mut Tx<'_>, person: PersonId) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO directory_disabled (person_id) VALUES (?1) ON CONFLICT (person_id) DO NOTHING",
        params![person],
    )?;
    Ok(())
}

/// Forgets that; whether it was so.
///
/// # Errors
/// [`DbError`].
pub fn forget_disabled(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM directory_disabled WHERE person_id = ?1", params![person])? == 1)
}
