//! The gate before every handler of the console: who asks, may they, and did the form come from a page of ours.

use super::{
    notes::Say,
    route::{Method, Need},
    target::Target,
    views,
    visit::{Visitor, redirect, visitor_of},
};
use crate::{
    forms::{self, NotOurs},
    session_cookie::{self, Kind},
    state::App,
};
use axum::{
    extract::{OriginalUri, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::Response,
};
use service::operators::{self, SignedIn};
use std::sync::Arc;

/// What one route needs.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) app: Arc<App>,
    pub(super) method: Method,
    pub(super) need: Need,
    pub(super) bytes: usize,
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
    /// The request with what the handler needs to know of it.
    async fn check(&self, request: Request) -> Result<Request, Box<Response>> {
        let app = &self.app;
        match operators::is_set_up(&app.service) {
            Ok(true) => {}
            Ok(false) if self.need == Need::Nothing => {}
            Ok(false) => return Err(Box::new(views::say(StatusCode::NOT_FOUND, Say::NOT_SET_UP))),
            Err(trouble) => return Err(Box::new(views::trouble(app, &trouble))),
        }
        let request = match self.method {
            Method::Get => request,
            Method::Post => forms::whole(request, self.bytes).await.map_err(refused)?,
        };
        if self.need == Need::Nothing {
            return Ok(request);
        }
        let Some(signed) = self.session(request.headers()).await? else {
            return Err(Box::new(self.to_sign_in(&request)));
        };
        if self.need.right().is_some_and(|right| !signed.operator.access.may(right)) {
            return Err(Box::new(views::say(StatusCode::FORBIDDEN, Say::NOT_ALLOWED)));
        }
        let request = match self.method {
            Method::Get => request,
            Method::Post => {
                forms::of_session(request, Kind::Console, &signed.secret).await.map_err(refused)?
            }
        };
        if matches!(self.need, Need::MayNow(_)) && !signed.is_fresh(app.now()) {
            return Err(Box::new(redirect(&came_from(request.headers()).by_way_of("/admin/step-up"))));
        }
        let mut request = request;
        let visitor = Visitor { signed: Arc::new(signed), from: visitor_of(&request) };
        request.extensions_mut().insert(visitor);
        Ok(request)
    }

    async fn session(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, Box<Response>> {
        let Some(secret) = session_cookie::of(Kind::Console, headers) else { return Ok(None) };
        operators::session(&self.app.service, self.app.now(), secret)
            .await
            .map_err(|trouble| Box::new(views::trouble(&self.app, &trouble)))
    }

    fn to_sign_in(&self, request: &Request) -> Response {
        let target = match self.method {
            // Within the console, the path as it was asked for.
            Method::Get => {
                let uri =
                    request.extensions().get::<OriginalUri>().map_or(request.uri(), |OriginalUri(uri)| uri);
                Target::of(uri.path_and_query().map_or("", |path| path.as_str()))
            }
            Method::Post => came_from(request.headers()),
        };
        let mut response = redirect(&target.by_way_of("/admin/sign-in"));
        if request.headers().contains_key(header::COOKIE)
            && let Some(cookie) = session_cookie::forget(Kind::Console)
        {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// What is said instead of doing what a form asks for.
pub(crate) fn refused(why: NotOurs) -> Box<Response> {
    let (status, say) = match why {
        NotOurs::NoForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, Say::NO_FORM),
        NotOurs::Foreign => (StatusCode::FORBIDDEN, Say::FOREIGN_FORM),
        NotOurs::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Say::TOO_LARGE),
    };
    Box::new(views::say(status, say))
}

/// The page a form was on, as the browser says.
fn came_from(headers: &HeaderMap) -> Target {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    Target::of(path.unwrap_or_default())
}
