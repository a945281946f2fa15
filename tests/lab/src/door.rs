//! Who may talk to the lab: the page it served itself, in a browser on this machine.
//!
//! A website that is open in the same browser can send requests to `localhost`, and with a name of its own that points
//! to 127.0.0.1 (DNS rebinding) it can even read the answers. So a request has to name the lab in `Host`; one that
//! changes something has to come from the lab's own origin; and what drives a screen has a random part in its path,
//! which only somebody who may read the page knows.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use data_encoding::HEXLOWER;
use model::Secret;
use rand_core::{Rng, UnwrapErr};
use std::sync::Arc;

/// What tells the lab's own page from others.
#[derive(Debug)]
pub(crate) struct Door {
    /// `http://localhost:PORT`.
    origin: String,
    token: Secret,
}

impl Door {
    /// A door with a new random token.
    pub(crate) fn new(origin: &str) -> Arc<Self> {
        let mut random = [0; 16];
        UnwrapErr(getrandom::SysRng).fill_bytes(&mut random);
        Arc::new(Self { origin: origin.to_owned(), token: Secret::from_text(HEXLOWER.encode(&random)) })
    }

    /// The random part of the paths, for the page.
    pub(crate) fn token(&self) -> &str {
        self.token.expose_text().unwrap_or_default()
    }

    /// Whether this is the random part.
    pub(crate) fn is_token(&self, text: &str) -> bool {
        self.token == Secret::from_text(text.to_owned())
    }

    fn host(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    fn refusal(&self, request: &Request) -> Option<String> {
        let headers = request.headers();
        let host = only(headers, header::HOST);
        // A request line may name the host as well, and then that counts (RFC 9112 §3.2.2).
        let named = request.uri().authority().map(|authority| authority.as_str());
        if host != Some(self.host()) || named.is_some_and(|named| named != self.host()) {
            return Some(format!(
                "This is the lab of Countersign. Open {}/lab in a browser on this machine.",
                self.origin
            ));
        }
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let own = match headers.get_all(header::ORIGIN).iter().count() {
            0 => reads,
            _ => only(headers, header::ORIGIN) == Some(&self.origin),
        };
        // Following a link to the page is not driving it; the page shows itself in nobody's frame.
        let visit =
            reads && request.uri().path() == "/lab" && only(headers, SEC_FETCH_DEST) == Some("document");
        let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
        let near = matches!(site, None | Some(b"same-origin" | b"none"));
        (!own || !(near || visit)).then(|| "Only the lab's own page may ask for this.".to_owned())
    }
}

const SEC_FETCH_SITE: &str = "sec-fetch-site";
const SEC_FETCH_DEST: &str = "sec-fetch-dest";

/// The value of a header that is there exactly once.
fn only(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Lets in who may come in, and puts on every answer what keeps it out of other pages.
pub(crate) async fn guard(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let mut response = match door.refusal(&request) {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
