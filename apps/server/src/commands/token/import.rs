//! `countersign token import`: hardware tokens from a file of their maker.

use crate::{app::App, output, secret_file};
use anyhow::{Context, bail};
use model::Secret;
use service::{
    AdminError,
    tokens::{self, Bad, BrokenLines, FileKey, Format, Imported, Options},
};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file; `-` reads the standard input.
    file: PathBuf,
    /// How it is written: oath-csv, pskc or yubico. Told by the look of it otherwise.
    #[arg(long)]
    format: Option<Format>,
    /// A file whose first line is the key of the file, in hexadecimal. Nobody else may be able to read it.
    #[arg(long, value_name = "FILE", conflicts_with = "password_file")]
    key_file: Option<PathBuf>,
    /// A file whose first line is the password of the file. Nobody else may be able to read it.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The digits of codes where the file does not say.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(6..=8))]
    digits: u8,
    #[command(flatten)]
    how: How,
    #[arg(long, help = "Print JSON")]
    json: bool,
}

/// What is to become of a file.
#[derive(clap::Args)]
pub(crate) struct How {
    /// Import all of it, or nothing if a line is broken.
    #[arg(long, conflicts_with = "skip_bad")]
    all_or_nothing: bool,
    /// Import what is on lines that are good.
    #[arg(long)]
    skip_bad: bool,
    /// Only say what would be imported; so without --all-or-nothing and --skip-bad.
    #[arg(long, conflicts_with_all = ["all_or_nothing", "skip_bad"])]
    dry_run: bool,
}

impl How {
    /// What becomes of broken lines; `None`: nothing is imported yet.
    pub(crate) fn broken_lines(&self) -> Option<BrokenLines> {
        match (self.all_or_nothing, self.skip_bad) {
            (true, _) => Some(BrokenLines::RefuseAll),
            (_, true) => Some(BrokenLines::Skip),
            _ => None,
        }
    }

    /// The last line for people. `words` are what is imported, and where it is then.
    pub(crate) fn summary(
        &self,
        done: bool,
        good: usize,
        bad: usize,
        words: [&str; 2],
    ) -> anyhow::Result<()> {
        let [what, there] = words;
        match (done, self.broken_lines()) {
            (true, _) => output::line(&format!("{good} {what} {there}, {bad} lines were left out")),
            (false, None) => output::line(&format!(
                "{good} {what} can be imported, {bad} lines cannot; nothing was changed. Import with \
                 --all-or-nothing or --skip-bad"
            )),
            (false, Some(_)) => Ok(()),
        }
    }

    /// An import of which nothing came is a failure.
    pub(crate) fn verdict(&self, done: bool, bad: &[Bad]) -> anyhow::Result<()> {
        match self.broken_lines() {
            Some(_) if !done && !bad.is_empty() => {
                bail!("nothing was imported; {} lines cannot be", bad.len())
            }
            _ => Ok(()),
        }
    }
}

/// The lines that cannot be imported, for people.
pub(crate) fn show_bad(bad: &[Bad]) -> anyhow::Result<()> {
    for bad in bad {
        let serial = bad.serial.as_ref().map(|serial| format!(" ({serial})")).unwrap_or_default();
        output::line(&format!("line {}{serial}: {}", bad.line, bad.problem))?;
    }
    Ok(())
}

pub(crate) fn run(app: &App<'_>, args: &Args) -> anyhow::Result<()> {
    let options = Options { format: args.format, key: key(args)?, ..Options::with_digits(args.digits) };
    let name = args.file.display().to_string();
    let file = tokens::read(&contents(&args.file)?, &options).with_context(|| name.clone())?;
    let imported = match args.how.broken_lines() {
        Some(broken) => app.work(move |work| tokens::import(work, &file, broken, &name))?,
        None => app.service()?.read(|rx| Ok::<_, AdminError>(tokens::check(rx, &file)?))?,
    };
    if args.json {
        output::json(&imported)?;
    } else {
        show(&imported, &args.how)?;
    }
    args.how.verdict(imported.done, &imported.bad)
}

fn show(imported: &Imported, how: &How) -> anyhow::Result<()> {
    show_bad(&imported.bad)?;
    for row in &imported.tokens {
        for note in &row.notes {
            output::line(&format!("line {} ({}): note: {note}", row.line, row.serial))?;
        }
    }
    how.summary(imported.done, imported.tokens.len(), imported.bad.len(), ["tokens", "are in stock now"])
}

/// The key the file is encrypted with. Never on the command line, which others on the machine can read.
fn key(args: &Args) -> anyhow::Result<Option<FileKey>> {
    if let Some(path) = &args.password_file {
        return Ok(Some(FileKey::Password(secret_file::first_line(path, "the password in")?)));
    }
    let Some(path) = &args.key_file else { return Ok(None) };
    let line = secret_file::first_line(path, "the key in")?;
    let key = FileKey::from_hex(&line)
        .with_context(|| format!("the first line of {} is no key in hexadecimal", path.display()))?;
    Ok(Some(key))
}

/// Longer ones than are read are cut off one byte later, and refused as too long.
pub(crate) fn contents(path: &Path) -> anyhow::Result<Secret> {
    let limit = tokens::MAX_BYTES + 1;
    let unreadable = || format!("cannot read {}", path.display());
    let from: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(path).with_context(unreadable)?)
    };
    // All the room at once: a buffer that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(limit);
    from.take(limit as u64).read_to_end(&mut bytes).with_context(unreadable)?;
    Ok(Secret::new(bytes))
}
