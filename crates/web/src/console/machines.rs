//! Machines and their groups, and the join codes that let machines in.

use super::{
    notes::Done,
    person::once,
    views::{Chrome, ago, when},
    visit::{Halt, Visit},
};
use askama::Template;
use axum::{Form, extract::Path, response::Response};
use domain::{Machine, MachineGroup, MachineState, Right, Scope};
use model::{JoinCodeId, MachineId};
use protocol::joincode::JoinCode;
use serde::Deserialize;
use service::{AdminError, join_codes, keys, machines, overview::SILENT, reach};
use std::time::Duration;

/// The most machines that one join code lets in.
const MOST: u32 = 100_000;
/// The longest that one is good, in days.
const DAYS: u64 = 365;

struct Row {
    href: String,
    name: String,
    group: String,
    seen: String,
    version: String,
    state: &'static str,
    tone: &'static str,
}

struct CodeRow {
    id: JoinCodeId,
    group: String,
    left: u32,
    until: String,
}

#[derive(Template)]
#[template(path = "console/machines.html")]
struct Machines<'a> {
    chrome: &'a Chrome<'a>,
    rows: Vec<Row>,
    codes: Vec<CodeRow>,
    groups: Vec<String>,
    may_manage: bool,
    may_make_groups: bool,
}

#[derive(Template)]
#[template(path = "console/machine.html")]
struct One<'a> {
    chrome: &'a Chrome<'a>,
    machine: &'a Machine,
    state: &'static str,
    tone: &'static str,
    joined: String,
    seen: String,
    until: Option<String>,
    groups: Vec<String>,
    may_manage: bool,
    may_make_groups: bool,
}

fn state(machine: &Machine, now: model::UnixTime) -> (&'static str, &'static str) {
    match machine.state {
        MachineState::Suspended => ("Suspended", "warn"),
        MachineState::Cloned => ("Copied: join it again", "bad"),
        MachineState::Removed => ("Removed", "quiet"),
        MachineState::Active if now.since(machine.last_seen_at) >= SILENT => ("Silent", "warn"),
        MachineState::Active => ("Active", "good"),
    }
}

pub(super) async fn list(visit: Visit) -> Response {
    let (scope, now) = (visit.scope(), visit.now);
    let read = visit.app.service.read(|rx| {
        let all = machines::list(rx)?.into_iter();
        let machines: Vec<_> = all
            .filter(|machine| scope.covers(machine.group) && machine.state != MachineState::Removed)
            .collect();
        let codes: Vec<_> = join_codes::list(rx)?
            .into_iter()
            .filter(|code| scope.covers(code.group) && code.uses_left > 0 && code.expires_at > now)
            .collect();
        Ok::<_, AdminError>((machines, codes, machines::groups(rx)?))
    });
    let (found, codes, groups) = match read {
        Ok(found) => found,
        Err(error) => return visit.halt(error.into()),
    };
    let rows = found.iter().map(|machine| {
        let (state, tone) = state(machine, now);
        Row {
            href: format!("/admin/machines/{}", machine.id),
            name: machine.name.clone(),
            group: machine.group_name.clone(),
            seen: ago(machine.last_seen_at, now),
            version: machine.agent_version.clone(),
            state,
            tone,
        }
    });
    let view = Machines {
        chrome: &visit.chrome(),
        rows: rows.collect(),
        codes: codes
            .into_iter()
            .map(|code| CodeRow {
                id: code.id,
                group: code.group_name,
                left: code.uses_left,
                until: when(code.expires_at),
            })
            .collect(),
        groups: groups.into_iter().filter(|group| scope.covers(group.id)).map(|group| group.name).collect(),
        may_manage: visit.may(Right::ManageMachines),
        may_make_groups: *visit.scope() == Scope::All,
    };
    visit.page(&view)
}

pub(super) async fn show(visit: Visit, Path(machine): Path<String>) -> Response {
    let Ok(id) = machine.parse::<MachineId>() else { return visit.halt(Halt::Nothing) };
    let (scope, now) = (visit.scope(), visit.now);
    let read = visit
        .app
        .service
        .read(|rx| Ok::<_, AdminError>((reach::machine(rx, scope, id)?, machines::groups(rx)?)));
    let (machine, groups) = match read {
        Ok(found) => found,
        Err(error) => return visit.halt(error.into()),
    };
    let (state, tone) = state(&machine, now);
    let view = One {
        chrome: &visit.chrome(),
        state,
        tone,
        joined: when(machine.joined_at),
        seen: ago(machine.last_seen_at, now),
        until: machine.suspended_until.filter(|until| *until > now).map(when),
        groups: groups.into_iter().filter(|group| scope.covers(group.id)).map(|group| group.name).collect(),
        may_manage: visit.may(Right::ManageMachines) && machine.state != MachineState::Removed,
        may_make_groups: *scope == Scope::All,
        machine: &machine,
    };
    visit.page(&view)
}

#[derive(Deserialize)]
pub(super) struct NewCode {
    group: String,
    #[serde(default)]
    new_group: String,
    uses: String,
    days: String,
}

