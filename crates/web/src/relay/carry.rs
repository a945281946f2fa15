//! One request to a target and its answer: which headers go along, and what is made of what comes back.

use super::{
    Relay, Target,
    connect::{NoConnection, body},
};
use crate::authenticator::{Refused, opaque};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header, request::Parts},
    response::Response,
};
use http_body_util::{BodyExt, Limited};
use std::time::Duration;
use tokio::time::timeout;

/// From the connection to the last byte of the answer.
const EXCHANGE: Duration = Duration::from_secs(30);
/// The most bytes of an answer: a backup, or the list of a folder.
const MOST: usize = 2 * 1024 * 1024;

/// What goes along of a request. Cookies, origins and whatever else a browser adds stay here.
const GO: [HeaderName; 5] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    HeaderName::from_static("depth"),
    header::IF_MATCH,
    header::IF_NONE_MATCH,
];
/// What comes back. Not what would make the browser ask for a password, keep a cookie or go elsewhere.
const COME: [HeaderName; 5] = [
    header::ETAG,
    header::LAST_MODIFIED,
    header::RETRY_AFTER,
    HeaderName::from_static("dav"),
    // Apple's next token of a person.
    HeaderName::from_static("x-apple-cloudkit-web-auth-token"),
];
/// Tells an answer of the target from one of this server.
const FROM_TARGET: HeaderName = HeaderName::from_static("countersign-relay");

/// Sends a request to a path of a target, with the headers that go along. The caller has looked at the path.
pub(crate) async fn carry(
    relay: &Relay,
    target: &Target,
    path: &str,
    parts: &Parts,
    content: Bytes,
) -> Result<Response, Refused> {
    let mut sender = relay.connect(target).await.map_err(refused)?;
    let request = request(target, path, &parts.method, &parts.headers, content)?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(|_| refused(NoConnection::Unreachable))?;
        let (head, body) = answer.into_parts();
        if head.status.is_redirection() && head.status != StatusCode::NOT_MODIFIED {
            return Err(bad(
                "target_redirects",
                "the file server sends elsewhere; enter the address it sends to, if your administrator allows it",
            ));
        }
        let body = Limited::new(body, MOST).collect().await.map_err(|_| {
            bad("target_too_large", "the file server's answer broke off, or is larger than 2 MiB")
        })?;
        Ok((head.status, head.headers, body.to_bytes()))
    };
    let (status, headers, bytes) =
        timeout(EXCHANGE, exchange).await.map_err(|_| refused(NoConnection::Unreachable))??;
    Ok(answer(status, &headers, bytes))
}

fn request(
    target: &Target,
    path: &str,
    method: &Method,
    headers: &HeaderMap,
    content: Bytes,
) -> Result<Request<Body>, Refused> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT_ENCODING, "identity");
    for name in GO {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value);
        }
    }
    request.body(body(content)).map_err(|_| Refused::request("the address cannot be sent"))
}

/// What the target answered, as bytes whatever it says they are: they come from this server's address.
fn answer(status: StatusCode, theirs: &HeaderMap, bytes: Bytes) -> Response {
    let mut response = opaque(bytes);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for name in COME {
        if let Some(value) = theirs.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(FROM_TARGET, HeaderValue::from_static("target"));
    response
}

fn refused(why: NoConnection) -> Refused {
    match why {
        NoConnection::Inside => bad(
            "target_inside",
            "the file server's name leads into the internal network, which this server does not allow for it; tell your \
             administrator",
        ),
        NoConnection::Unreachable => bad(
            "target_unreachable",
            "the file server does not answer, or shows a certificate that this server does not trust; try again later, \
             and tell your administrator if it stays like this",
        ),
    }
}

fn bad(word: &'static str, message: &'static str) -> Refused {
    Refused::new(StatusCode::BAD_GATEWAY, word, message)
}
