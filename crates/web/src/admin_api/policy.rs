//! The policy: read it, check one, put one in force if the one that was read still is.

use super::call::{Call, Told};
use crate::authenticator::Refused;
use axum::http::{StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use service::policies;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    toml: String,
}

fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

pub(super) async fn show(call: Call) -> Result<Told, Refused> {
    let (version, toml) = policies::current(&call.app.service).map_err(super::call::refused)?;
    Ok(Told::new(json!({ "version": version, "toml": toml })).with_etag(etag(version)))
}

pub(super) async fn check(call: Call) -> Result<Told, Refused> {
    let Text { toml } = call.body()?;
    policies::check(&toml).map_err(super::call::refused)?;
    Ok(Told::new(json!({ "good": true })))
}

pub(super) async fn set(call: Call) -> Result<Told, Refused> {
    let mut conditions = call.headers.get_all(header::IF_MATCH).iter();
    let (Some(known), None) = (conditions.next().and_then(|value| value.to_str().ok()), conditions.next())
    else {
        let why = "send If-Match with the ETag of the policy that was read";
        return Err(Refused::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", why));
    };
    let known = known.to_owned();
    let Text { toml } = call.body()?;
    let by = call.key.name.clone();
    let done = call.work(move |work| {
        // Looked at where it is changed, so that of two who read the same one sets.
        if known != etag(work.policy_version) {
            return Ok(None);
        }
        policies::set(work, toml, by).map(Some)
    });
    match done.await? {
        Some(version) => Ok(Told::new(json!({ "version": version })).with_etag(etag(version))),
        None => {
            let why = "another policy is in force by now; read it again";
            Err(Refused::new(StatusCode::PRECONDITION_FAILED, "changed", why))
        }
    }
}
