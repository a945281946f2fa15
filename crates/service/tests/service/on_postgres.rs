//! The same tests once more, on PostgreSQL.

use testkit::postgres::Cluster;

#[test]
fn what_holds_on_sqlite_holds_on_postgresql() {
    if let Some(cluster) = Cluster::start() {
        cluster.run_tests(&["on_postgres::"]);
    }
}
