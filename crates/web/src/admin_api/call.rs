//! A call, taken apart, and what it is answered.

use super::{MAX_BODY, table::Route};
use crate::{
    authenticator::{Refused, take_body},
    machine::json,
    state::App,
};
use axum::{
    body::Bytes,
    extract::{RawPathParams, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use compat::Parameters;
use domain::{ApiKey, Scope};
use model::UnixTime;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use service::{Actor, AdminError, Work};
use std::sync::Arc;

/// Items of a page where nobody says how many.
const PAGE: u32 = 100;
/// The most items of a page.
pub(super) const MOST: u32 = 500;

/// A call by a key that has the right.
pub(super) struct Call {
    pub(super) app: Arc<App>,
    pub(super) key: ApiKey,
    pub(super) now: UnixTime,
    pub(super) headers: HeaderMap,
    path: Vec<(String, String)>,
    query: Parameters,
    body: Bytes,
}

/// A good answer.
pub(super) struct Told {
    status: StatusCode,
    body: Value,
    etag: Option<String>,
}

/// Where a page begins, and how much is on it.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub(super) after: u64,
    pub(super) limit: u32,
}

impl Call {
    pub(super) async fn take(
        app: &Arc<App>,
        route: &Route,
        key: ApiKey,
        now: UnixTime,
        parameters: &RawPathParams,
        request: Request,
    ) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let query = Parameters::parse(parts.uri.query().unwrap_or_default(), "", &[])
            .map_err(|unusable| Refused::request(format!("the query: {unusable}")))?;
        if let Some(odd) = query.names().find(|name| !route.query.iter().any(|known| known.name == *name)) {
            // What it is called is not said again: it can be anything.
            let _ = odd;
            return Err(Refused::request("the query has a parameter that is none of this call's"));
        }
        let path = parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = take_body(&app.bodies, &parts.headers, body, MAX_BODY).await.map_err(|refused| {
            if refused.status == StatusCode::PAYLOAD_TOO_LARGE {
                Refused::new(refused.status, "too_large", "a body has at most 256 KiB")
            } else {
                refused
            }
        })?;
        Ok(Self { app: Arc::clone(app), key, now, headers: parts.headers, path, query, body })
    }

    /// A part of the address.
    pub(super) fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A parameter of the query.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.text(name)
    }

    /// A parameter of the query, read.
    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Refused> {
        let parse = |text: &str| text.parse().map_err(|_| Refused::request(format!("{name} cannot be read")));
        self.query(name).map(parse).transpose()
    }

    pub(super) fn page(&self) -> Result<Page, Refused> {
        let limit = self.parsed::<u32>("limit")?.unwrap_or(PAGE);
        if !(1..=MOST).contains(&limit) {
            return Err(Refused::request(format!("limit is from 1 to {MOST}")));
        }
        let after: u64 = self.parsed("after")?.unwrap_or(0);
        if after > u64::from(u32::MAX) {
            return Err(Refused::request("after cannot be read"));
        }
        Ok(Page { after, limit })
    }

    /// The message.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        // What is wrong is told by place alone: the message may hold anything.
        serde_json::from_slice(&self.body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Refused::request(format!("the body is not what this call takes: line {line}, column {column}"))
        })
    }

    /// Whether the key reaches everything.
    pub(super) fn reaches_all(&self) -> bool {
        self.key.scope == Scope::All
    }

    /// Changes something, as the key.
    pub(super) async fn work<T, F>(&self, f: F) -> Result<T, Refused>
    where
        T: Send + 'static,
        F: FnOnce(&mut Work<'_, '_>) -> Result<T, AdminError> + Send + 'static,
    {
        let actor = Actor::ApiKey(self.key.name.clone());
        self.app.service.work(self.now, actor, f).await.map_err(refused)
    }

    /// Reads something.
    pub(super) fn read<T>(
        &self,
        f: impl FnOnce(&service::Rx<'_>) -> Result<T, AdminError>,
    ) -> Result<T, Refused> {
        self.app.service.read(f).map_err(refused)
    }
}

impl Told {
    pub(super) fn new(body: Value) -> Self {
        Self { status: StatusCode::OK, body, etag: None }
    }

    pub(super) fn made(body: Value) -> Self {
        Self { status: StatusCode::CREATED, ..Self::new(body) }
    }

    pub(super) fn with_etag(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }

    pub(super) fn response(self) -> Response {
        let mut response = json(self.status, self.body.to_string());
        if let Some(value) = self.etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
            response.headers_mut().insert(header::ETAG, value);
        }
        response
    }
}

impl Page {
    /// A page of what `all` has, one place after another.
    pub(super) fn of(self, all: Vec<Value>) -> Value {
        let count = all.len() as u64;
        let items: Vec<_> = all.into_iter().skip(self.after as usize).take(self.limit as usize).collect();
        self.wrap(items, count)
    }

    /// A page of so many in all.
    pub(super) fn wrap(self, items: Vec<Value>, count: u64) -> Value {
        let next = self.after + items.len() as u64;
        let next = (next < count && !items.is_empty()).then(|| next.to_string());
        json!({ "items": items, "next": next })
    }
}

/// An error of a use case. What the command line would do about it is left out.
pub(super) fn refused(error: AdminError) -> Refused {
    match error {
        AdminError::NotFound { what, .. } => {
            Refused::new(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
        }
        AdminError::Ambiguous(_) => {
            Refused::new(StatusCode::CONFLICT, "ambiguous", "several have this name; use the id")
        }
        AdminError::Refused(why) => Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", why),
        AdminError::Trouble(trouble) => trouble.into(),
    }
}

/// Somebody or something outside of what the key reaches reads as if it were not there.
pub(super) fn not_there(what: &'static str) -> AdminError {
    AdminError::NotFound { what, name: String::new(), hint: "" }
}
