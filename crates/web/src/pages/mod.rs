//! Pages for people: what this server is, and invitations. They work without scripts.

mod assets;
mod form;
mod invite;
mod views;

pub(crate) use form::FormCookie;
pub(crate) use invite::{in_fours, key_in};
pub(crate) use views::Message;

use crate::{machine::json, state::App};
use askama::Template;
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use std::sync::Arc;

/// More than a form with a code needs.
const MAX_FORM: usize = 4 * 1024;

/// Nothing from elsewhere, no scripts, in nobody's frame; addresses with secrets are told to nobody.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
];

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home))
        .merge(invite::routes())
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .merge(assets::routes())
}

async fn home(State(app): State<Arc<App>>) -> Response {
    page(StatusCode::OK, &views::Home { app_url: app.settings.app_url.as_deref() })
}

/// A page as an answer.
pub(crate) fn page(status: StatusCode, view: &impl Template) -> Response {
    let Ok(html) = view.render() else {
        tracing::error!("a page could not be made");
        return json(StatusCode::INTERNAL_SERVER_ERROR, r#"{"message":"a page could not be made"}"#);
    };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
