//! Another process, watched until it ends.

use crate::memory::Handle;
use std::io;
use windows::Win32::{
    Foundation::WAIT_OBJECT_0,
    System::Threading::{
        GetExitCodeProcess, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
        WaitForSingleObject,
    },
};

/// The lowest exit code that is an error status (NTSTATUS with severity *error*): the process broke. Processes that
/// are ended by Windows, or end themselves, have lower ones.
pub const FIRST_ERROR_STATUS: u32 = 0xC000_0000;

/// A process that was running when this was made.
pub struct Process(Handle);

// SAFETY: a handle of a process may be used and closed by any thread.
unsafe impl Send for Process {}

impl Process {
    /// The process with this number.
    ///
    /// # Errors
    /// There is none, or it may not be watched.
    pub fn open(number: u32) -> io::Result<Self> {
        let rights = PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE;
        // SAFETY: no memory is passed.
        Ok(Self(Handle(unsafe { OpenProcess(rights, false, number) }?)))
    }

    /// Waits up to `millis` for the process to end. Whether it ended, and with which code.
    pub fn exit_code(&self, millis: u32) -> Option<u32> {
        // SAFETY: the handle is open as long as this is there.
        if unsafe { WaitForSingleObject(self.0.0, millis) } != WAIT_OBJECT_0 {
            return None;
        }
        let mut code = 0;
        // SAFETY: as above, and the number is written before the call returns.
        unsafe { GetExitCodeProcess(self.0.0, &mut code) }.ok().map(|()| code)
    }
}
