//! The audit trail: filter it, and take it out as a file.

use super::{
    person::words,
    views::{Chrome, when},
    visit::{Halt, Visit},
};
use crate::percent::encoded;
use askama::Template;
use axum::{
    body::Body,
    extract::{Query, rejection::QueryRejection},
    http::{HeaderValue, header},
    response::Response,
};
use domain::{Actor, AuditEvent, AuditKind, Right};
use model::UnixTime;
use serde::Deserialize;
use service::{AdminError, audit};
use std::collections::HashMap;

/// Events on the page, and in a file.
const SHOWN: u32 = 100;
const EXPORTED: u32 = 100_000;
/// How far back, as the form offers it.
const SPANS: [(&str, &str, u64); 5] = [
    ("", "Any time", 0),
    ("1", "24 hours", 1),
    ("7", "7 days", 7),
    ("30", "30 days", 30),
    ("365", "A year", 365),
];

struct Row {
    at: String,
    what: String,
    by: String,
    person: Option<(String, String)>,
    machine: Option<(String, String)>,
    detail: String,
}

struct Choice {
    word: &'static str,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "console/audit.html")]
struct Audit<'a> {
    chrome: &'a Chrome<'a>,
    asked: &'a Asked,
    kinds: Vec<Choice>,
    spans: Vec<Choice>,
    rows: Vec<Row>,
    note: Option<String>,
    may_export: bool,
    query: String,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    machine: String,
    #[serde(default)]
    days: String,
}

impl Asked {
    fn wanted(&self, now: UnixTime) -> audit::Wanted {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let days = SPANS.iter().find(|(word, ..)| *word == self.days).map_or(0, |found| found.2);
        audit::Wanted {
            person: some(&self.person),
            machine: some(&self.machine),
            kind: self.kind.parse().ok(),
            since: (days > 0).then(|| UnixTime::from_secs(now.as_secs().saturating_sub(days * 86_400))),
            before: None,
            until: None,
        }
    }

    fn query(&self) -> String {
        format!(
            "kind={}&person={}&machine={}&days={}",
            encoded(&self.kind),
            encoded(&self.person),
            encoded(&self.machine),
            encoded(&self.days)
        )
    }
}

/// Events with the names of people and machines in them.
struct Named {
    events: Vec<(u64, String, AuditEvent)>,
    people: HashMap<model::PersonId, String>,
    machines: HashMap<model::MachineId, String>,
}

fn read(visit: &Visit, asked: &Asked, limit: u32) -> Result<Named, Halt> {
    let wanted = asked.wanted(visit.now);
    let read = visit.app.service.read(|rx| {
        let mut events = Vec::new();
        for entry in audit::list(rx, &wanted, limit)? {
            if let Ok(event) = serde_json::from_str::<AuditEvent>(&entry.event) {
                events.push((entry.seq, entry.event, event));
            }
        }
        let (mut people, mut machines) = (HashMap::new(), HashMap::new());
        for (_, _, event) in &events {
            if let Some(id) = event.person.filter(|id| !people.contains_key(id)) {
                people.insert(id, service::people::name(rx, id)?);
            }
            if let Some(id) = event.machine.filter(|id| !machines.contains_key(id)) {
                machines.insert(id, service::machines::name(rx, id)?);
            }
        }
        Ok::<_, AdminError>(Named { events, people, machines })
    });
    Ok(read?)
}

fn by(actor: &Actor) -> String {
    match actor {
        Actor::CommandLine(name) => format!("{name}, command line"),
        Actor::Operator(name) => name.clone(),
        Actor::ApiKey(name) => format!("{name}, API key"),
        Actor::Gateway(name) => format!("{name}, gateway"),
        Actor::Machine => "The machine".to_owned(),
        Actor::Server => "The server".to_owned(),
        Actor::App => "The app".to_owned(),
        Actor::Invitation | Actor::Person => "The person".to_owned(),
    }
}

pub(super) async fn show(visit: Visit, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    let (named, note) = match read(&visit, &asked, SHOWN) {
        Ok(named) => (Some(named), None),
        Err(Halt::Refused(why)) => (None, Some(why)),
        Err(Halt::Nothing) => (None, Some("There is nobody, or no machine, of that name.".to_owned())),
        Err(halt) => return visit.halt(halt),
    };
    let rows = named.iter().flat_map(|named| named.events.iter().map(|(_, _, event)| row(named, event)));
    let view = Audit {
        chrome: &visit.chrome(),
        kinds: [Choice { word: "", label: "Everything".to_owned(), chosen: asked.kind.is_empty() }]
            .into_iter()
            .chain(AuditKind::ALL.iter().map(|kind| Choice {
                word: kind.as_str(),
                label: words(kind.as_str()),
                chosen: asked.kind == kind.as_str(),
            }))
            .collect(),
        spans: SPANS
            .iter()
            .map(|&(word, label, _)| Choice { word, label: label.to_owned(), chosen: asked.days == word })
            .collect(),
        rows: rows.collect(),
        note,
        may_export: visit.may(Right::ExportAudit),
        query: asked.query(),
        asked: &asked,
    };
    visit.page(&view)
}

fn row(named: &Named, event: &AuditEvent) -> Row {
    Row {
        at: when(event.at),
        what: words(event.kind.as_str()),
        by: by(&event.actor),
        person: event
            .person
            .map(|id| (format!("/admin/people/{id}"), named.people.get(&id).cloned().unwrap_or_default())),
        machine: event.machine.map(|id| {
            (format!("/admin/machines/{id}"), named.machines.get(&id).cloned().unwrap_or_default())
        }),
        detail: event.detail.clone(),
    }
}

pub(super) async fn csv(visit: Visit, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    let named = match read(&visit, &asked, EXPORTED) {
        Ok(named) => named,
        Err(halt) => return visit.halt(halt),
    };
    let mut text = String::from("number,time,kind,actor,person,machine,token,detail\r\n");
    for (number, _, event) in &named.events {
        let person = event.person.and_then(|id| named.people.get(&id).cloned()).unwrap_or_default();
        let machine = event.machine.and_then(|id| named.machines.get(&id).cloned()).unwrap_or_default();
        let token = event.token.map(|id| id.to_string()).unwrap_or_default();
        let cells = [
            number.to_string(),
            event.at.to_string(),
            event.kind.as_str().to_owned(),
            by(&event.actor),
            person,
            machine,
            token,
            event.detail.clone(),
        ];
        text.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        text.push_str("\r\n");
    }
    file(text, "text/csv; charset=utf-8", "audit.csv")
}

pub(super) async fn json_lines(visit: Visit, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    match read(&visit, &asked, EXPORTED) {
        Ok(named) => {
            let mut text = String::new();
            for (_, event, _) in &named.events {
                text.push_str(event);
                text.push('\n');
            }
            file(text, "application/jsonl; charset=utf-8", "audit.jsonl")
        }
        Err(halt) => visit.halt(halt),
    }
}

/// A cell of a CSV file (RFC 4180 §2). What a spreadsheet would run as a formula begins with an apostrophe, which makes it
/// text there: names come from machines and from people who type.
fn csv_cell(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
        || text.trim_start().starts_with(['=', '+', '-', '@']);
    let mark = if runs { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

fn file(text: String, kind: &'static str, name: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn no_cell_is_a_formula_or_ends_before_its_end() {
        for (text, cell) in [
            ("mara", "\"mara\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("  =HYPERLINK(\"x\")", "\"'  =HYPERLINK(\"\"x\"\")\""),
            ("a=b", "\"a=b\""),
            ("", "\"\""),
        ] {
            assert_eq!(csv_cell(text), cell);
        }
    }
}
