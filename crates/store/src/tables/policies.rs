//! Versions of the policy; the newest is in force. Older ones are kept.

use crate::{DbError, Row, Rx, Tx, params};
use model::UnixTime;

/// One version of the policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyVersion {
    /// From 1 on.
    pub version: u64,
    /// Its text.
    pub toml: String,
    /// Since when.
    pub created_at: UnixTime,
    /// By whom.
    pub created_by: String,
}

/// The number of the version in force; 0 when there is none.
///
/// # Errors
/// [`DbError`].
pub fn newest_version(rx: &Rx<'_>) -> Result<u64, DbError> {
    Ok(rx
        .query_one("SELECT max(version) FROM policies", params![], |row| row.get::<Option<u64>>(0))?
        .unwrap_or(0))
}

/// One version.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, version: u64) -> Result<Option<PolicyVersion>, DbError> {
    rx.query_opt(
        "SELECT version, toml, created_at, created_by FROM policies WHERE version = ?1",
        params![version],
        stored,
    )
}

fn stored(row: &Row<'_>) -> Result<PolicyVersion, DbError> {
    Ok(PolicyVersion {
        version: row.get(0)?,
        toml: row.get(1)?,
        created_at: row.get(2)?,
        created_by: row.get(3)?,
    })
}

/// The newest versions, newest first.
///
/// # Errors
/// [`DbError`].
pub fn newest(rx: &Rx<'_>, limit: u32) -> Result<Vec<PolicyVersion>, DbError> {
    rx.query_all(
        "SELECT version, toml, created_at, created_by FROM policies ORDER BY version DESC LIMIT ?1",
        params![limit],
        stored,
    )
}

/// Adds a version.
///
/// # Errors
/// [`DbError`], also when the number is taken.
pub fn add(tx: &mut Tx<'_>, version: &PolicyVersion) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO policies (version, toml, created_at, created_by) VALUES (?1, ?2, ?3, ?4)",
        params![version.version, version.toml, version.created_at, version.created_by],
    )?;
    Ok(())
}
