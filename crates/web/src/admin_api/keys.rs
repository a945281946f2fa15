//! Keys of this API.

use super::call::{Call, Told};
use crate::authenticator::Refused;
use domain::{ApiKey, Right};
use serde::Deserialize;
use serde_json::{Value, json};
use service::api_keys;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewKey {
    name: String,
    rights: Vec<Right>,
    #[serde(default)]
    groups: Option<Vec<String>>,
    #[serde(default)]
    valid_seconds: Option<u64>,
}

fn shown(key: &ApiKey) -> Value {
    json!({
        "id": key.id.to_string(),
        "name": key.name,
        "rights": key.rights.iter().map(|right| right.as_str()).collect::<Vec<_>>(),
        "scope": key.scope.to_string(),
        "created_at": key.created_at.as_secs(),
        "expires_at": key.expires_at.map(model::UnixTime::as_secs),
        "last_used_at": key.last_used_at.map(model::UnixTime::as_secs),
    })
}

pub(super) async fn list(call: Call) -> Result<Told, Refused> {
    let page = call.page()?;
    let all = call.read(|rx| Ok(api_keys::list(rx)?))?;
    Ok(Told::new(page.of(all.iter().map(shown).collect())))
}

pub(super) async fn add(call: Call) -> Result<Told, Refused> {
    let new: NewKey = call.body()?;
    if new.valid_seconds.is_some_and(|seconds| !(60..=366 * 86_400).contains(&seconds)) {
        return Err(Refused::request("valid_seconds is from 60 to 31622400"));
    }
    let new = api_keys::New {
        name: new.name,
        rights: new.rights.into_iter().collect(),
        groups: new.groups,
        valid: new.valid_seconds.map(Duration::from_secs),
    };
    let by = call.key.clone();
    let (key, secret) = call.work(move |work| api_keys::add(work, new, Some(&by))).await?;
    Ok(Told::made(json!({ "secret": secret.expose_text().unwrap_or_default(), "key": shown(&key) })))
}

pub(super) async fn end(call: Call) -> Result<Told, Refused> {
    let name = call.path("key").to_owned();
    let key = call.work(move |work| api_keys::end(work, &name)).await?;
    Ok(Told::new(shown(&key)))
}
