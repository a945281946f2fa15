//! The host's memory: wiped when it is given back, and counted.
//!
//! The host passes on passwords and keys as a sign-in screen does. What it frees must not be what the command `scan`
//! finds: those are to be copies of the provider's. The DLL has an allocator of its own.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The allocator of this program.
pub(crate) struct Wiping;

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Bytes the host itself holds on the process' heap.
pub(crate) fn live_bytes() -> usize {
    LIVE.load(Ordering::Relaxed)
}

// SAFETY: Every request goes to the system's allocator as it is; memory is only written before it is given back.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: The caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: The block is `layout.size()` bytes long and nobody's any more.
        unsafe { std::ptr::write_bytes(memory, 0, layout.size()) };
        std::hint::black_box(memory);
        // SAFETY: The caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }
    // `realloc` is the default: a new block, a copy, and `dealloc` of the old one, which wipes it.
}
