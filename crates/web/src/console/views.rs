//! What every page of the console is made from.

use super::notes::{Done, Say};
use crate::{machine::json, state::App};
use askama::Template;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use domain::{Operator, Right, Role};
use model::UnixTime;
use service::Trouble;

/// Nothing from elsewhere, no scripts, in nobody's frame. The address of a page is told to pages of ours alone; to these,
/// so that the browser says where a form came from.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
];

/// A way to another page.
pub(super) struct Link {
    pub(super) href: &'static str,
    pub(super) label: &'static str,
    pub(super) here: bool,
}

/// What is around every page of a session.
pub(super) struct Chrome<'a> {
    pub(super) operator: &'a str,
    pub(super) role: &'static str,
    pub(super) form: String,
    pub(super) links: Vec<Link>,
    pub(super) done: Option<&'static str>,
}

/// The pages, and the right that each needs. `None`: a session.
const PAGES: [(&str, &str, Option<Right>); 8] = [
    ("/admin", "Overview", Some(Right::ViewPeople)),
    ("/admin/people", "People", Some(Right::ViewPeople)),
    ("/admin/machines", "Machines", Some(Right::ViewMachines)),
    ("/admin/tokens", "Tokens", Some(Right::ManageSettings)),
    ("/admin/policy", "Policy", Some(Right::ViewPolicy)),
    ("/admin/audit", "Audit", Some(Right::ViewAudit)),
    ("/admin/operators", "Operators", Some(Right::ManageOperators)),
    ("/admin/sessions", "Sessions", None),
];

impl<'a> Chrome<'a> {
    pub(super) fn new(operator: &'a Operator, form: String, path: &str, done: Option<Done>) -> Self {
        let is_here = |href: &str| {
            path == href
                || (href != "/admin" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
        };
        let links = PAGES
            .iter()
            .filter(|(_, _, right)| right.is_none_or(|right| operator.access.may(right)))
            .map(|&(href, label, _)| Link { href, label, here: is_here(href) })
            .collect();
        let role = role(operator.access.role);
        Self { operator: &operator.name, role, form, links, done: done.map(Done::text) }
    }
}

/// What a role is called.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Administrator => "Administrator",
        Role::HelpDesk => "Help desk",
        Role::Auditor => "Auditor",
    }
}

/// A moment as people read it, in UTC.
pub(crate) fn when(at: UnixTime) -> String {
    let (year, month, day, hour, minute, _) = at.civil();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// How long ago a moment was, in a word or two.
pub(crate) fn ago(at: UnixTime, now: UnixTime) -> String {
    match now.since(at).as_secs() {
        0..120 => "just now".to_owned(),
        secs @ 120..7_200 => format!("{} minutes ago", secs / 60),
        secs @ 7_200..172_800 => format!("{} hours ago", secs / 3_600),
        secs => format!("{} days ago", secs / 86_400),
    }
}

/// One thing to say, to somebody who is not signed in or may not see more.
#[derive(Template)]
#[template(path = "console/alone.html")]
struct Alone<'a> {
    title: &'a str,
    text: &'a str,
}

/// One thing to say, with the ways to other pages around it.
#[derive(Template)]
#[template(path = "console/said.html")]
struct Said<'a> {
    chrome: &'a Chrome<'a>,
    title: &'a str,
    text: &'a str,
}

pub(crate) fn say(status: StatusCode, Say { title, text }: Say) -> Response {
    page(status, &Alone { title, text })
}

pub(super) fn said(status: StatusCode, chrome: &Chrome<'_>, title: &str, text: &str) -> Response {
    page(status, &Said { chrome, title, text })
}

pub(crate) fn trouble(app: &App, trouble: &Trouble) -> Response {
    app.log(trouble);
    say(StatusCode::SERVICE_UNAVAILABLE, Say::TROUBLE)
}

/// A page as an answer; its headers are set by the gate, and here for pages that come from elsewhere.
pub(crate) fn page(status: StatusCode, view: &impl Template) -> Response {
    let Ok(html) = view.render() else {
        tracing::error!("a page could not be made");
        return json(StatusCode::INTERNAL_SERVER_ERROR, r#"{"message":"a page could not be made"}"#);
    };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    dress(&mut response);
    response
}

/// Whatever a handler made: nothing of these pages is in a frame, in a cache or run as a script.
pub(crate) fn dress(response: &mut Response) {
    for (name, value) in HEADERS {
        if name != header::CONTENT_TYPE || !response.headers().contains_key(header::CONTENT_TYPE) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Why something was not done, to somebody who is not in the console.
pub(crate) fn said_alone(status: StatusCode, text: &str) -> Response {
    page(status, &Alone { title: "That was not done", text })
}
