//! The storage engine through its public face, on real files.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod crash;
mod migrations;
mod on_postgres;
mod reads;
mod trouble;
mod values;
mod verdicts;
mod writes;

use countersign_store::{DbError, Migration, OpenError, Store, Tx, params};
use std::{
    path::{Path, PathBuf},
    sync::mpsc,
};

/// One table for numbers, and one that refers to it and is checked at commit only.
const SCHEMA: &[Migration] = &[Migration {
    number: 1,
    name: "numbers",
    sql: "CREATE TABLE numbers (n INTEGER NOT NULL PRIMARY KEY, body BLOB);
          CREATE TABLE late (n INTEGER NOT NULL REFERENCES numbers (n) DEFERRABLE INITIALLY DEFERRED);
          CREATE TABLE prompt (n INTEGER NOT NULL REFERENCES numbers (n), small INTEGER CHECK (small < 9));",
}];

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-store-{}-{name}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn db(&self) -> PathBuf {
        self.0.join("countersign.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A new database; on PostgreSQL where the tests are run on it.
fn memory() -> Store {
    match testkit::postgres::of_this_run() {
        Some(address) => Store::open_postgres_with(&address, SCHEMA).unwrap(),
        None => Store::memory_with(SCHEMA).unwrap(),
    }
}

/// The database that belongs to a path.
fn file(path: &Path) -> Store {
    with_schema(path, SCHEMA).unwrap()
}

fn with_schema(path: &Path, schema: &'static [Migration]) -> Result<Store, OpenError> {
    match testkit::postgres::of_path(path) {
        Some(address) => Store::open_postgres_with(&address, schema),
        None => Store::open_with(path, schema),
    }
}

fn insert(tx: &mut Tx<'_>, n: u64) -> Result<(), DbError> {
    tx.execute("INSERT INTO numbers (n) VALUES (?1)", params![n]).map(|_| ())
}

fn numbers(store: &Store) -> Vec<u64> {
    let all = |rx: &countersign_store::Rx<'_>| {
        rx.query_all("SELECT n FROM numbers ORDER BY n", params![], |row| row.get(0))
    };
    store.read::<_, DbError>(all).unwrap()
}

/// Keeps the writer busy with a write that has begun, so that what is sent meanwhile ends up in one batch.
fn hold(store: &Store) -> impl FnOnce() {
    let (begun, has_begun) = mpsc::channel();
    let (go, may_go) = mpsc::channel();
    let held = std::thread::spawn({
        let store = store.clone();
        move || {
            store.write_blocking(move |_| {
                begun.send(()).unwrap();
                may_go.recv().unwrap();
                Ok::<_, DbError>(())
            })
        }
    });
    has_begun.recv().unwrap();
    move || {
        go.send(()).unwrap();
        held.join().unwrap().unwrap();
    }
}
