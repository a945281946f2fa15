//! `countersign api-key`: keys of the administration API.

use crate::{
    app::App,
    output::{self, or_dash},
    times::Span,
};
use anyhow::{Context, bail};
use domain::{Right, Role};
use serde_json::json;
use service::{AdminError, api_keys};
use std::collections::BTreeSet;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a key; shown once.
    New {
        /// What to call it, in lists and in the audit trail.
        name: String,
        /// A right; may be given several times. `docs/api.md` lists them.
        #[arg(long, value_name = "RIGHT")]
        right: Vec<Right>,
        /// All rights of a role.
        #[arg(long, value_name = "ROLE")]
        role: Option<Role>,
        /// A machine group it reaches; may be given several times. Without it: all.
        #[arg(long, value_name = "GROUP")]
        group: Vec<String>,
        /// How long it is good. Without it: until it is ended.
        #[arg(long, value_name = "SPAN")]
        valid: Option<Span>,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// List all keys, without their secrets.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// End a key, from the next request on.
    End {
        /// Its name or id.
        name: String,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::New { name, right, role, group, valid, json } => {
            let mut rights: BTreeSet<Right> = right.into_iter().collect();
            if let Some(role) = role {
                rights.extend(Right::ALL.iter().filter(|&&right| role.has(right)));
            }
            if rights.is_empty() {
                bail!("give --right or --role: {}", words());
            }
            let groups = (!group.is_empty()).then_some(group);
            new(app, api_keys::New { name, rights, groups, valid: valid.map(|Span(valid)| valid) }, json)
        }
        Command::List { json } => list(app, json),
        Command::End { name } => {
            let key = app.work(move |work| api_keys::end(work, &name))?;
            output::line(&format!("{} is good no more", key.name))
        }
    }
}

fn words() -> String {
    let rights: Vec<_> = Right::ALL.iter().map(|right| right.as_str()).collect();
    format!("the rights are {}", rights.join(", "))
}

fn new(app: &App<'_>, new: api_keys::New, json: bool) -> anyhow::Result<()> {
    let (key, secret) = app.work(move |work| api_keys::add(work, new, None))?;
    let secret = secret.expose_text().context("the key is no text")?;
    if json {
        return output::json(&json!({ "secret": secret, "key": key }));
    }
    output::line(secret)?;
    // Beside the key, which may be on its way into another program.
    output::remark(&format!(
        "\nshown once; send it as Authorization: Bearer. To end it: countersign api-key end {}",
        key.name
    ))
}

fn list(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let keys = app.service()?.read(|rx| Ok::<_, AdminError>(api_keys::list(rx)?))?;
    if json {
        return output::json(&keys);
    }
    let rows: Vec<_> = keys
        .into_iter()
        .map(|key| {
            let rights: Vec<_> = key.rights.iter().map(|right| right.as_str()).collect();
            [
                key.name,
                rights.join(" "),
                key.scope.to_string(),
                or_dash(key.expires_at),
                or_dash(key.last_used_at),
                key.id.to_string(),
            ]
        })
        .collect();
    output::table(
        ["NAME", "RIGHTS", "SCOPE", "GOOD UNTIL", "LAST USED", "ID"],
        &rows,
        "no keys; make one with `countersign api-key new`",
    )
}
