//! Tokens. A seed leaves this module sealed, as it is stored.

use super::text;
use crate::{DbError, Row, Rx, Tx, params};
use domain::{Token, TokenState};
use model::{PersonId, TokenId, UnixTime};
use otp::Drift;

const COLUMNS: &str =
    "id, person_id, serial, label, parameters, last_step, drift, state, created_at, origin, last_used_at";

fn token(row: &Row<'_>) -> Result<Token, DbError> {
    Ok(Token {
        id: row.get(0)?,
        person: row.get(1)?,
        serial: row.get(2)?,
        label: row.get(3)?,
        parameters: text::parse_parameters(4, &row.get::<String>(4)?)?,
        last_step: step(row.get(5)?),
        drift: Drift::from_steps(row.get(6)?),
        state: row.parse(7)?,
        created_at: row.get(8)?,
        origin: text::parse_origin(9, &row.get::<String>(9)?)?,
        last_used_at: row.get(10)?,
    })
}

/// Stored for "none yet": smaller than every step.
pub(super) fn stored_step(step: Option<u64>) -> Result<i64, DbError> {
    step.map_or(Ok(-1), |step| i64::try_from(step).map_err(|_| DbError::TooBig))
}

/// Read again: what is smaller than every step is none.
pub(super) fn step(stored: i64) -> Option<u64> {
    u64::try_from(stored).ok()
}

/// A token by id.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, id: TokenId) -> Result<Option<Token>, DbError> {
    rx.query_opt(&format!("SELECT {COLUMNS} FROM tokens WHERE id = ?1"), params![id], token)
}

/// A token by its serial, as people read it out (case of letters ignored).
///
/// # Errors
/// [`DbError`].
pub fn by_serial(rx: &Rx<'_>, serial: &str) -> Result<Option<Token>, DbError> {
    rx.query_opt(
        &format!("SELECT {COLUMNS} FROM tokens WHERE serial = ?1"),
        params![serial.to_ascii_uppercase()],
        token,
    )
}

/// All tokens of a person in any state, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of(rx: &Rx<'_>, person: PersonId) -> Result<Vec<Token>, DbError> {
    rx.query_all(
        &format!("SELECT {COLUMNS} FROM tokens WHERE person_id = ?1 ORDER BY created_at, id"),
        params![person],
        token,
    )
}

/// The active tokens of a person with their sealed seeds, oldest first: what verifying a code needs.
///
/// # Errors
/// [`DbError`].
pub fn active_with_seeds(rx: &Rx<'_>, person: PersonId) -> Result<Vec<(Token, Vec<u8>)>, DbError> {
    rx.query_all(
        &format!(
            "SELECT {COLUMNS}, seed FROM tokens WHERE person_id = ?1 AND state = 'active' ORDER BY created_at, id"
        ),
        params![person],
        |row| Ok((token(row)?, row.get(11)?)),
    )
}

/// All tokens, by serial.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<Token>, DbError> {
    rx.query_all(&format!("SELECT {COLUMNS} FROM tokens ORDER BY serial"), params![], token)
}

/// Adds a token with its sealed seed.
///
/// # Errors
/// [`DbError`], also when the serial is taken.
pub fn add(tx: &mut Tx<'_>, token: &Token, sealed_seed: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO tokens (id, person_id, serial, label, parameters, seed, last_step, drift, state, created_at,
                             origin, last_used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            token.id,
            token.person,
            token.serial,
            token.label,
            text::parameters(&token.parameters),
            sealed_seed,
            stored_step(token.last_step)?,
            token.drift.steps(),
            token.state.as_str(),
            token.created_at,
            text::origin(token.origin),
            token.last_used_at
        ],
    )?;
    Ok(())
}

/// Uses a step of a person's token up: the verdict on a right code. `false`: that step, or a later one, has been used, or
/// the token is not active any more.
///
/// # Errors
/// [`DbError`].
pub fn use_step(
    tx: &mut Tx<'_>,
    person: PersonId,
    id: TokenId,
    step: u64,
    drift: Drift,
    now: UnixTime,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE tokens SET last_step = ?3, drift = ?4, last_used_at = ?5
         WHERE person_id = ?1 AND id = ?2 AND last_step < ?3 AND state = 'active'",
        params![person, id, step, drift.steps(), now],
    )?;
    Ok(rows == 1)
}

/// Sets whether a token's codes are taken. A revoked token can only be replaced, a replaced one nothing more.
/// `false`: no such token, or that.
///
/// # Errors
/// [`DbError`].
pub fn set_state(tx: &mut Tx<'_>, id: TokenId, state: TokenState) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE tokens SET state = ?2
         WHERE id = ?1 AND state <> 'replaced' AND (state <> 'revoked' OR ?2 = 'replaced')",
        params![id, state.as_str()],
    )?;
    Ok(rows == 1)
}

/// Gives all tokens of one person to another.
///
/// # Errors
/// [`DbError`].
pub fn give_all(tx: &mut Tx<'_>, from: PersonId, to: PersonId) -> Result<usize, DbError> {
    tx.execute("UPDATE tokens SET person_id = ?2 WHERE person_id = ?1", params![from, to])
}

/// The sealed seed of a token.
///
/// # Errors
/// [`DbError`].
pub fn seed(rx: &Rx<'_>, person: PersonId, id: TokenId) -> Result<Option<Vec<u8>>, DbError> {
    rx.query_opt("SELECT seed FROM tokens WHERE person_id = ?1 AND id = ?2", params![person, id], |row| {
        row.get(0)
    })
}

/// Sets the label of a token.
///
/// # Errors
/// [`DbError`].
pub fn set_label(tx: &mut Tx<'_>, person: PersonId, id: TokenId, label: &str) -> Result<(), DbError> {
    tx.execute("UPDATE tokens SET label = ?3 WHERE person_id = ?1 AND id = ?2", params![person, id, label])?;
    Ok(())
}

/// Takes a token away from a person altogether. The verdict: `false`, it is not there, or revoked or replaced, which is for
/// good.
///
/// # Errors
/// [`DbError`].
pub fn remove(tx: &mut Tx<'_>, person: PersonId, id: TokenId) -> Result<bool, DbError> {
    let rows = tx.execute(
        "DELETE FROM tokens WHERE person_id = ?1 AND id = ?2 AND state <> 'revoked' AND state <> 'replaced'",
        params![person, id],
    )?;
    Ok(rows == 1)
}
