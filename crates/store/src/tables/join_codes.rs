//! Join codes, by the hash of their secret.

use crate::{DbError, Row, Rx, Tx, params};
use domain::JoinCode;
use model::{JoinCodeId, UnixTime};

fn join_code(row: &Row<'_>) -> Result<JoinCode, DbError> {
    Ok(JoinCode {
        id: row.get(0)?,
        group: row.get(1)?,
        group_name: row.get(2)?,
        created_at: row.get(3)?,
        expires_at: row.get(4)?,
        uses_left: row.get(5)?,
    })
}

const SELECT: &str = "SELECT c.id, c.group_id, g.name, c.created_at, c.expires_at, c.uses_left
                      FROM join_codes c JOIN machine_groups g ON g.id = c.group_id";

/// All join codes, newest first.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<JoinCode>, DbError> {
    rx.query_all(&format!("{SELECT} ORDER BY c.created_at DESC, c.id"), params![], join_code)
}

/// Adds a join code.
///
/// # Errors
/// [`DbError`].
pub fn add(tx: &mut Tx<'_>, code: &JoinCode, secret_hash: &[u8; 32]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO join_codes (id, secret_hash, group_id, created_at, expires_at, uses_left)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![code.id, secret_hash, code.group, code.created_at, code.expires_at, code.uses_left],
    )?;
    Ok(())
}

/// Whether a join code could be used now. A look, for whoever is about to use it; only [`use_once`] is a verdict.
///
/// # Errors
/// [`DbError`].
pub fn is_good(rx: &Rx<'_>, secret_hash: &[u8; 32], now: UnixTime) -> Result<bool, DbError> {
    let found = rx.query_opt(
        "SELECT 1 FROM join_codes WHERE secret_hash = ?1 AND uses_left > 0 AND expires_at > ?2",
        params![secret_hash, now],
        |row| row.get::<u32>(0),
    )?;
    Ok(found.is_some())
}

/// Uses a join code once. `None`: no such code, used up, or past its time.
///
/// # Errors
/// [`DbError`].
pub fn use_once(tx: &mut Tx<'_>, secret_hash: &[u8; 32], now: UnixTime) -> Result<Option<JoinCode>, DbError> {
    let rows = tx.execute(
        "UPDATE join_codes SET uses_left = uses_left - 1
         WHERE secret_hash = ?1 AND uses_left > 0 AND expires_at > ?2",
        params![secret_hash, now],
    )?;
    if rows == 0 {
        return Ok(None);
    }
    tx.query_opt(&format!("{SELECT} WHERE c.secret_hash = ?1"), params![secret_hash], join_code)
}

/// Ends a join code. `false`: no such code.
///
/// # Errors
/// [`DbError`].
pub fn end(tx: &mut Tx<'_>, id: JoinCodeId) -> Result<bool, DbError> {
    Ok(tx.execute("UPDATE join_codes SET uses_left = 0 WHERE id = ?1", params![id])? == 1)
}
