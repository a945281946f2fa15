//! The server's HTTP: console, self-service, machine API, what the authenticator needs, invitation pages, health and figures.
//!
//! Must not know SQL or rules: a handler translates a request into a use case of `service` and its answer back.
//!
//! [`router`] makes all of it. Nothing here opens a socket or reads a clock.
#![forbid(unsafe_code)]

pub mod admin_api;
mod authenticator;
mod compat;
pub mod console;
pub mod drive;
mod forms;
mod guard;
mod health;
pub mod icloud;
mod machine;
pub mod me;
mod metrics;
mod openapi;
mod origin;
mod pages;
mod percent;
pub mod relay;
mod session_cookie;
mod state;

pub use authenticator::SiteFile;
pub use state::{Clock, Millis, Settings, SharedStatement, WebState};

use axum::{Router, middleware};
use state::App;
use std::sync::Arc;

/// Every route of the console with what it needs of whoever asks.
pub fn console_routes(state: WebState) -> Vec<console::Declared> {
    console::table(&Arc::new(App::new(state)))
}

/// Everything the server answers.
pub fn router(state: WebState) -> Router {
    let app = Arc::new(App::new(state));
    Router::new()
        .merge(machine::routes())
        .merge(openapi::routes())
        .merge(health::routes())
        .merge(pages::routes())
        .merge(console::routes(&app))
        .merge(me::routes(&app))
        .merge(authenticator::routes())
        .merge(admin_api::routes())
        .merge(compat::routes())
        .merge(relay::routes())
        .merge(drive::routes())
        .merge(icloud::routes())
        .fallback(machine::not_found)
        .method_not_allowed_fallback(machine::wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), authenticator::cors))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}
