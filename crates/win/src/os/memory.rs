//! What Windows hands out and wants back, each freed by its own type.

use std::ffi::c_void;
use windows::Win32::{
    Foundation::{CloseHandle, HANDLE, HLOCAL, LocalFree},
    Security::Authentication::Identity::LsaFreeMemory,
};

/// Memory to be given back with `LocalFree`.
pub(super) struct Local(pub(super) *mut c_void);

impl Drop for Local {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: whoever made this got the pointer from a call that says to free it so, and freed it nowhere else.
            unsafe { LocalFree(Some(HLOCAL(self.0))) };
        }
    }
}

/// Memory to be given back with `LsaFreeMemory`.
pub(super) struct Lsa(pub(super) *mut c_void);

impl Drop for Lsa {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: as above. A memory that cannot be freed is lost; there is nothing else to do about it.
            let _ = unsafe { LsaFreeMemory(Some(self.0)) };
        }
    }
}

/// A handle to be closed.
pub(super) struct Handle(pub(super) HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.0.is_invalid() {
            // SAFETY: whoever made this got an open handle that nobody else closes.
            let _ = unsafe { CloseHandle(self.0) };
        }
    }
}

/// Memory for a structure that Windows fills, aligned for any of them.
pub(super) struct Aligned(Vec<u64>);

impl Aligned {
    /// Zeros, at least so many bytes.
    pub(super) fn new(bytes: u32) -> Self {
        Self(vec![0; (bytes as usize).div_ceil(8)])
    }

    pub(super) fn pointer(&mut self) -> *mut c_void {
        self.0.as_mut_ptr().cast()
    }

    /// Its size in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() * 8
    }

    /// A structure at its start, when it is large enough for one.
    pub(super) fn view<T>(&self) -> Option<*const T> {
        (size_of::<T>() <= self.bytes() && align_of::<T>() <= 8).then(|| self.0.as_ptr().cast())
    }
}
