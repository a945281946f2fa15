//! Folders of this device that the browser keeps for the app (File System Access). Chromium has them; others do not.

use super::Refused;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::window;

/// Whether there is such a thing.
pub(crate) fn can_be_kept() -> bool {
    window().is_some_and(|window| method(&window, "showDirectoryPicker").is_some())
}

/// Lets the person choose one. Only while a tap is fresh.
pub(crate) async fn choose() -> Result<JsValue, Refused> {
    call(window().ok_or(Refused::Nothing)?.as_ref(), "showDirectoryPicker").await
}

/// Asks the person whether the app may write into it, as before. Only while a tap is fresh.
pub(crate) async fn ask_again(handle: &JsValue) -> Result<(), Refused> {
    let answer = call(handle, "requestPermission").await?;
    (answer.as_string().as_deref() == Some("granted")).then_some(()).ok_or(Refused::NotAllowed)
}

fn method(object: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(object, &name.into()).ok()?.dyn_into().ok()
}

/// Calls a method with what says that the app writes, and waits for what it promises.
async fn call(object: &JsValue, name: &str) -> Result<JsValue, Refused> {
    let options = Object::new();
    Reflect::set(&options, &"mode".into(), &"readwrite".into()).map_err(Refused::from_js)?;
    let method = method(object, name).ok_or(Refused::Nothing)?;
    let promise: Promise = method.call1(object, &options).map_err(Refused::from_js)?.unchecked_into();
    JsFuture::from(promise).await.map_err(Refused::from_js)
}
