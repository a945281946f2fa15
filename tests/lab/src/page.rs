//! The page itself: four files that are part of the program.

use crate::door::Door;
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

const HTML: &str = include_str!("../page/lab.html");
const CSS: &str = include_str!("../page/lab.css");
const JS: &str = include_str!("../page/lab.js");
const MARK: &str = include_str!("../page/mark.svg");
/// Where the random part of the paths goes in the page.
const TOKEN: &str = "{{token}}";

/// Nothing but our own files; no script in the page, no text becomes markup, and nobody's frame but our own is shown.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The page.
pub(crate) fn html(door: &Door) -> Response {
    let mut response = file("text/html; charset=utf-8", HTML.replace(TOKEN, door.token()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// Its colors and places.
pub(crate) fn css() -> Response {
    file("text/css; charset=utf-8", CSS)
}

/// What it does.
pub(crate) fn js() -> Response {
    file("text/javascript; charset=utf-8", JS)
}

/// Its sign in the browser's tab.
pub(crate) fn mark() -> Response {
    file("image/svg+xml", MARK)
}

fn file(kind: &'static str, content: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], content.into()).into_response()
}
