//! Forms of a session: read to their end within a limit, and known to come from a page of that session.

use crate::{
    origin,
    session_cookie::{self, Kind},
};
use axum::{
    Form,
    body::Body,
    extract::{FromRequest, Request},
    http::header,
};
use http_body_util::{BodyExt, Limited};
use model::Secret;
use serde::Deserialize;

/// Why nothing is done with what was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NotOurs {
    /// It is no form.
    NoForm,
    /// It came from a page of somebody else, or of another session.
    Foreign,
    /// It is longer than this form takes.
    TooLarge,
}

/// The hidden field that every form of a session has.
#[derive(Deserialize)]
struct FormToken {
    form: String,
}

/// The request with its body in memory, if it is a form of at most so many bytes that no page of somebody else sent.
pub(crate) async fn whole(request: Request, bytes: usize) -> Result<Request, NotOurs> {
    let (parts, body) = request.into_parts();
    let kind =
        parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(NotOurs::NoForm);
    }
    if !origin::is_ours(&parts.headers, &parts.uri) {
        return Err(NotOurs::Foreign);
    }
    match Limited::new(body, bytes).collect().await {
        Ok(whole) => Ok(Request::from_parts(parts, Body::from(whole.to_bytes()))),
        Err(_) => Err(NotOurs::TooLarge),
    }
}

/// The request, if its form carries what only pages of this session have.
pub(crate) async fn of_session(request: Request, kind: Kind, secret: &Secret) -> Result<Request, NotOurs> {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map_err(|_| NotOurs::Foreign)?.to_bytes();
    let again = |parts| Request::from_parts(parts, Body::from(bytes.clone()));
    let form = Form::<FormToken>::from_request(again(parts.clone()), &()).await;
    let fits = form.is_ok_and(|Form(form)| session_cookie::fits(kind, secret, &form.form));
    if fits { Ok(again(parts)) } else { Err(NotOurs::Foreign) }
}
