//! Every column that holds sealed values, for whoever seals them again under another master key.

use super::text;
use crate::{DbError, KeyId, Row, Rx, ToValue, Tx, params};
use domain::{BoxId, ContentHash, Origin};
use model::{OperatorId, PersonId, TokenId};

/// Settings of which it is known from their first byte that they are not sealed (JSON, text) stay out by this.
const SEALED_SETTING: &str = "substr(value, 1, 1) = x'01' AND length(value) >= 49";

/// A column with sealed values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// The server's own keys.
    Settings,
    /// Seeds of tokens.
    Tokens,
    /// Seeds of hardware tokens in stock.
    HardwareTokens,
    /// Seeds of enrollments that wait for their first code.
    Pending,
    /// Enrollment codes.
    EnrollmentCodes,
    /// Backups of authenticators.
    Backups,
    /// Seeds of operators' tokens.
    Operators,
}

/// All of them.
pub const COLUMNS: [Column; 7] = [
    Column::Settings,
    Column::Tokens,
    Column::HardwareTokens,
    Column::Pending,
    Column::EnrollmentCodes,
    Column::Backups,
    Column::Operators,
];

/// A row with a sealed value, by its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowKey {
    /// By name.
    Setting(String),
    /// By person and token.
    Token(PersonId, TokenId),
    /// By token.
    HardwareToken(TokenId),
    /// By person and place.
    Pending(PersonId, Origin),
    /// By person.
    EnrollmentCode(PersonId),
    /// By box, number and what it is.
    Backup(BoxId, u64, ContentHash),
    /// By operator.
    Operator(OperatorId),
}

/// How many values say that they are sealed under a key.
///
/// # Errors
/// [`DbError`].
pub fn usage(rx: &Rx<'_>) -> Result<Vec<(KeyId, u64)>, DbError> {
    let sql = format!(
        "SELECT id, COUNT(*) FROM (
             SELECT substr(value, 2, 8) AS id FROM settings WHERE {SEALED_SETTING}
             UNION ALL SELECT substr(seed, 2, 8) FROM tokens
             UNION ALL SELECT substr(seed, 2, 8) FROM hardware_tokens WHERE seed IS NOT NULL
             UNION ALL SELECT substr(seed, 2, 8) FROM pending_enrollments
             UNION ALL SELECT substr(code, 2, 8) FROM enrollment_codes
             UNION ALL SELECT substr(content, 2, 8) FROM backup_generations
             UNION ALL SELECT substr(seed, 2, 8) FROM operators
         ) AS all_of_them GROUP BY id ORDER BY id"
    );
    rx.query_all(&sql, &[], |row| Ok((KeyId::from_bytes(row.get(0)?), row.get(1)?)))
}

