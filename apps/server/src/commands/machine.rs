//! `countersign machine`: joined PCs.

use crate::{app::App, output};
use domain::Machine;
use model::MachineId;
use service::{AdminError, Ambiguous, Service, machines};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List all machines.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Do not listen to a machine until it is resumed. Nobody signs in there with a code meanwhile.
    Suspend {
        /// Its name or id.
        name: String,
    },
    /// Listen to a machine again.
    Resume {
        /// Its name or id.
        name: String,
    },
    /// Never listen to a machine again; to come back it has to be joined anew.
    Remove {
        /// Its name or id.
        name: String,
    },
    /// Move a machine into another group, which is made if it is not there.
    Move {
        /// Its name or id.
        name: String,
        /// The group.
        group: String,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    let (machine, done) = match command {
        Command::List { json } => return list(app, json),
        Command::Suspend { name } => {
            (app.work(move |work| machines::suspend(work, &name))?, "is suspended".to_owned())
        }
        Command::Resume { name } => {
            (app.work(move |work| machines::resume(work, &name))?, "is listened to again".to_owned())
        }
        Command::Remove { name } => {
            (app.work(move |work| machines::remove(work, &name))?, "is removed".to_owned())
        }
        Command::Move { name, group } => {
            let done = format!("is in the group {group}");
            (app.work(move |work| machines::move_to_group(work, &name, &group))?, done)
        }
    };
    output::line(&format!("{} ({}) {done}", machine.name, machine.id))
}

fn list(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let machines = all(&app.service()?)?;
    if json {
        return output::json(&machines);
    }
    let rows: Vec<_> = machines
        .into_iter()
        .map(|machine| {
            let state = match machine.suspended_until {
                Some(until) => format!("{} until {until}", machine.state.as_str()),
                None => machine.state.as_str().to_owned(),
            };
            [
                machine.name,
                machine.group_name,
                state,
                machine.last_seen_at.to_string(),
                machine.agent_version,
                machine.id.to_string(),
            ]
        })
        .collect();
    output::table(
        ["NAME", "GROUP", "STATE", "LAST SEEN", "AGENT", "ID"],
        &rows,
        "no machines yet; make a join code with `countersign join-code new`",
    )
}

fn all(service: &Service) -> Result<Vec<Machine>, AdminError> {
    service.read(|rx| Ok::<_, AdminError>(machines::list(rx)?))
}

/// The one machine meant by an id or a name.
pub(super) fn named(service: &Service, name: &str) -> Result<MachineId, AdminError> {
    let id = name.parse::<MachineId>().ok();
    let found: Vec<Machine> = all(service)?
        .into_iter()
        .filter(|machine| Some(machine.id) == id || machine.name.eq_ignore_ascii_case(name))
        .collect();
    match found.as_slice() {
        [machine] => Ok(machine.id),
        [] => Err(AdminError::NotFound {
            what: "machine",
            name: name.to_owned(),
            hint: "`countersign machine list` shows all",
        }),
        several => Err(Ambiguous {
            name: name.to_owned(),
            candidates: several
                .iter()
                .map(|machine| format!("{} (joined {})", machine.id, machine.joined_at))
                .collect(),
        }
        .into()),
    }
}
