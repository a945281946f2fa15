use super::name;
use crate::{
    edge,
    output::line,
    source::{self, Source},
};
use std::{path::Path, process::ExitCode};

pub(super) fn run(
    file: &Path,
    against: Option<&Path>,
    (password_env, against_password_env): (Option<&str>, Option<&str>),
) -> anyhow::Result<ExitCode> {
    let source = source::open(file, password_env)?;
    let mut good = true;
    match &source {
        Source::Ours(open) => {
            let ways = open.keyring.slots().len();
            let generation = open.vault.generation();
            line(&format!(
                "A vault of Countersign, stored {generation} times, with {ways} ways to open it."
            ))?;
        }
        Source::Foreign(import) => {
            line(&format!("A file of: {}.", import.format))?;
            let refused = import.found.iter().filter(|found| found.outcome.is_err()).count();
            good &= refused == 0 && import.incomplete.is_empty();
        }
    }
    let vault = source.into_vault()?;
    let now = edge::now();
    let coded = vault.all().filter(|entry| entry.token.code_at(now).is_some()).count();
    line(&format!(
        "It opens: {} tokens, {} in the trash; {coded} of them made a code just now.",
        vault.len(),
        vault.in_trash().len()
    ))?;
    if let Some(path) = against {
        let wanted = source::open(path, against_password_env)?.into_vault()?;
        let mut missing = 0;
        for entry in wanted.list(wanted.settings().sort(), "") {
            let kept = vault.duplicates_of(&entry.token);
            let behind = kept.iter().all(|same| same.token.counter() < entry.token.counter());
            if kept.is_empty() {
                line(&format!("missing  {}", name(entry)))?;
            } else if entry.token.counter().is_some() && behind {
                line(&format!("behind   {}: its counter is higher in the vault", name(entry)))?;
            } else if kept.iter().any(|same| !same.is_deleted()) {
                continue;
            } else {
                line(&format!("trashed  {}", name(entry)))?;
            }
            missing += 1;
        }
        line(&format!(
            "{} of {} tokens are in the backup as they should be.",
            wanted.len() - missing,
            wanted.len()
        ))?;
        good &= missing == 0;
    }
    line(if good { "The backup is good." } else { "The backup is NOT good." })?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
