//! The event log *Application*, source *Countersign*.

use super::wide::Wide;
use os::Severity;
use windows::Win32::{
    Foundation::HANDLE,
    System::EventLog::{
        DeregisterEventSource, EVENTLOG_ERROR_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE,
        RegisterEventSourceW, ReportEventW,
    },
};
use windows::core::{PCWSTR, w};

/// The longest text that the log takes, in characters, is 31,839.
const MAX_CHARS: usize = 30_000;

/// Writes an event with the number 1 for information, 2 for a warning, 3 for an error. What cannot be written is lost.
pub(super) fn record(severity: Severity, text: &str) {
    struct Source(HANDLE);
    impl Drop for Source {
        fn drop(&mut self) {
            // SAFETY: from `RegisterEventSourceW`, closed nowhere else.
            let _ = unsafe { DeregisterEventSource(self.0) };
        }
    }
    let text: String = text.chars().filter(|c| *c != '\0').take(MAX_CHARS).collect();
    let Ok(text) = Wide::new(&text) else { return };
    // SAFETY: static text; of this machine.
    let Ok(source) = (unsafe { RegisterEventSourceW(PCWSTR::null(), w!("Countersign")) }) else { return };
    let source = Source(source);
    let (kind, number) = match severity {
        Severity::Information => (EVENTLOG_INFORMATION_TYPE, 1),
        Severity::Warning => (EVENTLOG_WARNING_TYPE, 2),
        Severity::Error => (EVENTLOG_ERROR_TYPE, 3),
    };
    // SAFETY: the source is open, the text ends with a zero and is alive.
    let _ = unsafe { ReportEventW(source.0, kind, 0, number, None, 0, Some(&[text.pointer()]), None) };
}
