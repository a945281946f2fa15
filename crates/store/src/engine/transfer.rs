//! Everything from one database into an empty one of the other engine, and the comparison of both.
//!
//! Which tables there are, with which columns, in which order they refer to each other, is read from the SQLite side, of
//! which there is one in every move. So a table that a migration adds is moved without anybody thinking of it here.

use super::{
    connect,
    postgres::{self, Limits, Postgres, Session},
    tx::{Row, Rx, Tx},
    value::{ToValue, Value},
};
use crate::{DbError, Fault, Migration, OpenError, migrate, params};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::{path::Path, sync::Arc};

/// Rows read at a time; of backups, which have up to a megabyte each, fewer.
const PAGE: usize = 500;
const BIG_PAGE: usize = 20;
const BIG: &str = "backup_generations";
/// Parameters of one statement; SQLite takes 32,766, PostgreSQL twice as many.
const PARAMETERS: usize = 5_000;
/// What migrations put into tables, which is not yet data.
const BY_MIGRATIONS: &[&str] = &["backup_totals"];

/// A table that was moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Its name.
    pub table: String,
    /// Its rows, on both sides.
    pub rows: u64,
    /// SHA-256 of all its rows in the order of their keys, which was the same on both sides.
    pub digest: [u8; 32],
}

/// Why nothing was moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// One of the two cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is something in the target.
    #[error("the table {table} of the target has rows already; name an empty database")]
    NotEmpty {
        /// The table.
        table: String,
    },
    /// What arrived is not what was sent.
    #[error("the table {table} is not the same on both sides; nothing was moved")]
    Differs {
        /// The table.
        table: String,
    },
    /// A statement failed.
    #[error("{what}: {source}; nothing was moved")]
    Database {
        /// At what.
        what: String,
        /// What was said.
        #[source]
        source: DbError,
    },
}

/// One table, as SQLite describes it.
struct Table {
    name: String,
    columns: Vec<String>,
    key: Vec<String>,
}

/// A value that is kept between two databases.
enum Owned {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl ToValue for Owned {
    fn to_value(&self) -> Option<Value<'_>> {
        Some(match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        })
    }
}

impl Owned {
    fn take(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        match row.value(column)? {
            Some(Value::Null) => Ok(Self::Null),
            Some(Value::Integer(number)) => Ok(Self::Integer(number)),
            Some(Value::Text(text)) => Ok(Self::Text(text.to_owned())),
            Some(Value::Bytes(bytes)) => Ok(Self::Bytes(bytes.to_vec())),
            Some(Value::Id(bytes)) => Ok(Self::Bytes(bytes.to_vec())),
            None => Err(DbError::WrongValue { column, expected: "a number, a text or bytes" }),
        }
    }

    fn digest(&self, hash: &mut Sha256) {
        let (kind, number, bytes): (u8, [u8; 8], &[u8]) = match self {
            Self::Null => (0, [0; 8], &[]),
            Self::Integer(number) => (1, number.to_be_bytes(), &[]),
            Self::Text(text) => (2, (text.len() as u64).to_be_bytes(), text.as_bytes()),
            Self::Bytes(bytes) => (3, (bytes.len() as u64).to_be_bytes(), bytes),
        };
        hash.update([kind]);
        hash.update(number);
        hash.update(bytes);
    }
}

/// Moves everything in a file into an empty PostgreSQL database, in one transaction, compares both, and commits. The file
/// stays as it is, and nobody else can write to it meanwhile.
///
/// # Errors
/// [`MoveError`]; then the target is as it was, but for the schema.
pub fn move_to_postgres(from: &Path, to: &Postgres) -> Result<Vec<Moved>, MoveError> {
    // Both with the schema of this version.
    drop(super::Store::open(from)?);
    let file = connect::Source::file(from);
    let conn = file.connect_to_write().map_err(|error| file.unavailable(error))?;
    let held = Rx::new(&conn);
    let failed = |what: &str| {
        let what = what.to_owned();
        move |source| MoveError::Database { what, source }
    };
    held.run("BEGIN IMMEDIATE").map_err(failed("the file"))?;

    let source = postgres::Source::new(to)?;
    let session = source.first_session(Limits::Long)?;
    postgres::bring_up_to_date(&session, migrate::SCHEMA).map_err(|trouble| trouble.into_open_error(to))?;
    postgres::lock(&session).map_err(failed("the target"))?;
    let moved = move_locked(&held, &session)?;
    session.run("COMMIT").map_err(failed("the last step"))?;
    Ok(moved)
}

