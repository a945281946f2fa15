//! `countersign directory`: people and groups of a directory.

use crate::{
    app::{self, App},
    config::{Config, Reader},
    directory_sync::{self, Wanted, chain},
    output::{self, or_dash},
};
use anyhow::{Context, bail};
use serde_json::json;
use service::directory::{Outcome, list};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Read the directory now, and do what follows from it.
    Sync {
        /// Tell what would be changed, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Believe it, however many people it disables.
        #[arg(long)]
        force: bool,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Connect to the directory and look whether the reader is let in.
    Check {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// List the people that the directory has named, with their groups.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
}

pub(crate) fn run(app: &App<'_>, config: &Config, command: Command) -> anyhow::Result<()> {
    let reader = &config.directory;
    match command {
        Command::List { json } => show(app, json),
        _ if !reader.enabled() => bail!("there is no directory; set directory.urls in the configuration"),
        Command::Sync { dry_run, force, json } => sync(app, reader, dry_run, force, json),
        Command::Check { json } => {
            let (server, base) = runtime()?.block_on(check(reader))?;
            if json {
                return output::json(&json!({ "server": server, "base": base }));
            }
            output::line(&format!("{server} lets the reader in; people are looked for below {base}"))
        }
    }
}

/// Connects and is let in, or says why not.
pub(crate) async fn check(reader: &Reader) -> anyhow::Result<(String, String)> {
    let settings = reader.settings()?;
    directory::check(&settings).await.map_err(|error| anyhow::anyhow!(chain(&error)))
}

/// What a command does its asynchronous work in.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().context("no thread")
}

fn sync(app: &App<'_>, reader: &Reader, dry: bool, force: bool, json: bool) -> anyhow::Result<()> {
    let service = app.service()?;
    let wanted = Wanted { actor: app::actor(), due_after: None, force, dry };
    let outcome = runtime()?.block_on(directory_sync::once(&service, reader, wanted))?;
    if json {
        return output::json(&json!({ "dry_run": dry, "result": outcome }));
    }
    match outcome {
        Outcome::NotDue => output::line("it was read a short time ago"),
        Outcome::Read { server, summary } => {
            let would = if dry { "; nothing of that was done" } else { "" };
            output::line(&format!("{server}: {summary}{would}"))
        }
    }
}

fn show(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let listed = app.service()?.read(list)?;
    if json {
        return output::json(&listed);
    }
    let rows: Vec<_> = listed
        .iter()
        .map(|listed| {
            let entry = &listed.entry;
            [
                entry.name.clone(),
                entry.state.as_str().to_owned(),
                or_dash(entry.sid.as_ref()),
                or_dash(entry.mail.as_ref()),
                listed.groups.join(", "),
            ]
        })
        .collect();
    output::table(["NAME", "STATE", "SID", "MAIL", "GROUPS"], &rows, "the directory has named nobody yet")
}