/// Rows of a column that are not sealed under this key, after a row, in the order of their keys.
///
/// # Errors
/// [`DbError`].
pub fn under_others(
    rx: &Rx<'_>,
    column: Column,
    key: KeyId,
    after: Option<&RowKey>,
    limit: u32,
) -> Result<Vec<(RowKey, Vec<u8>)>, DbError> {
    let marker = key.marker();
    // Smaller than every key of its table.
    let (nobody, nothing) = (PersonId::from_bytes([0; 16]), TokenId::from_bytes([0; 16]));
    match column {
        Column::Settings => {
            let after = match after {
                Some(RowKey::Setting(name)) => name.as_str(),
                _ => "",
            };
            rx.query_all(
                &format!(
                    "SELECT key, value FROM settings
                     WHERE key > ?1 AND {SEALED_SETTING} AND substr(value, 1, 9) <> ?2 ORDER BY key LIMIT ?3"
                ),
                params![after, marker, limit],
                |row| Ok((RowKey::Setting(row.get(0)?), row.get(1)?)),
            )
        }
        Column::Tokens => {
            let (person, id) = match after {
                Some(RowKey::Token(person, id)) => (*person, *id),
                _ => (nobody, nothing),
            };
            rx.query_all(
                "SELECT person_id, id, seed FROM tokens
                 WHERE (person_id, id) > (?1, ?2) AND substr(seed, 1, 9) <> ?3 ORDER BY person_id, id LIMIT ?4",
                params![person, id, marker, limit],
                |row| Ok((RowKey::Token(row.get(0)?, row.get(1)?), row.get(2)?)),
            )
        }
        Column::HardwareTokens => {
            let id = match after {
                Some(RowKey::HardwareToken(id)) => *id,
                _ => nothing,
            };
            rx.query_all(
                "SELECT id, seed FROM hardware_tokens
                 WHERE id > ?1 AND seed IS NOT NULL AND substr(seed, 1, 9) <> ?2 ORDER BY id LIMIT ?3",
                params![id, marker, limit],
                |row| Ok((RowKey::HardwareToken(row.get(0)?), row.get(1)?)),
            )
        }
        Column::Pending => {
            let (person, origin) = match after {
                Some(RowKey::Pending(person, origin)) => (*person, text::origin(*origin)),
                _ => (nobody, String::new()),
            };
            rx.query_all(
                "SELECT person_id, origin, seed FROM pending_enrollments
                 WHERE (person_id, origin) > (?1, ?2) AND substr(seed, 1, 9) <> ?3
                 ORDER BY person_id, origin LIMIT ?4",
                params![person, origin, marker, limit],
                |row| {
                    let origin = text::parse_origin(1, &row.get::<String>(1)?)?;
                    Ok((RowKey::Pending(row.get(0)?, origin), row.get(2)?))
                },
            )
        }
        Column::EnrollmentCodes => {
            let person = match after {
                Some(RowKey::EnrollmentCode(person)) => *person,
                _ => nobody,
            };
            rx.query_all(
                "SELECT person_id, code FROM enrollment_codes
                 WHERE person_id > ?1 AND substr(code, 1, 9) <> ?2 ORDER BY person_id LIMIT ?3",
                params![person, marker, limit],
                |row| Ok((RowKey::EnrollmentCode(row.get(0)?), row.get(1)?)),
            )
        }
        Column::Backups => {
            let (id, number) = match after {
                Some(RowKey::Backup(id, number, _)) => (*id, *number),
                _ => (BoxId::from_bytes([0; 16]), 0),
            };
            rx.query_all(
                "SELECT box_id, number, hash, content FROM backup_generations
                 WHERE (box_id, number) > (?1, ?2) AND substr(content, 1, 9) <> ?3
                 ORDER BY box_id, number LIMIT ?4",
                params![id, number, marker, limit],
                |row: &Row<'_>| Ok((RowKey::Backup(row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)),
            )
        }
        Column::Operators => {
            let id = match after {
                Some(RowKey::Operator(id)) => *id,
                _ => OperatorId::from_bytes([0; 16]),
            };
            rx.query_all(
                "SELECT id, seed FROM operators WHERE id > ?1 AND substr(seed, 1, 9) <> ?2 ORDER BY id LIMIT ?3",
                params![id, marker, limit],
                |row| Ok((RowKey::Operator(row.get(0)?), row.get(1)?)),
            )
        }
    }
}

/// Puts a value in the place of the one that was there. The verdict: `false`, and nothing is changed, when it no longer
/// is.
///
/// # Errors
/// [`DbError`].
pub fn replace(tx: &mut Tx<'_>, row: &RowKey, before: &[u8], sealed: &[u8]) -> Result<bool, DbError> {
    let mut run = |sql: &str, params: &[&dyn ToValue]| tx.execute(sql, params);
    let rows = match row {
        RowKey::Setting(name) => {
            run("UPDATE settings SET value = ?1 WHERE key = ?2 AND value = ?3", params![sealed, name, before])
        }
        RowKey::Token(person, id) => run(
            "UPDATE tokens SET seed = ?1 WHERE person_id = ?2 AND id = ?3 AND seed = ?4",
            params![sealed, person, id, before],
        ),
        RowKey::HardwareToken(id) => run(
            "UPDATE hardware_tokens SET seed = ?1 WHERE id = ?2 AND seed = ?3",
            params![sealed, id, before],
        ),
        RowKey::Pending(person, origin) => run(
            "UPDATE pending_enrollments SET seed = ?1 WHERE person_id = ?2 AND origin = ?3 AND seed = ?4",
            params![sealed, person, text::origin(*origin), before],
        ),
        RowKey::EnrollmentCode(person) => run(
            "UPDATE enrollment_codes SET code = ?1 WHERE person_id = ?2 AND code = ?3",
            params![sealed, person, before],
        ),
        RowKey::Backup(id, number, hash) => run(
            "UPDATE backup_generations SET content = ?1
             WHERE box_id = ?2 AND number = ?3 AND hash = ?4 AND content = ?5",
            params![sealed, id, number, hash, before],
        ),
        RowKey::Operator(id) => {
            run("UPDATE operators SET seed = ?1 WHERE id = ?2 AND seed = ?3", params![sealed, id, before])
        }
    }?;
    Ok(rows == 1)
}
