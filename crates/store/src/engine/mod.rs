//! SQLite or PostgreSQL behind types of our own: one writer thread, pooled readers.

mod connect;
mod postgres;
mod probe;
mod readers;
mod snapshot;
mod sqlite_desk;
mod transfer;
mod tx;
mod value;
mod writer;

pub use postgres::{BadAddress, Postgres};
pub use probe::{FsyncTimes, fsync_probe};
pub use snapshot::Snapshot;
pub use transfer::{MoveError, Moved, move_to_postgres};
pub use tx::{Row, Rx, Tx};
pub use value::{FromValue, ToValue, Value};
pub use writer::Counters;

use crate::{
    DbError, Fault, Migration, OpenError, WriteError,
    migrate::{self, SCHEMA},
};
use connect::Source;
use postgres::{Limits, PostgresDesk, PostgresReaders};
use readers::Readers;
use sqlite_desk::SqliteDesk;
use std::{path::Path, sync::Arc};
use writer::Writer;

/// The server's database. Clones share it; the last one dropped finishes the writes that wait.
#[derive(Clone)]
pub struct Store(Engine);

// Dropped in this order: on SQLite, the writer's connection is then the last one and leaves a single file behind.
#[derive(Clone)]
enum Engine {
    Sqlite {
        readers: Arc<Readers>,
        writer: Arc<Writer<SqliteDesk>>,
    },
    Postgres {
        readers: Arc<PostgresReaders>,
        writer: Arc<Writer<PostgresDesk>>,
        schema: &'static [Migration],
    },
}

/// Does the same with the writer or the readers of either engine.
macro_rules! either {
    ($store:expr, $part:ident => $what:expr) => {
        match &$store.0 {
            Engine::Sqlite { $part, .. } => $what,
            Engine::Postgres { $part, .. } => $what,
        }
    };
}

