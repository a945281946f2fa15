//! Requests to the server that the app came from, and to nobody else.

use super::Refused;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit, Response, window};

/// How long an answer is waited for, in milliseconds.
const LIMIT_MS: i32 = 15_000;

/// What is asked.
pub(crate) struct Request<'a> {
    /// `GET`, `PUT`, `DELETE`, `HEAD`.
    pub(crate) method: &'a str,
    /// From the root of the server, beginning with `/`.
    pub(crate) path: &'a str,
    /// Names and values.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// What is sent along.
    pub(crate) body: Option<&'a [u8]>,
}

/// What was answered.
pub(crate) struct Answer {
    /// HTTP's number.
    pub(crate) status: u16,
    /// The entity tag, in its quotes.
    pub(crate) etag: Option<String>,
    /// The server's clock when it answered, milliseconds since 1970, to the second.
    pub(crate) date_ms: Option<f64>,
    /// The content.
    pub(crate) body: Vec<u8>,
}

/// Sends a request. No cookie goes along, and no answer is taken from a cache.
///
/// # Errors
/// [`Refused::TooSlow`] when no answer came in time, anything else when there is no connection.
pub(crate) async fn send(request: &Request<'_>) -> Result<Answer, Refused> {
    let window = window().ok_or(Refused::Nothing)?;
    let controller = AbortController::new().map_err(Refused::from_js)?;
    let timer = {
        let controller = controller.clone();
        let give_up = Closure::once_into_js(move || controller.abort());
        window
            .set_timeout_with_callback_and_timeout_and_arguments_0(give_up.unchecked_ref(), LIMIT_MS)
            .map_err(Refused::from_js)?
    };
    let headers = Headers::new().map_err(Refused::from_js)?;
    for (name, value) in request.headers {
        headers.set(name, value).map_err(Refused::from_js)?;
    }
    let options = RequestInit::new();
    options.set_method(request.method);
    options.set_headers(&headers);
    options.set_cache(RequestCache::NoStore);
    options.set_credentials(RequestCredentials::Omit);
    options.set_signal(Some(&controller.signal()));
    if let Some(body) = request.body {
        options.set_body(&Uint8Array::from(body));
    }
    // Nobody but the timer aborts.
    let refused = |error| {
        if controller.signal().aborted() { Refused::TooSlow } else { Refused::from_js(error) }
    };
    let answer = JsFuture::from(window.fetch_with_str_and_init(request.path, &options)).await;
    let answer: Response = answer.map_err(refused)?.unchecked_into();
    let date = answer.headers().get("date").ok().flatten();
    let date_ms = date.map(|date| js_sys::Date::parse(&date)).filter(|ms| ms.is_finite());
    let body = JsFuture::from(answer.array_buffer().map_err(Refused::from_js)?).await.map_err(refused)?;
    window.clear_timeout_with_handle(timer);
    Ok(Answer {
        status: answer.status(),
        etag: answer.headers().get("etag").ok().flatten(),
        date_ms,
        body: Uint8Array::new(&body).to_vec(),
    })
}

/// A JavaScript function called once after some milliseconds.
pub(crate) fn later(ms: u32, work: impl FnOnce() + 'static) {
    let work: JsValue = Closure::once_into_js(work);
    if let Some(window) = window() {
        let _handle =
            window.set_timeout_with_callback_and_timeout_and_arguments_0(work.unchecked_ref(), ms as i32);
    }
}

/// Waits some milliseconds.
pub(crate) async fn pause(ms: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        if let Some(window) = window() {
            let _handle = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms as i32);
        }
    });
    let _waited = JsFuture::from(promise).await;
}
