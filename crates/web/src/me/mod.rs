//! Self-service at `/me`: people with their own tokens. Works without scripts.
//!
//! As in the console, every route is declared with what it needs, and that is looked at before its handler is called.

mod admit;
mod handlers;
mod pages;

use crate::{console::Method, state::App};
use admit::Gate;
use axum::{
    Router, middleware,
    routing::{MethodRouter, get, post},
};
use std::sync::Arc;

/// What a route needs of whoever asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A session.
    Session,
    /// A session in which another code was shown a short while ago.
    Fresh,
}

/// Each route with what it needs.
pub const TABLE: [(Method, &str, Need); 10] = [
    (Method::Get, "/me", Need::Session),
    (Method::Get, "/me/sign-in", Need::Nothing),
    (Method::Post, "/me/sign-in", Need::Nothing),
    (Method::Post, "/me/sign-out", Need::Session),
    (Method::Get, "/me/step-up", Need::Session),
    (Method::Post, "/me/step-up", Need::Session),
    (Method::Post, "/me/tokens", Need::Fresh),
    (Method::Post, "/me/tokens/{serial}/rename", Need::Session),
    (Method::Post, "/me/tokens/{serial}/{end}", Need::Fresh),
    (Method::Post, "/me/recovery-codes", Need::Fresh),
];

pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    TABLE.into_iter().fold(Router::new(), |router, (method, path, need)| {
        let gate = Gate { app: Arc::clone(app), method, need };
        router.route(
            path,
            handler(method, path).route_layer(middleware::from_fn_with_state(gate, admit::admit)),
        )
    })
}

/// A path that is not in here answers like one that is not there.
fn handler(method: Method, path: &str) -> MethodRouter<Arc<App>> {
    match (method, path) {
        (Method::Get, "/me") => get(handlers::overview),
        (Method::Get, "/me/sign-in") => get(handlers::sign_in_page),
        (Method::Post, "/me/sign-in") => post(handlers::sign_in),
        (Method::Post, "/me/sign-out") => post(handlers::sign_out),
        (Method::Get, "/me/step-up") => get(handlers::step_up_page),
        (Method::Post, "/me/step-up") => post(handlers::step_up),
        (Method::Post, "/me/tokens") => post(handlers::add_token),
        (Method::Post, "/me/tokens/{serial}/rename") => post(handlers::rename),
        (Method::Post, "/me/tokens/{serial}/{end}") => post(handlers::remove),
        (Method::Post, "/me/recovery-codes") => post(handlers::recovery_codes),
        _ => MethodRouter::new(),
    }
}
