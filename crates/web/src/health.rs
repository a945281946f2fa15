//! Is the process up, can it work, what has it done.

use crate::{metrics::metrics, state::App};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use std::{convert::Infallible, sync::Arc};

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Reads, and has the writer take and end a transaction with nothing in it.
async fn ready(State(app): State<Arc<App>>) -> Response {
    if let Err(trouble) = app.service.policy() {
        app.log(&trouble);
        return not_ready(format!("reading fails: {trouble}"));
    }
    match app.service.store().write(|_| Ok::<(), Infallible>(())).await {
        Ok(()) => "ready".into_response(),
        Err(error) => not_ready(format!("writing fails: {error}")),
    }
}

fn not_ready(why: String) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
}
