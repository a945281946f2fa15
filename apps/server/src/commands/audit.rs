//! `countersign audit`: what happened.

use crate::{
    app::{self, App},
    output,
    times::Since,
};
use anyhow::bail;
use domain::{AuditEvent, AuditKind};
use serde_json::{Value, json};
use service::audit::{self, Wanted};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List events, newest first.
    List {
        /// About this person: id, name, account name, UPN or SID.
        #[arg(long)]
        person: Option<String>,
        /// On this machine: id or name.
        #[arg(long)]
        machine: Option<String>,
        /// Of this kind, such as `code_accepted`.
        #[arg(long)]
        kind: Option<AuditKind>,
        /// Since a day (2026-11-24, UTC) or for a span (2h, 7d).
        #[arg(long)]
        since: Option<Since>,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: u32,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Check the seals over the whole trail.
    Verify {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { person, machine, kind, since, limit, json } => {
            let since = since.map(|since| since.at(app::now()));
            list(app, &Wanted { person, machine, kind, since, before: None }, limit, json)
        }
        Command::Verify { json } => verify(app, json),
    }
}

fn list(app: &App<'_>, wanted: &Wanted, limit: u32, json: bool) -> anyhow::Result<()> {
    let entries = app.service()?.read(|rx| audit::list(rx, wanted, limit))?;
    if json {
        let events = entries
            .iter()
            .map(|entry| {
                Ok(json!({ "seq": entry.seq, "event": serde_json::from_str::<Value>(&entry.event)? }))
            })
            .collect::<Result<Vec<_>, serde_json::Error>>()?;
        return output::json(&events);
    }
    let mut rows = Vec::new();
    for entry in &entries {
        let event: AuditEvent = serde_json::from_str(&entry.event)?;
        let actor = serde_json::to_value(&event.actor)?;
        let actor = match actor.get("command_line").unwrap_or(&actor) {
            Value::String(name) => name.clone(),
            other => other.to_string(),
        };
        let about = [
            event.person.map(|id| id.to_string()),
            event.machine.map(|id| id.to_string()),
            (!event.detail.is_empty()).then_some(event.detail),
        ];
        let about: Vec<String> = about.into_iter().flatten().collect();
        rows.push([
            entry.seq.to_string(),
            event.at.to_string(),
            event.kind.as_str().to_owned(),
            actor,
            // Names come from machines: none may move the cursor.
            about.join(", ").replace(char::is_control, "?"),
        ]);
    }
    output::table(["SEQ", "AT", "KIND", "BY", "ABOUT"], &rows, "no such events")
}

fn verify(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let checked = audit::verify(&app.service()?)?;
    let good = checked.faults.is_empty();
    if json {
        output::json(&checked)?;
    } else if good {
        output::line(&format!(
            "{} seals are good; the last covers event {}, {} events after it are not sealed yet\nwrite the number \
             of that event down elsewhere to notice a trail that was cut off",
            checked.seals, checked.last_sealed, checked.unsealed
        ))?;
    } else {
        output::line(&checked.faults.join("\n"))?;
    }
    if good { Ok(()) } else { bail!("the audit trail was changed: {} faults", checked.faults.len()) }
}
