//! What signing in brought, exchanged for access (RFC 6749 §4.1.3 and §6).

use super::Drive;
use crate::{
    authenticator::{Refused, answer, take_body},
    percent::encoded,
    relay::{carry, tried},
    state::App,
};
use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{self, StatusCode, header, request::Parts},
    response::Response,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most bytes of a request, and of Google's answer.
const MOST: usize = 16 * 1024;

/// What the app sends: the code with what belongs to it, or the refresh token.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Asked {
    Code { code: String, verifier: String, redirect: String },
    Refresh { refresh: String },
}

/// What Google answers, as far as it matters here.
#[derive(Default, Deserialize)]
struct Granted {
    access_token: Option<String>,
    refresh_token: Option<String>,
    error: Option<String>,
}

/// What the app is answered.
#[derive(Serialize)]
struct Access<'a> {
    access: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<&'a str>,
}

pub(super) async fn exchange(State(app): State<Arc<App>>, request: Request) -> Response {
    match exchanged(&app, request).await {
        Ok(response) => response,
        Err(refused) => refused.answer(&app),
    }
}

async fn exchanged(app: &App, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let drive = app.drive.as_ref().ok_or_else(not_there)?;
    let body = take_body(&app.bodies, &parts.headers, body, MOST).await?;
    let asked = serde_json::from_slice(&body)
        .map_err(|_| Refused::request("takes code, verifier and redirect, or refresh, as JSON"))?;
    let form = form(drive, &asked);
    tried(app, &parts.extensions, async { ask(drive, form).await }).await
}

fn form(drive: &Drive, asked: &Asked) -> String {
    let secret = drive.client_secret.expose_text().unwrap_or_default();
    let mut fields = vec![("client_id", drive.client_id.as_str()), ("client_secret", secret)];
    match asked {
        Asked::Code { code, verifier, redirect } => fields.extend([
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", verifier.as_str()),
            ("redirect_uri", redirect.as_str()),
        ]),
        Asked::Refresh { refresh } => {
            fields.extend([("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())]);
        }
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    fields.join("&")
}

async fn ask(drive: &Drive, form: String) -> Result<Response, Refused> {
    let path = format!("{}token", drive.tokens.prefix());
    let answered = carry(&drive.relay, &drive.tokens, &path, &post()?, form.into()).await?;
    let status = answered.status();
    let body = to_bytes(answered.into_body(), MOST).await.unwrap_or_default();
    let granted: Granted = serde_json::from_slice(&body).unwrap_or_default();
    match (&granted.access_token, granted.error.as_deref()) {
        (Some(access), None) if status == StatusCode::OK => {
            let refresh = granted.refresh_token.as_deref();
            Ok(answer(StatusCode::OK, &Access { access, refresh }))
        }
        // RFC 6749 §5.2: expired, revoked, used before, or somebody else's.
        (_, Some("invalid_grant")) => Err(Refused::new(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "Google does not know this signing in, or no longer; sign in again",
        )),
        _ => {
            // Google's word for it is of letters; nothing else of the answer is told to anybody.
            let word = granted.error.unwrap_or_default();
            let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            tracing::warn!(
                status = status.as_u16(),
                error = plain.then_some(word),
                "Google grants no access"
            );
            Err(Refused::new(
                StatusCode::BAD_GATEWAY,
                "drive_refuses",
                "Google does not take this server's client; tell your administrator, whose log says more",
            ))
        }
    }
}

fn post() -> Result<Parts, Refused> {
    let request = http::Request::post("/").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(()).map(|request| request.into_parts().0).map_err(|_| Refused::request("cannot be sent"))
}

pub(super) fn not_there() -> Refused {
    Refused::new(StatusCode::FORBIDDEN, "drive_off", "this server has no Google Drive; choose another place")
}
