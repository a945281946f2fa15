use crate::{Folder, with_schema};
use countersign_store::{DbError, Fault, Migration, OpenError, Store, params};

const ONE: Migration = Migration { number: 1, name: "one", sql: "CREATE TABLE one (n INTEGER)" };
const TWO: Migration = Migration {
    number: 2,
    name: "two",
    sql: "CREATE TABLE two (n INTEGER PRIMARY KEY);\nINSERT INTO two VALUES (7);",
};
/// Makes a table and then fails.
const BROKEN: Migration = Migration {
    number: 2,
    name: "broken",
    sql: "CREATE TABLE half (n INTEGER); INSERT INTO nowhere VALUES (1);",
};

const OLD: &[Migration] = &[ONE];
const NEW: &[Migration] = &[ONE, TWO];

fn has_table(store: &Store, name: &str) -> bool {
    let sql = match store.postgres() {
        None => "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1",
        Some(_) => "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?1",
    };
    store.read::<_, DbError>(|rx| rx.query_opt(sql, params![name], |_| Ok(()))).unwrap().is_some()
}

fn error(folder: &Folder, list: &'static [Migration]) -> OpenError {
    with_schema(&folder.db(), list).err().unwrap()
}

#[test]
fn each_migration_runs_once_and_later_ones_are_added() {
    let folder = Folder::new("once");
    assert!(!has_table(&with_schema(&folder.db(), OLD).unwrap(), "two"));
    for _ in 0..3 {
        let store = with_schema(&folder.db(), NEW).unwrap();
        let rows = store.read(|rx| rx.query_all("SELECT n FROM two", params![], |row| row.get::<u64>(0)));
        assert_eq!(rows.unwrap(), [7]);
    }
}

#[test]
fn a_newer_database_is_left_alone() {
    let folder = Folder::new("newer");
    drop(with_schema(&folder.db(), NEW).unwrap());
    let error = error(&folder, OLD);
    assert!(matches!(error, OpenError::Newer { found: 2, known: 1 }), "{error:?}");
    assert!(error.to_string().contains("newer version"));
    assert!(has_table(&with_schema(&folder.db(), NEW).unwrap(), "two"));
}

#[test]
fn an_edited_migration_is_noticed_and_line_ends_are_no_edit() {
    const EDITED: &[Migration] = &[ONE, Migration { sql: "CREATE TABLE two (n TEXT)", ..TWO }];
    const SWAPPED: &[Migration] = &[TWO, ONE];
    const WINDOWS: &[Migration] = &[
        ONE,
        Migration { sql: "CREATE TABLE two (n INTEGER PRIMARY KEY);\r\nINSERT INTO two VALUES (7);", ..TWO },
    ];
    let folder = Folder::new("edited");
    drop(with_schema(&folder.db(), NEW).unwrap());
    let edited = error(&folder, EDITED);
    assert!(matches!(edited, OpenError::Edited { number: 2, name: "two" }), "{edited:?}");
    assert!(edited.to_string().contains("restore a backup"));
    assert!(matches!(error(&folder, SWAPPED), OpenError::Edited { .. }));
    drop(with_schema(&folder.db(), WINDOWS).unwrap());
}

#[test]
fn a_migration_that_fails_leaves_the_database_as_it_was() {
    const LIST: &[Migration] = &[ONE, BROKEN];
    let folder = Folder::new("broken");
    let failed = error(&folder, LIST);
    assert!(matches!(failed, OpenError::Migration { number: 2, name: "broken", .. }), "{failed:?}");
    let store = with_schema(&folder.db(), OLD).unwrap();
    assert!(has_table(&store, "one") && !has_table(&store, "half"));
}

#[test]
fn a_table_can_be_rebuilt_without_losing_the_rows_that_refer_to_it() {
    const START: Migration = Migration {
        number: 1,
        name: "start",
        sql: "CREATE TABLE parent (id INTEGER PRIMARY KEY);
              CREATE TABLE child (parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
              INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);",
    };
    const REBUILD: Migration = Migration {
        number: 2,
        name: "rebuild",
        sql: "CREATE TABLE parent2 (id INTEGER PRIMARY KEY, name TEXT);
              INSERT INTO parent2 (id) SELECT id FROM parent;
              DROP TABLE parent; ALTER TABLE parent2 RENAME TO parent;",
    };
    const LOSES: Migration = Migration { number: 2, name: "loses", sql: "DELETE FROM parent" };
    const RIGHT: &[Migration] = &[START, REBUILD];
    const WRONG: &[Migration] = &[START, LOSES];
    let folder = Folder::new("rebuild");
    let store = with_schema(&folder.db(), RIGHT).unwrap();
    let children =
        store.read(|rx| rx.query_one("SELECT count(*) FROM child", params![], |row| row.get::<u64>(0)));
    assert_eq!(children.unwrap(), 1);
    // And the rules hold again afterwards.
    assert!(store.write_blocking(|tx| tx.execute("INSERT INTO child VALUES (9)", params![])).is_err());

    let folder = Folder::new("loses");
    assert!(matches!(error(&folder, WRONG), OpenError::Migration { name: "loses", .. }));
}

#[test]
fn two_first_starts_at_once_both_succeed() {
    let folder = Folder::new("starts");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| assert!(has_table(&with_schema(&folder.db(), NEW).unwrap(), "two")));
        }
    });
}

#[test]
fn a_file_of_another_kind_is_refused_and_kept() {
    let folder = Folder::new("foreign");
    let text = "this is a letter to somebody, and long enough to be mistaken for a header. ".repeat(20);
    std::fs::write(folder.db(), &text).unwrap();
    let refused = error(&folder, NEW);
    assert!(matches!(refused, OpenError::Unavailable { kind: Fault::Corrupt, .. }), "{refused:?}");
    assert_eq!(std::fs::read_to_string(folder.db()).unwrap(), text);
}

#[test]
fn a_missing_folder_is_named() {
    let folder = Folder::new("nowhere");
    let missing = folder.0.join("none").join("db");
    let error = Store::open_with(&missing, NEW).err().unwrap();
    assert!(matches!(error, OpenError::Unavailable { kind: Fault::Io, .. }), "{error:?}");
    assert!(error.to_string().contains(&missing.display().to_string()));
}
