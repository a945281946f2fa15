//! Brings a PostgreSQL database to the schema this version expects: the same steps as on SQLite.

use super::{Postgres, Session, dialect};
use crate::{
    DbError, Migration, OpenError, Rx, ToValue,
    migrate::{self, Done},
};

/// Held while one server changes the schema. Any number that nobody else uses.
const LOCK: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(6072146410813153)";

/// The history, and the row that whoever writes locks. `announced` counts changes of rows of which copies are kept.
const OWN_TABLES: &str = "
    CREATE TABLE IF NOT EXISTS schema_migrations (
        number   BIGINT NOT NULL PRIMARY KEY,
        name     TEXT COLLATE \"C\" NOT NULL,
        checksum BYTEA NOT NULL
    );
    CREATE TABLE IF NOT EXISTS store_writer (
        id        BIGINT NOT NULL PRIMARY KEY,
        announced BIGINT NOT NULL
    );
    INSERT INTO store_writer (id, announced) VALUES (1, 0) ON CONFLICT (id) DO NOTHING";

/// Runs what has not been run. Several servers may do this at the same moment; each step is done once.
pub(in crate::engine) fn bring_up_to_date(
    session: &Session,
    list: &'static [Migration],
) -> Result<(), Trouble> {
    while step(session, list)? {}
    Ok(())
}

/// Checks the history and runs the next migration; `false` when there is none.
fn step(session: &Session, list: &'static [Migration]) -> Result<bool, Trouble> {
    // A start with nothing to do must not need the right to change the schema.
    if has_table(session, "store_writer")? && migrate::next(&done(session)?, list)?.is_none() {
        return Ok(false);
    }
    session.run(LOCK)?;
    let stepped = locked_step(session, list);
    session.run(if matches!(stepped, Ok(true)) { "COMMIT" } else { "ROLLBACK" })?;
    stepped
}

fn locked_step(session: &Session, list: &'static [Migration]) -> Result<bool, Trouble> {
    session.run(OWN_TABLES)?;
    let Some(migration) = migrate::next(&done(session)?, list)? else { return Ok(list.is_empty()) };
    let run = || -> Result<(), DbError> {
        session.run(&dialect::schema(migration.sql))?;
        let checksum = migrate::checksum(migration.sql);
        session.execute(
            "INSERT INTO schema_migrations (number, name, checksum) VALUES (?1, ?2, ?3)",
            &[&migration.number as &dyn ToValue, &migration.name, &checksum],
        )?;
        Ok(())
    };
    run().map_err(|source| OpenError::Migration {
        number: migration.number,
        name: migration.name,
        source,
    })?;
    Ok(true)
}

/// The number of the newest migration that was run, after checking that it is one of these; 0: none.
pub(in crate::engine) fn newest(session: &Session, list: &'static [Migration]) -> Result<u32, Trouble> {
    if !has_table(session, "schema_migrations")? {
        return Ok(0);
    }
    Ok(migrate::newest_of(&done(session)?, list)?)
}

pub(in crate::engine) fn has_table(session: &Session, name: &str) -> Result<bool, DbError> {
    let sql = "SELECT CASE WHEN to_regclass(?1) IS NULL THEN 0 ELSE 1 END";
    Rx::on_postgres(session).query_one(sql, crate::params![name], |row| row.get(0))
}

fn done(session: &Session) -> Result<Vec<Done>, DbError> {
    let sql = "SELECT number, checksum FROM schema_migrations ORDER BY number";
    Rx::on_postgres(session).query_all(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A finding of ours, or what the database said.
pub(in crate::engine) enum Trouble {
    Found(OpenError),
    Database(DbError),
}

impl From<OpenError> for Trouble {
    fn from(error: OpenError) -> Self {
        Self::Found(error)
    }
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        Self::Database(error)
    }
}

impl Trouble {
    /// As whoever opens a database is told.
    pub(in crate::engine) fn into_open_error(self, address: &Postgres) -> OpenError {
        match self {
            Self::Found(found) => found,
            Self::Database(error) => address.cannot_use(&error),
        }
    }
}
