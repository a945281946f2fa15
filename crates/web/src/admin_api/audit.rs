//! The audit trail, backwards.

use super::call::{Call, Told, refused};
use crate::authenticator::Refused;
use domain::AuditKind;
use model::UnixTime;
use serde_json::{Value, json};
use service::{AdminError, Trouble, audit};

pub(super) async fn list(call: Call) -> Result<Told, Refused> {
    let page = call.page()?;
    let kind = call.parsed::<AuditKind>("kind")?;
    let wanted = audit::Wanted {
        person: call.query("person").map(str::to_owned),
        machine: call.query("machine").map(str::to_owned),
        kind,
        since: call.parsed("since")?.map(UnixTime::from_secs),
        before: (page.after > 0).then_some(page.after),
        until: None,
    };
    let found = call.read(|rx| audit::list(rx, &wanted, page.limit))?;
    let next = found.last().filter(|last| found.len() == page.limit as usize && last.seq > 1);
    let next = next.map(|last| last.seq.to_string());
    let items: Vec<Value> = found
        .iter()
        .map(|entry| {
            let event: Value = serde_json::from_str(&entry.event)?;
            Ok(json!({ "seq": entry.seq, "event": event }))
        })
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| refused(AdminError::Trouble(Trouble::Failed(Box::new(error)))))?;
    Ok(Told::new(json!({ "items": items, "next": next })))
}
