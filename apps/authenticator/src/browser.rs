//! What the browser does for the app, each interface behind a small type of ours.
//!
//! Must not know the vault or any screen.

pub(crate) mod camera;
pub(crate) mod clipboard;
pub(crate) mod database;
pub(crate) mod files;
pub(crate) mod folder;
pub(crate) mod page;
pub(crate) mod passkey;
pub(crate) mod picture;
pub(crate) mod reader;
pub(crate) mod request;
pub(crate) mod worker;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A field of an object; undefined where there is none.
pub(crate) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// What the browser did not do.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It has no such interface, or keeps nothing.
    Nothing,
    /// Another tab changed the same thing meanwhile.
    Changed,
    /// No room is left.
    Full,
    /// The person, or the browser for them, said no.
    NotAllowed,
    /// What was asked for is not there.
    NotFound,
    /// Somebody else uses it.
    Busy,
    /// No answer came in time.
    TooSlow,
    /// Something else.
    Other,
}

impl Refused {
    /// By the name of the exception (Web IDL, DOMException names).
    pub(crate) fn from_js(value: JsValue) -> Self {
        let name = js_sys::Reflect::get(&value, &"name".into()).ok().and_then(|name| name.as_string());
        match name.as_deref() {
            Some("QuotaExceededError") => Self::Full,
            Some("NotAllowedError" | "SecurityError") => Self::NotAllowed,
            Some("NotFoundError" | "OverconstrainedError") => Self::NotFound,
            Some("NotReadableError" | "AbortError") => Self::Busy,
            _ => Self::Other,
        }
    }
}
