//! `countersign token`: what makes one-time passwords.

pub(super) mod import;

use crate::{
    app::App,
    output::{self, or_dash},
};
use domain::TokenState;
use model::Secret;
use service::{
    AdminError,
    tokens::{self, Code, Confirmed},
};

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
    /// Give a token a label, such as where it is kept.
    Rename {
        /// Its serial.
        serial: String,
        /// The label; an empty one takes it away.
        label: String,
    },
    /// Read a file of hardware tokens and say what is in it; with --all-or-nothing or --skip-bad put them into stock.
    Import(import::Args),
    /// List the hardware tokens that belong to nobody.
    Stock {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Give a hardware token in stock to a person, by a code of it or by your word.
    Assign {
        /// Its serial.
        serial: String,
        /// The person: id, name, account name, UPN or SID.
        person: String,
        /// A code that the person reads from it now. It is used up by this.
        #[arg(long, required_unless_present = "by_word")]
        code: Option<String>,
        /// Nobody has read a code from it; the audit trail says so.
        #[arg(long, conflicts_with = "code")]
        by_word: bool,
    },
    /// Take a hardware token back into stock. Its owner enrolls anew at the next sign-in, if it was the only one.
    Unassign {
        /// Its serial.
        serial: String,
    },
    /// Remove a hardware token from stock, with its key.
    Discard {
        /// Its serial.
        serial: String,
    },
    /// Find the counter or the clock of a token again, by two codes that it showed one after the other.
    Resync {
        /// Its serial.
        serial: String,
        /// The code it showed first.
        first: String,
        /// The one after it.
        second: String,
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
        Command::Rename { serial, label } => {
            let token = app.work(move |work| tokens::rename(work, &serial, &label))?;
            output::line(&format!("{} is called “{}”", token.serial, token.label))
        }
        Command::Import(args) => import::run(app, &args),
        Command::Stock { json } => stock(app, json),
        Command::Assign { serial, person, code, by_word: _ } => {
            let confirmed = match code {
                Some(code) => Confirmed::ByCode(parse(code)?),
                None => Confirmed::ByWord,
            };
            let token = app.work(move |work| tokens::assign(work, &serial, &person, &confirmed))?;
            output::line(&format!("{} is assigned", token.serial))
        }
        Command::Unassign { serial } => {
            let token = app.work(move |work| tokens::unassign(work, &serial))?;
            output::line(&format!("{} is in stock", token.serial))
        }
        Command::Discard { serial } => {
            let token = app.work(move |work| tokens::discard(work, &serial))?;
            output::line(&format!("{} is gone", token.serial))
        }
        Command::Resync { serial, first, second } => {
            let (first, second) = (parse(first)?, parse(second)?);
            let token = app.work(move |work| tokens::resynchronize(work, &serial, &first, &second))?;
            output::line(&format!("{} is found again", token.serial))
        }
    }
}

fn set(app: &App<'_>, serial: String, state: TokenState, done: &str) -> anyhow::Result<()> {
    let token = app.work(move |work| tokens::set_state(work, &serial, state))?;
    output::line(&format!("{} {done}", token.serial))
}

/// A code as it was typed. Used up by what follows, so that it may be on the command line.
fn parse(code: String) -> anyhow::Result<Code> {
    let code = Secret::from_text(code);
    Ok(code.expose_text().unwrap_or_default().parse()?)
}

fn stock(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let stock = app.service()?.read(|rx| Ok::<_, AdminError>(tokens::stock(rx)?))?;
    if json {
        return output::json(&stock);
    }
    let rows: Vec<_> = stock
        .into_iter()
        .map(|token| {
            let digits = token.digits.to_string();
            [token.serial, token.kind.to_owned(), digits, token.imported_at.to_string(), token.maker]
        })
        .collect();
    output::table(
        ["SERIAL", "KIND", "DIGITS", "IMPORTED", "MAKER"],
        &rows,
        "no hardware tokens in stock; `countersign token import` puts some there",
    )
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
                token.label,
                token.kind.to_owned(),
                token.state.as_str().to_owned(),
                token.created_at.to_string(),
                or_dash(token.last_used_at),
            ]
        })
        .collect();
    output::table(
        ["SERIAL", "PERSON", "LABEL", "KIND", "STATE", "ENROLLED", "LAST USED"],
        &rows,
        "no tokens yet",
    )
}
