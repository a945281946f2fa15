//! The time, for an app whose own clock is off. Costs nothing: no database, no signature.

use super::answer::answer;
use crate::state::App;
use axum::{Router, extract::State, http::StatusCode, response::Response, routing::get};
use std::sync::Arc;

pub(crate) const PATH: &str = "/api/v1/time";

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, get(time))
}

async fn time(State(app): State<Arc<App>>) -> Response {
    answer(StatusCode::OK, &serde_json::json!({ "now_ms": app.now_ms() }))
}
