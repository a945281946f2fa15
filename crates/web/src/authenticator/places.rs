//! Where else than on this server the app may keep its backups, as the administrator has set it.

use super::answer::answer;
use crate::{drive::Drive, relay::Relay, state::App};
use axum::{Router, extract::State, http::StatusCode, response::Response, routing::get};
use std::sync::Arc;

pub(crate) const PATH: &str = "/api/v1/places";

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, get(places))
}

async fn places(State(app): State<Arc<App>>) -> Response {
    let webdav = app.relay.as_ref().map(Relay::addresses).unwrap_or_default();
    let drive = app.drive.as_ref().map(Drive::sign_in_address);
    answer(
        StatusCode::OK,
        &serde_json::json!({ "webdav": webdav, "drive": drive, "icloud": app.icloud.is_some() }),
    )
}
