//! `countersign token`: what makes one-time passwords.

use crate::{
    app::App,
    output::{self, or_dash},
};
use domain::TokenState;
use service::tokens;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List all tokens, or those of one person.
    List {
        /// The person: id, name, account name, UPN or SID.
        person: Option<String>,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Take no codes of a token until it is enabled.
    Disable {
        /// Its serial, `CS-…`.
        serial: String,
    },
    /// Take codes of a token again.
    Enable {
        /// Its serial, `CS-…`.
        serial: String,
    },
    /// Never take codes of a token again. Its owner gets a new one by invitation or enrollment code.
    Revoke {
        /// Its serial, `CS-…`.
        serial: String,
    },
    /// Never take codes of a token again, and let its owner enroll anew at the next sign-in.
    Replace {
        /// Its serial, `CS-…`.
        serial: String,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { person, json } => list(app, person, json),
        Command::Disable { serial } => set(app, serial, TokenState::Disabled, "is disabled"),
        Command::Enable { serial } => set(app, serial, TokenState::Active, "is enabled"),
        Command::Revoke { serial } => set(app, serial, TokenState::Revoked, "is revoked"),
        Command::Replace { serial } => {
            set(app, serial, TokenState::Replaced, "is replaced: its owner enrolls anew at the next sign-in")
        }
    }
}

fn set(app: &App<'_>, serial: String, state: TokenState, done: &str) -> anyhow::Result<()> {
    let token = app.work(move |work| tokens::set_state(work, &serial, state))?;
    output::line(&format!("{} {done}", token.serial))
}

fn list(app: &App<'_>, person: Option<String>, json: bool) -> anyhow::Result<()> {
    let tokens = app.service()?.read(|rx| tokens::list(rx, person.as_deref()))?;
    if json {
        return output::json(&tokens);
    }
    let rows: Vec<_> = tokens
        .into_iter()
        .map(|token| {
            [
                token.serial,
                token.person_name,
                token.kind.to_owned(),
                token.state.as_str().to_owned(),
                token.created_at.to_string(),
                or_dash(token.last_used_at),
            ]
        })
        .collect();
    output::table(["SERIAL", "PERSON", "KIND", "STATE", "ENROLLED", "LAST USED"], &rows, "no tokens yet")
}