impl Store {
    /// Opens a database file, creates it when missing (readable by its owner only), and brings it up to date.
    ///
    /// # Errors
    /// When the file cannot be used, or was made by another version; see [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, SCHEMA)
    }

    /// Opens a database with a schema of one's own.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(path: &Path, schema: &'static [Migration]) -> Result<Self, OpenError> {
        Self::start(Source::file(path), schema)
    }

    /// Opens a PostgreSQL database that is there and belongs to Countersign alone, and brings it up to date. Any number
    /// of servers may have it open.
    ///
    /// # Errors
    /// When it cannot be used, or was made by another version; see [`OpenError`].
    pub fn open_postgres(address: &Postgres) -> Result<Self, OpenError> {
        Self::open_postgres_with(address, SCHEMA)
    }

    /// Opens a PostgreSQL database with a schema of one's own.
    ///
    /// # Errors
    /// As [`Store::open_postgres`].
    pub fn open_postgres_with(address: &Postgres, schema: &'static [Migration]) -> Result<Self, OpenError> {
        let source = Arc::new(postgres::Source::new(address)?);
        let session = source.first_session(Limits::Long)?;
        postgres::bring_up_to_date(&session, schema).map_err(|trouble| trouble.into_open_error(address))?;
        let desk = PostgresDesk::new(source.first_session(Limits::Short)?, Arc::clone(&source));
        let writer = Writer::start(desk).map_err(|error| address.cannot_open(Fault::Io, error))?;
        let readers = PostgresReaders::new(source);
        Ok(Self(Engine::Postgres { readers: Arc::new(readers), writer: Arc::new(writer), schema }))
    }

    /// A database for tests, gone when the last clone is dropped.
    ///
    /// It lies in a temporary folder and is not synced, and is otherwise the same, down to the locks.
    ///
    /// # Errors
    /// When there is no temporary folder to write to.
    pub fn memory() -> Result<Self, OpenError> {
        Self::memory_with(SCHEMA)
    }

    /// A database for tests with a schema of one's own.
    ///
    /// # Errors
    /// As [`Store::memory`].
    pub fn memory_with(schema: &'static [Migration]) -> Result<Self, OpenError> {
        Self::start(Source::temporary()?, schema)
    }

    fn start(source: Source, schema: &'static [Migration]) -> Result<Self, OpenError> {
        let source = Arc::new(source);
        source.create().map_err(|error| source.unavailable_io(&error))?;
        let open = || -> Result<_, migrate::MigrateError> {
            let mut conn = source.writer()?;
            migrate::run(&mut conn, schema)?;
            Ok(conn)
        };
        let conn = open().map_err(|error| source.not_brought_up_to_date(error))?;
        let desk = SqliteDesk::new(conn, Arc::clone(&source));
        let writer = Writer::start(desk).map_err(|error| source.unavailable_io(&error))?;
        Ok(Self(Engine::Sqlite { readers: Arc::new(Readers::new(source)), writer: Arc::new(writer) }))
    }

    /// The address of the database; `None`: it is a file of this machine.
    pub fn postgres(&self) -> Option<&Postgres> {
        match &self.0 {
            Engine::Sqlite { .. } => None,
            Engine::Postgres { readers, .. } => Some(readers.source().address()),
        }
    }

    /// Writes: runs the closure in a transaction and returns once that is on disk.
    ///
    /// Writes that arrive together share one transaction, each in a savepoint of its own: one that fails is undone
    /// alone. A closure that returned an error gets its answer after the commit as well, since what it saw may have
    /// been another one's uncommitted work. Once polled, dropping the future does not stop the write.
    ///
    /// The closure runs on the writer's thread: keep slow work (hashing, network) out of it.
    ///
    /// # Errors
    /// See [`WriteError`]. When storage failed a statement, the answer is `Unavailable` whatever the closure made of it.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, WriteError<E>>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        // The sender is dropped unanswered only if the writer died.
        let answer = either!(self, writer => writer.submit(f))?;
        answer.await.unwrap_or(Err(WriteError::Failed))
    }

    /// As [`Store::write`], waiting on this thread. For the command line, not for async code.
    ///
    /// # Errors
    /// As [`Store::write`]; [`WriteError::Failed`] when called from within a write, which could never end.
    pub fn write_blocking<T, E, F>(&self, f: F) -> Result<T, WriteError<E>>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        if either!(self, writer => writer.is_this_thread()) {
            return Err(WriteError::Failed);
        }
        let answer = either!(self, writer => writer.submit(f))?;
        answer.blocking_recv().unwrap_or(Err(WriteError::Failed))
    }

    /// Reads: everything the closure sees is of one moment, and includes every write answered before.
    ///
    /// Runs on the calling thread and never waits for writes. A few rows take microseconds; a long report belongs
    /// into `spawn_blocking`.
    ///
    /// # Errors
    /// What the closure returns, or that no connection could be had.
    pub fn read<T, E: From<DbError>>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T, E>) -> Result<T, E> {
        either!(self, readers => readers.read(f))
    }

    /// A number that changes when another process has changed the database, for whoever keeps copies of rows.
    ///
    /// Own writes do not change it. Costs a few microseconds; while a group of writes is being committed it may lag
    /// behind until that ends. In a write it is exact.
    ///
    /// On PostgreSQL it goes by the changes that were [announced](Tx::announce), and outside of writes it lags behind by
    /// up to a quarter of a second.
    pub fn outside_changes(&self) -> u64 {
        either!(self, writer => writer.outside_changes())
    }

    /// Writes a copy of this moment into a new SQLite file, readable by its owner only and on disk when this returns.
    ///
    /// Writes go on meanwhile. Takes as long as reading and writing the whole database: not for async code.
    ///
    /// # Errors
    /// [`OpenError::Unavailable`], naming the new file: also when there is one of that name already.
    pub fn copy_to(&self, path: &Path) -> Result<(), OpenError> {
        let copy = Source::file(path);
        copy.create_new().map_err(|error| copy.unavailable_io(&error))?;
        match &self.0 {
            Engine::Sqlite { readers, .. } => {
                readers.copy_to(path).map_err(|error| copy.unavailable(error))?
            }
            Engine::Postgres { readers, schema, .. } => {
                transfer::copy_to_file(readers.source(), schema, &copy)?;
            }
        }
        copy.sync().map_err(|error| copy.unavailable_io(&error))
    }

    /// What the writer has done since it started.
    pub fn counters(&self) -> Counters {
        either!(self, writer => writer.counters())
    }
}
