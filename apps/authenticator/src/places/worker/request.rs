//! Requests to the server that the app came from, which passes them on.

use super::Failed;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, Response, WorkerGlobalScope,
};

/// How long an answer is waited for, in milliseconds: longer than the server waits for the place.
const LIMIT_MS: u32 = 45_000;

/// What was answered.
pub(super) struct Answer {
    /// HTTP's number.
    pub(super) status: u16,
    /// Whether the place said it, and not our server.
    pub(super) of_place: bool,
    /// The web token that Apple gives with each answer.
    pub(super) web_token: Option<String>,
    /// The content.
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The content as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What an answer that is not the one hoped for means.
    pub(super) fn failure(&self) -> Failed {
        let said = format!("HTTP {}", self.status);
        match (self.status, self.of_place) {
            (401 | 403, true) => Failed::Word("sign-in"),
            (413, _) => Failed::Word("too-large"),
            (429, _) => Failed::Word("too-many"),
            (507, _) => Failed::Word("full"),
            (408 | 504, _) => Failed::Word("slow"),
            (502 | 503, _) if !self.text().contains("target_inside") => Failed::Word("unreachable"),
            (403 | 404 | 405 | 501, false) => Failed::Said("no-backups", said),
            _ => Failed::Said("refused", said),
        }
    }
}

/// Sends a request. No cookie goes along, and no answer is taken from a cache.
pub(super) async fn send(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Result<Answer, Failed> {
    let all = Headers::new()?;
    for (name, value) in headers {
        all.set(name, value)?;
    }
    let options = RequestInit::new();
    options.set_method(method);
    options.set_headers(&all);
    options.set_cache(RequestCache::NoStore);
    options.set_credentials(RequestCredentials::Omit);
    options.set_signal(Some(&AbortSignal::timeout_with_u32(LIMIT_MS)));
    if let Some(body) = body {
        options.set_body(&Uint8Array::from(body));
    }
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let lost = |error: wasm_bindgen::JsValue| {
        let name = js_sys::Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
        Failed::Word(if name.as_deref() == Some("TimeoutError") { "slow" } else { "unreachable" })
    };
    let answer = JsFuture::from(scope.fetch_with_str_and_init(path, &options)).await.map_err(lost)?;
    let answer: Response = answer.unchecked_into();
    let content = JsFuture::from(answer.array_buffer()?).await.map_err(lost)?;
    Ok(Answer {
        status: answer.status(),
        of_place: answer.headers().has("countersign-relay")?,
        web_token: answer.headers().get("x-apple-cloudkit-web-auth-token")?,
        body: Uint8Array::new(&content).to_vec(),
    })
}
