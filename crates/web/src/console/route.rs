//! Routes with what they need.

use super::admit;
use crate::state::App;
use axum::{
    Router,
    handler::Handler,
    middleware,
    routing::{MethodRouter, get, post},
};
use domain::Right;
use std::sync::Arc;

/// The most bytes of a form, but for those that name more.
const MAX_FORM: usize = 16 * 1024;

/// How a route is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Method {
    /// Looks only.
    Get,
    /// A form, which changes something.
    Post,
}

/// What a route needs of whoever asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Nothing: the pages on the way in. They see to their forms themselves.
    Nothing,
    /// A session.
    Session,
    /// A session of somebody who has this right, be it for some groups alone.
    May(Right),
    /// The same, and the second factor shown a short while ago.
    MayNow(Right),
}

impl Need {
    /// The right it needs.
    pub const fn right(self) -> Option<Right> {
        match self {
            Self::Nothing | Self::Session => None,
            Self::May(right) | Self::MayNow(right) => Some(right),
        }
    }
}

/// A route as it was declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Declared {
    /// How it is asked.
    pub method: Method,
    /// Its path, with names of parts in braces.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
}

/// Routes while they are being declared. The only way to add one takes what it needs.
pub(super) struct Routes {
    app: Arc<App>,
    router: Router<Arc<App>>,
    table: Vec<Declared>,
}

impl Routes {
    pub(super) fn new(app: &Arc<App>) -> Self {
        Self { app: Arc::clone(app), router: Router::new(), table: Vec::new() }
    }

    pub(super) fn get<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add(Method::Get, path, need, MAX_FORM, get(handler))
    }

    pub(super) fn post<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.post_up_to(MAX_FORM, path, need, handler)
    }

    /// A form of more bytes than others.
    pub(super) fn post_up_to<H, T>(self, bytes: usize, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add(Method::Post, path, need, bytes, post(handler))
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        need: Need,
        bytes: usize,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        let gate = admit::Gate { app: Arc::clone(&self.app), method, need, bytes };
        let guarded = handler.route_layer(middleware::from_fn_with_state(gate, admit::admit));
        self.router = self.router.route(path, guarded);
        self.table.push(Declared { method, path, need });
        self
    }

    pub(super) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }

    pub(super) fn into_table(self) -> Vec<Declared> {
        self.table
    }
}
