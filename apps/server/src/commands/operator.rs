//! `countersign operator`: those who work with the console. For whoever has lost the way in, too.

use crate::{
    app::{self, App},
    output::{self, or_dash},
};
use anyhow::{Context, bail};
use domain::{Access, Operator, Role, Scope};
use model::{Secret, UnixTime};
use serde_json::json;
use service::{
    AdminError, machines, operators,
    operators::{Invitation, address},
};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List all operators.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Make the link with which the first operator sets the console up; shown once, and the one before is void.
    SetUp {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Make a link with which somebody becomes an operator; shown once.
    Invite {
        /// The name they sign in with.
        name: String,
        /// owner, administrator, help_desk or auditor.
        #[arg(long)]
        role: Role,
        /// A machine group their rights reach, instead of all; may be given more than once.
        #[arg(long, value_name = "GROUP")]
        group: Vec<String>,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Make a link with which an operator gets a new password and token, after a lost phone; shown once.
    Reset {
        /// The name.
        name: String,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Let an operator sign in no longer, and end their sessions.
    Disable {
        /// The name.
        name: String,
    },
    /// Let an operator sign in again, and forget wrong tries.
    Enable {
        /// The name.
        name: String,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { json } => list(app, json),
        Command::SetUp { json } => {
            let service = app.service()?;
            let made: Result<_, AdminError> =
                service.work_blocking(app::now(), app::actor(), |work| Ok(operators::set_up_link(work)?));
            match made? {
                Some(made) => print_link(app, json, &made.secret, made.expires_at),
                None => bail!(
                    "the console is set up already; `countersign operator invite` and `reset` make links for others"
                ),
            }
        }
        Command::Invite { name, role, group, json } => {
            let scope = scope(app, &group)?;
            let access = Access { role, scope };
            link(app, json, move |work| operators::invite(work, &name, access))
        }
        Command::Reset { name, json } => {
            let id = named(app, &name)?.id;
            link(app, json, move |work| operators::reset(work, id))
        }
        Command::Disable { name } => {
            let id = named(app, &name)?.id;
            let operator = app.work(move |work| operators::disable(work, id))?;
            output::line(&format!("{} is disabled and signed out", operator.name))
        }
        Command::Enable { name } => {
            let id = named(app, &name)?.id;
            let operator = app.work(move |work| operators::enable(work, id))?;
            output::line(&format!("{} can sign in", operator.name))
        }
    }
}

fn all(app: &App<'_>) -> anyhow::Result<Vec<Operator>> {
    Ok(app.service()?.read(|rx| Ok::<_, AdminError>(operators::list(rx)?))?)
}

fn named(app: &App<'_>, name: &str) -> anyhow::Result<Operator> {
    let found = all(app)?.into_iter().find(|operator| operator.name.to_lowercase() == name.to_lowercase());
    found.with_context(|| format!("there is no operator “{name}”; `countersign operator list` shows all"))
}

fn scope(app: &App<'_>, names: &[String]) -> anyhow::Result<Scope> {
    if names.is_empty() {
        return Ok(Scope::All);
    }
    let known = app.service()?.read(|rx| Ok::<_, AdminError>(machines::groups(rx)?))?;
    let mut groups = std::collections::BTreeSet::new();
    for name in names {
        match known.iter().find(|group| group.name == *name) {
            Some(group) => groups.insert(group.id),
            None => bail!("there is no group “{name}”; a join code for it makes it"),
        };
    }
    Ok(Scope::Groups(groups))
}

fn link<F>(app: &App<'_>, json: bool, f: F) -> anyhow::Result<()>
where
    F: FnOnce(&mut service::Work<'_, '_>) -> Result<Invitation, AdminError> + Send + 'static,
{
    let made = app.service()?.work_blocking(app::now(), app::actor(), f)?;
    print_link(app, json, &made.secret, made.expires_at)
}

fn print_link(app: &App<'_>, json: bool, secret: &Secret, until: UnixTime) -> anyhow::Result<()> {
    let base = address(&app.service()?)?
        .context("the server has not run yet, so its address is not known; start it once")?;
    let link = format!("{base}/setup/{}", secret.expose_text().context("a link is no text")?);
    if json {
        return output::json(&json!({ "link": link, "expires_at": until }));
    }
    output::line(&format!(
        "{link}\n\ngood once, until {until}; shown once: whoever has it becomes that operator"
    ))
}

fn list(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let operators = all(app)?;
    if json {
        return output::json(&operators);
    }
    let rows: Vec<_> = operators
        .into_iter()
        .map(|operator| {
            [
                operator.name,
                operator.access.role.as_str().to_owned(),
                if operator.access.scope == Scope::All { "all".to_owned() } else { "some".to_owned() },
                operator.state.as_str().to_owned(),
                or_dash(operator.last_signed_in_at),
            ]
        })
        .collect();
    output::table(
        ["NAME", "ROLE", "GROUPS", "STATE", "LAST SIGNED IN"],
        &rows,
        "no operators yet; `countersign serve` prints a link that makes the first",
    )
}
