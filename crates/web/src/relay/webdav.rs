//! `/api/v1/relay/webdav/…`: requests to the targets (RFC 4918).

use super::{PATH, carry::carry};
use crate::{
    authenticator::{Refused, network, take_body},
    state::App,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
    routing::any,
};
use service::backup::{Limits, MAX_CONTENT};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long a request waits for its turn.
const TURN: Duration = Duration::from_secs(5);

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/relay/webdav/{*path}", any(request))
}

async fn request(State(app): State<Arc<App>>, request: Request) -> Response {
    match relayed(&app, request).await {
        Ok(response) => {
            app.metrics.count_outcome(("relay", "answered"));
            response
        }
        Err(refused) => {
            app.metrics.count_outcome(("relay", refused.error));
            refused.answer(&app)
        }
    }
}

async fn relayed(app: &App, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let relay = app.relay.as_ref().ok_or_else(not_allowed)?;
    let below =
        parts.uri.path().strip_prefix(PATH).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
    let slash = below.find('/').unwrap_or(below.len());
    let (authority, path) = below.split_at(slash);
    let found = relay.targets.iter().find(|target| target.allows(authority, path));
    let target = found.filter(|_| parts.uri.query().is_none()).ok_or_else(not_allowed)?;
    if ![Method::GET, Method::HEAD, Method::PUT, Method::DELETE].contains(&parts.method)
        && !["PROPFIND", "MKCOL"].contains(&parts.method.as_str())
    {
        return Err(Refused::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            "the relay carries GET, HEAD, PUT, DELETE, PROPFIND and MKCOL",
        ));
    }
    let content = take_body(&app.bodies, &parts.headers, body, MAX_CONTENT).await?;
    let Ok(Ok(_place)) = timeout(TURN, relay.places.acquire()).await else {
        return Err(service::Trouble::Overloaded.into());
    };
    tried(app, &parts.extensions, carry(relay, target, path, &parts, content)).await
}

/// Counts what the target calls a wrong name or password as a try, so that nobody guesses passwords through the relay,
/// where the target sees this server's address only.
pub(crate) async fn tried(
    app: &App,
    from: &axum::http::Extensions,
    carried: impl Future<Output = Result<Response, Refused>>,
) -> Result<Response, Refused> {
    let limits: Limits = app.settings.backup.unwrap_or_default();
    let network = network(from);
    app.service.take_try(network, app.now(), limits.tries_per_hour).await?;
    let answered = carried.await;
    let status = answered.as_ref().map_or_else(|refused| refused.status, Response::status);
    if ![StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status) {
        app.service.give_try_back(network);
    }
    answered
}

fn not_allowed() -> Refused {
    Refused::new(
        StatusCode::FORBIDDEN,
        "target_not_allowed",
        "this server does not carry anything to that address; ask your administrator which file servers are allowed",
    )
}
