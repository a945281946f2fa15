//! `countersign-host.exe try`: for an administrator on a real PC. Shows the provider in the host's window, as SYSTEM in
//! the session the command was given in, with keyboard and mouse, and hands nothing to Windows.
//!
//! The provider talks to the agent as SYSTEM only, as in Windows' sign-in screen; so the window is started by a service
//! that exists for a moment.

use crate::com::{Failure, wide};
use crate::host::{Opening, Session, Submitting};
use crate::window::{self, Input};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::BufRead;
use std::time::Duration;
use windows::Win32::Foundation::{CloseHandle, ERROR_GEN_FAILURE, HANDLE, NO_ERROR};
use windows::Win32::Security::*;
use windows::Win32::System::RemoteDesktop::ProcessIdToSessionId;
use windows::Win32::System::Services::*;
use windows::Win32::System::Threading::*;
use windows::Win32::UI::Shell::{CPAO_EMPTY_CONNECTED, CPAO_EMPTY_LOCAL, CPFIS_FOCUSED, CPUS_LOGON};
use windows_core::{PCWSTR, PWSTR, w};

const SERVICE: PCWSTR = w!("countersign-host-try");

const WARNING: &str = "\
This shows the Countersign sign-in in a window, as the account SYSTEM, in your session. To do so it installs the service
countersign-host-try, starts it, and removes it again. Passwords you type are checked for real and wrong ones count.
At the end nothing is handed to Windows: nobody is signed in. Close the window with Esc.
Type yes to go on: ";

/// Asks, and starts the window through the service.
pub(crate) fn try_out() -> anyhow::Result<()> {
    eprint!("{WARNING}");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    anyhow::ensure!(answer.trim() == "yes", "nothing was done");
    let mut session = 0;
    // SAFETY: The process' own id, and a number of ours.
    unsafe { ProcessIdToSessionId(GetCurrentProcessId(), &raw mut session) }?;
    let program = std::env::current_exe()?;
    let line = wide(&format!("\"{}\" try-service {session}", program.display()));
    // SAFETY: No names: this machine, its services.
    let manager = unsafe { OpenSCManagerW(None, None, SC_MANAGER_CREATE_SERVICE | SC_MANAGER_CONNECT) }
        .map_err(|e| anyhow::anyhow!("run it as administrator: {}", e.message()))?;
    // SAFETY: Terminated names.
    let service = unsafe {
        CreateServiceW(
            manager,
            SERVICE,
            SERVICE,
            SERVICE_ALL_ACCESS,
            SERVICE_WIN32_OWN_PROCESS,
            SERVICE_DEMAND_START,
            SERVICE_ERROR_NORMAL,
            PCWSTR(line.as_ptr()),
            None,
            None,
            None,
            None,
            None,
        )
    };
    let done = service.and_then(|service| {
        // SAFETY: The service made above.
        let started = unsafe { StartServiceW(service, None) };
        std::thread::sleep(Duration::from_secs(3));
        // SAFETY: As above; it goes away when it has stopped.
        let deleted = unsafe { DeleteService(service) };
        // SAFETY: As above, not used again.
        let _ = unsafe { CloseServiceHandle(service) };
        started.and(deleted)
    });
    // SAFETY: Opened above, not used again.
    let _ = unsafe { CloseServiceHandle(manager) };
    Ok(done?)
}

/// What the service's process does.
pub(crate) fn as_service() -> anyhow::Result<()> {
    let table = [
        SERVICE_TABLE_ENTRYW {
            lpServiceName: PWSTR(SERVICE.as_ptr().cast_mut()),
            lpServiceProc: Some(service_main),
        },
        SERVICE_TABLE_ENTRYW::default(),
    ];
    // SAFETY: The table ends with an empty entry; Windows does not write to the name.
    Ok(unsafe { StartServiceCtrlDispatcherW(table.as_ptr()) }?)
}

unsafe extern "system" fn service_main(_: u32, _: *mut PWSTR) {
    unsafe extern "system" fn control(_: u32) {}
    // SAFETY: The handler is a function of the program.
    let Ok(handle) = (unsafe { RegisterServiceCtrlHandlerW(SERVICE, Some(control)) }) else { return };
    let tell = |state, code| {
        let status = SERVICE_STATUS {
            dwServiceType: SERVICE_WIN32_OWN_PROCESS,
            dwCurrentState: state,
            dwWin32ExitCode: code,
            ..Default::default()
        };
        // SAFETY: The handle Windows gave for this service.
        let _ = unsafe { SetServiceStatus(handle, &raw const status) };
    };
    tell(SERVICE_RUNNING, NO_ERROR.0);
    let started = start_window();
    tell(SERVICE_STOPPED, if started.is_ok() { NO_ERROR.0 } else { ERROR_GEN_FAILURE.0 });
}

