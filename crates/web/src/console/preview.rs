//! What the policy would ask of somebody on a machine at a time, and why.

use super::{
    views::{Chrome, when},
    visit::Visit,
};
use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use model::{Place, SignInKind};
use serde::Deserialize;
use service::{
    AdminError,
    signin::{self, About},
};
use std::time::Duration;

/// The furthest one can look ahead, in hours: a week shows every day and hour that a rule may name.
const AHEAD: u64 = 168;

/// What is asked. Without person and machine nothing is.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    person: String,
    machine: String,
    kind: String,
    remote: bool,
    /// How many hours from now.
    hours: u64,
}

#[derive(Template)]
#[template(path = "console/preview.html")]
struct Preview<'a> {
    chrome: &'a Chrome<'a>,
    asked: &'a Asked,
    ahead: u64,
    /// When, about whom, and the lines.
    found: Option<(String, String, Vec<String>)>,
    note: Option<String>,
}

pub(super) async fn show(visit: Visit, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let (asked, unread) = match query {
        Ok(Query(asked)) => (asked, None),
        Err(_) => (Asked::default(), Some("Choose from the form what to look at.".to_owned())),
    };
    let view = |found, note| {
        visit.page(&Preview { chrome: &visit.chrome(), asked: &asked, ahead: AHEAD, found, note })
    };
    if asked.person.is_empty() || asked.machine.is_empty() {
        return view(None, unread);
    }
    let at = visit.now.plus(Duration::from_secs(asked.hours.min(AHEAD) * 3_600));
    let kind = SignInKind::ALL.into_iter().find(|kind| kind.as_str() == asked.kind);
    let kind = kind.unwrap_or(SignInKind::SignIn);
    let about = About {
        person: asked.person.clone(),
        machine: asked.machine.clone(),
        kind,
        place: if asked.remote { Place::Remote } else { Place::Console },
        groups: Vec::new(),
        at: Some(at),
        policy: None,
    };
    let explained = visit
        .app
        .service
        .work(visit.now, visit.signed.actor(), move |work| signin::preview(work, about))
        .await;
    match explained {
        Ok(explained) => {
            let whom = format!("{} ({}) on {}", explained.person, explained.account, explained.machine);
            view(Some((when(at), whom, explained.explanation.lines)), None)
        }
        Err(AdminError::Trouble(trouble)) => visit.halt(trouble.into()),
        Err(error) => view(None, Some(format!("{error}."))),
    }
}
