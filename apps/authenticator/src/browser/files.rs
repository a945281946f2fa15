//! Files that the person opens, saves or shares.

use super::{Refused, page};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Url, window};

/// The bytes of a file, when it is not longer than `most`.
///
/// # Errors
/// [`Refused::Full`] for a longer one, and what the browser says.
pub(crate) async fn read(file: &Blob, most: f64) -> Result<Vec<u8>, Refused> {
    if file.size() > most {
        return Err(Refused::Full);
    }
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(Refused::from_js)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Hands a file to the share sheet where there is one on a phone, else to the downloads.
///
/// # Errors
/// When the person turned away, or the browser does neither.
pub(crate) async fn give(name: &str, kind: &str, bytes: &[u8]) -> Result<(), Refused> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&Uint8Array::from(bytes));
    let navigator = window().ok_or(Refused::Nothing)?.navigator();
    if navigator.max_touch_points() > 0 {
        let file = File::new_with_u8_array_sequence_and_options(&parts, name, &file_options(kind))
            .map_err(Refused::from_js)?;
        let data = Object::new();
        Reflect::set(&data, &"files".into(), &Array::of1(&file)).map_err(Refused::from_js)?;
        let method =
            |name: &str| Reflect::get(&navigator, &name.into()).ok()?.dyn_into::<js_sys::Function>().ok();
        let can = method("canShare").and_then(|can| can.call1(&navigator, &data).ok());
        if can.is_some_and(|can| can.is_truthy())
            && let Some(share) = method("share")
        {
            let promise: Promise = share.call1(&navigator, &data).map_err(Refused::from_js)?.unchecked_into();
            return JsFuture::from(promise).await.map(|_| ()).map_err(Refused::from_js);
        }
    }
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).map_err(Refused::from_js)?;
    let address = Url::create_object_url_with_blob(&blob).map_err(Refused::from_js)?;
    let anchor: HtmlAnchorElement = page::document()
        .ok_or(Refused::Nothing)?
        .create_element("a")
        .map_err(Refused::from_js)?
        .unchecked_into();
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    Url::revoke_object_url(&address).map_err(Refused::from_js)
}

fn file_options(kind: &str) -> web_sys::FilePropertyBag {
    let options = web_sys::FilePropertyBag::new();
    options.set_type(kind);
    options
}

/// Asks the browser to keep what the app stores; gives back whether it will.
pub(crate) async fn ask_to_keep() -> Option<bool> {
    let storage = window()?.navigator().storage();
    let answer = JsFuture::from(storage.persist().ok()?).await.ok()?;
    answer.as_bool()
}

/// Whether the browser keeps what the app stores until the person removes it.
pub(crate) async fn is_kept() -> Option<bool> {
    let storage = window()?.navigator().storage();
    let answer: JsValue = JsFuture::from(storage.persisted().ok()?).await.ok()?;
    answer.as_bool()
}
