//! The list of people: search, and add somebody who has not signed in yet.

use super::{
    views::Chrome,
    visit::{Halt, Visit, redirect},
};
use crate::percent::encoded;
use askama::Template;
use axum::{
    Form,
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use domain::{PersonState, Right, Scope, TokenState};
use model::UnixTime;
use serde::Deserialize;
use service::{
    AdminError,
    people::{self, Described, Search, Standing},
};

/// People on a page.
const PAGE: u32 = 50;
/// Words in the address, and what they are called.
const STANDINGS: [(&str, &str, Standing); 5] = [
    ("", "Everybody", Standing::Any),
    ("enrolled", "Enrolled", Standing::Enrolled),
    ("not-enrolled", "Not enrolled", Standing::NotEnrolled),
    ("blocked", "Blocked", Standing::Blocked),
    ("disabled", "Disabled", Standing::Disabled),
];

struct Row {
    href: String,
    name: String,
    account: String,
    state: &'static str,
    tone: &'static str,
}

struct Choice {
    word: &'static str,
    label: &'static str,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "console/people.html")]
struct People<'a> {
    chrome: &'a Chrome<'a>,
    text: &'a str,
    choices: Vec<Choice>,
    rows: Vec<Row>,
    first: u64,
    last: u64,
    count: u64,
    earlier: Option<String>,
    later: Option<String>,
    may_add: bool,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    standing: String,
    #[serde(default)]
    page: String,
}

pub(super) async fn list(visit: Visit, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    let text: String = asked.q.chars().take(100).collect();
    let standing =
        STANDINGS.iter().find(|(word, ..)| *word == asked.standing).map_or(Standing::Any, |found| found.2);
    let page = asked.page.parse::<u32>().unwrap_or(1).clamp(1, 100_000);
    let groups = match visit.scope() {
        Scope::All => None,
        Scope::Groups(groups) => Some(groups.iter().copied().collect()),
    };
    let search = Search { text: text.clone(), standing, groups };
    let (now, offset) = (visit.now, (page - 1) * PAGE);
    let found =
        visit.app.service.read(|rx| Ok::<_, AdminError>(people::search(rx, &search, now, PAGE, offset)?));
    let found = match found {
        Ok(found) => found,
        Err(error) => return visit.halt(error.into()),
    };
    let address = |page: u32| {
        format!("/admin/people?q={}&standing={}&page={page}", encoded(&text), encoded(&asked.standing))
    };
    let shown = found.people.len() as u64;
    let view = People {
        chrome: &visit.chrome(),
        text: &text,
        choices: STANDINGS
            .iter()
            .map(|&(word, label, value)| Choice { word, label, chosen: value == standing })
            .collect(),
        first: if shown == 0 { 0 } else { u64::from(offset) + 1 },
        last: u64::from(offset) + shown,
        earlier: (page > 1).then(|| address(page - 1)),
        later: (u64::from(offset) + shown < found.count).then(|| address(page + 1)),
        count: found.count,
        rows: found.people.iter().map(|described| row(described, now)).collect(),
        may_add: visit.may(Right::ManagePeople) && *visit.scope() == Scope::All,
    };
    visit.page(&view)
}

fn row(described: &Described, now: UnixTime) -> Row {
    let (state, tone) = standing(described, now);
    let accounts: Vec<&str> = described.accounts.iter().map(|account| account.name.as_str()).collect();
    Row {
        href: format!("/admin/people/{}", described.person.id),
        name: described.person.name.clone(),
        account: accounts.join(", "),
        state,
        tone,
    }
}

/// How somebody stands, in words, and whether that is good.
pub(super) fn standing(described: &Described, now: UnixTime) -> (&'static str, &'static str) {
    let person = &described.person;
    if person.state == PersonState::Disabled {
        ("Disabled", "bad")
    } else if person.blocked_until.is_some_and(|until| until > now) {
        ("Blocked", "bad")
    } else if described.tokens.iter().any(|(_, state)| *state == TokenState::Active) {
        ("Enrolled", "good")
    } else if described.tokens.iter().any(|(_, state)| *state == TokenState::Revoked) {
        ("Token revoked", "warn")
    } else {
        ("Not enrolled", "warn")
    }
}

#[derive(Deserialize)]
pub(super) struct New {
    name: String,
}

pub(super) async fn add(visit: Visit, Form(new): Form<New>) -> Response {
    // Nobody who sees some groups alone would find them again.
    if *visit.scope() != Scope::All {
        return visit.halt(Halt::Refused(
            "people can be added by those alone who see all groups; others appear at their first sign-in"
                .into(),
        ));
    }
    match visit.work(move |work| people::add(work, &new.name)).await {
        Ok(id) => redirect(&format!("/admin/people/{id}?done={}", super::notes::Done::PersonAdded.word())),
        Err(halt) => visit.halt(halt),
    }
}
