//! What a handler of the console has at hand: who asks, and ways to answer.

use super::{
    notes::{Done, Say},
    views::{self, Chrome},
};
use crate::{
    session_cookie::{self, Kind},
    state::App,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderValue, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use domain::{Machine, Operator, Person, Right, Scope};
use model::{MachineId, PersonId, UnixTime};
use service::{AdminError, Trouble, Work, operators::SignedIn, reach};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// Who asks, as the gate found out.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) signed: Arc<SignedIn>,
    pub(super) from: service::operators::Visitor,
}

/// A request of somebody who may make it.
pub(super) struct Visit {
    pub(super) app: Arc<App>,
    pub(super) signed: Arc<SignedIn>,
    pub(super) from: service::operators::Visitor,
    pub(super) now: UnixTime,
    path: String,
    done: Option<Done>,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        // Without the gate before it no handler knows anybody.
        let Some(Visitor { signed, from }) = parts.extensions.get::<Visitor>().cloned() else {
            return Err(views::say(StatusCode::FORBIDDEN, Say::NOT_ALLOWED));
        };
        let done = parts.uri.query().and_then(Done::in_query);
        let (app, now, path) = (Arc::clone(app), app.now(), parts.uri.path().to_owned());
        Ok(Self { app, signed, from, now, path, done })
    }
}

/// Why a page of the console cannot be shown, or a form does nothing.
pub(super) enum Halt {
    /// There is no such thing, or nothing that this operator may know of.
    Nothing,
    /// What to say, and what to do.
    Refused(String),
    /// The server could not do its work.
    Trouble(Trouble),
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<AdminError> for Halt {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::NotFound { .. } => Self::Nothing,
            AdminError::Trouble(trouble) => Self::Trouble(trouble),
            error @ (AdminError::Ambiguous(_) | AdminError::Refused(_)) => Self::Refused(error.to_string()),
        }
    }
}

impl Visit {
    pub(super) fn operator(&self) -> &Operator {
        &self.signed.operator
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.operator().access.scope
    }

    pub(super) fn may(&self, right: Right) -> bool {
        self.operator().access.may(right)
    }

    /// What is around every page.
    pub(super) fn chrome(&self) -> Chrome<'_> {
        Chrome::new(
            self.operator(),
            session_cookie::form_token(Kind::Console, &self.signed.secret),
            &self.path,
            self.done,
        )
    }

    /// Runs a use case in this operator's name.
    pub(super) async fn work<T, F>(&self, f: F) -> Result<T, Halt>
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<T, AdminError> + Send + 'static,
        T: Send + 'static,
    {
        Ok(self.app.service.work(self.now, self.signed.actor(), f).await?)
    }

    /// Runs a use case on a person whom this operator may know.
    pub(super) async fn on_person<T, F>(&self, id: PersonId, f: F) -> Result<T, Halt>
    where
        F: FnOnce(&mut Work<'_, '_>, &Person) -> Result<T, AdminError> + Send + 'static,
        T: Send + 'static,
    {
        let scope = self.scope().clone();
        self.work(move |work| {
            let person = reach::person(work.tx, &scope, id)?;
            f(work, &person)
        })
        .await
    }

    /// Runs a use case on a machine within this operator's groups.
    pub(super) async fn on_machine<T, F>(&self, id: MachineId, f: F) -> Result<T, Halt>
    where
        F: FnOnce(&mut Work<'_, '_>, &Machine) -> Result<T, AdminError> + Send + 'static,
        T: Send + 'static,
    {
        let scope = self.scope().clone();
        self.work(move |work| {
            let machine = reach::machine(work.tx, &scope, id)?;
            f(work, &machine)
        })
        .await
    }

    pub(super) fn page(&self, view: &impl Template) -> Response {
        views::page(StatusCode::OK, view)
    }

    /// Goes on to a page that says what was done.
    pub(super) fn done(&self, path: &str, done: Done) -> Response {
        redirect(&format!("{path}?done={}", done.word()))
    }

    pub(super) fn halt(&self, halt: Halt) -> Response {
        match halt {
            Halt::Nothing => {
                views::said(StatusCode::NOT_FOUND, &self.chrome(), Say::NOTHING.title, Say::NOTHING.text)
            }
            Halt::Refused(why) => {
                let mut text = why;
                if let Some(first) = text.get(..1).map(str::to_uppercase) {
                    text.replace_range(..1, &first);
                }
                if !text.ends_with('.') {
                    text.push('.');
                }
                views::said(StatusCode::CONFLICT, &self.chrome(), "That was not done", &text)
            }
            Halt::Trouble(trouble) => views::trouble(&self.app, &trouble),
        }
    }
}

/// Somebody at a browser, for the audit trail and for limits.
pub(crate) fn visitor_of(request: &Request) -> service::operators::Visitor {
    from(request.extensions(), request.headers())
}

pub(crate) fn from(
    extensions: &axum::http::Extensions,
    headers: &axum::http::HeaderMap,
) -> service::operators::Visitor {
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let address = extensions.get::<ConnectInfo<SocketAddr>>().map_or(unknown, |ConnectInfo(peer)| peer.ip());
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    service::operators::Visitor::new(address, browser)
}

/// Goes on somewhere with GET. The address is one of ours.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    // An address that is none leads to the beginning.
    let to = to.parse::<Uri>().ok().and_then(|uri| HeaderValue::try_from(uri.to_string()).ok());
    let to = to.unwrap_or(HeaderValue::from_static(super::target::HOME));
    response.headers_mut().insert(header::LOCATION, to);
    response
}
