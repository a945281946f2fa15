//! Which websites may call from a browser: the one where the app lives, when that is another than this server.

use crate::state::App;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// The origin (RFC 6454) of an `https` address, as browsers write it.
pub(crate) fn origin_of(url: &str) -> Option<HeaderValue> {
    let host = url.strip_prefix("https://")?.split(['/', '?', '#']).next()?;
    let host = host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase();
    HeaderValue::try_from(format!("https://{host}")).ok()
}

/// For the calls of the app: answers a browser that asks first, and says in each answer to the app that it may be read. Other websites are told
/// nothing, which makes the browser keep the answer from them.
pub(crate) async fn cors(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !super::is_call(request.uri().path()) {
        return next.run(request).await;
    }
    let origin =
        request.headers().get(header::ORIGIN).filter(|origin| app.app_origin.as_ref() == Some(*origin));
    let origin = origin.cloned();
    let asks_first = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks_first {
        let status = if origin.is_some() { StatusCode::NO_CONTENT } else { StatusCode::FORBIDDEN };
        let mut response = status.into_response();
        if origin.is_some() {
            allow(response.headers_mut());
        }
        response
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("etag, retry-after, date"),
        );
    }
    response
}

fn allow(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, PUT, DELETE, PROPFIND, MKCOL"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, depth, if-match, if-none-match"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_an_address_without_its_path_and_the_usual_port() {
        for (url, origin) in [
            ("https://app.example/app/", "https://app.example"),
            ("https://App.Example", "https://app.example"),
            ("https://app.example:443/x#y", "https://app.example"),
            ("https://app.example:8443?x", "https://app.example:8443"),
        ] {
            assert_eq!(origin_of(url).unwrap(), origin, "{url}");
        }
        assert_eq!(origin_of("http://app.example"), None);
    }
}
