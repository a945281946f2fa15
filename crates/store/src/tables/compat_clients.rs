//! Clients made for privacyIDEA, by the hash of the secret in their address.

use crate::{DbError, Row, Rx, Tx, params};
use domain::CompatClient;
use model::CompatClientId;

const COLUMNS: &str = "id, name, networks, password, may_enroll, wrong_per_hour, created_at";

fn client(row: &Row<'_>) -> Result<CompatClient, DbError> {
    let networks: String = row.get(2)?;
    let networks = networks.split_whitespace().map(str::parse).collect::<Result<_, _>>();
    Ok(CompatClient {
        id: row.get(0)?,
        name: row.get(1)?,
        networks: networks.map_err(|_| DbError::WrongValue { column: 2, expected: "networks" })?,
        password: row.parse(3)?,
        may_enroll: row.get(4)?,
        wrong_per_hour: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// All of them, by name.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<CompatClient>, DbError> {
    rx.query_all(&format!("SELECT {COLUMNS} FROM compat_clients ORDER BY name"), &[], client)
}

/// The one with this address, and the hash of its password.
///
/// # Errors
/// [`DbError`].
pub fn by_path(rx: &Rx<'_>, path_hash: &[u8; 32]) -> Result<Option<(CompatClient, [u8; 32])>, DbError> {
    rx.query_opt(
        &format!("SELECT {COLUMNS}, password_hash FROM compat_clients WHERE path_hash = ?1"),
        params![path_hash],
        |row| Ok((client(row)?, row.get(7)?)),
    )
}

/// One by its name.
///
/// # Errors
/// [`DbError`].
pub fn by_name(rx: &Rx<'_>, name: &str) -> Result<Option<CompatClient>, DbError> {
    rx.query_opt(&format!("SELECT {COLUMNS} FROM compat_clients WHERE name = ?1"), params![name], client)
}

/// What one is called.
///
/// # Errors
/// [`DbError`].
pub fn name(rx: &Rx<'_>, id: CompatClientId) -> Result<Option<String>, DbError> {
    rx.query_opt("SELECT name FROM compat_clients WHERE id = ?1", params![id], |row| row.get(0))
}

/// Adds one.
///
/// # Errors
/// [`DbError`].
pub fn add(
    tx: &mut Tx<'_>,
    client: &CompatClient,
    path_hash: &[u8; 32],
    password_hash: &[u8; 32],
) -> Result<(), DbError> {
    let networks: Vec<String> = client.networks.iter().map(ToString::to_string).collect();
    tx.execute(
        "INSERT INTO compat_clients
             (id, name, path_hash, password_hash, networks, password, may_enroll, wrong_per_hour, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            client.id,
            client.name,
            path_hash,
            password_hash,
            networks.join(" "),
            client.password.as_str(),
            client.may_enroll,
            client.wrong_per_hour,
            client.created_at
        ],
    )?;
    Ok(())
}

/// Removes one. `false`: no such client.
///
/// # Errors
/// [`DbError`].
pub fn remove(tx: &mut Tx<'_>, id: CompatClientId) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM compat_clients WHERE id = ?1", params![id])? == 1)
}
