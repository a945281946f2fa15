//! Full and read-only disks: nobody is told "done", nothing is half done, and work goes on afterwards.

use crate::{Folder, SCHEMA, file, hold, insert, memory, numbers};
use countersign_store::{DbError, Fault, OpenError, Store, Tx, WriteError, params};
use std::{env, fs, path::Path, process::Command, thread};

const MOUNT: &str = "COUNTERSIGN_TEST_MOUNT";

/// A row that needs pages of its own.
fn insert_big(tx: &mut Tx<'_>, n: u64) -> Result<(), DbError> {
    tx.execute("INSERT INTO numbers (n, body) VALUES (?1, zeroblob(100000))", params![n]).map(|_| ())
}

fn unavailable<T>(answer: &Result<T, WriteError<DbError>>) -> Option<Fault> {
    match answer {
        Err(WriteError::Unavailable { kind }) => Some(*kind),
        _ => None,
    }
}

#[test]
fn a_write_that_storage_failed_cannot_succeed() {
    let store = memory();
    store.write_blocking(|tx| insert(tx, 1)).unwrap();
    let answer = store.write_blocking(|tx| {
        insert(tx, 2)?;
        tx.query_opt("PRAGMA max_page_count = 1", params![], |_| Ok(()))?;
        // The closure looks away; the store does not.
        let _ = insert_big(tx, 3);
        Ok::<_, DbError>(())
    });
    assert_eq!(unavailable(&answer), Some(Fault::DiskFull));
    assert_eq!(numbers(&store), [1]);
}

#[test]
fn a_database_that_turns_read_only_says_so_and_recovers() {
    let store = memory();
    let release = hold(&store);
    let waiting: Vec<_> = (0..3)
        .map(|n| {
            let store = store.clone();
            thread::spawn(move || {
                store.write_blocking(move |tx| {
                    insert(tx, n)?;
                    tx.query_opt("PRAGMA query_only = 1", params![], |_| Ok(()))?;
                    insert(tx, n + 100)
                })
            })
        })
        .collect();
    // Long enough for all of them to wait in the queue. If not, they are told the same in two groups.
    thread::sleep(std::time::Duration::from_millis(50));
    release();
    for write in waiting {
        assert_eq!(unavailable(&write.join().unwrap()), Some(Fault::ReadOnly));
    }
    // The setting belongs to the connection. Once a transaction fails to begin, the next has a fresh one.
    let again = (0..3).any(|_| store.write_blocking(|tx| insert(tx, 7)).is_ok());
    assert!(again);
    assert_eq!(numbers(&store), [7]);
}

#[test]
fn a_writer_that_waits_too_long_for_another_process_says_busy() {
    let folder = Folder::new("busy");
    let (one, other) = (file(&folder.db()), file(&folder.db()));
    let release = hold(&one);
    let answer = other.write_blocking(|tx| insert(tx, 1));
    assert_eq!(unavailable(&answer), Some(Fault::Busy));
    release();
    other.write_blocking(|tx| insert(tx, 2)).unwrap();
    assert_eq!(numbers(&one), [2]);
}

#[test]
fn a_database_file_that_vanished_is_not_replaced_by_an_empty_one() {
    let folder = Folder::new("vanished");
    let store = file(&folder.db());
    for name in ["countersign.db", "countersign.db-wal", "countersign.db-shm"] {
        fs::rename(folder.0.join(name), folder.0.join(format!("{name}.away"))).unwrap();
    }
    // Ends the transaction under way, so that the next write starts on a fresh connection.
    let ended = store.write_blocking(|tx| tx.execute("ROLLBACK", params![]));
    assert_eq!(unavailable(&ended), Some(Fault::Io));
    for _ in 0..2 {
        assert_eq!(unavailable(&store.write_blocking(|tx| insert(tx, 1))), Some(Fault::Io));
    }
    assert!(!folder.db().exists());
    for name in ["countersign.db", "countersign.db-wal", "countersign.db-shm"] {
        fs::rename(folder.0.join(format!("{name}.away")), folder.0.join(name)).unwrap();
    }
    store.write_blocking(|tx| insert(tx, 2)).unwrap();
    assert_eq!(numbers(&store), [2]);
}

/// Runs one of the tests below in a mount namespace of its own, on a file system of one megabyte.
fn on_a_small_disk(test: &str) {
    let folder = Folder::new(test);
    let inside = |program: &Path, arguments: &[&str]| {
        Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c"])
            .arg(r#"mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@""#)
            .arg(&folder.0)
            .arg(program)
            .args(arguments)
            .env(MOUNT, &folder.0)
            .output()
    };
    if !inside(Path::new("true"), &[]).is_ok_and(|output| output.status.success()) {
        println!("skipped: no right to mount a small disk");
        return;
    }
    let name = format!("trouble::{test}");
    let output = inside(
        &env::current_exe().unwrap(),
        &["--exact", &name, "--ignored", "--nocapture", "--test-threads=1"],
    )
    .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_full_disk_is_everybodys_answer_until_there_is_room() {
    on_a_small_disk("child_on_a_full_disk");
}

#[test]
#[ignore = "runs on a small disk that the test above mounts"]
fn child_on_a_full_disk() {
    let mount = env::var_os(MOUNT).unwrap();
    let mount = Path::new(&mount);
    let store = file(&mount.join("db"));
    store.write_blocking(|tx| insert(tx, 1)).unwrap();
    // Fill what is left, to the last page.
    let filler = mount.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut file, &[1; 4096]).is_ok() {}
    drop(file);

    for round in 0..3 {
        // Three in one group; the pages fit into memory, so that COMMIT is what fails.
        let release = hold(&store);
        let waiting: Vec<_> = (0..3)
            .map(|n| {
                let store = store.clone();
                thread::spawn(move || store.write_blocking(move |tx| insert_big(tx, 10 * round + n + 10)))
            })
            .collect();
        thread::sleep(std::time::Duration::from_millis(50));
        release();
        for write in waiting {
            assert_eq!(unavailable(&write.join().unwrap()), Some(Fault::DiskFull));
        }
        assert_eq!(numbers(&store), [1]);
    }
    fs::remove_file(&filler).unwrap();
    store.write_blocking(|tx| insert_big(tx, 2)).unwrap();
    assert_eq!(numbers(&store), [1, 2]);
    drop(store);
    assert_eq!(numbers(&self::file(&mount.join("db"))), [1, 2]);
}

#[test]
fn a_read_only_disk_is_named_when_opening() {
    on_a_small_disk("child_on_a_read_only_disk");
}

#[test]
#[ignore = "runs on a small disk that the test above mounts"]
fn child_on_a_read_only_disk() {
    let mount = env::var_os(MOUNT).unwrap();
    let mount = Path::new(&mount);
    let db = mount.join("db");
    drop(file(&db));
    let remount = |how: &str| {
        let status = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(mount).status();
        assert!(status.unwrap().success());
    };
    remount("ro");
    for path in [&db, &mount.join("new")] {
        let error = Store::open_with(path, SCHEMA).err().unwrap();
        assert!(matches!(error, OpenError::Unavailable { kind: Fault::ReadOnly, .. }), "{error:?}");
        assert!(error.to_string().contains("read-only"), "{error}");
    }
    remount("rw");
    file(&db).write_blocking(|tx| insert(tx, 1)).unwrap();
}
