//! The administration API `/api/v1/admin`: the use cases of administrators for programs, with a key and JSON.
//!
//! One table says what each route is, which right it needs and what does it; the router and the description are made of
//! it. So no route is without a right, and none is without a description.

mod audit;
mod call;
mod described;
mod keys;
mod machines;
mod people;
mod policy;
mod table;
mod tokens;

pub(crate) use described::described;
pub use table::Route;

use crate::{
    authenticator::{Refused, network},
    state::App,
};
use axum::{
    Router,
    extract::{RawPathParams, Request, State, rejection::RawPathParamsRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::any,
};
use call::Call;
use model::{Secret, UnixTime};
use service::api_keys::{self, KeyError};
use std::{collections::BTreeMap, sync::Arc};
use table::ROUTES;

/// The most bytes of a body; a policy is the longest.
pub(crate) const MAX_BODY: usize = 256 * 1024;

pub(crate) fn routes() -> Router<Arc<App>> {
    let mut paths: BTreeMap<&'static str, Vec<&'static Route>> = BTreeMap::new();
    for route in ROUTES {
        paths.entry(route.path).or_default().push(route);
    }
    paths.into_iter().fold(Router::new(), |router, (path, here)| {
        let here: Arc<[_]> = here.into();
        let serve = move |State(app): State<Arc<App>>,
                          parameters: Result<RawPathParams, RawPathParamsRejection>,
                          request: Request| {
            let here = Arc::clone(&here);
            async move { serve(app, &here, parameters.ok(), request).await }
        };
        router.route(path, any(serve))
    })
}

/// Every route, for tests that go through all of them.
pub fn table() -> &'static [Route] {
    ROUTES
}

async fn serve(
    app: Arc<App>,
    here: &[&'static Route],
    parameters: Option<RawPathParams>,
    request: Request,
) -> Response {
    let answered = answer(&app, here, parameters, request).await;
    let (word, response) = match answered {
        Ok(response) => ("done", response),
        Err(refused) => (refused.error, refused.answer(&app)),
    };
    app.metrics.count_outcome(("admin", word));
    response
}

async fn answer(
    app: &Arc<App>,
    here: &[&'static Route],
    parameters: Option<RawPathParams>,
    request: Request,
) -> Result<Response, Refused> {
    let now = app.now();
    // Who asks comes first: without a key nobody learns what is there.
    let sent = bearer(request.headers())
        .ok_or_else(|| unauthorized("key_missing", "send Authorization: Bearer and a key"))?;
    let from = network(request.extensions());
    let key =
        api_keys::authenticate(&app.service, now, &sent, from).await.map_err(|error| refused(error, now))?;
    let method = request.method().clone();
    let Some(route) = here.iter().find(|route| route.method() == method) else {
        return Ok(wrong_method(app, here));
    };
    if !key.may(route.right) {
        let why = format!("this key has not the right {}", route.right.as_str());
        return Err(Refused::new(StatusCode::FORBIDDEN, "right_missing", why));
    }
    let parameters = parameters.ok_or_else(|| Refused::request("the address is not one of these"))?;
    let call = Call::take(app, route, key, now, &parameters, request).await?;
    Ok((route.run)(call).await?.response())
}

fn wrong_method(app: &App, here: &[&'static Route]) -> Response {
    let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method", "this address takes another method");
    let mut response = refused.answer(app);
    let methods: Vec<_> = here.iter().map(|route| route.method().to_string()).collect();
    if let Ok(value) = HeaderValue::try_from(methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

/// The one key that was sent (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, key) = value.as_bytes().split_at_checked(7)?;
    let fits = scheme.eq_ignore_ascii_case(b"bearer ") && (1..=128).contains(&key.len());
    fits.then(|| Secret::new(key.to_vec()))
}

fn unauthorized(word: &'static str, why: &'static str) -> Refused {
    Refused::new(StatusCode::UNAUTHORIZED, word, why)
}

fn refused(error: KeyError, now: UnixTime) -> Refused {
    match error {
        KeyError::Unknown => unauthorized("key_unknown", "the key is not known, or its time is over"),
        KeyError::TooMany { until } => {
            let why = format!(
                "too many unknown keys from this network; try again in {} s",
                until.since(now).as_secs()
            );
            Refused::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", why)
        }
        KeyError::Trouble(trouble) => trouble.into(),
    }
}

impl Route {
    fn method(&self) -> Method {
        match self.method {
            "GET" => Method::GET,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            _ => Method::POST,
        }
    }
}
