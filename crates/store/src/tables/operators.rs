//! Those who work with the console, the links that make them, and their wrong tries.

use crate::{DbError, Row, Rx, Tx, params};
use domain::{Access, Operator, OperatorState};
use model::{OperatorId, UnixTime};
use otp::Drift;

const COLUMNS: &str = "id, name, role, scope, state, created_at, last_signed_in_at";

fn operator(row: &Row<'_>) -> Result<Operator, DbError> {
    Ok(Operator {
        id: row.get(0)?,
        name: row.get(1)?,
        access: Access { role: row.parse(2)?, scope: row.parse(3)? },
        state: row.parse(4)?,
        created_at: row.get(5)?,
        last_signed_in_at: row.get(6)?,
    })
}

/// What an operator signs in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The password's slow hash.
    pub password: String,
    /// The token's seed, sealed.
    pub seed: Vec<u8>,
    /// The last step of which a code was accepted.
    pub last_step: u64,
    /// How far the token's clock is off.
    pub drift: Drift,
}

fn key(name: &str) -> String {
    name.to_lowercase()
}

/// Whether anybody is there who may sign in to the console, or could once.
///
/// # Errors
/// [`DbError`].
pub fn any(rx: &Rx<'_>) -> Result<bool, DbError> {
    Ok(rx.query_opt("SELECT 1 FROM operators LIMIT 1", params![], |row| row.get::<u32>(0))?.is_some())
}

/// An operator by id.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, id: OperatorId) -> Result<Option<Operator>, DbError> {
    rx.query_opt(&format!("SELECT {COLUMNS} FROM operators WHERE id = ?1"), params![id], operator)
}

/// An operator by name, case ignored, with what they sign in with.
///
/// # Errors
/// [`DbError`].
pub fn by_name(rx: &Rx<'_>, name: &str) -> Result<Option<(Operator, Credentials)>, DbError> {
    with_credentials(rx, "name_key = ?1", &key(name))
}

/// An operator by id, with what they sign in with.
///
/// # Errors
/// [`DbError`].
pub fn credentials(rx: &Rx<'_>, id: OperatorId) -> Result<Option<(Operator, Credentials)>, DbError> {
    with_credentials(rx, "id = ?1", &id)
}

fn with_credentials(
    rx: &Rx<'_>,
    which: &str,
    value: &dyn crate::ToValue,
) -> Result<Option<(Operator, Credentials)>, DbError> {
    rx.query_opt(
        &format!("SELECT {COLUMNS}, password, seed, last_step, drift FROM operators WHERE {which}"),
        &[value],
        |row| {
            let credentials = Credentials {
                password: row.get(7)?,
                seed: row.get(8)?,
                last_step: row.get(9)?,
                drift: Drift::from_steps(row.get(10)?),
            };
            Ok((operator(row)?, credentials))
        },
    )
}

/// All operators, by name.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<Operator>, DbError> {
    rx.query_all(&format!("SELECT {COLUMNS} FROM operators ORDER BY name_key"), params![], operator)
}

/// Adds an operator.
///
/// # Errors
/// [`DbError`], also when the name is taken.
pub fn add(tx: &mut Tx<'_>, operator: &Operator, with: &Credentials) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO operators (id, name, name_key, role, scope, state, password, seed, last_step, drift, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            operator.id,
            operator.name,
            key(&operator.name),
            operator.access.role.as_str(),
            operator.access.scope.to_string(),
            operator.state.as_str(),
            with.password,
            with.seed,
            with.last_step,
            with.drift.steps(),
            operator.created_at
        ],
    )?;
    Ok(())
}

/// Gives an operator another password and token.
///
/// # Errors
/// [`DbError`].
pub fn set_credentials(tx: &mut Tx<'_>, id: OperatorId, with: &Credentials) -> Result<(), DbError> {
    tx.execute(
        "UPDATE operators SET password = ?2, seed = ?3, last_step = ?4, drift = ?5 WHERE id = ?1",
        params![id, with.password, with.seed, with.last_step, with.drift.steps()],
    )?;
    Ok(())
}

/// Uses a step of an operator's token up: the verdict on a right code. `false`: that step, or a later one, has been used,
/// or the operator may not sign in.
///
/// # Errors
/// [`DbError`].
pub fn use_step(tx: &mut Tx<'_>, id: OperatorId, step: u64, drift: Drift) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE operators SET last_step = ?2, drift = ?3 WHERE id = ?1 AND last_step < ?2 AND state = 'active'",
        params![id, step, drift.steps()],
    )?;
    Ok(rows == 1)
}

/// Makes every operator's token refuse this step and every one before it.
///
/// # Errors
/// [`DbError`].
pub fn refuse_up_to(tx: &mut Tx<'_>, step: u64) -> Result<(), DbError> {
    tx.execute("UPDATE operators SET last_step = ?1 WHERE last_step < ?1", params![step])?;
    Ok(())
}

/// Notes a sign-in.
///
/// # Errors
/// [`DbError`].
pub fn signed_in(tx: &mut Tx<'_>, id: OperatorId, now: UnixTime) -> Result<(), DbError> {
    tx.execute("UPDATE operators SET last_signed_in_at = ?2 WHERE id = ?1", params![id, now])?;
    Ok(())
}

/// Sets whether an operator may sign in.
///
/// # Errors
/// [`DbError`].
pub fn set_state(tx: &mut Tx<'_>, id: OperatorId, state: OperatorState) -> Result<bool, DbError> {
    Ok(tx.execute("UPDATE operators SET state = ?2 WHERE id = ?1", params![id, state.as_str()])? == 1)
}

