//! People, their approvals and what lets them enroll.

use super::call::{Call, Told, not_there, refused};
use crate::authenticator::Refused;
use domain::PersonState;
use model::{MachineId, PersonId};
use serde::Deserialize;
use serde_json::{Value, json};
use service::{
    AdminError, Rx, enroll,
    people::{self, Described, Search},
    reach,
};
use std::time::Duration;

/// The longest that an invitation or an enrollment code is good, in seconds: 30 days.
const LONGEST: u64 = 30 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Valid {
    valid_seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    person: String,
    machine: String,
    granted: bool,
}

fn shown(person: &Described) -> Value {
    let accounts: Vec<_> = person
        .accounts
        .iter()
        .map(|account| {
            json!({
                "authority": account.key.authority.to_string(),
                "sid": account.key.sid.to_string(),
                "name": account.name.as_str(),
                "upn": account.upn.as_ref().map(|upn| upn.as_str()),
            })
        })
        .collect();
    let tokens: Vec<_> = person
        .tokens
        .iter()
        .map(|(serial, state)| json!({ "serial": serial, "state": state.as_str() }))
        .collect();
    json!({
        "id": person.person.id.to_string(),
        "name": person.person.name,
        "state": person.person.state.as_str(),
        "first_seen_at": person.person.first_seen_at.as_secs(),
        "blocked_until": person.person.blocked_until.map(model::UnixTime::as_secs),
        "accounts": accounts,
        "tokens": tokens,
        "recovery_codes_left": person.recovery_codes_left,
    })
}

/// Whom the address means, if the key reaches them.
pub(super) fn meant(rx: &Rx<'_>, call: &Within, name: &str) -> Result<Described, AdminError> {
    let found = people::show(rx, name).map_err(|error| call.hide(error))?;
    reach::person(rx, &call.0, found.person.id)?;
    Ok(found)
}

/// What a key reaches.
#[derive(Clone)]
pub(super) struct Within(pub(super) domain::Scope);

impl Within {
    /// Whether a name is of several is nobody's to know who does not reach all of them.
    fn hide(&self, error: AdminError) -> AdminError {
        match error {
            AdminError::Ambiguous(_) if self.0 != domain::Scope::All => not_there("person"),
            other => other,
        }
    }
}

impl Call {
    pub(super) fn within(&self) -> Within {
        Within(self.key.scope.clone())
    }
}

pub(super) async fn list(call: Call) -> Result<Told, Refused> {
    let page = call.page()?;
    let search = Search {
        text: call.query("search").unwrap_or_default().to_owned(),
        groups: match &call.key.scope {
            domain::Scope::All => None,
            domain::Scope::Groups(groups) => Some(groups.iter().copied().collect()),
        },
        ..Search::default()
    };
    let found = call.read(|rx| Ok(people::search(rx, &search, call.now, page.limit, page.after as u32)?))?;
    Ok(Told::new(page.wrap(found.people.iter().map(shown).collect(), found.count)))
}

pub(super) async fn show(call: Call) -> Result<Told, Refused> {
    let found = call.read(|rx| meant(rx, &call.within(), call.path("person")))?;
    Ok(Told::new(shown(&found)))
}

pub(super) async fn add(call: Call) -> Result<Told, Refused> {
    let NewPerson { name } = call.body()?;
    // Somebody who has been nowhere is in no group.
    if !call.reaches_all() {
        return Err(refused(AdminError::Refused("a key for some groups adds nobody".into())));
    }
    let made = call.work(move |work| {
        let id = people::add(work, &name)?;
        people::show(work.tx, &id.to_string())
    });
    Ok(Told::made(shown(&made.await?)))
}

pub(super) async fn disable(call: Call) -> Result<Told, Refused> {
    set_state(call, PersonState::Disabled).await
}

pub(super) async fn enable(call: Call) -> Result<Told, Refused> {
    set_state(call, PersonState::Active).await
}

async fn set_state(call: Call, state: PersonState) -> Result<Told, Refused> {
    change(call, move |work, id| people::set_state(work, id, state).map(|_| ())).await
}

pub(super) async fn unlock(call: Call) -> Result<Told, Refused> {
    change(call, |work, id| people::unlock(work, id).map(|_| ())).await
}

async fn change(
    call: Call,
    f: impl FnOnce(&mut service::Work<'_, '_>, &str) -> Result<(), AdminError> + Send + 'static,
) -> Result<Told, Refused> {
    let (within, name) = (call.within(), call.path("person").to_owned());
    let done = call.work(move |work| {
        let id = meant(work.tx, &within, &name)?.person.id.to_string();
        f(work, &id)?;
        people::show(work.tx, &id)
    });
    Ok(Told::new(shown(&done.await?)))
}

pub(super) async fn invite(call: Call) -> Result<Told, Refused> {
    let (valid, urls) = (valid(&call)?, super::machines::urls(&call)?);
    let (within, name) = (call.within(), call.path("person").to_owned());
    let until = call.now.plus(valid);
    let secret = call.work(move |work| {
        let id = meant(work.tx, &within, &name)?.person.id;
        enroll::invite(work, id, valid)
    });
    let secret = secret.await?;
    let base = urls.first().map(|url| url.to_string()).unwrap_or_default();
    let link = format!("{base}/invite/{}", secret.expose_text().unwrap_or_default());
    Ok(Told::made(json!({ "link": link, "expires_at": until.as_secs() })))
}

pub(super) async fn enrollment_code(call: Call) -> Result<Told, Refused> {
    let valid = valid(&call)?;
    let (within, name) = (call.within(), call.path("person").to_owned());
    let until = call.now.plus(valid);
    let code = call.work(move |work| {
        let id = meant(work.tx, &within, &name)?.person.id;
        enroll::new_enrollment_code(work, id, valid)
    });
    let code = code.await?;
    let code = code.expose_text().unwrap_or_default();
    Ok(Told::made(json!({ "code": code, "expires_at": until.as_secs() })))
}

fn valid(call: &Call) -> Result<Duration, Refused> {
    let Valid { valid_seconds } = call.body()?;
    if !(60..=LONGEST).contains(&valid_seconds) {
        return Err(Refused::request(format!("valid_seconds is from 60 to {LONGEST}")));
    }
    Ok(Duration::from_secs(valid_seconds))
}

pub(super) async fn approvals(call: Call) -> Result<Told, Refused> {
    let page = call.page()?;
    let within = call.within();
    let all = call.read(|rx| {
        let mut reached = Vec::new();
        for asked in enroll::approvals(rx)? {
            if reach::machine(rx, &within.0, asked.machine).is_ok() {
                reached.push(json!({
                    "person": asked.person.to_string(),
                    "machine": asked.machine.to_string(),
                    "requested_at": asked.requested_at.as_secs(),
                    "granted": asked.granted,
                }));
            }
        }
        Ok(reached)
    })?;
    Ok(Told::new(page.of(all)))
}

pub(super) async fn approve(call: Call) -> Result<Told, Refused> {
    let Word { person, machine, granted } = call.body()?;
    let read = |_| Refused::request("person and machine are ids");
    let (person, machine): (PersonId, MachineId) =
        (person.parse().map_err(read)?, machine.parse().map_err(read)?);
    let within = call.within();
    call.work(move |work| {
        let (person, machine) =
            (reach::person(work.tx, &within.0, person)?.id, reach::machine(work.tx, &within.0, machine)?.id);
        enroll::decide_approval(work, person, machine, granted)
    })
    .await?;
    Ok(Told::new(json!({ "person": person.to_string(), "machine": machine.to_string(), "granted": granted })))
}
