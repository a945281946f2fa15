//! Brings a database to the schema this version expects. Apart from the engine so that tests run their own lists.

use crate::{DbError, OpenError};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::{Digest, Sha256};

/// One step of the schema: run once, in a transaction of its own, never edited after release.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// From 1 on, without gaps.
    pub number: u32,
    /// A word or two, for people.
    pub name: &'static str,
    /// Any number of statements, in the words of SQLite; types and the like are translated for PostgreSQL. On SQLite,
    /// foreign keys are not enforced while they run, so that a table can be rebuilt, and are checked before the commit.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal $file:literal)*) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../migrations/sqlite/", $file)),
        }),*]
    };
}

/// The server's schema, oldest first.
pub(crate) const SCHEMA: &[Migration] = migrations! {
    1 "settings" "0001_settings.sql"
    2 "core" "0002_core.sql"
    3 "begun_enrollments" "0003_begun_enrollments.sql"
    4 "backups" "0004_backups.sql"
    5 "operators" "0005_operators.sql"
    6 "hardware_tokens" "0006_hardware_tokens.sql"
    7 "person_sessions" "0007_person_sessions.sql"
    8 "temporary_codes" "0008_temporary_codes.sql"
    9 "compat_clients" "0009_compat_clients.sql"
    10 "directory" "0010_directory.sql"
    11 "api_keys" "0011_api_keys.sql"
    12 "audit_leaves" "0012_audit_leaves.sql"
};

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    number   INTEGER NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    checksum BLOB NOT NULL
)";

/// Runs what has not been run. Two processes may do this at the same moment; each step is done once.
pub(crate) fn run(conn: &mut Connection, list: &'static [Migration]) -> Result<(), MigrateError> {
    // Has no effect inside a transaction, hence around all of them.
    conn.pragma_update(None, "foreign_keys", false)?;
    while step(conn, list)? {}
    conn.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// Checks the history and runs the next migration; `false` when there is none.
fn step(conn: &mut Connection, list: &'static [Migration]) -> Result<bool, MigrateError> {
    // A start with nothing to do must not need the write lock.
    if has_history(conn)? && next(&done(conn)?, list)?.is_none() {
        return Ok(false);
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(HISTORY)?;
    let Some(migration) = next(&done(&tx)?, list)? else { return Ok(false) };
    let run = || -> Result<(), DbError> {
        tx.execute_batch(migration.sql)?;
        tx.execute(
            "INSERT INTO schema_migrations (number, name, checksum) VALUES (?1, ?2, ?3)",
            (migration.number, migration.name, checksum(migration.sql)),
        )?;
        let broken = tx.query_row("PRAGMA foreign_key_check", [], |_| Ok(())).optional()?;
        broken.map_or(Ok(()), |()| Err(DbError::Constraint(crate::Constraint::ForeignKey)))
    };
    run().map_err(|source| OpenError::Migration {
        number: migration.number,
        name: migration.name,
        source,
    })?;
    tx.commit()?;
    Ok(true)
}

/// The number of the newest migration that was run, after checking that it is one of these; 0: none.
pub(crate) fn newest(conn: &Connection, list: &'static [Migration]) -> Result<u32, MigrateError> {
    if !has_history(conn)? {
        return Ok(0);
    }
    Ok(newest_of(&done(conn)?, list)?)
}

/// As [`newest`], of a history.
pub(crate) fn newest_of(done: &[Done], list: &'static [Migration]) -> Result<u32, OpenError> {
    let waiting = next(done, list)?.map_or_else(|| list.len() + 1, |migration| migration.number as usize);
    Ok(list.get(..waiting.saturating_sub(1)).and_then(<[_]>::last).map_or(0, |migration| migration.number))
}

fn has_history(conn: &Connection) -> Result<bool, MigrateError> {
    Ok(conn.table_exists(None, "schema_migrations")?)
}

/// A migration that was run: its number and the checksum of its text.
pub(crate) type Done = (u32, Vec<u8>);

fn done(conn: &Connection) -> Result<Vec<Done>, rusqlite::Error> {
    let mut statement = conn.prepare("SELECT number, checksum FROM schema_migrations ORDER BY number")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The first migration that has not been run, after checking that those that have are ours, in order.
pub(crate) fn next(
    done: &[Done],
    list: &'static [Migration],
) -> Result<Option<&'static Migration>, OpenError> {
    let mut done = done.iter();
    for migration in list {
        let Some((number, sum)) = done.next() else { return Ok(Some(migration)) };
        if *number != migration.number || *sum != checksum(migration.sql) {
            return Err(OpenError::Edited { number: migration.number, name: migration.name });
        }
    }
    match done.last() {
        Some(&(found, _)) => {
            let known = list.last().map_or(0, |migration| migration.number);
            Err(OpenError::Newer { found, known })
        }
        None => Ok(None),
    }
}

/// SHA-256 of the text with `\n` line ends, so that a checkout on Windows has the same sum.
pub(crate) fn checksum(sql: &str) -> Vec<u8> {
    Sha256::digest(sql.replace("\r\n", "\n")).to_vec()
}

/// Either a finding of ours or what the engine said, which `open` turns into an [`OpenError`] with the path.
pub(crate) enum MigrateError {
    Found(OpenError),
    Engine(rusqlite::Error),
}

impl From<OpenError> for MigrateError {
    fn from(error: OpenError) -> Self {
        Self::Found(error)
    }
}

impl From<rusqlite::Error> for MigrateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_file_is_in_the_list_under_its_number() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<_> = SCHEMA.iter().map(|m| format!("{:04}_{}.sql", m.number, m.name)).collect();
        assert_eq!(files, listed);
        assert!(SCHEMA.iter().zip(1..).all(|(migration, number)| migration.number == number));
    }
}
