//! Around every handler: counts, and answers for one that panics.

use crate::{
    machine::{Refusal, Signer},
    state::App,
};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;
use protocol::http::ErrorKind;
use std::{panic::AssertUnwindSafe, sync::Arc};

/// Counts the request by its route, and turns a panic into an answer that is signed like any other.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // The route, never the path: a path can hold the secret of an invitation.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    let signer = Signer::of(&app, request.headers());
    // Nothing a handler leaves half done outlives it: what it shares with others is behind locks that outlive a panic.
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(route, "a handler failed");
        signer.refuse(&Refusal::new(ErrorKind::ServerTrouble, "a part of the server failed"))
    });
    let status = response.status().as_u16();
    tracing::trace!(route, status, "answered");
    app.metrics.count_request(route, status);
    response
}
