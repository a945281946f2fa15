//! Sessions of browsers, by the hash of what the browser holds: those of operators in the console, and of people in
//! self-service.

use crate::{DbError, FromValue, Row, Rx, ToValue, Tx, params};
use model::{OperatorId, PersonId, SessionId, UnixTime};

/// Who may have a session. Each kind has a table of its own, so that a session of one is never taken for one of another.
pub trait Owner: Copy + ToValue + FromValue {
    /// The table.
    const TABLE: &'static str;
    /// The column that says whose.
    const COLUMN: &'static str;
}

impl Owner for OperatorId {
    const TABLE: &'static str = "operator_sessions";
    const COLUMN: &'static str = "operator_id";
}

impl Owner for PersonId {
    const TABLE: &'static str = "person_sessions";
    const COLUMN: &'static str = "person_id";
}

/// A session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session<O> {
    /// Which session.
    pub id: SessionId,
    /// Whose.
    pub owner: O,
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

/// The beginning of every question.
fn select<O: Owner>() -> String {
    let (table, owner) = (O::TABLE, O::COLUMN);
    format!("SELECT id, {owner}, created_at, seen_at, stepped_up_at, network, browser FROM {table}")
}

fn session<O: Owner>(row: &Row<'_>) -> Result<Session<O>, DbError> {
    Ok(Session {
        id: row.get(0)?,
        owner: row.get(1)?,
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
pub fn by_hash<O: Owner>(rx: &Rx<'_>, secret_hash: &[u8; 32]) -> Result<Option<Session<O>>, DbError> {
    rx.query_opt(&format!("{} WHERE secret_hash = ?1", select::<O>()), params![secret_hash], session)
}

/// A session by id.
///
/// # Errors
/// [`DbError`].
pub fn find<O: Owner>(rx: &Rx<'_>, id: SessionId) -> Result<Option<Session<O>>, DbError> {
    rx.query_opt(&format!("{} WHERE id = ?1", select::<O>()), params![id], session)
}

/// All sessions, those used last first.
///
/// # Errors
/// [`DbError`].
pub fn all<O: Owner>(rx: &Rx<'_>) -> Result<Vec<Session<O>>, DbError> {
    rx.query_all(&format!("{} ORDER BY seen_at DESC, id", select::<O>()), params![], session)
}

/// Adds a session.
///
/// # Errors
/// [`DbError`].
pub fn add<O: Owner>(tx: &mut Tx<'_>, session: &Session<O>, secret_hash: &[u8; 32]) -> Result<(), DbError> {
    tx.execute(
        &format!(
            "INSERT INTO {} (id, secret_hash, {}, created_at, seen_at, stepped_up_at, network, browser)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            O::TABLE,
            O::COLUMN
        ),
        params![
            session.id,
            secret_hash,
            session.owner,
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
pub fn seen<O: Owner>(tx: &mut Tx<'_>, id: SessionId, now: UnixTime) -> Result<(), DbError> {
    tx.execute(&format!("UPDATE {} SET seen_at = ?2 WHERE id = ?1", O::TABLE), params![id, now])?;
    Ok(())
}

/// Gives a session another secret, when the second factor was shown. `false`: the old one is not good any more.
///
/// # Errors
/// [`DbError`].
pub fn step_up<O: Owner>(
    tx: &mut Tx<'_>,
    id: SessionId,
    old_hash: &[u8; 32],
    new_hash: &[u8; 32],
    now: UnixTime,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        &format!(
            "UPDATE {} SET secret_hash = ?3, stepped_up_at = ?4, seen_at = ?4 WHERE id = ?1 AND secret_hash = ?2",
            O::TABLE
        ),
        params![id, old_hash, new_hash, now],
    )?;
    Ok(rows == 1)
}

/// Ends a session. `false`: there is none.
///
/// # Errors
/// [`DbError`].
pub fn end<O: Owner>(tx: &mut Tx<'_>, id: SessionId) -> Result<bool, DbError> {
    Ok(tx.execute(&format!("DELETE FROM {} WHERE id = ?1", O::TABLE), params![id])? == 1)
}

/// Ends all sessions of somebody; how many.
///
/// # Errors
/// [`DbError`].
pub fn end_of<O: Owner>(tx: &mut Tx<'_>, owner: O) -> Result<usize, DbError> {
    tx.execute(&format!("DELETE FROM {} WHERE {} = ?1", O::TABLE, O::COLUMN), params![owner])
}

/// Ends sessions that were begun before one moment, or last used before another.
///
/// # Errors
/// [`DbError`].
pub fn drop_old<O: Owner>(
    tx: &mut Tx<'_>,
    begun_before: UnixTime,
    used_before: UnixTime,
) -> Result<usize, DbError> {
    tx.execute(
        &format!("DELETE FROM {} WHERE created_at < ?1 OR seen_at < ?2", O::TABLE),
        params![begun_before, used_before],
    )
}

/// Ends every session.
///
/// # Errors
/// [`DbError`].
pub fn end_all<O: Owner>(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    tx.execute(&format!("DELETE FROM {}", O::TABLE), params![])
}
