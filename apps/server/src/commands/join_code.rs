//! `countersign join-code`: what lets machines join.

use crate::{
    app::App,
    output::{self, or_dash},
    times::Span,
};
use anyhow::{Context, bail};
use model::{JoinCodeId, UnixTime};
use protocol::{joincode::JoinCode, statement::ServerUrl};
use serde_json::json;
use service::{AdminError, join_codes, keys};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a join code; shown once.
    New {
        /// The machine group its machines come into; made if it is not there.
        #[arg(long, default_value = keys::DEFAULT_GROUP)]
        group: String,
        /// How many machines may join with it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        uses: u32,
        /// How long it is good.
        #[arg(long, default_value = "7d", value_name = "SPAN")]
        valid: Span,
        /// An address of the server, instead of those in the configuration; up to four.
        #[arg(long, value_name = "URL")]
        url: Vec<ServerUrl>,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// List all join codes, without their secrets.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// End a join code; machines that joined with it stay.
    End {
        /// Its id, `jcd_…`.
        id: JoinCodeId,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::New { group, uses, valid, url, json } => new(app, group, uses, valid, url, json),
        Command::List { json } => list(app, json),
        Command::End { id } => {
            app.work(move |work| join_codes::end(work, id))?;
            output::line(&format!("{id} lets no more machines join"))
        }
    }
}

fn new(
    app: &App<'_>,
    group: String,
    uses: u32,
    Span(valid): Span,
    urls: Vec<ServerUrl>,
    json: bool,
) -> anyhow::Result<()> {
    let service = app.service()?;
    let urls = if urls.is_empty() { urls_of(keys::statement(&service)?)? } else { urls };
    let signing_key = service.signing_key().verifying_key().fingerprint();
    let (made, text) = service.work_blocking(crate::app::now(), crate::app::actor(), move |work| {
        let code = JoinCode::new(urls, signing_key, &mut *work.rng)
            .map_err(|error| AdminError::Refused(error.to_string()))?;
        let made = join_codes::add(work, &group, uses, valid, &code.secret_text())?;
        Ok::<_, AdminError>((made, code.to_text()))
    })?;
    let code = text.expose_text().context("the join code is no text")?;
    if json {
        return output::json(&json!({
            "code": code,
            "id": made.id,
            "group": made.group_name,
            "expires_at": made.expires_at,
            "uses": uses,
        }));
    }
    output::line(code)?;
    let machines = if uses == 1 { "one machine".to_owned() } else { format!("{uses} machines") };
    // Beside the code, which may be on its way into another program.
    output::remark(&format!(
        "\nlets {machines} join the group {}, until {}; on the machine: countersign-agent join CODE\n\
         shown once; to end it: countersign join-code end {}",
        made.group_name, made.expires_at, made.id
    ))
}

/// The addresses in the newest statement of the server.
fn urls_of(statement: Option<protocol::statement::Statement>) -> anyhow::Result<Vec<ServerUrl>> {
    match statement {
        Some(statement) => Ok(statement.urls().iter().take(4).cloned().collect()),
        None => {
            bail!("the server has not run yet, so its addresses are not known; start it once, or give --url")
        }
    }
}

fn list(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let codes = app.service()?.read(|rx| Ok::<_, AdminError>(join_codes::list(rx)?))?;
    if json {
        return output::json(&codes);
    }
    let now = crate::app::now();
    let rows: Vec<_> = codes
        .into_iter()
        .map(|code| {
            let left = if code.expires_at > now { code.uses_left } else { 0 };
            let until: Option<UnixTime> = (left > 0).then_some(code.expires_at);
            [code.id.to_string(), code.group_name, left.to_string(), or_dash(until)]
        })
        .collect();
    output::table(
        ["ID", "GROUP", "USES LEFT", "GOOD UNTIL"],
        &rows,
        "no join codes; make one with `countersign join-code new`",
    )
}