/// Sets what an operator may do.
///
/// # Errors
/// [`DbError`].
pub fn set_access(tx: &mut Tx<'_>, id: OperatorId, access: &Access) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE operators SET role = ?2, scope = ?3 WHERE id = ?1",
        params![id, access.role.as_str(), access.scope.to_string()],
    )?;
    Ok(rows == 1)
}

/// A link that makes somebody an operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// For whom; `None`: whoever has it becomes the first operator.
    pub name: Option<String>,
    /// What they may do then.
    pub access: Access,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it stops being good.
    pub expires_at: UnixTime,
}

const LINK: &str = "name, role, scope, created_at, expires_at";

fn link_row(row: &Row<'_>) -> Result<Link, DbError> {
    Ok(Link {
        name: row.get(0)?,
        access: Access { role: row.parse(1)?, scope: row.parse(2)? },
        created_at: row.get(3)?,
        expires_at: row.get(4)?,
    })
}

/// Adds a link by the hash of its secret; one for the same name is void then.
///
/// # Errors
/// [`DbError`].
pub fn add_link(tx: &mut Tx<'_>, secret_hash: &[u8; 32], link: &Link) -> Result<(), DbError> {
    if let Some(name) = &link.name {
        drop_link_for(tx, name)?;
    }
    tx.execute(
        "INSERT INTO operator_links (secret_hash, name, name_key, role, scope, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            secret_hash,
            link.name,
            link.name.as_deref().map(key),
            link.access.role.as_str(),
            link.access.scope.to_string(),
            link.created_at,
            link.expires_at
        ],
    )?;
    Ok(())
}

/// A link that is good.
///
/// # Errors
/// [`DbError`].
pub fn link(rx: &Rx<'_>, secret_hash: &[u8; 32], now: UnixTime) -> Result<Option<Link>, DbError> {
    rx.query_opt(
        &format!("SELECT {LINK} FROM operator_links WHERE secret_hash = ?1 AND expires_at > ?2"),
        params![secret_hash, now],
        link_row,
    )
}

/// The links that are good, but for those for the first operator.
///
/// # Errors
/// [`DbError`].
pub fn links(rx: &Rx<'_>, now: UnixTime) -> Result<Vec<Link>, DbError> {
    rx.query_all(
        &format!(
            "SELECT {LINK} FROM operator_links WHERE name IS NOT NULL AND expires_at > ?1 ORDER BY name_key"
        ),
        params![now],
        link_row,
    )
}

/// Uses a link up: the verdict on a link that can be used once. `false`: it was used, or is past its time.
///
/// # Errors
/// [`DbError`].
pub fn use_link(tx: &mut Tx<'_>, secret_hash: &[u8; 32], now: UnixTime) -> Result<bool, DbError> {
    let rows = tx.execute(
        "DELETE FROM operator_links WHERE secret_hash = ?1 AND expires_at > ?2",
        params![secret_hash, now],
    )?;
    Ok(rows == 1)
}

/// Ends the link for a name. `false`: there was none.
///
/// # Errors
/// [`DbError`].
pub fn drop_link_for(tx: &mut Tx<'_>, name: &str) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM operator_links WHERE name_key = ?1", params![key(name)])? > 0)
}

/// Ends the links for the first operator.
///
/// # Errors
/// [`DbError`].
pub fn drop_first_links(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    tx.execute("DELETE FROM operator_links WHERE name IS NULL", params![])
}

/// Ends all links; how many were good.
///
/// # Errors
/// [`DbError`].
pub fn drop_links(tx: &mut Tx<'_>, now: UnixTime) -> Result<usize, DbError> {
    let good = tx.execute("DELETE FROM operator_links WHERE expires_at > ?1", params![now])?;
    tx.execute("DELETE FROM operator_links", params![])?;
    Ok(good)
}

/// The counter of wrong tries for a name, by its hash, from a network. Empty: from everywhere.
///
/// # Errors
/// [`DbError`].
pub fn tries(rx: &Rx<'_>, who: &[u8; 32], network: &str) -> Result<Option<String>, DbError> {
    rx.query_opt(
        "SELECT state FROM operator_tries WHERE who = ?1 AND network = ?2",
        params![who, network],
        |row| row.get(0),
    )
}

/// Sets that counter.
///
/// # Errors
/// [`DbError`].
pub fn set_tries(
    tx: &mut Tx<'_>,
    who: &[u8; 32],
    network: &str,
    state: &str,
    now: UnixTime,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO operator_tries (who, network, state, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (who, network) DO UPDATE SET state = excluded.state, at = excluded.at",
        params![who, network, state, now],
    )?;
    Ok(())
}

/// Forgets that counter.
///
/// # Errors
/// [`DbError`].
pub fn clear_tries(tx: &mut Tx<'_>, who: &[u8; 32], network: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM operator_tries WHERE who = ?1 AND network = ?2", params![who, network])?;
    Ok(())
}

/// Forgets all counters of a name.
///
/// # Errors
/// [`DbError`].
pub fn clear_all_tries(tx: &mut Tx<'_>, who: &[u8; 32]) -> Result<(), DbError> {
    tx.execute("DELETE FROM operator_tries WHERE who = ?1", params![who])?;
    Ok(())
}

/// Drops links that are past their time, and counters that were last raised before a moment; at most `limit` of these.
///
/// # Errors
/// [`DbError`].
pub fn drop_old(
    tx: &mut Tx<'_>,
    now: UnixTime,
    tries_before: UnixTime,
    limit: u32,
) -> Result<usize, DbError> {
    tx.execute("DELETE FROM operator_links WHERE expires_at <= ?1", params![now])?;
    tx.execute(
        "DELETE FROM operator_tries WHERE (who, network) IN
             (SELECT who, network FROM operator_tries WHERE at < ?1 LIMIT ?2)",
        params![tries_before, limit],
    )
}
