//! Files that pages need, embedded.

use crate::state::App;
use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/assets/app.css", get(async || file("text/css", include_str!("../../assets/app.css"))))
        .route(
            "/assets/console.css",
            get(async || file("text/css", include_str!("../../assets/console.css"))),
        )
        .route("/assets/mark.svg", get(async || file("image/svg+xml", include_str!("../../assets/mark.svg"))))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
