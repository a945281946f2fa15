//! The host's window: a plain Win32 one that draws the selected tile like a sign-in screen.

use crate::shown::Shown;
use windows::Win32::UI::WindowsAndMessaging::*;

/// One thing on the screen.
pub(crate) struct Item;

/// What there is to draw of a tile.
pub(crate) fn items(_: &Shown) -> Vec<Item> {
    Vec::new()
}

/// Replaces what is drawn.
pub(crate) fn show(_: Vec<Item>) {}

/// The window, or 0 where there is no display.
pub(crate) fn handle() -> isize {
    0
}

/// Serves what waits in this thread's queue.
pub(crate) fn pump() {
    let mut message = MSG::default();
    // SAFETY: The message is ours; a null window means all of this thread.
    while unsafe { PeekMessageW(&raw mut message, None, 0, 0, PM_REMOVE) }.as_bool() {
        // SAFETY: As above.
        let _ = unsafe { TranslateMessage(&raw const message) };
        // SAFETY: As above.
        unsafe { DispatchMessageW(&raw const message) };
    }
}
