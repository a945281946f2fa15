//! Calls through the provider's tables of methods, with the HRESULT as it came, and what COM memory needs.

use serde_json::Value;
use windows::Win32::System::Com::CoTaskMemFree;
use windows_core::{HRESULT, PWSTR};

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What the provider or Windows answered, if it was one of them.
    pub(crate) hresult: Option<HRESULT>,
    /// What it means.
    pub(crate) error: String,
}

impl Failure {
    /// A failure of the host's own.
    pub(crate) fn new(error: impl Into<String>) -> Self {
        Self { hresult: None, error: error.into() }
    }

    /// A call that did not succeed.
    pub(crate) fn of(method: &str, hresult: HRESULT) -> Self {
        Self { hresult: Some(hresult), error: format!("{method} failed") }
    }
}

impl From<windows_core::Error> for Failure {
    fn from(error: windows_core::Error) -> Self {
        Self { hresult: Some(error.code()), error: error.message() }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// What a command answers.
pub(crate) type Answer = Result<Value, Failure>;

/// Calls a method of a COM object through its table, and traces it.
///
/// `com!(object, Method(arguments…), what the trace says of the arguments)` is the HRESULT.
macro_rules! com {
    ($object:expr, $method:ident ( $($arg:expr),* $(,)? ), $said:expr) => {{
        let object = &$object;
        let dies = $crate::crash::entering(stringify!($method));
        let begun = std::time::Instant::now();
        // SAFETY: The object is alive; the arguments are those of the method, or null where the command `random`
        // means to be wrong, which the contract tells the provider to refuse.
        let answer = unsafe {
            (windows_core::Interface::vtable(object).$method)(windows_core::Interface::as_raw(object) $(, $arg)*)
        };
        $crate::trace::called(stringify!($method), &$said, answer, begun);
        if dies {
            $crate::crash::now();
        }
        answer
    }};
}
pub(crate) use com;

/// Takes a string the provider allocated: reads it, wipes it, frees it. Null is `None`.
pub(crate) fn take_string(text: PWSTR) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: The provider hands over a terminated string in COM memory.
    let units = unsafe { std::slice::from_raw_parts_mut(text.0, text.len()) };
    let read = String::from_utf16_lossy(units);
    units.fill(0);
    std::hint::black_box(&*units);
    // SAFETY: The string is ours since the call that gave it.
    unsafe { CoTaskMemFree(Some(text.0.cast_const().cast())) };
    Some(read)
}

/// Turns the answer of a method into a failure unless it says success.
pub(crate) fn ok(method: &str, answer: HRESULT) -> Result<(), Failure> {
    if answer.is_ok() { Ok(()) } else { Err(Failure::of(method, answer)) }
}

/// A terminated UTF-16 copy.
pub(crate) fn wide(text: &str) -> Vec<u16> {
    let mut units = Vec::with_capacity(text.len() + 1);
    units.extend(text.encode_utf16());
    units.push(0);
    units
}
