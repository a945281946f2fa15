//! Tokens.

use super::call::{Call, Told, not_there};
use super::people::{Within, meant};
use crate::authenticator::Refused;
use domain::TokenState;
use serde_json::{Value, json};
use service::{
    AdminError, Rx, reach,
    tokens::{self, Listed},
};

fn shown(token: &Listed) -> Value {
    json!({
        "serial": token.serial,
        "person": token.person.to_string(),
        "person_name": token.person_name,
        "label": token.label,
        "kind": token.kind,
        "digits": token.digits,
        "state": token.state.as_str(),
        "created_at": token.created_at.as_secs(),
        "last_used_at": token.last_used_at.map(model::UnixTime::as_secs),
    })
}

fn reached(rx: &Rx<'_>, within: &Within, person: Option<&str>) -> Result<Vec<Listed>, AdminError> {
    let person = person.map(|name| meant(rx, within, name)).transpose()?;
    let all = tokens::list(rx, person.map(|found| found.person.id.to_string()).as_deref())?;
    if within.0 == domain::Scope::All {
        return Ok(all);
    }
    Ok(all.into_iter().filter(|token| reach::person(rx, &within.0, token.person).is_ok()).collect())
}

pub(super) async fn list(call: Call) -> Result<Told, Refused> {
    let page = call.page()?;
    let found = call.read(|rx| reached(rx, &call.within(), call.query("person")))?;
    Ok(Told::new(page.of(found.iter().map(shown).collect())))
}

pub(super) async fn disable(call: Call) -> Result<Told, Refused> {
    set(call, TokenState::Disabled).await
}

pub(super) async fn enable(call: Call) -> Result<Told, Refused> {
    set(call, TokenState::Active).await
}

pub(super) async fn revoke(call: Call) -> Result<Told, Refused> {
    set(call, TokenState::Revoked).await
}

pub(super) async fn replace(call: Call) -> Result<Told, Refused> {
    set(call, TokenState::Replaced).await
}

async fn set(call: Call, state: TokenState) -> Result<Told, Refused> {
    let (within, serial) = (call.within(), call.path("token").to_owned());
    let done = call.work(move |work| {
        let serial = serial.to_ascii_uppercase();
        let of = |rx: &Rx<'_>| -> Result<Listed, AdminError> {
            let mut all = reached(rx, &within, None)?;
            let at = all.iter().position(|token| token.serial == serial).ok_or_else(|| not_there("token"))?;
            Ok(all.swap_remove(at))
        };
        let serial = of(work.tx)?.serial;
        tokens::set_state(work, &serial, state)?;
        of(work.tx)
    });
    Ok(Told::new(shown(&done.await?)))
}
