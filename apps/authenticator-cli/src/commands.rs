//! One file for each command.

mod code;
mod copy;
mod export;
mod import;
mod inspect;
mod list;
mod verify;

use crate::{
    args::{Command, Sort},
    output::shown,
};
use anyhow::bail;
use std::process::ExitCode;
use vault::{Entry, SortOrder, Vault};

pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { file, query, sort, json, password_env } => {
            list::run(&file, &query.join(" "), sort, json, password_env.as_deref())
        }
        Command::Code { file, query, once, next, challenge, pin_env, password_env } => {
            let wanted = match challenge {
                Some(challenge) => code::Wanted::Answer { challenge, pin_env },
                None if next => code::Wanted::Next,
                None => code::Wanted::Shown { once },
            };
            code::run(&file, &query.join(" "), wanted, password_env.as_deref())
        }
        Command::Copy { file, query, clear_after, password_env } => {
            copy::run(&file, &query.join(" "), clear_after, password_env.as_deref())
        }
        Command::Import { file, into, dry_run, duplicates, password_env, vault_password_env } => {
            let passwords = (password_env.as_deref(), vault_password_env.as_deref());
            import::run(&file, &into, dry_run, duplicates, passwords)
        }
        Command::Export { file, to, format, force, password_env, export_password_env } => {
            let passwords = (password_env.as_deref(), export_password_env.as_deref());
            export::run(&file, &to, format, force, passwords)
        }
        Command::Verify { file, against, password_env, against_password_env } => {
            let passwords = (password_env.as_deref(), against_password_env.as_deref());
            verify::run(&file, against.as_deref(), passwords)
        }
        Command::Inspect { file, json, password_env } => inspect::run(&file, json, password_env.as_deref()),
    }
}

impl Sort {
    fn order(self, vault: &Vault) -> SortOrder {
        match self {
            Self::Saved => vault.settings().sort(),
            Self::Manual => SortOrder::Manual,
            Self::Issuer => SortOrder::Issuer,
            Self::Account => SortOrder::Account,
            Self::MostUsed => SortOrder::MostUsed,
            Self::LastUsed => SortOrder::LastUsed,
            Self::Newest => SortOrder::Newest,
        }
    }
}

/// What an entry is called at the terminal.
fn name(entry: &Entry) -> String {
    let name = shown(&entry.name());
    if name.is_empty() { "(without name)".to_owned() } else { name }
}

/// The one entry that has these words.
fn only<'a>(vault: &'a Vault, query: &str) -> anyhow::Result<&'a Entry> {
    match vault.list(vault.settings().sort(), query).as_slice() {
        [] => bail!("no token has these words"),
        [entry] => Ok(entry),
        several => {
            let names: Vec<String> = several.iter().take(5).map(|entry| name(entry)).collect();
            bail!("{} tokens have these words: {}…", several.len(), names.join("; "))
        }
    }
}
