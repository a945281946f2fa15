use crate::{
    edge,
    output::{line, shown},
    source::{self, OpenVault, Source},
};
use std::{path::Path, process::ExitCode};
use vault::{MergeNote, import::Import};

pub(super) fn run(
    file: &Path,
    into: &Path,
    dry_run: bool,
    duplicates: bool,
    (password_env, vault_password_env): (Option<&str>, Option<&str>),
) -> anyhow::Result<ExitCode> {
    let source = source::open(file, password_env)?;
    let mut open = source::open_or_new(into, vault_password_env)?;
    let changed = match source {
        Source::Ours(other) => merge(&mut open, &other)?,
        Source::Foreign(import) => add(&mut open, import, duplicates)?,
    };
    if dry_run {
        line("Nothing was written.")?;
    } else if changed {
        open.store()?;
        line(&format!("Stored in {}.", shown(&into.display().to_string())))?;
    } else {
        line("There was nothing new, and nothing was written.")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for each entry; whether there is something to store.
fn add(open: &mut OpenVault, import: Import, duplicates: bool) -> anyhow::Result<bool> {
    line(&format!("This is a file of: {}.", import.format))?;
    source::remark_incomplete(&import)?;
    let (mut added, mut known, mut refused) = (0, 0, 0);
    for found in import.found {
        let label = shown(&found.label);
        let draft = match found.outcome {
            Ok(draft) => draft,
            Err(why) => {
                refused += 1;
                line(&format!("refused  {label}: {why}"))?;
                continue;
            }
        };
        if !duplicates && !open.vault.duplicates_of(&draft.token).is_empty() {
            known += 1;
            line(&format!("known    {label}"))?;
            continue;
        }
        let id = source::new_id();
        match open.vault.add(draft, id, edge::now()) {
            Ok(()) => added += 1,
            Err(why) => {
                refused += 1;
                line(&format!("refused  {label}: {why}"))?;
                continue;
            }
        }
        if found.trashed {
            open.vault.trash(id, edge::now())?;
        }
        let remark = match (found.trashed, found.shortened) {
            (true, _) => " (in the trash, as it was there)",
            (_, true) => " (its note or tags were too long and were cut)",
            _ => "",
        };
        line(&format!("added    {label}{remark}"))?;
    }
    line(&format!("{added} added, {known} known already, {refused} refused."))?;
    Ok(added > 0)
}

fn merge(open: &mut OpenVault, other: &OpenVault) -> anyhow::Result<bool> {
    line("This is a vault of Countersign: the two are merged.")?;
    let (merged, report) = vault::merge(&open.vault, &other.vault)?;
    for (note, name) in &report.notes {
        let what = match note {
            MergeNote::Added => "added   ",
            MergeNote::Updated => "updated ",
            MergeNote::Joined => "joined  ",
            MergeNote::KeptTwice => "twice   ",
            MergeNote::BroughtBack => "back    ",
            MergeNote::Removed => "removed ",
            MergeNote::LeftOut => "left out",
        };
        line(&format!("{what} {}", shown(name)))?;
    }
    line(&format!("{} unchanged.", report.unchanged))?;
    let changed = merged != open.vault;
    open.vault = merged;
    Ok(changed)
}
