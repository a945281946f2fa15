//! Memory that changes hands: what Windows frees is made here, and what Windows gives is read here.

use crate::wording::secret_of;
use model::Secret;
use std::ptr;
use windows::Win32::System::Com::{CoTaskMemAlloc, CoTaskMemFree};
use windows_core::{PCWSTR, PWSTR};
use zeroize::Zeroize;

/// The most UTF-16 units read of a text somebody typed: more than the agent takes in any field, so that what is cut is
/// still too long for it.
const MAX_UNITS: usize = 4096;

/// Writes `value` where a caller asked for it. `false`: there is no such place.
///
/// # Safety
///
/// `place` is null or can be written.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) -> bool {
    if place.is_null() {
        return false;
    }
    // SAFETY: by the contract, and it is not null. What was there is not read: it need not be initialized.
    unsafe { place.write(value) };
    true
}

/// A copy that the receiver frees with `CoTaskMemFree`; null when there is no memory.
pub(crate) fn bytes_to_give(bytes: &[u8]) -> *mut u8 {
    // SAFETY: any size is allowed; null is looked for below.
    let memory: *mut u8 = unsafe { CoTaskMemAlloc(bytes.len().max(1)) }.cast();
    if !memory.is_null() {
        // SAFETY: the new memory has that many bytes and overlaps nothing.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), memory, bytes.len()) };
    }
    memory
}

/// A text with a zero at its end that the receiver frees with `CoTaskMemFree`; null when there is no memory.
pub(crate) fn text_to_give(text: &str) -> PWSTR {
    let units = text.encode_utf16().count();
    // SAFETY: any size is allowed; null is looked for below.
    let memory: *mut u16 = unsafe { CoTaskMemAlloc((units + 1) * size_of::<u16>()) }.cast();
    if memory.is_null() {
        return PWSTR::null();
    }
    for (index, unit) in text.encode_utf16().chain([0]).enumerate() {
        // SAFETY: `units + 1` units were taken, and so many are written.
        unsafe { memory.add(index).write(unit) };
    }
    PWSTR(memory)
}

/// The text of a string that Windows gave us to free; `None` when there is none.
pub(crate) fn take_text(text: PWSTR) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: Windows' strings end with a zero.
    let read = unsafe { text.to_string() };
    // SAFETY: it was given to us to free, and is not used after this.
    unsafe { CoTaskMemFree(Some(text.0.cast())) };
    read.ok()
}

/// What somebody typed, cut to [`MAX_UNITS`]. Null is empty.
///
/// # Safety
///
/// `text` is null or ends with a zero.
pub(crate) unsafe fn typed(text: PCWSTR) -> Secret {
    if text.is_null() {
        return Secret::default();
    }
    let mut length = 0;
    // SAFETY: up to its zero the text can be read, and nothing behind it is.
    while length < MAX_UNITS && unsafe { text.0.add(length).read() } != 0 {
        length += 1;
    }
    // SAFETY: that many units were just found to be there.
    secret_of(unsafe { std::slice::from_raw_parts(text.0, length) })
}

/// A text with a zero at its end, for calls that read it. Wiped.
pub(crate) struct Wide(Vec<u16>);

impl Wide {
    /// A copy.
    pub(crate) fn new(text: &str) -> Self {
        let mut units = Vec::with_capacity(text.len() + 1);
        units.extend(text.encode_utf16().chain([0]));
        Self(units)
    }

    /// Where it is, as long as this value lives.
    pub(crate) fn pointer(&self) -> PCWSTR {
        PCWSTR(self.0.as_ptr())
    }

    /// The units, with the zero.
    pub(crate) fn units(&self) -> &[u16] {
        &self.0
    }
}

impl Drop for Wide {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
