//! Machines, their groups, and what lets machines join.

use super::call::{Call, Told, not_there, refused};
use crate::authenticator::Refused;
use domain::Machine;
use model::JoinCodeId;
use protocol::{
    joincode::JoinCode,
    statement::{ServerUrl, Statement},
};
use serde::Deserialize;
use serde_json::{Value, json};
use service::{AdminError, Rx, Work, join_codes, machines};
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    group: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCode {
    group: String,
    uses: u32,
    valid_seconds: u64,
}

fn shown(machine: &Machine) -> Value {
    json!({
        "id": machine.id.to_string(),
        "name": machine.name,
        "group": machine.group_name,
        "state": machine.state.as_str(),
        "suspended_until": machine.suspended_until.map(model::UnixTime::as_secs),
        "agent_version": machine.agent_version,
        "os": machine.os,
        "joined_at": machine.joined_at.as_secs(),
        "last_seen_at": machine.last_seen_at.as_secs(),
    })
}

/// The machine of this id or name among those that are reached.
fn meant(rx: &Rx<'_>, scope: &domain::Scope, name: &str) -> Result<Machine, AdminError> {
    let id = name.parse().ok();
    let mut found: Vec<Machine> = machines::list(rx)?
        .into_iter()
        .filter(|machine| scope.covers(machine.group))
        .filter(|machine| id == Some(machine.id) || machine.name.eq_ignore_ascii_case(name))
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(machine), true) => Ok(machine),
        (None, _) => Err(not_there("machine")),
        (Some(_), false) => Err(AdminError::Refused("several machines have this name; use the id".into())),
    }
}

pub(super) async fn list(call: Call) -> Result<Told, Refused> {
    let (page, group) = (call.page()?, call.query("group"));
    let all = call.read(|rx| Ok(machines::list(rx)?))?;
    let reached = all
        .iter()
        .filter(|machine| call.key.scope.covers(machine.group))
        .filter(|machine| group.is_none_or(|group| group == machine.group_name));
    Ok(Told::new(page.of(reached.map(shown).collect())))
}

pub(super) async fn show(call: Call) -> Result<Told, Refused> {
    let found = call.read(|rx| meant(rx, &call.key.scope, call.path("machine")))?;
    Ok(Told::new(shown(&found)))
}

pub(super) async fn groups(call: Call) -> Result<Told, Refused> {
    let page = call.page()?;
    let all = call.read(|rx| Ok(machines::groups(rx)?))?;
    let reached = all.iter().filter(|group| call.key.scope.covers(group.id));
    Ok(Told::new(
        page.of(reached.map(|group| json!({ "id": group.id.to_string(), "name": group.name })).collect()),
    ))
}

pub(super) async fn suspend(call: Call) -> Result<Told, Refused> {
    change(call, machines::suspend).await
}

pub(super) async fn resume(call: Call) -> Result<Told, Refused> {
    change(call, machines::resume).await
}

pub(super) async fn remove(call: Call) -> Result<Told, Refused> {
    change(call, machines::remove).await
}

pub(super) async fn move_to_group(call: Call) -> Result<Told, Refused> {
    let Move { group } = call.body()?;
    let scope = call.key.scope.clone();
    change(call, move |work, id| {
        within(work, &scope, &group)?;
        machines::move_to_group(work, id, &group)
    })
    .await
}

/// A key for some groups makes no new one, and reaches no other.
fn within(work: &Work<'_, '_>, scope: &domain::Scope, group: &str) -> Result<(), AdminError> {
    if *scope == domain::Scope::All {
        return Ok(());
    }
    let known =
        machines::groups(work.tx)?.into_iter().any(|known| known.name == group && scope.covers(known.id));
    if known { Ok(()) } else { Err(not_there("machine group")) }
}

async fn change(
    call: Call,
    f: impl FnOnce(&mut Work<'_, '_>, &str) -> Result<Machine, AdminError> + Send + 'static,
) -> Result<Told, Refused> {
    let (scope, name) = (call.key.scope.clone(), call.path("machine").to_owned());
    let done = call.work(move |work| {
        let id = meant(work.tx, &scope, &name)?.id.to_string();
        f(work, &id)?;
        let mut all = machines::list(work.tx)?;
        let at = all
            .iter()
            .position(|machine| machine.id.to_string() == id)
            .ok_or_else(|| not_there("machine"))?;
        Ok(all.swap_remove(at))
    });
    Ok(Told::new(shown(&done.await?)))
}

pub(super) async fn join_codes(call: Call) -> Result<Told, Refused> {
    let page = call.page()?;
    let all = call.read(|rx| Ok(join_codes::list(rx)?))?;
    let reached = all.iter().filter(|code| call.key.scope.covers(code.group)).map(|code| {
        json!({
            "id": code.id.to_string(),
            "group": code.group_name,
            "created_at": code.created_at.as_secs(),
            "expires_at": code.expires_at.as_secs(),
            "uses_left": code.uses_left,
        })
    });
    Ok(Told::new(page.of(reached.collect())))
}

pub(super) async fn new_join_code(call: Call) -> Result<Told, Refused> {
    let NewCode { group, uses, valid_seconds } = call.body()?;
    if !(1..=100_000).contains(&uses) || !(60..=366 * 86_400).contains(&valid_seconds) {
        return Err(Refused::request("uses is from 1 to 100000, valid_seconds from 60 to 31622400"));
    }
    let urls = urls(&call)?;
    let fingerprint = call.app.service.signing_key().verifying_key().fingerprint();
    let scope = call.key.scope.clone();
    let made = call.work(move |work| {
        within(work, &scope, &group)?;
        let code = JoinCode::new(urls, fingerprint, &mut *work.rng)
            .map_err(|error| AdminError::Refused(error.to_string()))?;
        let valid = Duration::from_secs(valid_seconds);
        let made = join_codes::add(work, &group, uses, valid, &code.secret_text())?;
        Ok((made, code.to_text()))
    });
    let (made, text) = made.await?;
    Ok(Told::made(json!({
        "id": made.id.to_string(),
        "code": text.expose_text().unwrap_or_default(),
        "group": made.group_name,
        "expires_at": made.expires_at.as_secs(),
        "uses": uses,
    })))
}

pub(super) async fn end_join_code(call: Call) -> Result<Told, Refused> {
    let id: JoinCodeId = call.path("code").parse().map_err(|_| refused(not_there("join code")))?;
    let scope = call.key.scope.clone();
    call.work(move |work| {
        if !join_codes::list(work.tx)?.iter().any(|code| code.id == id && scope.covers(code.group)) {
            return Err(not_there("join code"));
        }
        join_codes::end(work, id)
    })
    .await?;
    Ok(Told::new(json!({ "ended": id.to_string() })))
}

/// The addresses that the server states of itself.
pub(super) fn urls(call: &Call) -> Result<Vec<ServerUrl>, Refused> {
    let trusted = [call.app.service.signing_key().verifying_key().fingerprint()];
    let statement = Statement::verify(&call.app.statement.current().signed, &trusted)
        .map_err(|error| Refused::from(service::Trouble::Failed(Box::new(error))))?;
    Ok(statement.urls().iter().take(4).cloned().collect())
}
