//! Keys of the administration API, by the hash of their secret.

use crate::{DbError, Row, Rx, Tx, params};
use domain::ApiKey;
use model::{ApiKeyId, UnixTime};

const COLUMNS: &str = "id, name, rights, scope, created_at, expires_at, last_used_at";

fn key(row: &Row<'_>) -> Result<ApiKey, DbError> {
    let rights: String = row.get(2)?;
    let rights = rights.split_whitespace().map(str::parse).collect::<Result<_, _>>();
    Ok(ApiKey {
        id: row.get(0)?,
        name: row.get(1)?,
        rights: rights.map_err(|_| DbError::WrongValue { column: 2, expected: "rights" })?,
        scope: row.parse(3)?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
        last_used_at: row.get(6)?,
    })
}

/// All of them, by name.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<ApiKey>, DbError> {
    rx.query_all(&format!("SELECT {COLUMNS} FROM api_keys ORDER BY name"), &[], key)
}

/// The one with this secret.
///
/// # Errors
/// [`DbError`].
pub fn by_secret(rx: &Rx<'_>, secret_hash: &[u8; 32]) -> Result<Option<ApiKey>, DbError> {
    rx.query_opt(&format!("SELECT {COLUMNS} FROM api_keys WHERE secret_hash = ?1"), params![secret_hash], key)
}

/// Adds one.
///
/// # Errors
/// [`DbError`], also when the name is taken.
pub fn add(tx: &mut Tx<'_>, key: &ApiKey, secret_hash: &[u8; 32]) -> Result<(), DbError> {
    let rights: Vec<&str> = key.rights.iter().map(|right| right.as_str()).collect();
    tx.execute(
        "INSERT INTO api_keys (id, name, secret_hash, rights, scope, created_at, expires_at, last_used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            key.id,
            key.name,
            secret_hash,
            rights.join(" "),
            key.scope.to_string(),
            key.created_at,
            key.expires_at,
            key.last_used_at
        ],
    )?;
    Ok(())
}

/// Notes that one was used.
///
/// # Errors
/// [`DbError`].
pub fn used(tx: &mut Tx<'_>, id: ApiKeyId, now: UnixTime) -> Result<(), DbError> {
    tx.execute("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1", params![id, now])?;
    Ok(())
}

/// Removes one. `false`: no such key.
///
/// # Errors
/// [`DbError`].
pub fn remove(tx: &mut Tx<'_>, id: ApiKeyId) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM api_keys WHERE id = ?1", params![id])? == 1)
}
