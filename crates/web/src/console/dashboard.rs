//! What an operator sees first: how everything stands, and on an empty server what to do next.

use super::{
    chart,
    views::{Chrome, ago},
    visit::Visit,
};
use askama::Template;
use axum::response::Response;
use domain::Right;
use model::UnixTime;
use service::overview::{self, Overview};

struct DayRow {
    date: String,
    approved: u64,
    refused: u64,
    enrolled: u64,
}

struct Named {
    href: String,
    name: String,
    text: String,
}

#[derive(Template)]
#[template(path = "console/dashboard.html")]
struct Dashboard<'a> {
    chrome: &'a Chrome<'a>,
    is_empty: bool,
    may_join: bool,
    may_manage: bool,
    overview: &'a Overview,
    enrolled_percent: u64,
    chart: String,
    days: Vec<DayRow>,
    approved: u64,
    refused: u64,
    silent: Vec<Named>,
    failing: Vec<Named>,
}

pub(super) async fn show(visit: Visit) -> Response {
    let (scope, now) = (visit.scope().clone(), visit.now);
    let overview = match visit.app.service.read(|rx| overview::overview(rx, &scope, now)) {
        Ok(overview) => overview,
        Err(trouble) => return visit.halt(trouble.into()),
    };
    let of = overview.enrolled + overview.not_enrolled;
    let machine = |machine: &domain::Machine, text: String| Named {
        href: format!("/admin/machines/{}", machine.id),
        name: machine.name.clone(),
        text,
    };
    let view = Dashboard {
        chrome: &visit.chrome(),
        is_empty: overview.machines == 0,
        may_join: visit.may(Right::ManageMachines),
        may_manage: visit.may(Right::ViewMachines),
        enrolled_percent: (overview.enrolled * 100).checked_div(of).unwrap_or(0),
        chart: chart::svg(&overview.days),
        days: overview.days.iter().rev().map(row).collect(),
        approved: overview.days.iter().map(|day| day.approved).sum(),
        refused: overview.days.iter().map(|day| day.refused).sum(),
        silent: overview.silent.iter().map(|found| machine(found, ago(found.last_seen_at, now))).collect(),
        failing: overview
            .failing
            .iter()
            .map(|(found, count)| machine(found, format!("{count} refused")))
            .collect(),
        overview: &overview,
    };
    visit.page(&view)
}

fn row(day: &overview::Day) -> DayRow {
    let (year, month, date, ..) = UnixTime::from_secs(day.number * 86_400).civil();
    DayRow {
        date: format!("{year:04}-{month:02}-{date:02}"),
        approved: day.approved,
        refused: day.refused,
        enrolled: day.enrolled,
    }
}
