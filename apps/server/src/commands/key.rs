//! `countersign key`: the master keys.

use crate::{
    app::{self, App},
    output,
    progress::Progress,
};
use anyhow::{Context, bail};
use service::{
    Service, Trouble,
    keys::{ring, rotate},
};
use std::{
    thread,
    time::{Duration, Instant},
};
use store::{KeyId, MasterKeys};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the master keys, and how much is sealed under each.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Make a new master key and seal everything again under it, while the server runs; goes on where it was interrupted.
    Rotate,
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { json } => list(&app.service()?, json),
        Command::Rotate => rotate(app),
    }
}

fn list(service: &Service, json: bool) -> anyhow::Result<()> {
    let keys = rotate::usage(service)?;
    if json {
        return output::json(&keys);
    }
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            let state = match (key.at_hand, key.seals) {
                (false, _) => "missing",
                (true, true) => "seals",
                (true, false) => "opens",
            };
            [key.key.to_string(), state.to_owned(), key.values.to_string()]
        })
        .collect();
    output::table(["KEY", "STATE", "VALUES"], &rows, "no master keys")
}

fn rotate(app: &App<'_>) -> anyhow::Result<()> {
    let folder = app.folder()?;
    let _alone = folder.maintain()?;
    let service = folder.service(app::now())?;
    let (path, database) = (folder.master_key(), folder.database());
    let there = MasterKeys::read(&path, &database)?;
    let known = ring::of(&service)?;
    // More than one: an earlier rotation has not come to its end.
    let resumed = there.ids().len() > 1 || known.len() > 1;
    let keys = if resumed { there } else { there.rotated(&mut *app::rng()) };
    let to = keys.current();
    if resumed {
        output::line(&format!("going on with the rotation to master key {to} that was begun earlier"))?;
    } else {
        // First of all into the file: nothing is sealed under a key that could be lost.
        keys.replace_file(&path, &mut *app::rng())?;
        if let Some(database) = folder.postgres() {
            // Other servers have files of their own, and stop working where the key that seals is not in theirs.
            return output::line(&format!(
                "master key {to} is in {}, and nothing is sealed under it yet\ncopy the file to every other server of {}, \
                 and give the command here again",
                path.display(),
                database.place()
            ));
        }
    }
    service
        .work_blocking(app::now(), app::actor(), move |work| rotate::begin(work, to))
        .context("the new key is in the file and nothing is sealed under it yet")?;
    let stuck = reseal(&service, to).with_context(|| {
        format!("what is sealed under {to} stays so, the rest opens with the keys before it; give the command again")
    })?;
    let left = service.work_blocking(app::now(), app::actor(), rotate::finish)?;
    if left.len() > 1 {
        let names: Vec<String> = left.iter().skip(1).map(KeyId::to_string).collect();
        bail!(
            "{stuck} values do not open and stay as they were; master key {to} seals everything else, and {} is kept",
            names.join(", ")
        );
    }
    keys.sealing_with(to)
        .context("the new key is in the file")?
        .only_current()
        .replace_file(&path, &mut *app::rng())?;
    output::line(&format!(
        "everything is sealed under master key {to}, the only one in {} now\nmake a backup; a copy of the file from \
         before opens older backups only",
        path.display()
    ))?;
    if folder.postgres().is_some() {
        output::line("copy the file to the other servers once more, so that the old key is nowhere")?;
    }
    Ok(())
}

/// Seals everything again; how many values do not open.
fn reseal(service: &Service, to: KeyId) -> Result<u64, Trouble> {
    let all: u64 = rotate::usage(service)?.iter().filter(|used| used.key != to).map(|used| used.values).sum();
    let mut progress = Progress::new();
    progress.part("sealing again");
    let (mut done, mut stuck, mut next) = (0, 0, Some(rotate::Cursor::default()));
    while let Some(cursor) = next {
        let start = Instant::now();
        let some =
            service.work_blocking(app::now(), app::actor(), move |work| rotate::reseal_some(work, cursor))?;
        done += some.values;
        stuck += some.stuck;
        next = some.next;
        progress.at(done, all);
        // As long again for the server, which waits while this holds the database.
        thread::sleep(start.elapsed().max(Duration::from_millis(2)));
    }
    Ok(stuck)
}
