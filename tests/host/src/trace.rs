//! What went over the COM boundary, one JSON line each, in `trace.jsonl`. No line holds a typed text.

use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;
use windows::Win32::System::Threading::GetCurrentThreadId;
use windows_core::HRESULT;

static TRACE: OnceLock<Mutex<File>> = OnceLock::new();

/// Opens the trace. Without it nothing is written.
pub(crate) fn begin(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = File::create(folder.join("trace.jsonl"))?;
    // A second trace is never asked for; if it were, the first would go on.
    let _ = TRACE.set(Mutex::new(file));
    Ok(())
}

/// The Windows id of this thread.
pub(crate) fn thread() -> u32 {
    // SAFETY: No arguments, no failure.
    unsafe { GetCurrentThreadId() }
}

/// A call into the provider that has come back.
pub(crate) fn called(method: &str, args: &Value, answer: HRESULT, begun: Instant) {
    line(&json!({
        "dir": "call", "method": method, "args": args, "thread": thread(), "hresult": hex(answer),
        "ms": ms(begun),
    }));
}

/// A call of the provider's back into the host.
pub(crate) fn called_back(method: &str, args: &Value, answer: HRESULT) {
    line(&json!({
        "dir": "callback", "method": method, "args": args, "thread": thread(), "hresult": hex(answer),
    }));
}

/// Milliseconds since then, with three decimals.
pub(crate) fn ms(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// An HRESULT the way people look it up.
pub(crate) fn hex(answer: HRESULT) -> String {
    format!("0x{:08X}", answer.0)
}

fn line(value: &Value) {
    let Some(file) = TRACE.get() else { return };
    let text = format!("{value}\n");
    // A full disk must not change what the host does.
    let _ = file.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes());
}
