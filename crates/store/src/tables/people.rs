//! People, and whose an account is.

use crate::{DbError, Row, Rx, Tx, params};
use domain::{AccountKey, Person, PersonState};
use model::{MachineId, PersonId, UnixTime};

const COLUMNS: &str = "p.id, p.name, p.state, p.first_seen_at, p.blocked_until";

fn person(row: &Row<'_>) -> Result<Person, DbError> {
    Ok(Person {
        id: row.get(0)?,
        name: row.get(1)?,
        state: row.parse(2)?,
        first_seen_at: row.get(3)?,
        blocked_until: row.get(4)?,
    })
}

/// A person by id.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, id: PersonId) -> Result<Option<Person>, DbError> {
    rx.query_opt(&format!("SELECT {COLUMNS} FROM people p WHERE p.id = ?1"), params![id], person)
}

/// The person an account belongs to.
///
/// # Errors
/// [`DbError`].
pub fn by_account(rx: &Rx<'_>, key: &AccountKey) -> Result<Option<Person>, DbError> {
    rx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM accounts a JOIN people p ON p.id = a.person_id
             WHERE a.authority = ?1 AND a.sid = ?2"
        ),
        params![key.authority.to_string(), key.sid],
        person,
    )
}

/// Everybody whose name or account name or UPN is this text (case of ASCII letters ignored), or who has this SID.
///
/// # Errors
/// [`DbError`].
pub fn by_text(rx: &Rx<'_>, text: &str) -> Result<Vec<Person>, DbError> {
    rx.query_all(
        &format!(
            "SELECT DISTINCT {COLUMNS} FROM people p LEFT JOIN accounts a ON a.person_id = p.id
             WHERE lower(p.name) = ?1 OR lower(a.name) = ?1 OR lower(a.upn) = ?1 OR a.sid = ?2
             ORDER BY p.name"
        ),
        params![text.to_ascii_lowercase(), text],
        person,
    )
}

/// Everybody, by name.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<Person>, DbError> {
    rx.query_all(&format!("SELECT {COLUMNS} FROM people p ORDER BY p.name, p.id"), params![], person)
}

/// Adds a person.
///
/// # Errors
/// [`DbError`].
pub fn add(tx: &mut Tx<'_>, person: &Person) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO people (id, name, state, first_seen_at, blocked_until) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![person.id, person.name, person.state.as_str(), person.first_seen_at, person.blocked_until],
    )?;
    Ok(())
}

/// Sets whether a person may sign in. `false`: no such person.
///
/// # Errors
/// [`DbError`].
pub fn set_state(tx: &mut Tx<'_>, id: PersonId, state: PersonState) -> Result<bool, DbError> {
    Ok(tx.execute("UPDATE people SET state = ?2 WHERE id = ?1", params![id, state.as_str()])? == 1)
}

/// Blocks a person everywhere until then, or lifts the block.
///
/// # Errors
/// [`DbError`].
pub fn set_blocked_until(tx: &mut Tx<'_>, id: PersonId, until: Option<UnixTime>) -> Result<(), DbError> {
    tx.execute("UPDATE people SET blocked_until = ?2 WHERE id = ?1", params![id, until])?;
    Ok(())
}

/// Removes a person whose accounts and tokens went to another one, with what is left of them.
///
/// # Errors
/// [`DbError`], also when an account or a token still points at the person.
pub fn remove_with_leftovers(tx: &mut Tx<'_>, id: PersonId) -> Result<(), DbError> {
    for leftovers in [
        "DELETE FROM pending_enrollments WHERE person_id = ?1",
        "DELETE FROM lockouts WHERE person_id = ?1",
        "DELETE FROM attempts WHERE person_id = ?1",
        "DELETE FROM enrollment_codes WHERE person_id = ?1",
        "DELETE FROM enrollment_approvals WHERE person_id = ?1",
        "DELETE FROM invitations WHERE person_id = ?1",
        "DELETE FROM recovery_codes WHERE person_id = ?1",
        "DELETE FROM seen_on WHERE person_id = ?1",
        "DELETE FROM people WHERE id = ?1",
    ] {
        tx.execute(leftovers, params![id])?;
    }
    Ok(())
}

/// Notes that a person began to enroll on a machine on a day (whole days since 1970); once, however often it is noted.
///
/// # Errors
/// [`DbError`].
pub fn note_begun(tx: &mut Tx<'_>, machine: MachineId, day: u64, person: PersonId) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO begun_enrollments (machine_id, day, person_id) VALUES (?1, ?2, ?3)
         ON CONFLICT (machine_id, day, person_id) DO NOTHING",
        params![machine, day, person],
    )?;
    Ok(())
}

/// How many people began to enroll on a machine on a day, one of them left out.
///
/// # Errors
/// [`DbError`].
pub fn others_begun(
    rx: &Rx<'_>,
    machine: MachineId,
    day: u64,
    but: Option<PersonId>,
) -> Result<u32, DbError> {
    rx.query_one(
        "SELECT count(*) FROM begun_enrollments
         WHERE machine_id = ?1 AND day = ?2 AND (person_id <> ?3 OR ?3 IS NULL)",
        params![machine, day, but],
        |row| row.get(0),
    )
}

/// Drops what was noted before a day; at most `limit` rows.
///
/// # Errors
/// [`DbError`].
pub fn drop_begun(tx: &mut Tx<'_>, before_day: u64, limit: u32) -> Result<usize, DbError> {
    tx.execute(
        "DELETE FROM begun_enrollments WHERE (machine_id, day, person_id) IN
             (SELECT machine_id, day, person_id FROM begun_enrollments WHERE day < ?1 LIMIT ?2)",
        params![before_day, limit],
    )
}
