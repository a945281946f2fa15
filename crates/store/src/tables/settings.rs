//! Single values of the server, by name.

use crate::{DbError, Rx, Tx, params};

/// The value under a key.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, key: &str) -> Result<Option<Vec<u8>>, DbError> {
    rx.query_opt("SELECT value FROM settings WHERE key = ?1", params![key], |row| row.get(0))
}

/// Sets the value under a key.
///
/// # Errors
/// [`DbError`].
pub fn set(tx: &mut Tx<'_>, key: &str, value: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO settings (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![key, value],
    )?;
    Ok(())
}
