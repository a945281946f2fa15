//! What the app is answered: JSON, or a sentence why not.

use crate::{machine::json, state::App};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use model::UnixTime;
use serde::Serialize;
use service::{
    Trouble,
    backup::{BackupError, ContentHash},
};
use std::borrow::Cow;

/// Why a call of the app gets an error for an answer.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    /// A word for the app.
    pub(crate) error: &'static str,
    /// A sentence for the person.
    pub(crate) message: Cow<'static, str>,
    /// When to try again.
    until: Option<UnixTime>,
    /// What is there instead.
    current: Option<ContentHash>,
    /// What the server's log is told.
    trouble: Option<Trouble>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
    message: &'a str,
}

/// Bytes that a browser which is led to them neither shows nor runs.
pub(crate) fn opaque(bytes: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Refused {
    pub(crate) fn new(
        status: StatusCode,
        error: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, error, message: message.into(), until: None, current: None, trouble: None }
    }

    /// A request that breaks a rule of this API.
    pub(crate) fn request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request", message)
    }

    /// As an answer.
    pub(crate) fn answer(self, app: &App) -> Response {
        if let Some(trouble) = &self.trouble {
            app.log(trouble);
        }
        let mut response = answer(self.status, &Body { error: self.error, message: &self.message });
        let headers = response.headers_mut();
        if let Some(until) = self.until {
            headers.insert(header::RETRY_AFTER, until.since(app.now()).as_secs().max(1).into());
        }
        if let Some(current) = self.current {
            headers.insert(header::ETAG, etag(current));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // Not a scheme for which browsers ask the person.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<BackupError> for Refused {
    fn from(error: BackupError) -> Self {
        let message = error.to_string();
        let told = |status, word| Self::new(status, word, message);
        match error {
            BackupError::NotFound => told(StatusCode::NOT_FOUND, "not_found"),
            BackupError::NoVersion => told(StatusCode::NOT_FOUND, "no_version"),
            BackupError::Changed { current } => {
                Self { current: Some(current), ..told(StatusCode::PRECONDITION_FAILED, "changed") }
            }
            BackupError::TooManyTries { until } => {
                Self { until: Some(until), ..told(StatusCode::TOO_MANY_REQUESTS, "too_many_tries") }
            }
            BackupError::TooManyNew { until } => {
                Self { until: Some(until), ..told(StatusCode::TOO_MANY_REQUESTS, "too_many_new") }
            }
            BackupError::TooMuchToday { until } => {
                Self { until: Some(until), ..told(StatusCode::TOO_MANY_REQUESTS, "too_much_today") }
            }
            BackupError::Full => told(StatusCode::INSUFFICIENT_STORAGE, "full"),
            BackupError::TooLarge => told(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            BackupError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Overloaded => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "the server has too much to do at the moment; try again soon",
            ),
            trouble => Self {
                trouble: Some(trouble),
                ..Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "server_trouble",
                    "the server has trouble of its own and changed nothing; tell your administrator",
                )
            },
        }
    }
}

/// A JSON answer.
pub(crate) fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    // Writing a few plain fields does not fail.
    json(status, serde_json::to_vec(body).unwrap_or_default())
}

/// The entity tag of a state of a box (RFC 9110 §8.8.3): a strong one, made of its content.
pub(super) fn etag(hash: ContentHash) -> HeaderValue {
    // Hexadecimal digits in quotes are a header's value always.
    HeaderValue::try_from(format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}
