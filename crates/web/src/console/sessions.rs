//! Where an operator is signed in; for those who manage operators, where everybody is.

use super::{
    notes::Done,
    views::{Chrome, ago, when},
    visit::{Halt, Visit},
};
use askama::Template;
use axum::{extract::Path, response::Response};
use domain::Right;
use model::SessionId;
use service::operators;

struct Row {
    id: SessionId,
    name: String,
    begun: String,
    seen: String,
    ends: String,
    network: String,
    browser: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "console/sessions.html")]
struct Sessions<'a> {
    chrome: &'a Chrome<'a>,
    everybody: bool,
    rows: Vec<Row>,
}

pub(super) async fn list(visit: Visit) -> Response {
    let everybody = visit.may(Right::ManageOperators);
    let (now, of) = (visit.now, (!everybody).then_some(visit.operator().id));
    let sessions =
        visit.app.service.read(|rx| Ok::<_, service::AdminError>(operators::sessions(rx, now, of)?));
    let sessions = match sessions {
        Ok(sessions) => sessions,
        Err(error) => return visit.halt(error.into()),
    };
    let rows = sessions
        .into_iter()
        .map(|session| Row {
            here: session.id == visit.signed.session,
            id: session.id,
            name: session.name,
            begun: when(session.created_at),
            seen: ago(session.seen_at, now),
            ends: when(session.ends_at),
            network: session.network,
            browser: session.browser,
        })
        .collect();
    visit.page(&Sessions { chrome: &visit.chrome(), everybody, rows })
}

pub(super) async fn end(visit: Visit, Path(session): Path<String>) -> Response {
    let Ok(id) = session.parse::<SessionId>() else { return visit.halt(Halt::Nothing) };
    let of = (!visit.may(Right::ManageOperators)).then_some(visit.operator().id);
    match visit.work(move |work| operators::end_session(work, id, of)).await {
        Ok(()) => visit.done("/admin/sessions", Done::SessionEnded),
        Err(halt) => visit.halt(halt),
    }
}
