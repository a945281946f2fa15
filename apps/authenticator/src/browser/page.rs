//! The page: what `index.html` names, the address, what is remembered that is no secret.

use super::Refused;
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, Document, HtmlElement, HtmlMetaElement, MessageEvent, Storage, window};

/// The document.
pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// The address of a file that `index.html` names in a `meta` element.
pub(crate) fn named_file(name: &str) -> Option<String> {
    let meta = document()?.query_selector(&format!("meta[name='{name}']")).ok()??;
    Some(meta.dyn_into::<HtmlMetaElement>().ok()?.content())
}

/// A setting that is no secret, kept by the browser.
pub(crate) fn setting(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Keeps a setting that is no secret. Where the browser keeps nothing, it holds until the page is closed.
pub(crate) fn keep_setting(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _kept = storage.set_item(name, value);
    }
}

/// Forgets every setting.
pub(crate) fn forget_settings() {
    if let Some(storage) = storage() {
        let _cleared = storage.clear();
    }
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

/// What is in the address behind `#`, which the server never sees; it is removed from the address and the history.
pub(crate) fn take_fragment() -> Option<String> {
    let window = window()?;
    let fragment = window.location().hash().ok()?;
    let fragment = fragment.strip_prefix('#').filter(|text| !text.is_empty())?.to_owned();
    let path = window.location().pathname().ok()?;
    let _replaced = window
        .history()
        .and_then(|history| history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&path)));
    Some(fragment)
}

/// Sets an attribute of the root element, by which the style sheet chooses colors, or the language is told.
pub(crate) fn set_root(name: &str, value: &str) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _set = root.set_attribute(name, value);
    }
}

/// Prints the page. What is on paper then the style sheet says.
pub(crate) fn print() {
    if let Some(window) = window() {
        let _printed = window.print();
    }
}

/// Moves the focus to the element with this id.
pub(crate) fn focus(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _focused = element.focus();
    }
}

/// Now, in milliseconds since 1970, by this device's clock.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// How long the page has been open, in milliseconds, whatever the device's clock is set to.
pub(crate) fn running_ms() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Whether this is a device of Apple's.
pub(crate) fn is_apple() -> bool {
    let agent = window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default();
    ["iPhone", "iPad", "Macintosh"].iter().any(|word| agent.contains(word))
}

/// Whether this is Safari on iOS outside the installed app, where what a tab keeps is not in the app.
pub(crate) fn is_ios_tab() -> bool {
    let Some(window) = window() else { return false };
    let agent = window.navigator().user_agent().unwrap_or_default();
    // An iPad says it is a Mac, but has a touch screen.
    let ios = agent.contains("iPhone")
        || agent.contains("iPad")
        || (agent.contains("Macintosh") && window.navigator().max_touch_points() > 1);
    let installed =
        window.match_media("(display-mode: standalone)").ok().flatten().is_some_and(|list| list.matches());
    ios && !installed
}

/// The languages the person prefers, best first.
pub(crate) fn languages() -> Vec<String> {
    let Some(window) = window() else { return Vec::new() };
    window.navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// Takes an attribute of the root element away.
pub(crate) fn remove_root(name: &str) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _removed = root.remove_attribute(name);
    }
}

/// A time as it is written in a language (BCP 47).
pub(crate) fn when(secs: u64, language: &str) -> String {
    let date = js_sys::Date::new(&(secs as f64 * 1000.0).into());
    String::from(date.to_locale_string(language, &js_sys::Object::new()))
}

/// Under what name windows of this site tell each other that somebody came back from signing in elsewhere.
const RETURNS: &str = "countersign-return";

/// The address of the page without what is behind `?` and `#`.
pub(crate) fn address() -> String {
    let location = window().map(|window| window.location());
    location
        .and_then(|location| Some(location.origin().ok()? + &location.pathname().ok()?))
        .unwrap_or_default()
}

/// Whether this window came back from signing in elsewhere; tells the window that waits for it. What it brought is taken
/// out of the address and the history.
pub(crate) fn tell_of_return() -> bool {
    let search = window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    if !search.contains("state=") && !search.contains("ckWebAuthToken=") {
        return false;
    }
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let _replaced = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address()));
    }
    let told = BroadcastChannel::new(RETURNS).and_then(|channel| channel.post_message(&search.into()));
    told.is_ok()
}

/// Waits for a window that comes back, and for what it brings.
pub(crate) async fn hear_of_return() -> Result<String, Refused> {
    let channel = BroadcastChannel::new(RETURNS).map_err(Refused::from_js)?;
    let promise = js_sys::Promise::new(&mut |resolve, _| channel.set_onmessage(Some(&resolve)));
    let event = wasm_bindgen_futures::JsFuture::from(promise).await.map_err(Refused::from_js)?;
    channel.close();
    Ok(event.unchecked_into::<MessageEvent>().data().as_string().unwrap_or_default())
}
