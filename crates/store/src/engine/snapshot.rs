//! A database file looked at without changing it: a copy, or one of which it is not yet known whether it is ours.

use super::{
    connect::Source,
    postgres::{self, Limits, Postgres, Session},
    tx::Rx,
};
use crate::{DbError, Fault, OpenError, migrate};
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

/// A database that is only read. Brings no schema up to date.
pub struct Snapshot(Seen);

enum Seen {
    Sqlite { conn: Connection, source: Source },
    Postgres(Box<Remote>),
}

/// The session ends with the thread of its source, which is therefore dropped last.
struct Remote {
    session: Session,
    source: postgres::Source,
}

impl Snapshot {
    /// Opens a file that is there.
    ///
    /// # Errors
    /// [`OpenError::Unavailable`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let source = Source::file(path);
        let conn = source.reader().map_err(|error| source.unavailable(error))?;
        Ok(Self(Seen::Sqlite { conn, source }))
    }

    /// Looks at a PostgreSQL database.
    ///
    /// # Errors
    /// [`OpenError::Database`].
    pub fn of_postgres(address: &Postgres) -> Result<Self, OpenError> {
        let source = postgres::Source::new(address)?;
        let session = source.first_session(Limits::Long)?;
        Ok(Self(Seen::Postgres(Box::new(Remote { session, source }))))
    }

    /// The number of its newest migration, 0 in an empty database; checked to be one that this version knows.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::Newer`] when a later version was here.
    pub fn schema(&self) -> Result<u32, OpenError> {
        match &self.0 {
            Seen::Sqlite { conn, source } => {
                migrate::newest(conn, migrate::SCHEMA).map_err(|error| source.not_brought_up_to_date(error))
            }
            Seen::Postgres(remote) => postgres::newest(&remote.session, migrate::SCHEMA)
                .map_err(|trouble| trouble.into_open_error(remote.source.address())),
        }
    }

    /// Whether a table of this name is there.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn has_table(&self, name: &str) -> Result<bool, DbError> {
        match &self.0 {
            Seen::Sqlite { conn, .. } => Ok(conn.table_exists(None, name)?),
            Seen::Postgres(remote) => postgres::has_table(&remote.session, name),
        }
    }

    /// Reads every page and every index of a file, and finds fault with none. Takes as long as reading the file. A
    /// database server looks after its files itself.
    ///
    /// # Errors
    /// [`OpenError::Unavailable`] with [`Fault::Corrupt`].
    pub fn check(&self) -> Result<(), OpenError> {
        let Seen::Sqlite { conn, source } = &self.0 else { return Ok(()) };
        let said = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        let fault = |what: String| OpenError::Unavailable {
            path: source.path().to_owned(),
            kind: Fault::Corrupt,
            source: what.into(),
        };
        let said = said.map_err(|error| source.unavailable(error))?;
        if said != "ok" {
            return Err(fault(said));
        }
        let broken = conn.query_row("PRAGMA foreign_key_check", [], |_| Ok(())).optional();
        match broken.map_err(|error| source.unavailable(error))? {
            Some(()) => Err(fault("a row refers to one that is not there".to_owned())),
            None => Ok(()),
        }
    }

    /// Reads; as [`Store::read`](super::Store::read).
    ///
    /// # Errors
    /// What the closure returns.
    pub fn read<T, E: From<DbError>>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T, E>) -> Result<T, E> {
        let (rx, begin) = match &self.0 {
            Seen::Sqlite { conn, .. } => (Rx::new(conn), "BEGIN"),
            Seen::Postgres(remote) => (Rx::on_postgres(&remote.session), postgres::BEGIN_READING),
        };
        rx.run(begin)?;
        let result = f(&rx);
        let _ = rx.run("COMMIT");
        result
    }

    /// Whether another process has a database open, such as a server that runs.
    ///
    /// # Errors
    /// [`OpenError::Unavailable`] when that cannot be told.
    pub fn is_in_use(path: &Path) -> Result<bool, OpenError> {
        let source = Source::file(path);
        let alone = || -> Result<(), rusqlite::Error> {
            let conn = source.connect_to_write()?;
            conn.busy_timeout(std::time::Duration::ZERO)?;
            // With this, the first access takes the file for itself, which fails where anybody has it open.
            conn.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
            conn.execute_batch("BEGIN EXCLUSIVE; COMMIT")
        };
        match alone() {
            Ok(()) => Ok(false),
            Err(error)
                if matches!(
                    error.sqlite_error_code(),
                    Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
                ) =>
            {
                Ok(true)
            }
            Err(error) => Err(source.unavailable(error)),
        }
    }
}
