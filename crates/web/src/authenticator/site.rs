//! The app's files under `/app/`, built into the server.

use crate::{
    pages::{Message, page},
    state::App,
};
use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::sync::Arc;

/// One file of the app.
#[derive(Clone, Copy, Debug)]
pub struct SiteFile {
    /// Its path below `/app/`, such as `assets/app-ca978112ca1bbdca.css`.
    pub path: &'static str,
    /// Its content.
    pub bytes: &'static [u8],
    /// Its content compressed with Brotli (RFC 7932), where that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: &'static str,
}

/// What a browser may do with the app's files, whatever is in them.
///
/// Scripts are those of this server, and wasm that they load; no markup is made of texts and no code of strings; nothing
/// is fetched from or sent to anybody else; the app is in nobody's frame. The one policy that may pass addresses of
/// scripts is the app's own, which names them.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
         connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types default",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), midi=()",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::VARY, "Accept-Encoding"),
];

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/app", get(start))
        .route("/app/", get(async |State(app): State<Arc<App>>, headers: HeaderMap| file(&app, "", &headers)))
        .route("/app/{*path}", get(any_file))
}

/// What follows the `#` of a link to the app stays with the browser, and is kept by it when it is sent on.
async fn start(State(app): State<Arc<App>>) -> Response {
    if app.site.is_empty() {
        return missing();
    }
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/app/")]).into_response()
}

async fn any_file(State(app): State<Arc<App>>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&app, &path, &headers)
}

fn file(app: &App, path: &str, headers: &HeaderMap) -> Response {
    if app.site.is_empty() {
        return missing();
    }
    // An address without an extension is a place in the app, which finds its own way from there.
    let last = path.rsplit('/').next().unwrap_or_default();
    let wanted = if last.contains('.') { path } else { "index.html" };
    match app.site.iter().find(|file| file.path == wanted) {
        Some(file) => send(file, headers),
        None => page(StatusCode::NOT_FOUND, &Message::NO_FILE),
    }
}

fn missing() -> Response {
    page(StatusCode::NOT_FOUND, &Message::NO_APP)
}

fn send(file: &SiteFile, request: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", file.sha256);
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let known =
        known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag));
    let brotli = file.brotli.filter(|_| takes_brotli(request));
    let mut response = match brotli {
        _ if known => StatusCode::NOT_MODIFIED.into_response(),
        Some(bytes) => Response::new(Body::from(bytes)),
        None => Response::new(Body::from(file.bytes)),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let cache = if is_hashed(file.path) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    if !known {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(file.path)));
        if brotli.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
    }
    response
}

/// RFC 9110 §12.5.3, as far as browsers write it: named, and not with a weight of nothing.
fn takes_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let weight = parts.clone().nth(1).and_then(|weight| weight.strip_prefix("q=")?.parse::<f32>().ok());
        parts.next() == Some("br") && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// Whether the name has the start of a hash of the content in it, at least 12 hexadecimal digits before the extension.
/// Such a file never changes.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        hash.len() >= 12 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for (path, hashed) in [
            ("assets/app-ca978112ca1bbdca.css", true),
            ("index.html", false),
            ("sw.js", false),
            ("assets/icon-192.png", false),
            ("assets/app-CA978112CA1BBDCA.css", false),
            ("assets/app-ca978112ca1.css", false),
            ("ca978112ca1bbdca.css", false),
        ] {
            assert_eq!(is_hashed(path), hashed, "{path}");
        }
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        for (value, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=0.5", true),
            ("gzip,br; q=0", false),
            ("gzip", false),
            ("abr", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(takes_brotli(&headers), takes, "{value}");
        }
        assert!(!takes_brotli(&HeaderMap::new()));
    }
}