/// The group a form names. One that is not there yet is made for those alone who see all groups.
fn group_of(known: Vec<MachineGroup>, scope: &Scope, chosen: &str, new: &str) -> Result<String, AdminError> {
    let new = new.trim();
    if !new.is_empty() && *scope == Scope::All {
        return Ok(new.to_owned());
    }
    let known = known.into_iter().find(|group| group.name == chosen && scope.covers(group.id));
    known.map(|group| group.name).ok_or_else(|| AdminError::NotFound {
        what: "group",
        name: chosen.to_owned(),
        hint: "choose one of yours",
    })
}

pub(super) async fn make_code(visit: Visit, Form(new): Form<NewCode>) -> Response {
    let uses = new.uses.trim().parse::<u32>().ok().filter(|uses| (1..=MOST).contains(uses));
    let days = new.days.trim().parse::<u64>().ok().filter(|days| (1..=DAYS).contains(days));
    let (Some(uses), Some(days)) = (uses, days) else {
        let text = format!("a join code lets in 1 to {MOST} machines, for 1 to {DAYS} days");
        return visit.halt(Halt::Refused(text));
    };
    let statement = match keys::statement(&visit.app.service) {
        Ok(Some(statement)) => statement,
        Ok(None) => {
            return visit
                .halt(Halt::Refused("the server's own addresses are not known yet; start it again".into()));
        }
        Err(trouble) => return visit.halt(trouble.into()),
    };
    let fingerprint = visit.app.service.signing_key().verifying_key().fingerprint();
    let scope = visit.scope().clone();
    let made = visit
        .work(move |work| {
            let group = group_of(machines::groups(work.tx)?, &scope, &new.group, &new.new_group)?;
            let urls = statement.urls().iter().take(4).cloned().collect();
            let code = JoinCode::new(urls, fingerprint, &mut *work.rng)
                .map_err(|error| AdminError::Refused(error.to_string()))?;
            let valid = Duration::from_secs(days * 86_400);
            let made = join_codes::add(work, &group, uses, valid, &code.secret_text())?;
            Ok((made, code.to_text()))
        })
        .await;
    match made {
        Ok((made, text)) => {
            let machines = if uses == 1 { "one machine".to_owned() } else { format!("{uses} machines") };
            let said = format!(
                "Lets {machines} join the group {}, until {} UTC. Install Countersign on the machine and run \
                 “countersign-agent join” with this code. It is shown this once.",
                made.group_name,
                when(made.expires_at)
            );
            once(&visit, "Join code", &said, &text, false, "/admin/machines")
        }
        Err(halt) => visit.halt(halt),
    }
}

pub(super) async fn end_code(visit: Visit, Path(code): Path<String>) -> Response {
    let Ok(id) = code.parse::<JoinCodeId>() else { return visit.halt(Halt::Nothing) };
    let scope = visit.scope().clone();
    let ended = visit
        .work(move |work| {
            let theirs =
                join_codes::list(work.tx)?.iter().any(|code| code.id == id && scope.covers(code.group));
            if !theirs {
                return Err(AdminError::NotFound {
                    what: "join code",
                    name: id.to_string(),
                    hint: "it may have ended",
                });
            }
            join_codes::end(work, id)
        })
        .await;
    match ended {
        Ok(()) => visit.done("/admin/machines", Done::JoinCodeEnded),
        Err(halt) => visit.halt(halt),
    }
}

/// Runs a use case on a machine, and says what was done.
async fn act<F>(visit: Visit, machine: &str, done: Done, f: F) -> Response
where
    F: FnOnce(&mut service::Work<'_, '_>, &str) -> Result<Machine, AdminError> + Send + 'static,
{
    let Ok(id) = machine.parse::<MachineId>() else { return visit.halt(Halt::Nothing) };
    match visit.on_machine(id, move |work, machine| f(work, &machine.id.to_string())).await {
        Ok(_) if matches!(done, Done::MachineRemoved | Done::MachineMoved) => {
            visit.done("/admin/machines", done)
        }
        Ok(_) => visit.done(&format!("/admin/machines/{id}"), done),
        Err(halt) => visit.halt(halt),
    }
}

pub(super) async fn suspend(visit: Visit, Path(machine): Path<String>) -> Response {
    act(visit, &machine, Done::MachineSuspended, machines::suspend).await
}

pub(super) async fn resume(visit: Visit, Path(machine): Path<String>) -> Response {
    act(visit, &machine, Done::MachineResumed, machines::resume).await
}

pub(super) async fn remove(visit: Visit, Path(machine): Path<String>) -> Response {
    act(visit, &machine, Done::MachineRemoved, machines::remove).await
}

#[derive(Deserialize)]
pub(super) struct NewGroup {
    group: String,
    #[serde(default)]
    new_group: String,
}

pub(super) async fn move_to(
    visit: Visit,
    Path(machine): Path<String>,
    Form(new): Form<NewGroup>,
) -> Response {
    let scope = visit.scope().clone();
    act(visit, &machine, Done::MachineMoved, move |work, machine| {
        let group = group_of(machines::groups(work.tx)?, &scope, &new.group, &new.new_group)?;
        machines::move_to_group(work, machine, &group)
    })
    .await
}
