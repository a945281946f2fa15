//! No panic leaves this module: one guard around every entry of COM, every window procedure and every thread. In Rust a
//! panic that leaves a foreign function ends the process, and here that is Windows' sign-in screen.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// Runs `body`. `None`: it panicked.
pub(crate) fn guarded<T>(body: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => Some(value),
        Err(payload) => {
            // Dropping what was thrown could panic once more.
            std::mem::forget(payload);
            None
        }
    }
}

/// Whether an object has panicked. It is of no more use then: what it was doing is half done.
#[derive(Default)]
pub(crate) struct Health(AtomicBool);

impl Health {
    /// Runs `body` unless the object has panicked before. `None`: it has, or does now.
    pub(crate) fn guarded<T>(&self, body: impl FnOnce() -> T) -> Option<T> {
        if self.is_broken() {
            return None;
        }
        let value = guarded(body);
        if value.is_none() {
            self.0.store(true, Ordering::SeqCst);
        }
        value
    }

    /// Whether it has panicked.
    pub(crate) fn is_broken(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

static OBJECTS: AtomicUsize = AtomicUsize::new(0);
static LOCKS: AtomicUsize = AtomicUsize::new(0);

/// One living object of this module. Each COM object holds one.
pub(crate) struct Counted(());

impl Counted {
    /// Counts one more.
    pub(crate) fn new() -> Self {
        OBJECTS.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        OBJECTS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// `IClassFactory::LockServer`. One unlock too many changes nothing.
pub(crate) fn lock_server(lock: bool) {
    let next = |locks: usize| if lock { locks.checked_add(1) } else { locks.checked_sub(1) };
    // The error is the unlock too many.
    let _ = LOCKS.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next);
}

/// Whether COM may let go of the module. Threads hold it by a count of their own.
pub(crate) fn can_unload() -> bool {
    OBJECTS.load(Ordering::SeqCst) == 0 && LOCKS.load(Ordering::SeqCst) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_panicked_once_does_nothing_ever_after() {
        let health = Health::default();
        assert_eq!(health.guarded(|| 1), Some(1));
        assert_eq!(health.guarded(|| -> u32 { panic!("a fault in a test") }), None);
        assert_eq!(health.guarded(|| 1), None);
    }

    // One test, as the counts belong to the process.
    #[test]
    fn the_module_stays_while_an_object_or_a_lock_is_left() {
        assert!(can_unload());
        let object = Counted::new();
        assert!(!can_unload());
        drop(object);
        lock_server(true);
        assert!(!can_unload());
        lock_server(false);
        lock_server(false);
        assert!(can_unload());
        lock_server(true);
        assert!(!can_unload());
        lock_server(false);
    }
}
