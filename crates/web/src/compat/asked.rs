//! A request of a client, and what it is told.

use crate::{
    authenticator::{Refused, take_body},
    state::App,
};
use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use compat::{MAX_BODY, Parameters};
use serde_json::Value;
use service::{Trouble, compat::Client, gateway::UserName};

/// What is asked, and by whom.
pub(super) struct Asked<'a> {
    pub(super) app: &'a App,
    pub(super) client: &'a Client,
    pub(super) parameters: Parameters,
    headers: HeaderMap,
}

/// An answer. Most clients look at the body alone.
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    /// For the figures.
    pub(super) word: &'static str,
    pub(super) trouble: Option<Trouble>,
}

/// privacyIDEA's numbers of errors, and the statuses they go with.
pub(super) mod code {
    pub(in super::super) const AUTH_WRONG: i32 = 4031;
    pub(in super::super) const AUTH_MISSING: i32 = 4033;
    pub(in super::super) const POLICY: i32 = 303;
    pub(in super::super) const NOT_FOUND: i32 = 601;
    pub(in super::super) const PARAMETER: i32 = 905;
    pub(in super::super) const SERVER: i32 = -500;
}

/// Seconds since 1970.
pub(super) fn time(app: &App) -> f64 {
    app.now_ms() as f64 / 1_000.0
}

impl<'a> Asked<'a> {
    /// Takes the body in.
    pub(super) async fn take(app: &'a App, client: &'a Client, request: Request) -> Result<Self, Told> {
        let (parts, body) = request.into_parts();
        let body = take_body(&app.bodies, &parts.headers, body, MAX_BODY)
            .await
            .map_err(|refused| Told::from_refused(time(app), refused))?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let query = parts.uri.query().unwrap_or_default();
        let parameters = Parameters::parse(query, kind.unwrap_or_default(), &body)
            .map_err(|unusable| Told::parameter(time(app), &unusable.to_string()))?;
        Ok(Self { app, client, parameters, headers: parts.headers })
    }

    pub(super) fn time(&self) -> f64 {
        time(self.app)
    }

    /// Whom it is about.
    pub(super) fn user(&self) -> Option<UserName> {
        let user = self.parameters.text("user")?.to_owned();
        Some(UserName { user, realm: self.parameters.text("realm").map(str::to_owned) })
    }

    /// Whom it is about, where it has to be about somebody.
    pub(super) fn need_user(&self) -> Result<UserName, Told> {
        self.user().ok_or_else(|| Told::parameter(self.time(), "missing parameter: user"))
    }

    /// Whether the client's account has signed in.
    pub(super) fn need_account(&self) -> Result<(), Told> {
        let sent = ["pi-authorization", "authorization"].into_iter().find_map(|name| self.headers.get(name));
        let text = sent.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = text.strip_prefix("Bearer ").unwrap_or(text);
        match self.client.is_logged_in(&self.app.service, self.app.now(), token) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let why = "authentication failure: the authorization token is missing, wrong or too old";
                Err(Told::error(self.time(), StatusCode::UNAUTHORIZED, code::AUTH_MISSING, why))
            }
            Err(trouble) => Err(Told::trouble(self.time(), trouble)),
        }
    }
}

impl Told {
    pub(super) fn good(word: &'static str, body: Value) -> Self {
        Self { status: StatusCode::OK, body, word, trouble: None }
    }

    pub(super) fn error(time: f64, status: StatusCode, code: i32, why: &str) -> Self {
        Self { status, body: compat::error(time, code, why), word: "error", trouble: None }
    }

    pub(super) fn parameter(time: f64, why: &str) -> Self {
        Self::error(time, StatusCode::BAD_REQUEST, code::PARAMETER, why)
    }

    pub(super) fn unknown(time: f64) -> Self {
        let why = "this server does not answer this call; see docs/privacyidea.md";
        Self::error(time, StatusCode::NOT_FOUND, code::NOT_FOUND, why)
    }

    pub(super) fn wrong_method(time: f64) -> Self {
        let why = "this call takes another method";
        Self::error(time, StatusCode::METHOD_NOT_ALLOWED, code::PARAMETER, why)
    }

    pub(super) fn trouble(time: f64, trouble: Trouble) -> Self {
        let (status, why) = match trouble {
            Trouble::Overloaded => {
                (StatusCode::SERVICE_UNAVAILABLE, "the server has too much to do at the moment")
            }
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "the server has trouble of its own; its log says more"),
        };
        Self { trouble: Some(trouble), ..Self::error(time, status, code::SERVER, why) }
    }

    fn from_refused(time: f64, refused: Refused) -> Self {
        let code = if refused.status.is_server_error() { code::SERVER } else { code::PARAMETER };
        Self::error(time, refused.status, code, "the message could not be taken in")
    }
}
