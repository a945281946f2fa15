//! The machine API `/api/v1`: signed requests in, signed answers out.
//!
//! Every answer is signed whenever the request's `Signature` field could be read, errors included, since an agent
//! takes an unsigned answer for an unreachable server.

mod answer;
mod calls;
mod received;
mod refusal;

pub(crate) use answer::{Signer, json};
pub(crate) use refusal::Refusal;

use crate::{authenticator, state::App};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::ALLOW},
    response::Response,
};
use protocol::http::{ErrorKind, STATEMENT_PATH};
use std::sync::Arc;

pub(crate) fn routes() -> Router<Arc<App>> {
    calls::routes().route(STATEMENT_PATH, axum::routing::get(statement))
}

/// The statement of keys: signed in itself, so that a machine can fetch it before it trusts any answer.
async fn statement(State(app): State<Arc<App>>, request: Request) -> Response {
    let signer = Signer::of(&app, request.headers());
    match serde_json::to_vec(&app.statement.current().signed) {
        Ok(body) => signer.answer(StatusCode::OK, body),
        Err(_) => signer.refuse(&Refusal::new(ErrorKind::ServerTrouble, "the statement cannot be written")),
    }
}

pub(crate) async fn not_found(State(app): State<Arc<App>>, request: Request) -> Response {
    let refusal = Refusal::new(ErrorKind::Request, "there is nothing at this address");
    Signer::of(&app, request.headers()).refuse(&refusal.with_status(StatusCode::NOT_FOUND))
}

/// The router adds which methods are allowed to routes of its own; a machine's call is `POST` always.
pub(crate) async fn wrong_method(State(app): State<Arc<App>>, request: Request) -> Response {
    let refusal = Refusal::new(ErrorKind::Request, "this address takes another method");
    let mut response =
        Signer::of(&app, request.headers()).refuse(&refusal.with_status(StatusCode::METHOD_NOT_ALLOWED));
    let path = request.uri().path();
    if path.starts_with("/api/v1/") && path != STATEMENT_PATH && !authenticator::is_call(path) {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}
