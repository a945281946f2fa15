//! Groups of writes on SQLite.

use super::{
    connect::Source,
    tx::{Rx, Tx},
    writer::{Desk, Job, Verdict},
};
use crate::{DbError, Fault};
use rusqlite::Connection;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The connection that writes, and what is known of others' changes.
pub(super) struct SqliteDesk {
    open: Mutex<Open>,
    source: Arc<Source>,
    outside_changes: AtomicU64,
}

/// Held by the thread during a batch, and for microseconds by whoever asks for outside changes.
struct Open {
    /// `None` after trouble: the next batch starts on a fresh connection, whose file may be writable again.
    conn: Option<Connection>,
    /// SQLite's count of others' changes as last seen on this connection; counts of two connections do not compare.
    data_version: Option<i64>,
}

impl SqliteDesk {
    pub(super) fn new(conn: Connection, source: Arc<Source>) -> Self {
        Self {
            open: Mutex::new(Open { conn: Some(conn), data_version: None }),
            source,
            outside_changes: AtomicU64::new(0),
        }
    }

    fn transact(
        &self,
        conn: &Connection,
        data_version: &mut Option<i64>,
        batch: &mut [Box<dyn Job>],
    ) -> Result<(), Fault> {
        let run = |sql| Rx::new(conn).run(sql).map_err(|error| fault_of(&error));
        run("BEGIN IMMEDIATE")?;
        self.look_outside(conn, data_version).map_err(|error| fault_of(&error))?;
        for job in batch {
            run("SAVEPOINT job")?;
            let mut tx = Tx::new(conn);
            let verdict = job.run(&mut tx);
            // SQLite itself ends the whole transaction after some failures, a full disk among them.
            if conn.is_autocommit() {
                return Err(tx.fault().unwrap_or(Fault::Io));
            }
            if verdict == Verdict::Undo {
                run("ROLLBACK TO job")?;
            }
            run("RELEASE job")?;
        }
        run("COMMIT")?;
        Ok(())
    }

    fn look_outside(&self, conn: &Connection, seen: &mut Option<i64>) -> Result<(), DbError> {
        let now = Rx::new(conn).query_one("PRAGMA data_version", &[], |row| row.get(0))?;
        if seen.replace(now).is_some_and(|before| before != now) {
            self.outside_changes.fetch_add(1, Ordering::Release);
        }
        Ok(())
    }
}

impl Desk for SqliteDesk {
    const BATCH: usize = 256;
    const IDLE: Option<Duration> = None;

    fn commit_together(&self, batch: &mut [Box<dyn Job>]) -> Result<(), Fault> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = &mut *open;
        if open.conn.is_none() {
            open.conn = Some(self.source.writer().map_err(|error| fault_of(&error.into()))?);
            // Its count of changes is another one, so what happened in between cannot be told.
            self.outside_changes.fetch_add(1, Ordering::Release);
            open.data_version = None;
        }
        let committed = match &open.conn {
            Some(conn) => self.transact(conn, &mut open.data_version, batch),
            None => Err(Fault::Io),
        };
        if committed.is_err() {
            // Closing the connection undoes what is still open.
            open.conn = None;
        }
        committed
    }

    fn outside_changes(&self) -> u64 {
        // Busy means that a batch is under way, which has just looked, and nobody else can commit before it ends.
        if let Ok(mut open) = self.open.try_lock() {
            let Open { conn, data_version } = &mut *open;
            // Trouble shows at the next write, which starts afresh and counts as a change.
            let _ = conn.as_ref().map(|conn| self.look_outside(conn, data_version));
        }
        self.outside_changes.load(Ordering::Acquire)
    }
}

/// Errors of the engine's own statements which are not trouble with storage do not happen unless a closure ended its
/// own savepoint; then nothing is known about the file, as after a failed read.
fn fault_of(error: &DbError) -> Fault {
    error.fault().unwrap_or(Fault::Io)
}
