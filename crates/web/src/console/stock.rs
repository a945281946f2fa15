//! Hardware tokens that belong to nobody yet: importing a file of their maker, discarding, and giving one to a person.

use super::{
    notes::Done,
    person::{Id, id},
    views::{self, Chrome, when},
    visit::{Halt, Visit},
};
use askama::Template;
use axum::{Form, extract::Path, http::StatusCode, response::Response};
use model::Secret;
use serde::Deserialize;
use service::{
    AdminError,
    tokens::{self, BrokenLines, Confirmed, FileKey, Imported, Options},
};

/// The most bytes of a form with a file; in a form each byte may take three.
pub(super) const MAX_FORM: usize = 1024 * 1024;
const HOME: &str = "/admin/tokens";

struct Row {
    serial: String,
    kind: String,
    maker: String,
    since: String,
}

struct Line {
    number: u64,
    serial: String,
    text: String,
}

/// What is in a file.
struct Found {
    format: &'static str,
    good: usize,
    done: bool,
    bad: Vec<Line>,
    notes: Vec<Line>,
}

#[derive(Template)]
#[template(path = "console/stock.html")]
struct Stock<'a> {
    chrome: &'a Chrome<'a>,
    rows: Vec<Row>,
    found: Option<Found>,
    /// What cannot be read at all.
    fault: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct File {
    #[serde(default)]
    text: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    is_key: bool,
    #[serde(default)]
    digits: Option<u8>,
    #[serde(default)]
    how: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Given {
    serial: String,
    code: String,
    by_word: Option<String>,
}

pub(super) async fn list(visit: Visit) -> Response {
    page(&visit, None, None, StatusCode::OK)
}

fn page(visit: &Visit, found: Option<Imported>, fault: Option<String>, status: StatusCode) -> Response {
    let rows = match visit.app.service.read(|rx| Ok::<_, AdminError>(tokens::stock(rx)?)) {
        Ok(rows) => rows,
        Err(error) => return visit.halt(error.into()),
    };
    let rows = rows
        .into_iter()
        .map(|token| Row {
            serial: token.serial,
            kind: format!(
                "{}, {} digits",
                if token.kind == "totp" { "time-based" } else { "counting" },
                token.digits
            ),
            maker: token.maker,
            since: when(token.imported_at),
        })
        .collect();
    let found = found.map(|imported| Found {
        format: imported.format,
        good: imported.tokens.len(),
        done: imported.done,
        notes: imported
            .tokens
            .into_iter()
            .flat_map(|row| {
                let (number, serial) = (row.line, row.serial);
                row.notes.into_iter().map(move |text| Line { number, serial: serial.clone(), text })
            })
            .collect(),
        bad: imported
            .bad
            .into_iter()
            .map(|bad| Line { number: bad.line, serial: bad.serial.unwrap_or_default(), text: bad.problem })
            .collect(),
    });
    views::page(status, &Stock { chrome: &visit.chrome(), rows, found, fault })
}

pub(super) async fn import(visit: Visit, Form(file): Form<File>) -> Response {
    let typed = Secret::from_text(file.password);
    let key = match (typed.expose().is_empty(), file.is_key) {
        (true, _) => None,
        (false, false) => Some(FileKey::Password(typed)),
        (false, true) => match FileKey::from_hex(&typed) {
            Some(key) => Some(key),
            None => {
                let why = "the key is not in hexadecimal".to_owned();
                return page(&visit, None, Some(why), StatusCode::UNPROCESSABLE_ENTITY);
            }
        },
    };
    let options = Options { key, ..Options::with_digits(file.digits.unwrap_or(6)) };
    let read = match tokens::read(&Secret::from_text(file.text), &options) {
        Ok(read) => read,
        Err(error) => return page(&visit, None, Some(error.to_string()), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let broken = match file.how.as_str() {
        "all" => Some(BrokenLines::RefuseAll),
        "good" => Some(BrokenLines::Skip),
        _ => None,
    };
    let imported = match broken {
        Some(broken) => {
            visit.work(move |work| tokens::import(work, &read, broken, "a file in the console")).await
        }
        None => {
            visit.app.service.read(|rx| Ok::<_, AdminError>(tokens::check(rx, &read)?)).map_err(Halt::from)
        }
    };
    match imported {
        Ok(imported) => page(&visit, Some(imported), None, StatusCode::OK),
        Err(halt) => visit.halt(halt),
    }
}

pub(super) async fn discard(visit: Visit, Path(serial): Path<String>) -> Response {
    match visit.work(move |work| tokens::discard(work, &serial)).await {
        Ok(_) => visit.done(HOME, Done::TokenDiscarded),
        Err(halt) => visit.halt(halt),
    }
}

/// Gives a token to a person.
pub(super) async fn assign(visit: Visit, Path(person): Id, Form(given): Form<Given>) -> Response {
    let confirmed = match (given.code.trim(), given.by_word) {
        ("", Some(_)) => Some(Confirmed::ByWord),
        (code, _) => code.parse().ok().map(Confirmed::ByCode),
    };
    let Some(confirmed) = confirmed else {
        let why = "type the code that the token shows, or confirm that it is theirs without one";
        return visit.halt(Halt::Refused(why.to_owned()));
    };
    let assigned = match id(&person) {
        Ok(id) => {
            let serial = given.serial.trim().to_owned();
            let assign = visit.on_person(id, move |work, person| {
                tokens::assign(work, &serial, &person.id.to_string(), &confirmed)
            });
            assign.await
        }
        Err(halt) => Err(halt),
    };
    match assigned {
        Ok(token) => visit.done(&format!("/admin/people/{}", token.person), Done::TokenAssigned),
        Err(halt) => visit.halt(halt),
    }
}
