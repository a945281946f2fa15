//! The same tests once more, on PostgreSQL.

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
    "a_copy_is_of_one_moment",
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
