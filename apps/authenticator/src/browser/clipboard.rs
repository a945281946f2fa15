//! The clipboard: a code goes there when the person says so, and is taken away again as far as a page can do that.

use super::Refused;
use wasm_bindgen_futures::JsFuture;
use web_sys::window;

/// How long a code stays, in milliseconds.
pub(crate) const CLEARED_AFTER_MS: u32 = 30_000;

/// Puts a text there.
///
/// # Errors
/// When the browser does not allow it.
pub(crate) async fn write(text: &str) -> Result<(), Refused> {
    let clipboard = window().ok_or(Refused::Nothing)?.navigator().clipboard();
    JsFuture::from(clipboard.write_text(text)).await.map(|_| ()).map_err(Refused::from_js)
}
