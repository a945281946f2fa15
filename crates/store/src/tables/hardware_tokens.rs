//! Hardware tokens: those in stock with their sealed seeds, and which serials there are.

use super::{
    text,
    tokens::{step, stored_step},
};
use crate::{DbError, Row, Rx, Tx, params};
use domain::HardwareToken;
use model::TokenId;
use otp::Drift;

const COLUMNS: &str = "id, serial, maker, parameters, last_step, drift, imported_at";

fn token(row: &Row<'_>) -> Result<HardwareToken, DbError> {
    Ok(HardwareToken {
        id: row.get(0)?,
        serial: row.get(1)?,
        maker: row.get(2)?,
        parameters: text::parse_parameters(3, &row.get::<String>(3)?)?,
        last_step: step(row.get(4)?),
        drift: Drift::from_steps(row.get(5)?),
        imported_at: row.get(6)?,
    })
}

/// Those in stock, by serial.
///
/// # Errors
/// [`DbError`].
pub fn in_stock(rx: &Rx<'_>) -> Result<Vec<HardwareToken>, DbError> {
    rx.query_all(
        &format!("SELECT {COLUMNS} FROM hardware_tokens WHERE seed IS NOT NULL ORDER BY serial"),
        params![],
        token,
    )
}

/// One in stock with its sealed seed, by its serial (case of letters ignored).
///
/// # Errors
/// [`DbError`].
pub fn find_in_stock(rx: &Rx<'_>, serial: &str) -> Result<Option<(HardwareToken, Vec<u8>)>, DbError> {
    rx.query_opt(
        &format!("SELECT {COLUMNS}, seed FROM hardware_tokens WHERE serial = ?1 AND seed IS NOT NULL"),
        params![serial.to_ascii_uppercase()],
        |row| Ok((token(row)?, row.get(7)?)),
    )
}

/// Whether there is a token with this serial, in stock or with somebody, hardware or not.
///
/// # Errors
/// [`DbError`].
pub fn has_serial(rx: &Rx<'_>, serial: &str) -> Result<bool, DbError> {
    let found = rx.query_opt(
        "SELECT 1 FROM hardware_tokens WHERE serial = ?1 UNION ALL SELECT 1 FROM tokens WHERE serial = ?1",
        params![serial],
        |row| row.get::<u32>(0),
    )?;
    Ok(found.is_some())
}

/// What made a hardware token, by its id; `None`: it is none.
///
/// # Errors
/// [`DbError`].
pub fn maker(rx: &Rx<'_>, id: TokenId) -> Result<Option<String>, DbError> {
    rx.query_opt("SELECT maker FROM hardware_tokens WHERE id = ?1", params![id], |row| row.get(0))
}

/// Puts a new token into stock.
///
/// # Errors
/// [`DbError`], also when the serial is taken.
pub fn add(tx: &mut Tx<'_>, token: &HardwareToken, sealed_seed: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO hardware_tokens (id, serial, maker, parameters, seed, last_step, drift, imported_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            token.id,
            token.serial,
            token.maker,
            text::parameters(&token.parameters),
            sealed_seed,
            stored_step(token.last_step)?,
            token.drift.steps(),
            token.imported_at
        ],
    )?;
    Ok(())
}

/// Takes one out of stock to give it to somebody. The verdict: `false`, somebody else has taken it.
///
/// # Errors
/// [`DbError`].
pub fn take(tx: &mut Tx<'_>, id: TokenId) -> Result<bool, DbError> {
    Ok(tx
        .execute("UPDATE hardware_tokens SET seed = NULL WHERE id = ?1 AND seed IS NOT NULL", params![id])?
        == 1)
}

/// Puts one back that was with somebody, with what is used up of it. The verdict: `false`, it is none, or it is back.
///
/// # Errors
/// [`DbError`].
pub fn put_back(
    tx: &mut Tx<'_>,
    id: TokenId,
    sealed_seed: &[u8],
    last_step: Option<u64>,
    drift: Drift,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE hardware_tokens SET seed = ?2, last_step = ?3, drift = ?4 WHERE id = ?1 AND seed IS NULL",
        params![id, sealed_seed, stored_step(last_step)?, drift.steps()],
    )?;
    Ok(rows == 1)
}

/// Removes one that is in stock. The verdict: `false`, it is not.
///
/// # Errors
/// [`DbError`].
pub fn remove(tx: &mut Tx<'_>, id: TokenId) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM hardware_tokens WHERE id = ?1 AND seed IS NOT NULL", params![id])? == 1)
}
