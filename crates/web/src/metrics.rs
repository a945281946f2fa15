//! Figures for Prometheus, in its text format 0.0.4. Written by hand: there are few of them.
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
    time::Duration,
};

/// What has happened since the process started.
pub(crate) struct Metrics {
    started: UnixTime,
    /// By route and status.
    requests: Mutex<BTreeMap<(Arc<str>, u16), u64>>,
    /// How long the answers took, by route.
    durations: Mutex<BTreeMap<Arc<str>, Histogram>>,
    /// By endpoint and outcome.
    outcomes: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

/// What a good answer says, in a word: endpoint and outcome.
pub(crate) trait Outcome {
    fn outcome(&self) -> (&'static str, &'static str);
}

impl Metrics {
    pub(crate) fn new(started: UnixTime) -> Self {
        Self { started, requests: Mutex::default(), durations: Mutex::default(), outcomes: Mutex::default() }
    }

    /// Counts an answer, and the time from the request's head to the answer's.
    pub(crate) fn count_request(&self, route: &str, status: u16, took: Duration) {
        let route: Arc<str> = route.into();
        let mut durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
        durations.entry(Arc::clone(&route)).or_default().count(took);
        drop(durations);
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route, status)).or_default() += 1;
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
        head(
            &mut text,
            "countersign_request_duration_seconds",
            "histogram",
            "Time from a request's head to its answer's, by route.",
        );
        for (route, histogram) in &*self.durations.lock().unwrap_or_else(PoisonError::into_inner) {
            histogram.write(&mut text, route);
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

/// Where the buckets of durations end, in seconds: from a tenth of what a verification may take to a request's time limit.
const BUCKETS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// How many durations were how long.
#[derive(Default)]
struct Histogram {
    /// Those that end in each bucket and in none before it.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

impl Histogram {
    fn count(&mut self, took: Duration) {
        let bucket = BUCKETS.iter().position(|end| took.as_secs_f64() <= *end);
        if let Some(bucket) = bucket.and_then(|at| self.buckets.get_mut(at)) {
            *bucket += 1;
        }
        self.count += 1;
        self.sum += took;
    }

    /// The lines that Prometheus wants: each bucket with all shorter ones in it.
    fn write(&self, text: &mut String, route: &str) {
        const NAME: &str = "countersign_request_duration_seconds";
        let mut shorter = 0;
        for (end, here) in BUCKETS.iter().zip(self.buckets) {
            shorter += here;
            line(text, format_args!("{NAME}_bucket{{route=\"{route}\",le=\"{end}\"}} {shorter}"));
        }
        line(text, format_args!("{NAME}_bucket{{route=\"{route}\",le=\"+Inf\"}} {}", self.count));
        line(text, format_args!("{NAME}_sum{{route=\"{route}\"}} {}", self.sum.as_secs_f64()));
        line(text, format_args!("{NAME}_count{{route=\"{route}\"}} {}", self.count));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_all_that_took_no_longer_and_the_last_one_everything() {
        let mut histogram = Histogram::default();
        for millis in [1, 2, 40, 60_000] {
            histogram.count(Duration::from_millis(millis));
        }
        let mut text = String::new();
        histogram.write(&mut text, "/x");
        for line in [
            "countersign_request_duration_seconds_bucket{route=\"/x\",le=\"0.0005\"} 0",
            "countersign_request_duration_seconds_bucket{route=\"/x\",le=\"0.001\"} 1",
            "countersign_request_duration_seconds_bucket{route=\"/x\",le=\"0.0025\"} 2",
            "countersign_request_duration_seconds_bucket{route=\"/x\",le=\"30\"} 3",
            "countersign_request_duration_seconds_bucket{route=\"/x\",le=\"+Inf\"} 4",
            "countersign_request_duration_seconds_sum{route=\"/x\"} 60.043",
            "countersign_request_duration_seconds_count{route=\"/x\"} 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
    }
}
