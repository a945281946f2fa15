//! The one thread that writes, and how writes that arrive together share a commit.

use super::tx::Tx;
use crate::{Fault, WriteError};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::sync::oneshot;

/// Writes that may wait; at 5,000 a second, less than a second's worth.
pub(super) const QUEUE: usize = 4_096;

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

/// Where groups of writes are committed: what differs from database to database.
pub(super) trait Desk: Send + Sync {
    /// Writes in one transaction: enough for the commit to be shared, few enough for the first not to wait long.
    const BATCH: usize;
    /// How long the thread waits for a write before it is [idle](Desk::idle); `None`: for as long as it takes.
    const IDLE: Option<Duration>;

    /// Either every job that is to be kept is on disk, or none is.
    fn commit_together(&self, batch: &mut [Box<dyn Job>]) -> Result<(), Fault>;

    /// Called on the writer's thread when nothing is to be written.
    fn idle(&self) {}

    /// See [`Store::outside_changes`](super::Store::outside_changes).
    fn outside_changes(&self) -> u64;
}

pub(super) struct Writer<D> {
    /// `None` only while dropping: the thread ends when there is nobody left who could send.
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared<D>>,
}

/// What the thread shares with everybody.
struct Shared<D> {
    desk: D,
    transactions: AtomicU64,
    writes: AtomicU64,
    unavailable: AtomicU64,
}

/// A write that waits for its turn.
pub(super) trait Job: Send {
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict;
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Undo,
}

struct Task<F, T, E> {
    work: Option<F>,
    result: Result<T, WriteError<E>>,
    reply: oneshot::Sender<Result<T, WriteError<E>>>,
}

impl<D: Desk + 'static> Writer<D> {
    pub(super) fn start(desk: D) -> io::Result<Self> {
        let (queue, jobs) = sync_channel::<Box<dyn Job>>(QUEUE);
        let shared = Arc::new(Shared {
            desk,
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

    pub(super) fn outside_changes(&self) -> u64 {
        self.shared.desk.outside_changes()
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            transactions: self.shared.transactions.load(Ordering::Relaxed),
            writes: self.shared.writes.load(Ordering::Relaxed),
            unavailable: self.shared.unavailable.load(Ordering::Relaxed),
        }
    }
}

impl<D> Writer<D> {
    pub(super) fn is_this_thread(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| thread.thread().id() == thread::current().id())
    }
}

impl<D> Drop for Writer<D> {
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

impl<D: Desk> Shared<D> {
    fn serve(&self, jobs: &Receiver<Box<dyn Job>>) {
        let mut batch = Vec::with_capacity(D::BATCH);
        loop {
            match D::IDLE.map_or_else(
                || jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                |wait| jobs.recv_timeout(wait),
            ) {
                Ok(first) => batch.push(first),
                Err(RecvTimeoutError::Timeout) => {
                    self.desk.idle();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
            batch.extend(jobs.try_iter().take(D::BATCH - 1));
            let committed = self.desk.commit_together(&mut batch);
            let counter = if committed.is_ok() { &self.writes } else { &self.unavailable };
            counter.fetch_add(batch.len() as u64, Ordering::Relaxed);
            if committed.is_ok() {
                self.transactions.fetch_add(1, Ordering::Relaxed);
            }
            for job in batch.drain(..) {
                job.answer(committed);
            }
        }
    }
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
            // Nor on a transaction that the database has given up.
            (None, Ok(Ok(_))) if tx.is_given_up() => Err(WriteError::Failed),
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
