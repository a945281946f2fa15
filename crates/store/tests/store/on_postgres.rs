//! The same tests once more, on PostgreSQL; and what there is only there: a move into it, and trouble with a server.

use crate::{Folder, SCHEMA, insert, numbers};
use countersign_store::{
    DbError, Fault, MoveError, OpenError, Postgres, Store, WriteError, move_to_postgres, params, tables,
};
use model::UnixTime;
use std::{path::Path, thread, time::Duration};
use testkit::postgres::Cluster;

/// What is about files, and about words that only SQLite knows.
const ABOUT_SQLITE: &[&str] = &[
    "on_postgres::",
    "crash::",
    "a_table_can_be_rebuilt",
    "a_file_of_another_kind",
    "a_missing_folder",
    "the_servers_own_schema_opens",
    "the_files_are_for_their_owner",
    "a_fsync_takes_time",
    "a_transaction_that_ends_early",
    "a_write_that_storage_failed",
    "a_database_that_turns_read_only",
    "a_database_file_that_vanished",
    "a_full_disk",
    "a_read_only_disk",
];

#[test]
fn what_holds_on_sqlite_holds_on_postgresql() {
    if let Some(cluster) = Cluster::start() {
        cluster.run_tests(ABOUT_SQLITE);
    }
}

const NOW: UnixTime = UnixTime::from_secs(1_000_000);

/// More rows than are read at a time, of numbers, texts, bytes and nothing.
fn filled(path: &Path) -> Store {
    let store = Store::open(path).unwrap();
    store
        .write_blocking(|tx| {
            tables::settings::set(tx, "a", &[1, 0, 255])?;
            for number in 0u64..1_203 {
                let id = [&number.to_be_bytes()[..], &[7; 8]].concat();
                tx.execute(
                    "INSERT INTO people (id, name, state, first_seen_at) VALUES (?1, ?2, 'active', ?3)",
                    params![id, format!("Jürgen_{number} ß"), NOW],
                )?;
                tx.execute(
                    "INSERT INTO lockouts (person_id, place, state) VALUES (?1, ?2, '{}')",
                    params![id, if number % 2 == 0 { "ä" } else { "Z" }],
                )?;
                tx.execute(
                    "INSERT INTO audit (at, kind, person_id, event) VALUES (?1, 'x', ?2, ?3)",
                    params![NOW, (number % 3 == 0).then_some(id), number.to_string()],
                )?;
            }
            // The newest event is gone; its number must not come again.
            tx.execute("DELETE FROM audit WHERE seq = 1203", params![])
        })
        .unwrap();
    store
}

#[test]
fn what_is_moved_is_the_same_on_both_sides_and_comes_back_the_same() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = Folder::new("moved");
    drop(filled(&folder.db()));
    let target = Postgres::parse(&cluster.database("target")).unwrap();
    let there = move_to_postgres(&folder.db(), &target).unwrap();
    let rows = |table: &str| there.iter().find(|moved| moved.table == table).unwrap().rows;
    assert_eq!((rows("people"), rows("lockouts"), rows("audit"), rows("settings")), (1_203, 1_203, 1_202, 1));
    assert_eq!(cluster.sql("target", "SELECT count(*) FROM people"), "1203");
    // Not twice into the same.
    assert!(matches!(move_to_postgres(&folder.db(), &target), Err(MoveError::NotEmpty { .. })));

    let store = Store::open_postgres(&target).unwrap();
    let back = folder.0.join("back.db");
    store.copy_to(&back).unwrap();
    assert!(!folder.0.join("back.db-wal").exists());
    // Work goes on there, and events get new numbers.
    let add = "INSERT INTO audit (at, kind, event) VALUES (1, 'x', 'new') RETURNING seq";
    let seq = store.write_blocking(move |tx| tx.query_one(add, params![], |row| row.get::<u64>(0)));
    assert!(seq.unwrap() >= 1_203);

    let second = Postgres::parse(&cluster.database("second")).unwrap();
    assert_eq!(move_to_postgres(&back, &second).unwrap(), there);
}

#[test]
fn a_move_that_fails_leaves_the_target_empty() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = Folder::new("unmoved");
    let store = filled(&folder.db());
    // PostgreSQL has no such text.
    store.write_blocking(|tx| tables::settings::set(tx, "zero\0", b"x")).unwrap();
    drop(store);
    let target = Postgres::parse(&cluster.database("target")).unwrap();
    let failed = move_to_postgres(&folder.db(), &target).unwrap_err();
    assert!(matches!(&failed, MoveError::Database { what, .. } if what == "the table settings"), "{failed}");
    assert_eq!(
        cluster.sql("target", "SELECT (SELECT count(*) FROM people) + (SELECT count(*) FROM audit)"),
        "0"
    );
}

