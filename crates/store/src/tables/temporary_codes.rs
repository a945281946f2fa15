//! Codes for people who have no token at hand, as slow hashes.

use crate::{DbError, Rx, Tx, params};
use model::{PersonId, UnixTime};

/// A temporary code as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Its hash.
    pub hash: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it stops being good.
    pub expires_at: UnixTime,
    /// How often it is still good; `None`: any number of times.
    pub uses_left: Option<u32>,
}

/// Sets a person's temporary code, in place of an older one.
///
/// # Errors
/// [`DbError`].
pub fn set(tx: &mut Tx<'_>, person: PersonId, code: &Stored) -> Result<(), DbError> {
    tx.execute("DELETE FROM temporary_codes WHERE person_id = ?1", params![person])?;
    tx.execute(
        "INSERT INTO temporary_codes (person_id, hash, created_at, expires_at, uses_left)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![person, code.hash, code.created_at, code.expires_at, code.uses_left],
    )?;
    Ok(())
}

/// A person's temporary code, if it is good.
///
/// # Errors
/// [`DbError`].
pub fn good(rx: &Rx<'_>, person: PersonId, now: UnixTime) -> Result<Option<Stored>, DbError> {
    rx.query_opt(
        "SELECT hash, created_at, expires_at, uses_left FROM temporary_codes
         WHERE person_id = ?1 AND expires_at > ?2 AND (uses_left IS NULL OR uses_left > 0)",
        params![person, now],
        |row| {
            Ok(Stored {
                hash: row.get(0)?,
                created_at: row.get(1)?,
                expires_at: row.get(2)?,
                uses_left: row.get(3)?,
            })
        },
    )
}

/// Uses one up once: the verdict on a right temporary code. `false`: it ran out, was ended or replaced meanwhile.
///
/// # Errors
/// [`DbError`].
pub fn use_once(tx: &mut Tx<'_>, person: PersonId, hash: &str, now: UnixTime) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE temporary_codes SET uses_left = uses_left - 1
         WHERE person_id = ?1 AND hash = ?2 AND expires_at > ?3 AND (uses_left IS NULL OR uses_left > 0)",
        params![person, hash, now],
    )?;
    Ok(rows == 1)
}

/// Ends a person's temporary code. `false`: there is none that is good.
///
/// # Errors
/// [`DbError`].
pub fn end(tx: &mut Tx<'_>, person: PersonId, now: UnixTime) -> Result<bool, DbError> {
    let rows = tx.execute(
        "DELETE FROM temporary_codes
         WHERE person_id = ?1 AND expires_at > ?2 AND (uses_left IS NULL OR uses_left > 0)",
        params![person, now],
    )?;
    Ok(rows == 1)
}

/// Drops those that are past their time.
///
/// # Errors
/// [`DbError`].
pub fn drop_expired(tx: &mut Tx<'_>, now: UnixTime) -> Result<(), DbError> {
    tx.execute("DELETE FROM temporary_codes WHERE expires_at <= ?1", params![now])?;
    Ok(())
}
