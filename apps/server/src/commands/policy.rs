//! `countersign policy`: who needs a code, where.

use crate::{
    app::{self, App},
    output,
    times::At,
};
use anyhow::{Context, bail};
use model::{Place, Sid, SignInKind};
use policy::Policy;
use serde_json::json;
use service::{
    AdminError,
    policies::{self, Insist, Sign},
    signin::{self, About},
};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Print the policy in force.
    Show {
        /// An earlier version, by its number; 0 is the built-in policy.
        #[arg(id = "number", value_name = "VERSION")]
        version: Option<u64>,
        #[arg(long, help = "Print JSON with the version")]
        json: bool,
    },
    /// Put a policy in force.
    Set {
        /// A TOML file; `-` reads it from the standard input.
        file: PathBuf,
        /// Also if nobody could sign in any more.
        #[arg(long)]
        force: bool,
    },
    /// List the versions there were, newest first: since when, by whom, how many lines changed.
    History {
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Show what changed from one version to another.
    Diff {
        /// The earlier one.
        from: u64,
        /// The later one; the one in force otherwise.
        to: Option<u64>,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Put the text of an earlier version in force again, as a new version.
    RollBack {
        /// Its number; 0 is the built-in policy.
        #[arg(id = "number", value_name = "VERSION")]
        version: u64,
        /// Also if nobody could sign in any more.
        #[arg(long)]
        force: bool,
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
        /// At another time: a day (2026-11-24) or a moment (2026-11-24T18:30), in UTC.
        #[arg(long, value_name = "TIME")]
        at: Option<At>,
        /// By this policy, which is not in force.
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Print the built-in policy, to begin one's own with.
    Default,
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Show { version, json } => {
            let service = app.service()?;
            let (version, toml) = match version {
                Some(version) => (version, service.read(|rx| policies::text(rx, version))?),
                None => policies::current(&service)?,
            };
            if json {
                return output::json(&json!({ "version": version, "toml": toml }));
            }
            let about =
                if version == 0 { "the built-in policy".to_owned() } else { format!("version {version}") };
            output::line(&format!("# {about}\n{}", toml.trim_end()))
        }
        Command::Set { file, force } => {
            let toml = read(&file)?;
            let set = if force { policies::set_anyway } else { policies::set };
            let version = app.work(move |work| set(work, toml, app::user_name()))?;
            output::line(&format!("version {version} is in force; machines follow within minutes"))
        }
        Command::Check { file } => match Policy::from_toml(&read(&file)?) {
            Ok(_) => output::line("the policy is good"),
            Err(error) => bail!("{}: {error}", file.display()),
        },
        Command::History { limit, json } => history(app, limit, json),
        Command::Diff { from, to, json } => diff(app, from, to, json),
        Command::RollBack { version: earlier, force } => {
            let insist = if force { Insist::Yes } else { Insist::No };
            let version =
                app.work(move |work| policies::roll_back(work, earlier, app::user_name(), insist))?;
            output::line(&format!("version {version} is in force, with the text of version {earlier}"))
        }
        Command::Explain { person, machine, kind, remote, group_sid, at, policy, json } => {
            let place = if remote { Place::Remote } else { Place::Console };
            let policy = policy.map(|file| draft(&file)).transpose()?;
            let at = at.map(|At(at)| at);
            let about = About { person, machine, kind, place, groups: group_sid, at, policy };
            let explained = app.work(move |work| signin::preview(work, about))?;
            if json {
                return output::json(&explained);
            }
            let head = format!("{} ({}) on {}", explained.person, explained.account, explained.machine);
            output::line(&format!("{head}\n{}", explained.explanation.lines.join("\n")))
        }
        Command::Default => output::line(Policy::default().to_toml()?.trim_end()),
    }
}

/// A policy that is not in force.
fn draft(file: &Path) -> anyhow::Result<Policy> {
    Policy::from_toml(&read(file)?).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))
}

fn history(app: &App<'_>, limit: u32, json: bool) -> anyhow::Result<()> {
    let versions = app.service()?.read(|rx| Ok::<_, AdminError>(policies::history(rx, limit)?))?;
    if json {
        return output::json(&versions);
    }
    let rows: Vec<_> = versions
        .into_iter()
        .map(|version| {
            let changed = format!("+{} -{}", version.added, version.removed);
            [version.version.to_string(), version.created_at.to_string(), version.created_by, changed]
        })
        .collect();
    output::table(
        ["VERSION", "SINCE", "BY", "LINES"],
        &rows,
        "the built-in policy has been in force all the time",
    )
}

fn diff(app: &App<'_>, from: u64, to: Option<u64>, json: bool) -> anyhow::Result<()> {
    let service = app.service()?;
    let to = match to {
        Some(to) => to,
        None => service.policy()?.0,
    };
    let lines = service.read(|rx| policies::compare(rx, from, to))?;
    if json {
        return output::json(&lines);
    }
    let shown: Vec<String> = lines
        .into_iter()
        .map(|line| match line.sign {
            Sign::Kept => format!("  {}", line.text),
            Sign::Added => format!("+ {}", line.text),
            Sign::Removed => format!("- {}", line.text),
        })
        .collect();
    output::line(&shown.join("\n"))
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
