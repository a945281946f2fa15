//! `countersign audit`: what happened.

use crate::{
    app::{self, App},
    output,
    times::{At, Since},
};
use anyhow::bail;
use domain::{AuditEvent, AuditKind};
use serde_json::{Value, json};
use service::audit::{self, Wanted};
use std::io::Write;

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
    /// Write events, oldest first, for other programs.
    Export {
        /// csv, or jsonl: a JSON object in each line.
        #[arg(long)]
        format: Format,
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
        /// Before a day or a moment (2026-11-24T18:30, UTC).
        #[arg(long)]
        until: Option<At>,
        /// After the event with this number, to go on where an earlier export ended.
        #[arg(long, default_value_t = 0)]
        after: u64,
    },
    /// Check the seals over the whole trail, and name the first event that does not fit.
    Verify {
        /// An event that is known to have been sealed: a trail that ends before it was cut off.
        #[arg(long, value_name = "EVENT", default_value_t = 0)]
        at_least: u64,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { person, machine, kind, since, limit, json } => {
            let since = since.map(|since| since.at(app::now()));
            list(app, &Wanted { person, machine, kind, since, before: None, until: None }, limit, json)
        }
        Command::Export { format, person, machine, kind, since, until, after } => {
            let since = since.map(|since| since.at(app::now()));
            let until = until.map(|At(until)| until);
            export(app, format, &Wanted { person, machine, kind, since, before: None, until }, after)
        }
        Command::Verify { at_least, json } => verify(app, at_least, json),
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

/// How a trail is written.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Format {
    Csv,
    Jsonl,
}

fn export(app: &App<'_>, format: Format, wanted: &Wanted, mut after: u64) -> anyhow::Result<()> {
    let service = app.service()?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut write = |text: &str| match out.write_all(text.as_bytes()) {
        // Somebody who stops reading is no failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        done => done.map(|()| true),
    };
    let mut more = match format {
        Format::Csv => write(&audit::csv_header())?,
        Format::Jsonl => true,
    };
    while more {
        let entries = service.read(|rx| audit::page(rx, wanted, after))?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in &entries {
            let text = match format {
                Format::Csv => audit::csv_row(entry)?,
                Format::Jsonl => audit::json_line(entry)?,
            };
            more = more && write(&text)?;
        }
    }
    match out.flush() {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

fn verify(app: &App<'_>, at_least: u64, json: bool) -> anyhow::Result<()> {
    let checked = audit::verify_at_least(&app.service()?, at_least)?;
    let good = checked.faults.is_empty();
    if json {
        output::json(&checked)?;
    } else if good {
        output::line(&format!(
            "{} seals are good; the last covers event {}, {} events after it are not sealed yet\nwrite the number \
             of that event down elsewhere, and give it to --at-least later, to notice a trail that was cut off; the digest \
             of the last seal is {}",
            checked.seals,
            checked.last_sealed,
            checked.unsealed,
            checked.last_digest.as_deref().unwrap_or("none")
        ))?;
    } else {
        output::line(&checked.faults.join("\n"))?;
    }
    if good { Ok(()) } else { bail!("the audit trail was changed: {} faults", checked.faults.len()) }
}