/// Starts this program in the session named on the command line, with the service's own token.
fn start_window() -> anyhow::Result<()> {
    let session: u32 = std::env::args().nth(2).unwrap_or_default().parse()?;
    let (mut own, mut token) = (HANDLE::default(), HANDLE::default());
    // SAFETY: The pseudo handle of this process, and a handle of ours to be filled.
    unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &raw mut own) }?;
    // SAFETY: The token opened above, and a handle of ours to be filled.
    unsafe {
        DuplicateTokenEx(own, TOKEN_ALL_ACCESS, None, SecurityImpersonation, TokenPrimary, &raw mut token)
    }?;
    // SAFETY: The value is a number, as the class asks for.
    unsafe { SetTokenInformation(token, TokenSessionId, (&raw const session).cast(), 4) }?;
    let mut line: OsString = "\"".into();
    line.push(std::env::current_exe()?);
    line.push("\" try-window");
    let mut line = wide(&line.to_string_lossy());
    let mut desktop = wide(r"winsta0\default");
    let startup = STARTUPINFOW {
        cb: size_of::<STARTUPINFOW>() as u32,
        lpDesktop: PWSTR(desktop.as_mut_ptr()),
        ..Default::default()
    };
    let mut made = PROCESS_INFORMATION::default();
    // SAFETY: Terminated, writable texts, and structures that say their sizes.
    unsafe {
        CreateProcessAsUserW(
            Some(token),
            None,
            Some(PWSTR(line.as_mut_ptr())),
            None,
            None,
            false,
            PROCESS_CREATION_FLAGS(0),
            None,
            None,
            &raw const startup,
            &raw mut made,
        )
    }?;
    for handle in [made.hThread, made.hProcess, token, own] {
        // SAFETY: Handles of ours, not used again.
        let _ = unsafe { CloseHandle(handle) };
    }
    Ok(())
}

/// The window with keyboard and mouse, until Esc.
pub(crate) fn with_keyboard() -> Result<(), Failure> {
    if window::handle() == 0 {
        return Err(Failure::new("there is no display"));
    }
    let opening = Opening {
        scenario: CPUS_LOGON,
        flags: 0,
        count_first: true,
        users: Some((Vec::new(), CPAO_EMPTY_LOCAL | CPAO_EMPTY_CONNECTED)),
        remote: None,
        said_length: None,
    };
    let (mut session, _) = Session::open(opening)?;
    session.select(0)?;
    // What is typed so far, field by field. The allocator wipes it.
    let mut typed: BTreeMap<u32, String> = BTreeMap::new();
    loop {
        window::pump();
        for input in window::take_inputs() {
            if matches!(input, Input::Escape) {
                session.close(true)?;
                return Ok(());
            }
            if let Err(failure) = one(&mut session, &mut typed, &input) {
                session.tile()?.shown.put_status(&failure.error);
                session.show();
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn one(session: &mut Session, typed: &mut BTreeMap<u32, String>, input: &Input) -> Result<(), Failure> {
    match *input {
        Input::Escape => {}
        Input::Character(c) => {
            let Some(id) = focused(session)? else { return Ok(()) };
            let text = typed.entry(id).or_insert_with(|| String::with_capacity(256));
            if c == '\u{8}' {
                text.pop();
            } else if !c.is_control() {
                text.push(c);
            }
            session.put_text(id, text)?;
        }
        Input::Tab => {
            let ids = fields(session)?;
            let now = focused(session)?.and_then(|id| ids.iter().position(|other| *other == id));
            if let Some(next) = ids.get(now.map_or(0, |place| (place + 1) % ids.len())) {
                focus(session, *next)?;
            }
        }
        Input::Field(id) => focus(session, id)?,
        Input::Link(id) => {
            session.click(&format!("#{id}"))?;
        }
        Input::Enter => {
            let how = Submitting {
                connect_on_worker: Some(true),
                cancel_after: None,
                cancel_at_question: None,
                unadvise_after: None,
            };
            let answer = session.submit(&how)?;
            // What the provider has emptied begins anew.
            let shown = &session.tile()?.shown;
            typed.retain(|id, _| shown.with(*id, |f| !f.text.is_empty()) == Some(true));
            // Wiped and freed: this is where it ends.
            if let Some(packed) = session.packed.take() {
                let said = format!(
                    "Signed in, as far as Countersign goes. {} bytes for Windows were thrown away. Esc ends.",
                    packed.bytes().len()
                );
                session.tile()?.shown.put_status(&said);
            } else if answer["response"] == "connect_failed" {
                session.tile()?.shown.put_status("Connect failed");
            }
            session.show();
        }
    }
    Ok(())
}

/// The fields to type into that can be seen.
fn fields(session: &Session) -> Result<Vec<u32>, Failure> {
    let fields = session.tile()?.shown.lock();
    Ok(fields.iter().filter(|f| f.what.kind.is_typed() && f.is_visible()).map(|f| f.what.id).collect())
}

fn focused(session: &Session) -> Result<Option<u32>, Failure> {
    let fields = session.tile()?.shown.lock();
    let mut typed = fields.iter().filter(|f| f.what.kind.is_typed() && f.is_visible());
    Ok(typed.find(|f| f.interactive == CPFIS_FOCUSED.0).map(|f| f.what.id))
}

fn focus(session: &Session, id: u32) -> Result<(), Failure> {
    session.tile()?.shown.focus(id);
    session.show();
    Ok(())
}