fn move_locked(from: &Rx<'_>, to: &Session) -> Result<Vec<Moved>, MoveError> {
    let failed = |table: &Table| {
        let what = format!("the table {}", table.name);
        move |source| MoveError::Database { what, source }
    };
    let tables =
        tables(from).map_err(|source| MoveError::Database { what: "the file".to_owned(), source })?;
    let mut tx = Tx::on_postgres(to);
    for table in &tables {
        let rows: u64 = count(&tx, table).map_err(failed(table))?;
        if rows > 0 && !BY_MIGRATIONS.contains(&table.name.as_str()) {
            return Err(MoveError::NotEmpty { table: table.name.clone() });
        }
    }
    let mut moved = Vec::new();
    for table in &tables {
        copy(from, &mut tx, table).map_err(failed(table))?;
        let (rows, digest) = digest(from, table).map_err(failed(table))?;
        if (rows, digest) != self::digest(&tx, table).map_err(failed(table))? {
            return Err(MoveError::Differs { table: table.name.clone() });
        }
        moved.push(Moved { table: table.name.clone(), rows, digest });
    }
    let numbered =
        "SELECT setval(pg_get_serial_sequence('audit', 'seq'), COALESCE(MAX(seq), 0) + 1, false) FROM audit";
    tx.query_one(numbered, &[], |_| Ok(()))
        .map_err(|source| MoveError::Database { what: "the numbers of events".to_owned(), source })?;
    Ok(moved)
}

/// Copies one moment of a PostgreSQL database into an empty file.
pub(super) fn copy_to_file(
    from: &Arc<postgres::Source>,
    schema: &'static [Migration],
    copy: &connect::Source,
) -> Result<(), OpenError> {
    let session = from.first_session(Limits::Long)?;
    let remote = |error: DbError| from.address().cannot_use(&error);
    session.run(postgres::BEGIN_READING).map_err(remote)?;
    let mut conn = copy.writer().map_err(|error| copy.unavailable(error))?;
    migrate::run(&mut conn, schema).map_err(|error| copy.not_brought_up_to_date(error))?;
    fill(&Rx::on_postgres(&session), &conn).map_err(|error| match error.fault() {
        Some(Fault::Unreachable) => remote(error),
        kind => OpenError::Unavailable {
            path: copy.path().to_owned(),
            kind: kind.unwrap_or(Fault::Io),
            source: error.to_string().into(),
        },
    })?;
    // In one file, as a copy of a file is.
    conn.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))
        .and_then(|()| conn.close().map_err(|(_, error)| error))
        .map_err(|error| copy.unavailable(error))
}

fn fill(from: &Rx<'_>, to: &Connection) -> Result<(), DbError> {
    let mut tx = Tx::new(to);
    tx.run("BEGIN IMMEDIATE")?;
    for table in tables(&tx)? {
        copy(from, &mut tx, &table)?;
        if digest(from, &table)? != digest(&tx, &table)? {
            return Err(DbError::Unavailable(Fault::Io));
        }
    }
    tx.run("COMMIT")
}

