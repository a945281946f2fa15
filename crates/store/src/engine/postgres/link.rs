//! The thread that moves bytes to and from the database, and waiting for it on any other thread.

use std::{
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, JoinHandle, Thread},
    time::{Duration, Instant},
};
use tokio::{
    runtime::{Builder, Handle, RuntimeFlavor},
    sync::oneshot,
};

/// Runs the connections; ends with them when it is dropped.
pub(super) struct Link {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    pub(super) fn start() -> io::Result<Self> {
        let (ready, is_ready) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let thread = thread::Builder::new().name("store-link".into()).spawn(move || {
            let _ = ready.send(runtime.handle().clone());
            // Either way it is the end.
            let _ = runtime.block_on(stopped);
            runtime.shutdown_background();
        })?;
        let handle = is_ready.recv().map_err(|_| io::Error::other("a thread did not start"))?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(task);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// Wakes a thread that waits for one future.
struct Bell {
    thread: Thread,
    rung: AtomicBool,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Waits on this thread; `None` when it takes longer than that.
///
/// Not a runtime's `block_on`, which panics on a thread of another runtime.
pub(super) fn wait<F: Future>(future: F, limit: Duration) -> Option<F::Output> {
    let mut future = pin!(future);
    let bell = Arc::new(Bell { thread: thread::current(), rung: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&bell));
    let mut context = Context::from_waker(&waker);
    let deadline = Instant::now() + limit;
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        while !bell.rung.swap(false, Ordering::Acquire) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            thread::park_timeout(left);
        }
    }
}

/// Does something that waits for the network, so that on a thread of an async runtime others need not wait for it.
pub(super) fn off_the_runtime<T>(f: impl FnOnce() -> T) -> T {
    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => tokio::task::block_in_place(f),
        _ => f(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_the_answer_or_with_the_limit() {
        let (send, receive) = oneshot::channel();
        let sender = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            send.send(7).unwrap();
        });
        assert_eq!(wait(receive, Duration::from_secs(10)).unwrap().unwrap(), 7);
        sender.join().unwrap();
        assert!(wait(std::future::pending::<()>(), Duration::from_millis(10)).is_none());
    }
}
