//! The client's end of the agent's pipe: opened, proven to be the agent's, read and written without blocking for ever.

use crate::memory::Wide;
use protocol::pipe::{NAME, SERVICE};
use std::time::Duration;
use windows::Win32::{
    Foundation::{
        CloseHandle, ERROR_IO_PENDING, ERROR_PIPE_BUSY, ERROR_SUCCESS, GENERIC_READ, GENERIC_WRITE, HANDLE,
        HLOCAL, LocalFree, WAIT_OBJECT_0,
    },
    Security::{
        Authorization::{GetSecurityInfo, SE_KERNEL_OBJECT},
        IsWellKnownSid, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, WinBuiltinAdministratorsSid,
        WinLocalSystemSid,
    },
    Storage::FileSystem::{
        CreateFileW, FILE_FLAG_OVERLAPPED, FILE_SHARE_NONE, OPEN_EXISTING, ReadFile, SECURITY_IDENTIFICATION,
        SECURITY_SQOS_PRESENT, WriteFile,
    },
    System::{
        IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED},
        Pipes::{GetNamedPipeServerProcessId, WaitNamedPipeW},
        Services::{
            CloseServiceHandle, OpenSCManagerW, OpenServiceW, QueryServiceStatusEx, SC_HANDLE,
            SC_MANAGER_CONNECT, SC_STATUS_PROCESS_INFO, SERVICE_QUERY_STATUS, SERVICE_RUNNING,
            SERVICE_STATUS_PROCESS,
        },
        Threading::{CreateEventW, WaitForSingleObject},
    },
};
use windows_core::HRESULT;

/// How long a busy pipe is waited for.
const BUSY_MS: u32 = 200;

/// A connection to the agent. Closed when the last owner lets go.
pub(crate) struct Pipe(Handle);

struct Handle(HANDLE);

// SAFETY: a handle is a number that any thread may use; the calls made with it here may be made from any.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: this type owns the handle, and nothing uses it after this. That closing fails changes nothing.
        let _ = unsafe { CloseHandle(self.0) };
    }
}

impl Pipe {
    /// Opens the pipe, and makes sure that the agent is behind it before a byte is written. `None`: it is not.
    pub(crate) fn open() -> Option<Self> {
        let pipe =
            Self(create().or_else(|code| if code == busy() { wait_and_create() } else { Err(code) }).ok()?);
        // The name is in a place where only administrators make pipes. Both checks are for the day when that fails.
        (pipe.is_owned_by_the_system() && pipe.is_served_by_the_agent()).then_some(pipe)
    }

    /// Reads what there is, or waits for it. `None`: the connection has ended.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> Option<usize> {
        let mut operation = Operation::new()?;
        let overlapped: *mut OVERLAPPED = &mut operation.overlapped;
        // SAFETY: buffer and structure stay until the operation has ended: `finish` waits for that.
        let begun = unsafe { ReadFile(self.0.0, Some(buffer), None, Some(overlapped)) };
        operation.finish(&self.0, begun, None).filter(|&count| count > 0)
    }

    /// Writes all of it. `false`: the connection is broken, or has not taken it within `limit`.
    pub(crate) fn write(&self, mut bytes: &[u8], limit: Duration) -> bool {
        while !bytes.is_empty() {
            let Some(mut operation) = Operation::new() else { return false };
            let overlapped: *mut OVERLAPPED = &mut operation.overlapped;
            // SAFETY: as in `read`.
            let begun = unsafe { WriteFile(self.0.0, Some(bytes), None, Some(overlapped)) };
            match operation.finish(&self.0, begun, Some(limit)) {
                Some(count) if count > 0 => bytes = bytes.get(count..).unwrap_or_default(),
                _ => return false,
            }
        }
        true
    }

    /// Ends whatever is waiting, so that the reader lets go.
    pub(crate) fn end(&self) {
        // SAFETY: the handle is open. There may be nothing to end.
        let _ = unsafe { CancelIoEx(self.0.0, None) };
    }

    fn is_owned_by_the_system(&self) -> bool {
        let mut owner = PSID::default();
        let mut descriptor = PSECURITY_DESCRIPTOR::default();
        let place: *mut PSECURITY_DESCRIPTOR = &mut descriptor;
        // SAFETY: both places outlive the call.
        let status = unsafe {
            GetSecurityInfo(
                self.0.0,
                SE_KERNEL_OBJECT,
                OWNER_SECURITY_INFORMATION,
                Some(&mut owner),
                None,
                None,
                None,
                Some(place),
            )
        };
        if status != ERROR_SUCCESS {
            return false;
        }
        let good = !owner.is_invalid()
            && [WinLocalSystemSid, WinBuiltinAdministratorsSid].into_iter().any(|kind| {
                // SAFETY: the owner is in the descriptor, which is freed below.
                unsafe { IsWellKnownSid(owner, kind) }.as_bool()
            });
        // SAFETY: Windows gave it to us to free, and nothing uses it after this.
        unsafe { LocalFree(Some(HLOCAL(descriptor.0))) };
        good
    }

    fn is_served_by_the_agent(&self) -> bool {
        let mut process = 0;
        // SAFETY: `process` outlives the call.
        let told = unsafe { GetNamedPipeServerProcessId(self.0.0, &mut process) };
        told.is_ok() && process != 0 && agent_process() == Some(process)
    }
}