/// The tables of a file, each after those that it refers to.
fn tables(sqlite: &Rx<'_>) -> Result<Vec<Table>, DbError> {
    let names = sqlite.query_all(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migrations'
         ORDER BY name",
        &[],
        |row| row.get::<String>(0),
    )?;
    let mut waiting = Vec::new();
    for name in names {
        let mut columns = sqlite.query_all(
            "SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid",
            params![name],
            |row| Ok((row.get::<String>(0)?, row.get::<u32>(1)?)),
        )?;
        let refers = sqlite.query_all(
            "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1)",
            params![name],
            |row| row.get::<String>(0),
        )?;
        let all = columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        columns.retain(|(_, place)| *place > 0);
        columns.sort_by_key(|(_, place)| *place);
        let mut key: Vec<String> = columns.into_iter().map(|(name, _)| name).collect();
        if key.is_empty() {
            // All its columns tell a row from others, as far as anything does.
            key.clone_from(&all);
        }
        waiting.push((Table { name, columns: all, key }, refers));
    }
    let mut sorted: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for (table, refers) in waiting {
            let is_there =
                |name: &String| *name == table.name || sorted.iter().any(|done| done.name == *name);
            if refers.iter().all(is_there) { sorted.push(table) } else { later.push((table, refers)) }
        }
        if later.len() == before {
            return Err(DbError::Internal("tables refer to each other in a circle".into()));
        }
        waiting = later;
    }
    Ok(sorted)
}

fn count(rx: &Rx<'_>, table: &Table) -> Result<u64, DbError> {
    rx.query_one(&format!("SELECT count(*) FROM {}", table.name), &[], |row| row.get(0))
}

fn copy(from: &Rx<'_>, to: &mut Tx<'_>, table: &Table) -> Result<(), DbError> {
    to.execute(&format!("DELETE FROM {}", table.name), &[])?;
    pages(from, table, |rows| {
        for some in rows.chunks((PARAMETERS / table.columns.len()).max(1)) {
            insert(to, table, some)?;
        }
        Ok(())
    })
}

fn insert(to: &mut Tx<'_>, table: &Table, rows: &[Vec<Owned>]) -> Result<(), DbError> {
    let width = table.columns.len();
    let places: Vec<String> = (0..rows.len())
        .map(|row| {
            let places: Vec<String> =
                (1..=width).map(|column| format!("?{}", row * width + column)).collect();
            format!("({})", places.join(", "))
        })
        .collect();
    let sql =
        format!("INSERT INTO {} ({}) VALUES {}", table.name, table.columns.join(", "), places.join(", "));
    let values: Vec<&dyn ToValue> = rows.iter().flatten().map(|value| value as &dyn ToValue).collect();
    to.execute(&sql, &values).map(|_| ())
}

/// The number of a table's rows and the digest of what is in them, in the order of their keys.
fn digest(rx: &Rx<'_>, table: &Table) -> Result<(u64, [u8; 32]), DbError> {
    let (mut count, mut hash) = (0, Sha256::new());
    pages(rx, table, |rows| {
        count += rows.len() as u64;
        rows.iter().flatten().for_each(|value| value.digest(&mut hash));
        Ok(())
    })?;
    Ok((count, hash.finalize().into()))
}

/// All rows in the order of their keys, some at a time.
fn pages(
    rx: &Rx<'_>,
    table: &Table,
    mut f: impl FnMut(&[Vec<Owned>]) -> Result<(), DbError>,
) -> Result<(), DbError> {
    let Table { name, columns, key } = table;
    let page = if name == BIG { BIG_PAGE } else { PAGE };
    let (list, order) = (columns.join(", "), key.join(", "));
    let places: Vec<String> = (1..=key.len()).map(|place| format!("?{place}")).collect();
    let first = format!("SELECT {list} FROM {name} ORDER BY {order} LIMIT {page}");
    let next = format!(
        "SELECT {list} FROM {name} WHERE ({order}) > ({}) ORDER BY {order} LIMIT {page}",
        places.join(", ")
    );
    let read = |row: &Row<'_>| (0..columns.len()).map(|column| Owned::take(row, column)).collect();
    let mut rows: Vec<Vec<Owned>> = rx.query_all(&first, &[], read)?;
    while !rows.is_empty() {
        f(&rows)?;
        let Some(last) = rows.last().filter(|_| rows.len() == page) else { break };
        let place = |name: &String| columns.iter().position(|column| column == name);
        let after: Vec<&dyn ToValue> = key
            .iter()
            .filter_map(place)
            .filter_map(|at| last.get(at))
            .map(|value| value as &dyn ToValue)
            .collect();
        rows = rx.query_all(&next, &after, read)?;
    }
    Ok(())
}
