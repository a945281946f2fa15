//! The one thread that writes, and how writes that arrive together share a commit.

use super::{
    connect::Source,
    tx::{Rx, Tx},
};
use crate::{DbError, Fault, WriteError};
use rusqlite::Connection;
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};
use tokio::sync::oneshot;

/// Writes that may wait; at 5,000 a second, less than a second's worth.
pub(super) const QUEUE: usize = 4_096;
/// Writes in one transaction: enough for the sync to be shared, few enough for the first not to wait long.
pub(super) const BATCH: usize = 256;

/// What the writer has done since it started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counters {
    /// Transactions committed.
    pub transactions: u64,
    /// Writes in them, including those that were undone alone.
    pub writes: u64,
    /// Writes in transactions that could not be committed.
    pub unavailable: u64,
}

pub(super) struct Writer {
    /// `None` only while dropping: the thread ends when there is nobody left who could send.
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

/// What the thread shares with everybody.
struct Shared {
    desk: Mutex<Desk>,
    source: Arc<Source>,
    outside_changes: AtomicU64,
    transactions: AtomicU64,
    writes: AtomicU64,
    unavailable: AtomicU64,
}

/// Held by the thread during a batch, and for microseconds by whoever asks for outside changes.
struct Desk {
    /// `None` after trouble: the next batch starts on a fresh connection, whose file may be writable again.
    conn: Option<Connection>,
    /// SQLite's count of others' changes as last seen on this connection; counts of two connections do not compare.
    data_version: Option<i64>,
}

/// A write that waits for its turn.
trait Job: Send {
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict;
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

#[derive(PartialEq, Eq)]
enum Verdict {
    Keep,
    Undo,
}

struct Task<F, T, E> {
    work: Option<F>,
    result: Result<T, WriteError<E>>,
    reply: oneshot::Sender<Result<T, WriteError<E>>>,
}

impl Writer {
    pub(super) fn start(conn: Connection, source: Arc<Source>) -> io::Result<Self> {
        let (queue, jobs) = sync_channel::<Box<dyn Job>>(QUEUE);
        let shared = Arc::new(Shared {
            desk: Mutex::new(Desk { conn: Some(conn), data_version: None }),
            source,
            outside_changes: AtomicU64::new(0),
            transactions: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            unavailable: AtomicU64::new(0),
        });
        let thread = thread::Builder::new().name("store-writer".into()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.serve(&jobs)
        })?;
        let writer = Self { queue: Some(queue), thread: Some(thread), shared };
        // What comes after this moment is a change.
        writer.outside_changes();
        Ok(writer)
    }

    pub(super) fn submit<T, E, F>(
        &self,
        work: F,
    ) -> Result<oneshot::Receiver<Result<T, WriteError<E>>>, WriteError<E>>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task { work: Some(work), result: Err(WriteError::Failed), reply };
        let queue = self.queue.as_ref().ok_or(WriteError::Failed)?;
        match queue.try_send(Box::new(task)) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(WriteError::Overloaded),
            Err(TrySendError::Disconnected(_)) => Err(WriteError::Failed),
        }
    }

    pub(super) fn is_this_thread(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| thread.thread().id() == thread::current().id())
    }

    pub(super) fn outside_changes(&self) -> u64 {
        // Busy means that a batch is under way, which has just looked, and nobody else can commit before it ends.
        if let Ok(mut desk) = self.shared.desk.try_lock() {
            let Desk { conn, data_version } = &mut *desk;
            // Trouble shows at the next write, which starts afresh and counts as a change.
            let _ = conn.as_ref().map(|conn| self.shared.look_outside(conn, data_version));
        }
        self.shared.outside_changes.load(Ordering::Acquire)
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            transactions: self.shared.transactions.load(Ordering::Relaxed),
            writes: self.shared.writes.load(Ordering::Relaxed),
            unavailable: self.shared.unavailable.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        // A closure may have held the last store: a thread cannot wait for itself, and ends anyway.
        if !self.is_this_thread()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn serve(&self, jobs: &Receiver<Box<dyn Job>>) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Ok(first) = jobs.recv() {
            batch.push(first);
            batch.extend(jobs.try_iter().take(BATCH - 1));
            let committed = self.commit_together(&mut batch);
            let counter = if committed.is_ok() { &self.writes } else { &self.unavailable };
            counter.fetch_add(batch.len() as u64, Ordering::Relaxed);
            for job in batch.drain(..) {
                job.answer(committed);
            }
        }
    }

    /// Either every job that is to be kept is on disk, or none is.
    fn commit_together(&self, batch: &mut [Box<dyn Job>]) -> Result<(), Fault> {
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let desk = &mut *desk;
        if desk.conn.is_none() {
            desk.conn = Some(self.source.writer().map_err(|error| fault_of(&error.into()))?);
            // Its count of changes is another one, so what happened in between cannot be told.
            self.outside_changes.fetch_add(1, Ordering::Release);
            desk.data_version = None;
        }
        let committed = match &desk.conn {
            Some(conn) => self.transact(conn, &mut desk.data_version, batch),
            None => Err(Fault::Io),
        };
        if committed.is_err() {
            // Closing the connection undoes what is still open.
            desk.conn = None;
        }
        committed
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
        self.transactions.fetch_add(1, Ordering::Relaxed);
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

/// Errors of the engine's own statements which are not trouble with storage do not happen unless a closure ended its
/// own savepoint; then nothing is known about the file, as after a failed read.
fn fault_of(error: &DbError) -> Fault {
    error.fault().unwrap_or(Fault::Io)
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
        let Some(work) = self.work.take() else { return Verdict::Undo };
        // Nothing the closure can have left half changed outlives it: its captures are dropped and its writes undone.
        let result = catch_unwind(AssertUnwindSafe(|| work(tx)));
        self.result = match (tx.fault(), result) {
            // A closure may not succeed on statements that storage failed, even if it meant to go on without them.
            (Some(kind), _) => Err(WriteError::Unavailable { kind }),
            (None, Ok(result)) => result.map_err(WriteError::Job),
            (None, Err(_)) => Err(WriteError::Failed),
        };
        if self.result.is_ok() { Verdict::Keep } else { Verdict::Undo }
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        let result = match committed {
            Ok(()) => self.result,
            // Also for those that failed by themselves: they may have failed on what another one wrote.
            Err(kind) => Err(WriteError::Unavailable { kind }),
        };
        // Nobody may be waiting any more; what was written stays written.
        let _ = self.reply.send(result);
    }
}
