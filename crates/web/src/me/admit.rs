//! The gate before every handler of self-service.

use super::Need;
use crate::{
    console::{
        Method,
        admit::refused,
        notes::Say,
        views,
        visit::{redirect, visitor_of},
    },
    forms,
    session_cookie::{self, Kind},
    state::App,
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{StatusCode, request::Parts},
    middleware::Next,
    response::Response,
};
use model::UnixTime;
use service::{
    me::{self, SignedIn},
    operators::{self, Visitor},
};
use std::sync::Arc;

/// More than any form here needs.
const MAX_FORM: usize = 4 * 1024;

/// What one route needs.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) app: Arc<App>,
    pub(super) method: Method,
    pub(super) need: Need,
}

/// A request of somebody who is signed in.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) app: Arc<App>,
    pub(super) signed: Arc<SignedIn>,
    pub(super) from: Visitor,
    pub(super) now: UnixTime,
    pub(super) done: Option<String>,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Response> {
        // Without the gate before it no handler knows anybody.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| views::say(StatusCode::FORBIDDEN, Say::NOT_ALLOWED))
    }
}

/// Lets a request through to its handler, or answers it.
pub(super) async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let mut response = match gate.check(request).await {
        Ok(request) => next.run(request).await,
        Err(response) => *response,
    };
    views::dress(&mut response);
    response
}

impl Gate {
    async fn check(&self, request: Request) -> Result<Request, Box<Response>> {
        let app = &self.app;
        let trouble = |trouble| Box::new(views::trouble(app, &trouble));
        if !operators::is_set_up(&app.service).map_err(trouble)? {
            return Err(Box::new(views::say(StatusCode::NOT_FOUND, Say::NOT_SET_UP)));
        }
        let request = match self.method {
            Method::Get => request,
            Method::Post => forms::whole(request, MAX_FORM).await.map_err(refused)?,
        };
        if self.need == Need::Nothing {
            return Ok(request);
        }
        let now = app.now();
        let signed = match session_cookie::of(Kind::SelfService, request.headers()) {
            Some(secret) => me::session(&app.service, now, secret).await.map_err(trouble)?,
            None => None,
        };
        let Some(signed) = signed else { return Err(Box::new(redirect("/me/sign-in"))) };
        let mut request = match self.method {
            Method::Get => request,
            Method::Post => {
                forms::of_session(request, Kind::SelfService, &signed.secret).await.map_err(refused)?
            }
        };
        if self.need == Need::Fresh && !signed.is_fresh(now) {
            return Err(Box::new(redirect("/me/step-up")));
        }
        let done = request.uri().query().and_then(|query| query.strip_prefix("done=")).map(str::to_owned);
        let from = visitor_of(&request);
        request.extensions_mut().insert(Visit {
            app: Arc::clone(app),
            signed: Arc::new(signed),
            from,
            now,
            done,
        });
        Ok(request)
    }
}
