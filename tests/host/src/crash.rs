//! Dying with an access violation inside a method, as a broken sign-in screen does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use windows::Win32::System::Diagnostics::Debug::{EXCEPTION_POINTERS, SetUnhandledExceptionFilter};
use windows::Win32::System::Threading::{GetCurrentProcess, TerminateProcess};

static ARMED: Mutex<Option<String>> = Mutex::new(None);
static INSIDE: AtomicBool = AtomicBool::new(false);

/// The next call of this method ends the process.
pub(crate) fn arm(method: &str) {
    *ARMED.lock().unwrap_or_else(PoisonError::into_inner) = Some(method.to_owned());
}

/// A call of the method begins. `true`: it is the one to die in; the first callback dies, or else its end.
pub(crate) fn entering(method: &str) -> bool {
    let armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner).as_deref() == Some(method);
    if armed {
        INSIDE.store(true, Ordering::SeqCst);
    }
    armed
}

/// A callback of the provider's: dies if the call around it is the one to die in.
pub(crate) fn in_callback() {
    if INSIDE.load(Ordering::SeqCst) {
        now();
    }
}

/// Writes where nothing is.
pub(crate) fn now() {
    let nowhere = std::ptr::with_exposed_provenance_mut::<u8>(0x10);
    // SAFETY: None: the access violation is what is asked for. No memory of the process is at that address.
    unsafe { nowhere.write_volatile(1) };
}

/// Makes an exception that nobody handles end the process with its code at once, as Windows' error reporting does for
/// the sign-in screen, with no debugger and no dialog.
pub(crate) fn die_quietly() {
    // SAFETY: The filter is a function of the program and is never unloaded.
    unsafe { SetUnhandledExceptionFilter(Some(last_words)) };
}

unsafe extern "system" fn last_words(exception: *const EXCEPTION_POINTERS) -> i32 {
    // SAFETY: Windows hands over the exception that is being handled.
    let record = unsafe { exception.as_ref() }.map(|e| e.ExceptionRecord);
    // SAFETY: As above; the record lives as long as the exception.
    let code =
        record.and_then(|r| unsafe { r.as_ref() }).map_or(0xc000_0005, |r| r.ExceptionCode.0.cast_unsigned());
    // SAFETY: The pseudo handle of this process.
    let _ = unsafe { TerminateProcess(GetCurrentProcess(), code) };
    0
}
