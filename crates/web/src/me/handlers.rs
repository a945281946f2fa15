//! What the pages of self-service do.

use super::{
    admit::Visit,
    pages::{Chrome, Codes, Mine, SignIn, StepUp},
};
use crate::{
    console::{
        notes::Say,
        sign_in::{read, wait},
        views::{self, page},
        visit::{from, redirect},
    },
    pages::FormCookie,
    session_cookie::{self, Kind},
    state::App,
};
use axum::{
    Form,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use model::Secret;
use serde::Deserialize;
use service::{
    Actor, AdminError, Work,
    me::{self, Refused, SignedIn, Stepped},
};
use std::sync::Arc;

/// What the token in the form is for.
const PURPOSE: &str = "self-service sign-in";
const FORM_LOST: &str = "Your browser did not send back what this page gave it. Try again; if it happens again, allow \
                         cookies for this page.";

#[derive(Deserialize)]
struct Typed {
    form: String,
    name: String,
    code: String,
}

#[derive(Deserialize)]
pub(super) struct Code {
    code: String,
}

#[derive(Deserialize)]
pub(super) struct Label {
    label: String,
}

pub(super) async fn sign_in_page(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    form(&app, &headers, "", None, StatusCode::OK)
}

fn form(app: &App, headers: &HeaderMap, name: &str, note: Option<&str>, status: StatusCode) -> Response {
    let known = FormCookie::of(headers);
    let is_new = known.is_none();
    let held = known.unwrap_or_else(|| FormCookie::random(&mut *app.service.rng()));
    let view = SignIn { form: &held.token(&purpose()), name, note, bad: status != StatusCode::OK };
    let mut response = page(status, &view);
    if is_new && let Some(cookie) = held.set() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn purpose() -> Secret {
    Secret::from_text(PURPOSE.to_owned())
}

pub(super) async fn sign_in(State(app): State<Arc<App>>, headers: HeaderMap, request: Request) -> Response {
    let visitor = from(request.extensions(), &headers);
    let lost = || form(&app, &headers, "", Some(FORM_LOST), StatusCode::FORBIDDEN);
    let Ok(Form(typed)) = read::<Typed>(request).await else { return lost() };
    // A form of somebody else would sign people in as whom they are not.
    if !FormCookie::of(&headers).is_some_and(|held| held.fits(&purpose(), &typed.form)) {
        return lost();
    }
    let (name, code) = (typed.name.clone(), Secret::from_text(typed.code));
    match me::sign_in(&app.service, app.now(), visitor, typed.name, code).await {
        Ok(signed_in) => admitted(&signed_in, "/me"),
        Err(Refused::Wrong) => {
            let note =
                "Name and code do not go together. Check the name, wait for the next code and type that one.";
            form(&app, &headers, &name, Some(note), StatusCode::UNAUTHORIZED)
        }
        Err(Refused::Blocked { until }) => {
            let note = format!("Too many tries from here. Wait {}, then try again.", wait(until, app.now()));
            form(&app, &headers, &name, Some(&note), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(Refused::Trouble(trouble)) => views::trouble(&app, &trouble),
    }
}

/// Goes on with a session.
fn admitted(signed_in: &SignedIn, to: &str) -> Response {
    let mut response = redirect(to);
    if let Some(cookie) = session_cookie::set(Kind::SelfService, &signed_in.secret) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

pub(super) async fn sign_out(visit: Visit) -> Response {
    let done = visit.work(|work, signed_in| Ok(me::sign_out(work, signed_in)?)).await;
    if let Err(response) = done {
        return *response;
    }
    let mut response = redirect("/me/sign-in");
    if let Some(cookie) = session_cookie::forget(Kind::SelfService) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

pub(super) async fn step_up_page(visit: Visit) -> Response {
    page(StatusCode::OK, &StepUp { chrome: Chrome::of(&visit), note: None })
}

pub(super) async fn step_up(visit: Visit, Form(typed): Form<Code>) -> Response {
    let (secret, code) = (visit.signed.secret.duplicate(), Secret::from_text(typed.code));
    let stepped = me::step_up(&visit.app.service, visit.now, visit.from.clone(), secret, code).await;
    let again = |status, note: &str| page(status, &StepUp { chrome: Chrome::of(&visit), note: Some(note) });
    match stepped {
        Ok(Stepped::Up(signed_in)) => admitted(&signed_in, "/me?done=confirmed"),
        Ok(Stepped::Wrong) => {
            let note = "That code is not right, or it was already used. Wait for the next one and type that.";
            again(StatusCode::UNPROCESSABLE_ENTITY, note)
        }
        Ok(Stepped::Blocked { until }) => {
            let note = format!("Too many tries from here. Wait {}, then try again.", wait(until, visit.now));
            again(StatusCode::TOO_MANY_REQUESTS, &note)
        }
        Ok(Stepped::Over) => redirect("/me/sign-in"),
        Err(trouble) => views::trouble(&visit.app, &trouble),
    }
}

pub(super) async fn overview(visit: Visit) -> Response {
    let person = visit.signed.person.id;
    match visit.app.service.read(|rx| Ok::<_, AdminError>(me::overview(rx, person)?)) {
        Ok(overview) => page(StatusCode::OK, &Mine::new(&visit, overview)),
        Err(error) => *visit.halt(&error),
    }
}

pub(super) async fn add_token(visit: Visit) -> Response {
    match visit.work(me::add_token).await {
        Ok(link) => redirect(&format!("/invite/{}", link.expose_text().unwrap_or_default())),
        Err(response) => *response,
    }
}

pub(super) async fn rename(visit: Visit, Path(serial): Path<String>, Form(typed): Form<Label>) -> Response {
    visit.change("renamed", move |work, signed_in| me::rename(work, signed_in, &serial, &typed.label)).await
}

pub(super) async fn remove(visit: Visit, Path((serial, end)): Path<(String, String)>) -> Response {
    let (lost, done) = match end.as_str() {
        "lost" => (true, "lost"),
        "remove" => (false, "removed"),
        _ => return views::say(StatusCode::NOT_FOUND, Say::NOTHING),
    };
    visit.change(done, move |work, signed_in| me::remove(work, signed_in, &serial, lost)).await
}

pub(super) async fn recovery_codes(visit: Visit) -> Response {
    match me::recovery_codes(&visit.app.service, visit.now, &visit.signed).await {
        Ok(codes) => {
            let codes = codes.iter().filter_map(Secret::expose_text).collect();
            page(StatusCode::OK, &Codes { chrome: Chrome::of(&visit), codes })
        }
        Err(error) => *visit.halt(&error),
    }
}

impl Visit {
    /// Runs a use case for this person; what it makes, or the page that says why not.
    async fn work<T, F>(&self, f: F) -> Result<T, Box<Response>>
    where
        F: FnOnce(&mut Work<'_, '_>, &SignedIn) -> Result<T, AdminError> + Send + 'static,
        T: Send + 'static,
    {
        let signed_in = Arc::clone(&self.signed);
        let done = self.app.service.work(self.now, Actor::Person, move |work| f(work, &signed_in)).await;
        done.map_err(|error| self.halt(&error))
    }

    /// The same, for what has nothing to show but that it was done.
    async fn change<F>(&self, done: &str, f: F) -> Response
    where
        F: FnOnce(&mut Work<'_, '_>, &SignedIn) -> Result<(), AdminError> + Send + 'static,
    {
        match self.work(f).await {
            Ok(()) => redirect(&format!("/me?done={done}")),
            Err(response) => *response,
        }
    }

    fn halt(&self, error: &AdminError) -> Box<Response> {
        Box::new(match error {
            AdminError::NotFound { .. } => views::say(StatusCode::NOT_FOUND, Say::NOTHING),
            AdminError::Trouble(trouble) => views::trouble(&self.app, trouble),
            AdminError::Ambiguous(_) | AdminError::Refused(_) => {
                let text = format!("That was not done: {error}.");
                views::said_alone(StatusCode::CONFLICT, &text)
            }
        })
    }
}
