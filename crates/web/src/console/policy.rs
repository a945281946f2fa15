//! The policy as text: look at it, and put another one in force.

use super::{
    notes::Done,
    views::{self, Chrome, when},
    visit::{Halt, Visit},
};
use askama::Template;
use axum::{Form, http::StatusCode, response::Response};
use domain::Right;
use serde::Deserialize;
use service::{
    AdminError,
    policies::{self, Insist},
};

/// The most bytes of a form with a policy; in a form each byte may take three.
pub(super) const MAX_FORM: usize = 1024 * 1024;

/// Earlier versions shown.
const VERSIONS: u32 = 20;

struct Version {
    number: u64,
    since: String,
    by: String,
    added: usize,
    removed: usize,
    in_force: bool,
}

#[derive(Template)]
#[template(path = "console/policy.html")]
struct Policy<'a> {
    chrome: &'a Chrome<'a>,
    version: u64,
    text: &'a str,
    history: Vec<Version>,
    /// What is wrong in the text.
    fault: Option<&'a str>,
    may_manage: bool,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    version: String,
    toml: String,
    insist: Option<String>,
}

pub(super) async fn show(visit: Visit) -> Response {
    match policies::current(&visit.app.service) {
        Ok((version, text)) => page(&visit, version, &text, None, StatusCode::OK),
        Err(error) => visit.halt(error.into()),
    }
}

fn page(visit: &Visit, version: u64, text: &str, fault: Option<&str>, status: StatusCode) -> Response {
    let may_manage = visit.may(Right::ManagePolicy);
    let read = visit.app.service.read(|rx| Ok::<_, AdminError>(policies::history(rx, VERSIONS)?));
    let history = match read {
        Ok(history) => history,
        Err(error) => return visit.halt(error.into()),
    };
    let history = history
        .into_iter()
        .map(|one| Version {
            number: one.version,
            since: when(one.created_at),
            by: one.created_by,
            added: one.added,
            removed: one.removed,
            in_force: one.version == version,
        })
        .collect();
    views::page(status, &Policy { chrome: &visit.chrome(), version, text, history, fault, may_manage })
}

pub(super) async fn set(visit: Visit, Form(typed): Form<Typed>) -> Response {
    // Browsers end lines of a form with both characters.
    let text = typed.toml.replace("\r\n", "\n");
    let Ok(version) = typed.version.parse::<u64>() else { return visit.halt(Halt::Nothing) };
    let insist = typed.insist.is_some();
    let (toml, by) = (text.clone(), visit.operator().name.clone());
    let set = visit
        .work(move |work| {
            if work.policy_version != version {
                return Err(AdminError::Refused(format!(
                    "somebody put version {} in force while you were writing; open the page again, and repeat your \
                     changes there",
                    work.policy_version
                )));
            }
            if insist { policies::set_anyway(work, toml, by) } else { policies::set(work, toml, by) }
        })
        .await;
    match set {
        Ok(_) => visit.done("/admin/policy", Done::PolicySet),
        Err(Halt::Refused(fault)) => {
            page(&visit, version, &text, Some(&fault), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(halt) => visit.halt(halt),
    }
}

#[derive(Deserialize)]
pub(super) struct Earlier {
    version: String,
}

pub(super) async fn roll_back(visit: Visit, Form(earlier): Form<Earlier>) -> Response {
    let Ok(version) = earlier.version.parse::<u64>() else { return visit.halt(Halt::Nothing) };
    let by = visit.operator().name.clone();
    match visit.work(move |work| policies::roll_back(work, version, by, Insist::No)).await {
        Ok(_) => visit.done("/admin/policy", Done::PolicySet),
        Err(halt) => visit.halt(halt),
    }
}
