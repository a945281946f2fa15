//! The server's storage: one writer that commits in groups, pooled readers, sealed columns, migrations.
//!
//! Must not know decisions or HTTP: it says what is stored, never what follows from it.
//!
//! # Rules for repository modules
//!
//! - [`Store::write`] is the only way to write. What it returned is on disk.
//! - SQL is the common subset of SQLite and PostgreSQL (`?1` placeholders, `ON CONFLICT`, `RETURNING`): both engines run
//!   the same texts. Where the two differ in a word, `engine/postgres/dialect.rs` translates. A parameter is first named
//!   beside a column, which gives it its type; in `DO UPDATE` columns are named with their table; sums are cast to
//!   `BIGINT`. Nothing outside `engine` and `migrate` names `rusqlite` or `tokio_postgres`.
//! - A statement that failed is the end of its write: PostgreSQL refuses the rest of the transaction.
//! - Functions that only read take `&Rx`; a `&Tx` is one too, so that they serve both sides.
//! - A verdict which must be given once is one conditional `UPDATE`, and its row count is the verdict.
//! - No deferred constraints: they would fail at `COMMIT`, which is shared with other writes.
//! - Secrets go through [`Sealer`]; a [`model::Secret`] cannot be bound as a parameter.
//!
//! # Adding a table
//!
//! Add `migrations/sqlite/NNNN_name.sql` with the next number and its line in `migrate.rs`. A migration that has
//! been released is never edited: databases carry its checksum and refuse to start.
#![forbid(unsafe_code)]

mod archive;
mod engine;
mod error;
mod migrate;
mod sealing;
pub mod tables;

pub use archive::{ArchiveError, ArchiveReader, ArchiveWriter, Cost, Entry};
pub use engine::{
    BadAddress, Counters, FromValue, FsyncTimes, MoveError, Moved, Postgres, Row, Rx, Snapshot, Store,
    ToValue, Tx, Value, fsync_probe, move_to_postgres,
};
pub use error::{Constraint, DbError, Fault, OpenError, WriteError};
pub use migrate::Migration;
pub use sealing::{Cell, InvalidKeyId, KeyFileError, KeyId, MasterKeys, SealError, Sealer};
