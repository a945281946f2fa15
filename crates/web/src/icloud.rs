//! iCloud as a place for the app's backups, by CloudKit's web services: `/api/v1/icloud`.
//!
//! The person signs in at Apple in a window of their own, which brings a web token; the app has it in its sealed vault. It
//! changes with every answer. The server adds the container's API token and keeps nothing. Requests are carried as the
//! relay carries them; there are three, and what the app sends decides neither host nor path.

use crate::{
    authenticator::{Refused, take_body},
    percent::encoded,
    relay::{Relay, Target, carry, tried},
    state::App,
};
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{Method, StatusCode, header},
    response::Response,
    routing::post,
};
use model::Secret;
use service::backup::MAX_CONTENT;
use std::{fmt, sync::Arc};

/// Where every address begins.
pub(crate) const PATH: &str = "/api/v1/icloud";
/// Base64 takes four bytes for three, and there is a name around it.
const MOST: usize = MAX_CONTENT / 3 * 4 + 16 * 1024;

/// The container that an administrator has with Apple, and where its web services are.
pub struct Icloud {
    /// The container: letters, digits, dots and dashes.
    pub container: String,
    /// `development` or `production`.
    pub environment: &'static str,
    /// The container's API token.
    pub token: Arc<Secret>,
    /// Where the web services are.
    pub api: Target,
    /// How they are reached.
    pub relay: Relay,
}

impl fmt::Debug for Icloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Icloud").field("container", &self.container).finish_non_exhaustive()
    }
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/icloud/{what}", post(request))
}

async fn request(State(app): State<Arc<App>>, Path(what): Path<String>, request: Request) -> Response {
    carried(&app, &what, request).await.unwrap_or_else(|refused| refused.answer(&app))
}

async fn carried(app: &App, what: &str, request: Request) -> Result<Response, Refused> {
    let (mut parts, body) = request.into_parts();
    let icloud = app.icloud.as_ref().ok_or_else(|| {
        Refused::new(StatusCode::FORBIDDEN, "icloud_off", "this server has no iCloud; choose another place")
    })?;
    let (method, path) = match what {
        "current" => (Method::GET, "public/users/current"),
        "lookup" => (Method::POST, "private/records/lookup"),
        "modify" => (Method::POST, "private/records/modify"),
        _ => return Err(Refused::request("there is current, lookup and modify")),
    };
    let body = take_body(&app.bodies, &parts.headers, body, MOST).await?;
    // Apple wants it in the address, where nobody else is to see it: this server logs no addresses.
    let person = parts.headers.remove(header::AUTHORIZATION);
    let person = person.as_ref().and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let person = person.map(|token| format!("&ckWebAuthToken={}", encoded(token))).unwrap_or_default();
    let path = format!(
        "{}database/1/{}/{}/{path}?ckAPIToken={}{person}",
        icloud.api.prefix(),
        icloud.container,
        icloud.environment,
        encoded(icloud.token.expose_text().unwrap_or_default())
    );
    parts.method = method;
    tried(app, &parts.extensions, carry(&icloud.relay, &icloud.api, &path, &parts, body)).await
}
