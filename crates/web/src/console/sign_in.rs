//! Signing in and out.

use super::{
    notes::Say,
    target::Target,
    views::{self, page},
    visit::{Visit, from, redirect},
};
use crate::{
    pages::FormCookie,
    session_cookie::{self, Kind},
    state::App,
};
use askama::Template;
use axum::{
    Form,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use model::{Secret, UnixTime};
use serde::Deserialize;
use service::{
    AdminError,
    operators::{self, Refused},
};
use std::sync::Arc;

/// What the token in the form is for.
const PURPOSE: &str = "console sign-in";

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn<'a> {
    form: &'a str,
    next: &'a str,
    name: &'a str,
    note: Option<&'a str>,
    bad: bool,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    next: Option<String>,
    out: Option<String>,
}

#[derive(Deserialize)]
struct Typed {
    form: String,
    #[serde(default)]
    next: String,
    name: String,
    password: String,
    code: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    query: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    match operators::is_set_up(&app.service) {
        Ok(true) => {}
        Ok(false) => return views::say(StatusCode::NOT_FOUND, Say::NOT_SET_UP),
        Err(trouble) => return views::trouble(&app, &trouble),
    }
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    let note = asked.out.is_some().then_some(Say::SIGNED_OUT);
    form(&app, &headers, &Target::of(&asked.next.unwrap_or_default()), "", note, StatusCode::OK)
}

fn form(
    app: &App,
    headers: &HeaderMap,
    next: &Target,
    name: &str,
    note: Option<&str>,
    status: StatusCode,
) -> Response {
    let known = FormCookie::of(headers);
    let is_new = known.is_none();
    let held = known.unwrap_or_else(|| FormCookie::random(&mut *app.service.rng()));
    let token = held.token(&purpose());
    let bad = status != StatusCode::OK;
    let mut response = page(status, &SignIn { form: &token, next: next.as_str(), name, note, bad });
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
    let form_lost = "Your browser did not send back what this page gave it. Try again; if it happens again, allow \
                     cookies for this page.";
    let Ok(Form(typed)) = read::<Typed>(request).await else {
        return form(&app, &headers, &Target::of(""), "", Some(form_lost), StatusCode::FORBIDDEN);
    };
    let next = Target::of(&typed.next);
    // A form of somebody else would sign people in as whom they are not.
    if !FormCookie::of(&headers).is_some_and(|held| held.fits(&purpose(), &typed.form)) {
        return form(&app, &headers, &next, "", Some(form_lost), StatusCode::FORBIDDEN);
    }
    let name = typed.name.clone();
    let (password, code) = (Secret::from_text(typed.password), Secret::from_text(typed.code));
    match operators::sign_in(&app.service, app.now(), visitor, typed.name, password, code).await {
        Ok(signed_in) => admitted(&signed_in.secret, next.as_str()),
        Err(Refused::Wrong) => {
            form(&app, &headers, &next, &name, Some(Say::NOT_RIGHT), StatusCode::UNAUTHORIZED)
        }
        Err(Refused::Blocked { until }) => {
            let text = format!("Too many tries from here. Wait {}, then try again.", wait(until, app.now()));
            form(&app, &headers, &next, &name, Some(&text), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(Refused::Trouble(trouble)) => views::trouble(&app, &trouble),
    }
}

/// A form, whatever its fields.
pub(crate) async fn read<T: serde::de::DeserializeOwned>(
    request: Request,
) -> Result<Form<T>, axum::extract::rejection::FormRejection> {
    use axum::extract::FromRequest;
    Form::<T>::from_request(request, &()).await
}

/// Goes on with a session.
pub(super) fn admitted(secret: &Secret, to: &str) -> Response {
    let mut response = redirect(to);
    if let Some(cookie) = session_cookie::set(Kind::Console, secret) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// How long until a moment.
pub(crate) fn wait(until: UnixTime, now: UnixTime) -> String {
    match until.since(now).as_secs().div_ceil(60).max(1) {
        1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

pub(super) async fn sign_out(visit: Visit) -> Response {
    let session = visit.signed.session;
    let done = visit.work(move |work| Ok::<_, AdminError>(operators::sign_out(work, session)?)).await;
    if let Err(halt) = done {
        return visit.halt(halt);
    }
    let mut response = redirect("/admin/sign-in?out=1");
    if let Some(cookie) = session_cookie::forget(Kind::Console) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
