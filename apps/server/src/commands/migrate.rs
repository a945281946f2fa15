//! `countersign migrate`: from the file in the data folder into a PostgreSQL database.

use crate::{app, config::Config, folder::Folder, output, progress::Progress};
use anyhow::{Context, bail};
use data_encoding::HEXLOWER;
use serde_json::json;
use service::keys::ring;
use std::{fs, path::Path};
use store::{MasterKeys, Moved, Snapshot, move_to_postgres};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What the data is in now.
    #[arg(value_enum)]
    from: From,
    /// What it is to be in. Which database, `[database]` of the configuration says.
    #[arg(value_enum)]
    to: To,
    #[arg(long, help = "Print JSON")]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum From {
    /// The file in the data folder.
    Sqlite,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum To {
    /// An empty PostgreSQL database.
    Postgres,
}

pub(crate) fn run(config: &Config, args: &Args) -> anyhow::Result<()> {
    let (From::Sqlite, To::Postgres) = (args.from, args.to);
    let Some(target) = config.database.postgres()? else {
        bail!("say where to: set database.url in the configuration, or COUNTERSIGN_DATABASE_URL");
    };
    let folder = Folder::make(&config.server.data)?;
    let file = folder.file();
    if !fs::exists(&file)? {
        bail!("there is no {}; name the data folder with --data or COUNTERSIGN_DATA", file.display());
    }
    let _alone = folder.maintain()?;
    if Snapshot::is_in_use(&file)? {
        bail!("a server runs in {}, or another command; stop it first", folder.path().display());
    }
    // What is sealed is moved as it is, so the key has to be the right one, there as here.
    let keys = MasterKeys::read(&folder.master_key(), &file)?;
    if let Some(missing) = ring::missing(&Snapshot::open(&file)?, &keys)? {
        bail!(
            "{} has not the master key {missing}, which {} needs",
            folder.master_key().display(),
            file.display()
        );
    }
    let mut progress = Progress::new();
    progress.part("moving and comparing");
    let moved = move_to_postgres(&file, &target)?;
    let aside = put_aside(&file).with_context(|| {
        format!(
            "everything is in {}, but {} is still there; move it away, so that no server starts on it",
            target.place(),
            file.display()
        )
    })?;
    drop(progress);
    tell(args.json, target.place(), &moved, &aside)
}

/// Gives the file another name: a server that starts on it takes codes again that the other one took.
fn put_aside(file: &Path) -> anyhow::Result<std::path::PathBuf> {
    let stamp = app::now().to_string().replace(':', "");
    let aside = file.with_added_extension(format!("moved-{stamp}"));
    for suffix in ["", "-wal", "-shm"] {
        let (mut from, mut to) = (file.as_os_str().to_owned(), aside.clone().into_os_string());
        from.push(suffix);
        to.push(suffix);
        match fs::rename(from, to) {
            Err(error) if suffix.is_empty() || error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    let parent = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(aside)
}

fn tell(as_json: bool, place: &str, moved: &[Moved], aside: &Path) -> anyhow::Result<()> {
    if as_json {
        let tables: Vec<_> = moved
            .iter()
            .map(|table| {
                json!({ "table": table.table, "rows": table.rows, "sha256": HEXLOWER.encode(&table.digest) })
            })
            .collect();
        return output::json(&json!({ "database": place, "tables": tables, "moved_aside": aside }));
    }
    let rows: Vec<_> = moved
        .iter()
        .map(|table| [table.table.clone(), table.rows.to_string(), HEXLOWER.encode(&table.digest)])
        .collect();
    output::table(["TABLE", "ROWS", "SHA-256, THE SAME ON BOTH SIDES"], &rows, "nothing")?;
    output::line(&format!("everything is in {place} now, and was compared"))?;
    output::line(&format!("the file is {} now; remove it once you need it no more", aside.display()))?;
    output::line("every server of this database needs a copy of master.key, which stays where it is")
}
