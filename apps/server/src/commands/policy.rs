//! `countersign policy`: who needs a code, where.

use crate::{
    app::{self, App},
    output,
};
use anyhow::{Context, bail};
use model::{Place, Sid, SignInKind};
use policy::Policy;
use serde_json::json;
use service::{policies, signin};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Print the policy in force.
    Show {
        #[arg(long, help = "Print JSON with the version")]
        json: bool,
    },
    /// Put a policy in force.
    Set {
        /// A TOML file; `-` reads it from the standard input.
        file: PathBuf,
    },
    /// Say what is wrong with a policy, without putting it in force.
    Check {
        /// A TOML file; `-` reads it from the standard input.
        file: PathBuf,
    },
    /// Say what would be asked of a person on a machine, and why.
    Explain {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        /// The machine: id or name.
        machine: String,
        /// What the person is getting into.
        #[arg(value_parser = kind)]
        kind: SignInKind,
        /// Over Remote Desktop.
        #[arg(long)]
        remote: bool,
        /// A group the account is in, by its SID; the server does not know groups by itself.
        #[arg(long, value_name = "SID")]
        group_sid: Vec<Sid>,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Print the built-in policy, to begin one's own with.
    Default,
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Show { json } => {
            let (version, toml) = policies::current(&app.service()?)?;
            if json {
                return output::json(&json!({ "version": version, "toml": toml }));
            }
            let about =
                if version == 0 { "the built-in policy".to_owned() } else { format!("version {version}") };
            output::line(&format!("# {about}\n{}", toml.trim_end()))
        }
        Command::Set { file } => {
            let toml = read(&file)?;
            let version = app.work(move |work| policies::set(work, toml, app::user_name()))?;
            output::line(&format!("version {version} is in force; machines follow within minutes"))
        }
        Command::Check { file } => match Policy::from_toml(&read(&file)?) {
            Ok(_) => output::line("the policy is good"),
            Err(error) => bail!("{}: {error}", file.display()),
        },
        Command::Explain { person, machine, kind, remote, group_sid, json } => {
            let place = if remote { Place::Remote } else { Place::Console };
            let explained =
                app.work(move |work| signin::explain(work, &person, &machine, kind, place, group_sid))?;
            if json {
                return output::json(&explained);
            }
            let head = format!("{} ({}) on {}", explained.person, explained.account, explained.machine);
            output::line(&format!("{head}\n{}", explained.explanation.lines.join("\n")))
        }
        Command::Default => output::line(Policy::default().to_toml()?.trim_end()),
    }
}

fn kind(text: &str) -> Result<SignInKind, String> {
    SignInKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text || kind.as_str().replace('_', "-") == text)
        .ok_or_else(|| {
            let kinds: Vec<_> = SignInKind::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("the kinds are {}", kinds.join(", "))
        })
}

/// The text of a policy file; longer ones than a policy may be are cut off one byte later, and refused as too long.
fn read(file: &Path) -> anyhow::Result<String> {
    let limit = policy::MAX_POLICY_BYTES as u64 + 1;
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(limit).read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read the policy {}", file.display()))?;
    Ok(text)
}