fn busy() -> HRESULT {
    ERROR_PIPE_BUSY.to_hresult()
}

fn create() -> Result<Handle, HRESULT> {
    let name = Wide::new(NAME);
    let access = GENERIC_READ.0 | GENERIC_WRITE.0;
    // Whoever is behind the pipe learns who we are and cannot act as us.
    let flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;
    // SAFETY: the name ends with a zero.
    let handle =
        unsafe { CreateFileW(name.pointer(), access, FILE_SHARE_NONE, None, OPEN_EXISTING, flags, None) };
    handle.map(Handle).map_err(|error| error.code())
}

fn wait_and_create() -> Result<Handle, HRESULT> {
    let name = Wide::new(NAME);
    // SAFETY: the name ends with a zero. Whether it has become free shows when it is opened.
    let _ = unsafe { WaitNamedPipeW(name.pointer(), BUSY_MS) };
    create()
}

/// The process of the running service, as the service manager says.
fn agent_process() -> Option<u32> {
    struct Service(SC_HANDLE);
    impl Drop for Service {
        fn drop(&mut self) {
            // SAFETY: this type owns the handle. That closing fails changes nothing.
            let _ = unsafe { CloseServiceHandle(self.0) };
        }
    }
    // SAFETY: null names mean this machine and its database.
    let manager = Service(unsafe { OpenSCManagerW(None, None, SC_MANAGER_CONNECT) }.ok()?);
    let name = Wide::new(SERVICE);
    // SAFETY: the name ends with a zero.
    let service = Service(unsafe { OpenServiceW(manager.0, name.pointer(), SERVICE_QUERY_STATUS) }.ok()?);
    let mut bytes = [0_u8; size_of::<SERVICE_STATUS_PROCESS>()];
    let mut needed = 0;
    // SAFETY: the buffer has the size of the structure, which is what the call sees.
    unsafe { QueryServiceStatusEx(service.0, SC_STATUS_PROCESS_INFO, Some(&mut bytes), &mut needed) }.ok()?;
    // SAFETY: Windows has filled in the structure, which is numbers only; it need not be aligned.
    let status: SERVICE_STATUS_PROCESS =
        unsafe { bytes.as_ptr().cast::<SERVICE_STATUS_PROCESS>().read_unaligned() };
    (status.dwCurrentState == SERVICE_RUNNING && status.dwProcessId != 0).then_some(status.dwProcessId)
}

/// One reading or writing, with the event that says when it has ended.
struct Operation {
    overlapped: OVERLAPPED,
    event: Handle,
}

impl Operation {
    fn new() -> Option<Self> {
        // SAFETY: no argument is memory.
        let event = Handle(unsafe { CreateEventW(None, true, false, None) }.ok()?);
        Some(Self { overlapped: OVERLAPPED { hEvent: event.0, ..OVERLAPPED::default() }, event })
    }

    /// Waits until it has ended, however it ends. The bytes moved, unless it failed.
    fn finish(
        &mut self,
        pipe: &Handle,
        begun: windows_core::Result<()>,
        limit: Option<Duration>,
    ) -> Option<usize> {
        if let Err(error) = begun
            && error.code() != ERROR_IO_PENDING.to_hresult()
        {
            return None;
        }
        if let Some(limit) = limit {
            let limit = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX - 1);
            // SAFETY: the event is open.
            if unsafe { WaitForSingleObject(self.event.0, limit) } != WAIT_OBJECT_0 {
                // SAFETY: handle and structure are those of the operation. It may have ended by itself meanwhile.
                let _ = unsafe { CancelIoEx(pipe.0, Some(&self.overlapped)) };
            }
        }
        let mut count = 0;
        // SAFETY: as above. The call waits until Windows has let go of structure and buffer.
        unsafe { GetOverlappedResult(pipe.0, &self.overlapped, &mut count, true) }.ok()?;
        usize::try_from(count).ok()
    }
}
