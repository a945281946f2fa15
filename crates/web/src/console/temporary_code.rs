//! A temporary code for somebody who has no token at hand, made and ended.

use super::{
    notes::Done,
    person::{Id, id, once},
    views::when,
    visit::Visit,
};
use axum::{Form, extract::Path, response::Response};
use serde::Deserialize;
use service::people::{self, Made, NewTemporaryCode, Uses};
use std::time::Duration;

/// How long and how often, as the form says. Without it: a working day, once.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default = "a_working_day")]
    hours: u64,
    #[serde(default)]
    often: bool,
}

const fn a_working_day() -> u64 {
    10
}

pub(super) async fn make(visit: Visit, Path(person): Id, Form(wanted): Form<Wanted>) -> Response {
    let id = match id(&person) {
        Ok(id) => id,
        Err(halt) => return visit.halt(halt),
    };
    let valid = Duration::from_secs(wanted.hours.saturating_mul(3_600));
    let uses = if wanted.often { Uses::Any } else { Uses::Times(1) };
    let new = match NewTemporaryCode::make(&visit.app.service).await {
        Ok(new) => new,
        Err(error) => return visit.halt(error.into()),
    };
    let made = visit.on_person(id, move |work, person| {
        people::set_temporary_code(work, &person.id.to_string(), new, valid, uses)
    });
    match made.await {
        Ok(Made { person, code, expires_at }) => {
            let text = format!(
                "For {}, good {} until {} UTC. Make sure that it is them, then read it out; they type it in place of a \
                 one-time password. An earlier code is void. It is shown this once.",
                person.name,
                if wanted.often { "as often as they like" } else { "once" },
                when(expires_at)
            );
            once(&visit, "Temporary code", &text, &code, true, &format!("/admin/people/{}", person.id))
        }
        Err(halt) => visit.halt(halt),
    }
}

pub(super) async fn end(visit: Visit, Path(person): Id) -> Response {
    let ended = match id(&person) {
        Ok(id) => {
            visit.on_person(id, |work, person| people::end_temporary_code(work, &person.id.to_string())).await
        }
        Err(halt) => Err(halt),
    };
    match ended {
        Ok(person) => visit.done(&format!("/admin/people/{}", person.id), Done::TemporaryCodeEnded),
        Err(halt) => visit.halt(halt),
    }
}
