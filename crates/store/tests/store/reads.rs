use crate::{Folder, file, insert, memory, numbers};
use countersign_store::{DbError, Rx, Store, params};

fn count(rx: &Rx<'_>) -> Result<u64, DbError> {
    rx.query_one("SELECT count(*) FROM numbers", params![], |row| row.get(0))
}

#[test]
fn a_read_sees_one_moment() {
    let store = memory();
    store
        .read::<_, DbError>(|rx| {
            assert_eq!(count(rx)?, 0);
            store.write_blocking(|tx| insert(tx, 1)).unwrap();
            assert_eq!(count(rx)?, 0);
            Ok(())
        })
        .unwrap();
    assert_eq!(numbers(&store), [1]);
}

#[test]
fn a_reader_cannot_write() {
    let store = memory();
    let sql = "INSERT INTO numbers (n) VALUES (1) RETURNING n";
    let sneaked = store.read(|rx| rx.query_opt(sql, params![], |row| row.get::<u64>(0)));
    assert!(sneaked.is_err());
    assert_eq!(numbers(&store), [0u64; 0]);
    // And in a write the same query does.
    store.write_blocking(move |tx| tx.query_one(sql, params![], |row| row.get::<u64>(0))).unwrap();
    assert_eq!(numbers(&store), [1]);
}

#[test]
fn a_reader_that_fails_or_panics_leaves_the_next_one_a_clean_start() {
    let store = memory();
    assert!(store.read(|rx| count(rx).and(Err::<(), _>(DbError::NoRow))).is_err());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.read::<(), DbError>(|rx| {
            count(rx)?;
            panic!("a test panics");
        })
    }));
    assert!(panicked.is_err());
    store.write_blocking(|tx| insert(tx, 1)).unwrap();
    assert_eq!(numbers(&store), [1]);
}

#[test]
fn readers_on_many_threads_see_every_answered_write() {
    let store = memory();
    std::thread::scope(|scope| {
        for lane in 0..40 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..10 {
                    store.write_blocking(move |tx| insert(tx, lane * 10 + n)).unwrap();
                    assert!(numbers(store).contains(&(lane * 10 + n)));
                }
            });
        }
    });
    assert_eq!(numbers(&store).len(), 400);
}

#[test]
fn two_databases_in_memory_have_nothing_in_common() {
    let (one, other) = (memory(), memory());
    one.write_blocking(|tx| insert(tx, 1)).unwrap();
    assert_eq!(numbers(&other), [0u64; 0]);
}

#[test]
fn the_servers_own_schema_opens() {
    let folder = Folder::new("schema");
    drop(Store::open(&folder.db()).unwrap());
    let store = Store::open(&folder.db()).unwrap();
    let settings =
        |rx: &Rx<'_>| rx.query_one("SELECT count(*) FROM settings", params![], |row| row.get::<u64>(0));
    store.read(settings).unwrap();
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    drop(file(&folder.db()));
    // As after a careless copy.
    std::fs::set_permissions(folder.db(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = file(&folder.db());
    store.write_blocking(|tx| insert(tx, 1)).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        seen += 1;
    }
    assert_eq!(seen, 3, "database, log and index");
}

#[test]
fn a_copy_is_of_one_moment_and_replaces_nothing() {
    let folder = Folder::new("copy");
    let store = file(&folder.db());
    let copy = folder.0.join("copy.db");
    store.write_blocking(|tx| insert(tx, 1)).unwrap();
    store.copy_to(&copy).unwrap();
    store.write_blocking(|tx| insert(tx, 2)).unwrap();
    assert!(store.copy_to(&copy).is_err());
    assert_eq!(numbers(&Store::open_with(&copy, crate::SCHEMA).unwrap()), [1]);
    assert_eq!(numbers(&store), [1, 2]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_fsync_takes_time_and_leaves_nothing_behind() {
    let folder = Folder::new("probe");
    let times = countersign_store::fsync_probe(&folder.0, 9).unwrap();
    assert!(!times.median.is_zero() && times.median <= times.worst);
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
    assert!(countersign_store::fsync_probe(&folder.db().join("none"), 1).is_err());
}
