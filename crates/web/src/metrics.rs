//! Figures for Prometheus, in its text format 0.0.4. Written by hand: there are eight of them.
//!
//! Labels come from routes, statuses and the protocol's own words, never from what somebody sent, so that their
//! number is bounded.

use crate::state::App;
use axum::{
    extract::State,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use model::UnixTime;
use protocol::http::{
    BeginAnswer, ConfirmAnswer, HelloAnswer, JoinAnswer, NoopAnswer, ReportAnswer, ShowAnswer, VerifyAnswer,
};
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

/// What has happened since the process started.
pub(crate) struct Metrics {
    started: UnixTime,
    /// By route and status.
    requests: Mutex<BTreeMap<(Arc<str>, u16), u64>>,
    /// By endpoint and outcome.
    outcomes: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

/// What a good answer says, in a word: endpoint and outcome.
pub(crate) trait Outcome {
    fn outcome(&self) -> (&'static str, &'static str);
}

impl Metrics {
    pub(crate) fn new(started: UnixTime) -> Self {
        Self { started, requests: Mutex::default(), outcomes: Mutex::default() }
    }

    pub(crate) fn count_request(&self, route: &str, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.into(), status)).or_default() += 1;
    }

    pub(crate) fn count_outcome(&self, outcome: (&'static str, &'static str)) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        *outcomes.entry(outcome).or_default() += 1;
    }

    fn text(&self, service: &service::Service) -> String {
        let mut text = String::with_capacity(4_096);
        head(&mut text, "countersign_requests_total", "counter", "Requests by route and status.");
        for ((route, status), count) in &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            line(
                &mut text,
                format_args!("countersign_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}"),
            );
        }
        head(&mut text, "countersign_answers_total", "counter", "Answers by call and outcome.");
        for ((call, outcome), count) in &*self.outcomes.lock().unwrap_or_else(PoisonError::into_inner) {
            line(
                &mut text,
                format_args!("countersign_answers_total{{call=\"{call}\",outcome=\"{outcome}\"}} {count}"),
            );
        }
        let store = service.store().counters();
        for (name, help, value) in [
            ("countersign_store_transactions_total", "Durable commits.", store.transactions),
            ("countersign_store_writes_total", "Writes in those commits.", store.writes),
            ("countersign_store_unavailable_total", "Writes that storage failed.", store.unavailable),
        ] {
            head(&mut text, name, "counter", help);
            line(&mut text, format_args!("{name} {value}"));
        }
        // Where the database cannot be read these are left out, and other figures say so.
        if let Ok(totals) = service::backup::totals(service) {
            for (name, help, value) in [
                ("countersign_backup_boxes", "Boxes with backups of authenticators.", totals.boxes),
                ("countersign_backup_bytes", "Bytes in those boxes.", totals.bytes),
            ] {
                head(&mut text, name, "gauge", help);
                line(&mut text, format_args!("{name} {value}"));
            }
        }
        head(&mut text, "process_start_time_seconds", "gauge", "When the process started.");
        line(&mut text, format_args!("process_start_time_seconds {}", self.started.as_secs()));
        text
    }
}

/// Answers `/metrics`.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(CONTENT_TYPE, kind)], app.metrics.text(&app.service)).into_response()
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line(text, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
}

macro_rules! outcomes {
    ($($answer:ident $call:literal { $($pattern:pat => $word:literal),* $(,)? })*) => {$(
        impl Outcome for $answer {
            fn outcome(&self) -> (&'static str, &'static str) {
                ($call, match self { $($pattern => $word,)* })
            }
        }
    )*};
}

outcomes! {
    JoinAnswer "join" { _ => "joined" }
    HelloAnswer "hello" { _ => "done" }
    ReportAnswer "report" { _ => "done" }
    NoopAnswer "noop" { _ => "done" }
    BeginAnswer "begin" {
        Self::NotNeeded { .. } => "not_needed",
        Self::Code { .. } => "code",
        Self::Enroll { .. } => "enroll",
        Self::Refuse { .. } => "refuse",
    }
    VerifyAnswer "verify" {
        Self::Accept { .. } => "accept",
        Self::Wrong { .. } => "wrong",
        Self::Used { .. } => "used",
        Self::Refuse { .. } => "refuse",
    }
    ShowAnswer "show" {
        Self::Show { .. } => "show",
        Self::CodeWrong { .. } => "code_wrong",
        Self::EnrolledElsewhere { .. } => "enrolled_elsewhere",
        Self::Refuse { .. } => "refuse",
    }
    ConfirmAnswer "confirm" {
        Self::Accept { .. } => "accept",
        Self::Wrong { .. } => "wrong",
        Self::Expired => "expired",
        Self::EnrolledElsewhere { .. } => "enrolled_elsewhere",
        Self::Refuse { .. } => "refuse",
    }
}
