//! What Windows hands out and wants back, each freed by its own type.

use std::ffi::c_void;
use windows::Win32::{
    Foundation::{CloseHandle, HANDLE, HLOCAL, LocalFree},
    Security::{
        Authentication::Identity::LsaFreeMemory,
        Authorization::{ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1},
        PSECURITY_DESCRIPTOR,
    },
};
use windows::core::HSTRING;

/// Memory to be given back with `LocalFree`.
pub(crate) struct Local(pub(crate) *mut c_void);

impl Drop for Local {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: whoever made this got the pointer from a call that says to free it so, and freed it nowhere else.
            unsafe { LocalFree(Some(HLOCAL(self.0))) };
        }
    }
}

/// A security descriptor made from its text form (MS-DTYP 2.5.1). It is not changed after it was made.
pub(crate) struct SecurityDescriptor(Local);

// SAFETY: the memory is this type's alone and is only read.
unsafe impl Send for SecurityDescriptor {}
// SAFETY: as above.
unsafe impl Sync for SecurityDescriptor {}

impl SecurityDescriptor {
    pub(crate) fn new(sddl: &str) -> windows::core::Result<Self> {
        let mut descriptor = PSECURITY_DESCRIPTOR::default();
        let text = HSTRING::from(sddl);
        // SAFETY: the text ends with a zero, and the pointer is written before the call returns.
        unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                &text,
                SDDL_REVISION_1,
                &mut descriptor,
                None,
            )
        }?;
        Ok(Self(Local(descriptor.0)))
    }

    /// For a call that reads it while this is alive.
    pub(crate) fn pointer(&self) -> PSECURITY_DESCRIPTOR {
        PSECURITY_DESCRIPTOR(self.0.0)
    }
}

/// Memory to be given back with `LsaFreeMemory`.
pub(crate) struct Lsa(pub(crate) *mut c_void);

impl Drop for Lsa {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: as above. A memory that cannot be freed is lost; there is nothing else to do about it.
            let _ = unsafe { LsaFreeMemory(Some(self.0)) };
        }
    }
}

/// A handle to be closed.
pub(crate) struct Handle(pub(crate) HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.0.is_invalid() {
            // SAFETY: whoever made this got an open handle that nobody else closes.
            let _ = unsafe { CloseHandle(self.0) };
        }
    }
}

/// Memory for a structure that Windows fills, aligned for any of them.
pub(crate) struct Aligned(Vec<u64>);

impl Aligned {
    /// Zeros, at least so many bytes.
    pub(crate) fn new(bytes: u32) -> Self {
        Self(vec![0; (bytes as usize).div_ceil(8)])
    }

    pub(crate) fn pointer(&mut self) -> *mut c_void {
        self.0.as_mut_ptr().cast()
    }

    /// Its size in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.len() * 8
    }

    /// A structure at its start, when it is large enough for one.
    pub(crate) fn view<T>(&self) -> Option<*const T> {
        (size_of::<T>() <= self.bytes() && align_of::<T>() <= 8).then(|| self.0.as_ptr().cast())
    }
}