#[test]
fn a_database_that_was_started_again_is_written_to_again_and_has_what_was_answered() {
    let Some(mut cluster) = Cluster::durable() else { return };
    let address = Postgres::parse(&cluster.database("target")).unwrap();
    let store = Store::open_postgres_with(&address, SCHEMA).unwrap();
    store.write_blocking(|tx| insert(tx, 1)).unwrap();
    cluster.crash();
    // In a write that has begun, nobody can tell; one that begins waits for a while.
    let waiting = thread::spawn({
        let store = store.clone();
        move || store.write_blocking(|tx| insert(tx, 2))
    });
    thread::sleep(Duration::from_millis(300));
    cluster.start_again();
    waiting.join().unwrap().unwrap();
    assert_eq!(numbers(&store), [1, 2]);

    cluster.crash();
    let away = store.write_blocking(|tx| insert(tx, 3));
    assert!(matches!(away, Err(WriteError::Unavailable { kind: Fault::Unreachable })), "{away:?}");
    let read = store.read(|rx| rx.query_one("SELECT 1", params![], |row| row.get::<u64>(0)));
    assert!(matches!(read, Err(DbError::Unavailable(Fault::Unreachable))), "{read:?}");
    cluster.start_again();
    store.write_blocking(|tx| insert(tx, 4)).unwrap();
    assert_eq!(numbers(&store), [1, 2, 4]);
}

#[test]
fn a_server_that_vanished_in_mid_write_does_not_hold_the_others_up_for_ever() {
    let Some(cluster) = Cluster::start() else { return };
    let address = Postgres::parse(&cluster.database("target")).unwrap();
    let (one, other) = (
        Store::open_postgres_with(&address, SCHEMA).unwrap(),
        Store::open_postgres_with(&address, SCHEMA).unwrap(),
    );
    // It holds the lock, says nothing more, and its connection stays open: nobody tells the database that it is gone.
    let gone = thread::spawn(move || {
        one.write_blocking(|tx| {
            insert(tx, 1)?;
            thread::sleep(Duration::from_secs(14));
            insert(tx, 2)
        })
    });
    thread::sleep(Duration::from_millis(500));
    let busy = other.write_blocking(|tx| insert(tx, 3));
    assert!(matches!(busy, Err(WriteError::Unavailable { kind: Fault::Busy })), "{busy:?}");
    thread::sleep(Duration::from_secs(3));
    other.write_blocking(|tx| insert(tx, 4)).unwrap();
    assert!(matches!(gone.join().unwrap(), Err(WriteError::Unavailable { kind: Fault::Unreachable })));
    assert_eq!(numbers(&other), [4]);
}

#[test]
fn a_closure_that_goes_on_after_a_failed_statement_is_undone_and_not_told_done() {
    let Some(cluster) = Cluster::start() else { return };
    let address = Postgres::parse(&cluster.database("target")).unwrap();
    let store = Store::open_postgres_with(&address, SCHEMA).unwrap();
    store.write_blocking(|tx| insert(tx, 1)).unwrap();
    let answer = store.write_blocking(|tx| {
        insert(tx, 2)?;
        let _ = insert(tx, 1);
        Ok::<_, DbError>(())
    });
    assert!(matches!(answer, Err(WriteError::Failed)), "{answer:?}");
    for ending in ["COMMIT", "ROLLBACK", "  end"] {
        let answer = store.write_blocking(move |tx| {
            insert(tx, 3)?;
            tx.execute(ending, params![])
        });
        assert!(matches!(answer, Err(WriteError::Unavailable { .. })), "{answer:?}");
    }
    assert_eq!(numbers(&store), [1]);
}

#[test]
fn an_address_that_leads_nowhere_is_named_without_the_password() {
    let secret = model::Secret::from_text("s3same".to_owned());
    let folder = Folder::new("nowhere-pg");
    let url = format!("postgres://cs@/x?host={}", folder.0.display());
    let address = Postgres::parse(&url).unwrap().with_password(&secret);
    let error = Store::open_postgres(&address).err().unwrap();
    assert!(matches!(error, OpenError::Database { kind: Fault::Unreachable, .. }), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(text.contains("postgres://cs@/") && !text.contains("s3same"), "{text}");

    let Some(cluster) = Cluster::start() else { return };
    let nobody = cluster.database("target").replace("/target?", "/elsewhere?");
    let address = Postgres::parse(&nobody).unwrap().with_password(&secret);
    let text = Store::open_postgres(&address).err().unwrap().to_string();
    assert!(text.contains("does not exist") && !text.contains("s3same"), "{text}");
}
