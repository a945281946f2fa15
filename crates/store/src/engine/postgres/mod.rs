//! PostgreSQL, for several servers on one database.
//!
//! SQLite has one writer; here there is one at a time among all servers: each group of writes begins by locking one row,
//! and ends with the commit that gives it free. So a closure finds the database as the closures before it left it, on
//! whichever server they ran, and what holds for one server holds for all. What it costs is that writes of several servers
//! take turns; writes that wait meanwhile share a commit.

mod address;
mod desk;
mod dialect;
mod error;
mod link;
mod migrate;
mod readers;
mod session;
mod value;

/// Begins a transaction that sees one moment and writes nothing.
pub(super) const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

pub use address::{BadAddress, Postgres};
pub(super) use desk::{PostgresDesk, lock};
pub(super) use migrate::{bring_up_to_date, has_table, newest};
pub(super) use readers::PostgresReaders;
pub(super) use session::{Limits, Session, Source};
pub(super) use value::value;
