//! Groups of writes on PostgreSQL.

use super::{Limits, Session, Source};
use crate::{
    DbError, Fault, Tx,
    engine::writer::{Desk, Job, Verdict},
};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long to try to reach a database that is away, such as one that is started again. Nothing has been done then, so that
/// nothing is done twice.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// Locks the one row that whoever writes has to lock. What was committed before is seen by every statement after it.
const LOCK: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
                    SELECT announced FROM store_writer WHERE id = 1 FOR UPDATE";
const LOOK: &str = "SELECT announced FROM store_writer WHERE id = 1";
const COMMIT: &str = "COMMIT";
const ANNOUNCE_AND_COMMIT: &str = "UPDATE store_writer SET announced = announced + 1 WHERE id = 1; COMMIT";

/// The connection that writes, and what is known of others' changes.
pub(in crate::engine) struct PostgresDesk {
    open: Mutex<Open>,
    source: Arc<Source>,
    outside_changes: AtomicU64,
}

struct Open {
    /// `None` after trouble.
    session: Option<Session>,
    /// The number of changes announced by anybody, as last seen.
    announced: Option<u64>,
}

impl PostgresDesk {
    pub(in crate::engine) fn new(session: Session, source: Arc<Source>) -> Self {
        let announced = session.number(LOOK).ok();
        let open = Open { session: Some(session), announced };
        Self { open: Mutex::new(open), source, outside_changes: AtomicU64::new(0) }
    }

    /// Connected, and holding the lock.
    fn begin(&self, open: &mut Open) -> Result<Session, DbError> {
        let start = Instant::now();
        loop {
            let session = open.session.take();
            let begun = session.map_or_else(|| self.source.session(Limits::Short), Ok).and_then(|session| {
                let announced = session.number(LOCK)?;
                Ok((session, announced))
            });
            match begun {
                Ok((session, announced)) => {
                    self.note(open, announced);
                    return Ok(session);
                }
                Err(error) if is_worth_another_try(&error) && start.elapsed() < PATIENCE => pause(),
                Err(error) => return Err(error),
            }
        }
    }

    fn note(&self, open: &mut Open, announced: u64) {
        if open.announced.replace(announced) != Some(announced) {
            self.outside_changes.fetch_add(1, Ordering::Release);
        }
    }

    /// Runs the jobs and commits. The lock is held.
    fn transact(
        session: &Session,
        announced: &mut Option<u64>,
        batch: &mut [Box<dyn Job>],
    ) -> Result<(), DbError> {
        // A job that is alone needs no savepoint: it is undone with the transaction.
        let alone = batch.len() == 1;
        let mut to_announce = false;
        let mut before = "SAVEPOINT job";
        let mut last = Verdict::Keep;
        for job in batch {
            if !alone {
                session.run(before)?;
            }
            let mut tx = Tx::on_postgres(session);
            last = job.run(&mut tx);
            match last {
                Verdict::Keep => {
                    to_announce |= tx.is_announced();
                    before = "RELEASE SAVEPOINT job; SAVEPOINT job";
                }
                Verdict::Undo => before = "ROLLBACK TO SAVEPOINT job",
            }
        }
        match (last, alone) {
            (Verdict::Undo, true) => return session.run("ROLLBACK"),
            (Verdict::Undo, false) => session.run(before)?,
            (Verdict::Keep, _) => {}
        }
        session.run(if to_announce { ANNOUNCE_AND_COMMIT } else { COMMIT })?;
        if to_announce {
            *announced = announced.map(|number| number + 1);
        }
        Ok(())
    }
}

impl Desk for PostgresDesk {
    // Each statement of a job is a round trip while others wait.
    const BATCH: usize = 64;
    const IDLE: Option<Duration> = Some(Duration::from_millis(250));

    fn commit_together(&self, batch: &mut [Box<dyn Job>]) -> Result<(), Fault> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = &mut *open;
        let done = self.begin(open).and_then(|session| {
            Self::transact(&session, &mut open.announced, batch)?;
            open.session = Some(session);
            Ok(())
        });
        done.map_err(|error| {
            // What was seen in it may not have come about, or have come about unseen.
            self.outside_changes.fetch_add(1, Ordering::Release);
            error.fault().unwrap_or(Fault::Io)
        })
    }

    fn idle(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let session = open.session.take().map_or_else(|| self.source.session(Limits::Short), Ok);
        // Trouble shows at the next write.
        if let Ok(session) = session
            && let Ok(announced) = session.number(LOOK)
        {
            self.note(&mut open, announced);
            open.session = Some(session);
        }
    }

    fn outside_changes(&self) -> u64 {
        self.outside_changes.load(Ordering::Acquire)
    }
}

/// Begins a transaction that writes, as everybody does who writes.
pub(in crate::engine) fn lock(session: &Session) -> Result<(), DbError> {
    session.number(LOCK).map(|_| ())
}

/// Whether it may be otherwise in a moment.
pub(super) fn is_worth_another_try(error: &DbError) -> bool {
    matches!(error.fault(), Some(Fault::Unreachable | Fault::ReadOnly))
}

pub(super) fn pause() {
    thread::sleep(Duration::from_millis(200));
}
