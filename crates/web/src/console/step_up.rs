//! The second factor once more, before something that matters.

use super::{
    notes::Done,
    sign_in::{admitted, wait},
    target::Target,
    views::{self, Chrome},
    visit::{Visit, redirect},
};
use askama::Template;
use axum::{
    Form,
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use model::Secret;
use serde::Deserialize;
use service::operators::{self, Stepped};

#[derive(Template)]
#[template(path = "console/step_up.html")]
struct StepUp<'a> {
    chrome: &'a Chrome<'a>,
    next: &'a str,
    note: Option<&'a str>,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    next: String,
    code: String,
}

pub(super) async fn show(visit: Visit, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let next = query.ok().and_then(|Query(asked)| asked.next).unwrap_or_default();
    form(&visit, &Target::of(&next), None, StatusCode::OK)
}

fn form(visit: &Visit, next: &Target, note: Option<&str>, status: StatusCode) -> Response {
    views::page(status, &StepUp { chrome: &visit.chrome(), next: next.as_str(), note })
}

pub(super) async fn step_up(visit: Visit, Form(typed): Form<Typed>) -> Response {
    let next = Target::of(&typed.next);
    let (secret, code) = (visit.signed.secret.duplicate(), Secret::from_text(typed.code));
    match operators::step_up(&visit.app.service, visit.now, visit.from.clone(), secret, code).await {
        Ok(Stepped::Up(signed_in)) => {
            let join = if next.as_str().contains('?') { '&' } else { '?' };
            let to = format!("{}{join}done={}", without_done(next.as_str()), Done::SteppedUp.word());
            admitted(&signed_in.secret, &to)
        }
        Ok(Stepped::Wrong) => {
            let note = "That code is not right, or it was already used. Wait for the next one and type that.";
            form(&visit, &next, Some(note), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Ok(Stepped::Blocked { until }) => {
            let note =
                format!("Too many codes were not right. Wait {}, then try again.", wait(until, visit.now));
            form(&visit, &next, Some(&note), StatusCode::TOO_MANY_REQUESTS)
        }
        Ok(Stepped::Over) => redirect("/admin/sign-in"),
        Err(trouble) => views::trouble(&visit.app, &trouble),
    }
}

/// An address without what it says was done before.
fn without_done(address: &str) -> &str {
    address.split_once("?done=").map_or(address, |(path, _)| path)
}
