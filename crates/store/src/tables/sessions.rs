//! Sessions of operators' browsers, by the hash of what the browser holds.

use crate::{DbError, Row, Rx, Tx, params};
use model::{OperatorId, SessionId, UnixTime};

/// A session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// Whose.
    pub operator: OperatorId,
    /// When they signed in.
    pub created_at: UnixTime,
    /// When it was last used, to the minute or so.
    pub seen_at: UnixTime,
    /// When the second factor was last shown.
    pub stepped_up_at: UnixTime,
    /// From where it was begun.
    pub network: String,
    /// What the browser calls itself.
    pub browser: String,
}

const COLUMNS: &str = "id, operator_id, created_at, seen_at, stepped_up_at, network, browser";

fn session(row: &Row<'_>) -> Result<Session, DbError> {
    Ok(Session {
        id: row.get(0)?,
        operator: row.get(1)?,
        created_at: row.get(2)?,
        seen_at: row.get(3)?,
        stepped_up_at: row.get(4)?,
        network: row.get(5)?,
        browser: row.get(6)?,
    })
}

/// A session by the hash of its secret.
///
/// # Errors
/// [`DbError`].
pub fn by_hash(rx: &Rx<'_>, secret_hash: &[u8; 32]) -> Result<Option<Session>, DbError> {
    rx.query_opt(
        &format!("SELECT {COLUMNS} FROM operator_sessions WHERE secret_hash = ?1"),
        params![secret_hash],
        session,
    )
}

/// A session by id.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, id: SessionId) -> Result<Option<Session>, DbError> {
    rx.query_opt(&format!("SELECT {COLUMNS} FROM operator_sessions WHERE id = ?1"), params![id], session)
}

/// All sessions, those used last first.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<Session>, DbError> {
    rx.query_all(
        &format!("SELECT {COLUMNS} FROM operator_sessions ORDER BY seen_at DESC, id"),
        params![],
        session,
    )
}

/// Adds a session.
///
/// # Errors
/// [`DbError`].
pub fn add(tx: &mut Tx<'_>, session: &Session, secret_hash: &[u8; 32]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO operator_sessions (id, secret_hash, operator_id, created_at, seen_at, stepped_up_at, network,
                                        browser)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            session.id,
            secret_hash,
            session.operator,
            session.created_at,
            session.seen_at,
            session.stepped_up_at,
            session.network,
            session.browser
        ],
    )?;
    Ok(())
}

/// Notes that a session is used.
///
/// # Errors
/// [`DbError`].
pub fn seen(tx: &mut Tx<'_>, id: SessionId, now: UnixTime) -> Result<(), DbError> {
    tx.execute("UPDATE operator_sessions SET seen_at = ?2 WHERE id = ?1", params![id, now])?;
    Ok(())
}

/// Gives a session another secret, when the second factor was shown. `false`: the old one is not good any more.
///
/// # Errors
/// [`DbError`].
pub fn step_up(
    tx: &mut Tx<'_>,
    id: SessionId,
    old_hash: &[u8; 32],
    new_hash: &[u8; 32],
    now: UnixTime,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE operator_sessions SET secret_hash = ?3, stepped_up_at = ?4, seen_at = ?4
         WHERE id = ?1 AND secret_hash = ?2",
        params![id, old_hash, new_hash, now],
    )?;
    Ok(rows == 1)
}

/// Ends a session. `false`: there is none.
///
/// # Errors
/// [`DbError`].
pub fn end(tx: &mut Tx<'_>, id: SessionId) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM operator_sessions WHERE id = ?1", params![id])? == 1)
}

/// Ends all sessions of an operator; how many.
///
/// # Errors
/// [`DbError`].
pub fn end_of(tx: &mut Tx<'_>, operator: OperatorId) -> Result<usize, DbError> {
    tx.execute("DELETE FROM operator_sessions WHERE operator_id = ?1", params![operator])
}

/// Ends sessions that were begun before one moment, or last used before another.
///
/// # Errors
/// [`DbError`].
pub fn drop_old(tx: &mut Tx<'_>, begun_before: UnixTime, used_before: UnixTime) -> Result<usize, DbError> {
    tx.execute(
        "DELETE FROM operator_sessions WHERE created_at < ?1 OR seen_at < ?2",
        params![begun_before, used_before],
    )
}

/// Ends every session.
///
/// # Errors
/// [`DbError`].
pub fn end_all(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    tx.execute("DELETE FROM operator_sessions", params![])
}
