//! Recovery codes, as slow hashes.

use crate::{DbError, Rx, Tx, params};
use model::{PersonId, UnixTime};

/// Sets a person's recovery codes (their hashes), in place of the older ones.
///
/// # Errors
/// [`DbError`].
pub fn replace(tx: &mut Tx<'_>, person: PersonId, hashes: &[String]) -> Result<(), DbError> {
    tx.execute("DELETE FROM recovery_codes WHERE person_id = ?1", params![person])?;
    for (number, hash) in (1u32..).zip(hashes) {
        tx.execute(
            "INSERT INTO recovery_codes (person_id, number, hash) VALUES (?1, ?2, ?3)",
            params![person, number, hash],
        )?;
    }
    Ok(())
}

/// The numbers and hashes of a person's unused recovery codes.
///
/// # Errors
/// [`DbError`].
pub fn unused(rx: &Rx<'_>, person: PersonId) -> Result<Vec<(u32, String)>, DbError> {
    rx.query_all(
        "SELECT number, hash FROM recovery_codes WHERE person_id = ?1 AND used_at IS NULL ORDER BY number",
        params![person],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Uses one up: the verdict on a right recovery code. `false`: it was used, or replaced meanwhile.
///
/// # Errors
/// [`DbError`].
pub fn use_up(
    tx: &mut Tx<'_>,
    person: PersonId,
    number: u32,
    hash: &str,
    now: UnixTime,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE recovery_codes SET used_at = ?4
         WHERE person_id = ?1 AND number = ?2 AND hash = ?3 AND used_at IS NULL",
        params![person, number, hash, now],
    )?;
    Ok(rows == 1)
}
