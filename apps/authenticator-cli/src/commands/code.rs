use super::{name, only};
use crate::{
    edge, output, password,
    source::{self, Source},
};
use anyhow::{Context, bail};
use crossterm::{
    cursor::MoveToColumn,
    cursor::MoveUp,
    queue,
    terminal::{Clear, ClearType, size},
};
use model::UnixTime;
use std::{
    io::{self, IsTerminal, Write, stdout},
    path::Path,
    process::ExitCode,
    thread,
    time::Duration,
};
use vault::{Answer, AnswerInput, Entry, Kind, Vault};

/// What is wanted of a token.
pub(super) enum Wanted {
    Shown { once: bool },
    Next,
    Answer { challenge: String, pin_env: Option<String> },
}

pub(super) fn run(
    file: &Path,
    query: &str,
    wanted: Wanted,
    password_env: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let source = source::open(file, password_env)?;
    match wanted {
        Wanted::Shown { once } => {
            let vault = source.into_vault()?;
            let entries = vault.list(vault.settings().sort(), query);
            if entries.is_empty() {
                bail!("no token has these words");
            }
            if once || !stdout().is_terminal() { plain(&entries)? } else { watch(&entries)? }
        }
        Wanted::Next => asked(source, query, None)?,
        Wanted::Answer { challenge, pin_env } => {
            asked(source, query, Some((&challenge, pin_env.as_deref())))?
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for each token: code, seconds left, name, with a tab between.
fn plain(entries: &[&Entry]) -> anyhow::Result<()> {
    let now = edge::now();
    for entry in entries {
        match entry.token.code_at(now) {
            Some(timed) => {
                output::line(&format!("{}\t{}\t{}", timed.code.expose(), timed.remaining, name(entry)))?;
            }
            None => output::line(&format!("-\t-\t{}\t{}", name(entry), how(entry)))?,
        }
    }
    Ok(())
}

/// How to come by a code that is not made from time.
fn how(entry: &Entry) -> &'static str {
    match entry.token.kind() {
        Kind::Ocra => "(asks for --challenge)",
        _ => "(has a counter: --next)",
    }
}

/// Counts down until Ctrl-C, which ends the program.
fn watch(entries: &[&Entry]) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    loop {
        let now = edge::now();
        // A terminal that does not know its size says that it has none.
        let (columns, rows) =
            size().ok().filter(|&(columns, rows)| columns > 0 && rows > 0).unwrap_or((80, 24));
        // What does not fit would scroll away and be drawn again and again.
        let fitting = entries.iter().take(usize::from(rows.saturating_sub(2)).max(1));
        let mut lines = 0u16;
        for entry in fitting {
            queue!(out, Clear(ClearType::CurrentLine))?;
            let text: String =
                line(entry, now).chars().take(usize::from(columns.saturating_sub(1))).collect();
            writeln!(out, "{text}")?;
            lines += 1;
        }
        if usize::from(lines) < entries.len() {
            queue!(out, Clear(ClearType::CurrentLine))?;
            writeln!(out, "and {} more: name some words", entries.len() - usize::from(lines))?;
            lines += 1;
        }
        out.flush()?;
        thread::sleep(Duration::from_millis(500));
        queue!(out, MoveUp(lines), MoveToColumn(0))?;
    }
}

fn line(entry: &Entry, now: UnixTime) -> String {
    let Some(timed) = entry.token.code_at(now) else { return format!("{:>28}  {}", how(entry), name(entry)) };
    let (code, next) = (timed.code.to_groups(), timed.next.to_groups());
    format!(
        "{:>11}  next {:<11} {:>4} s  {}",
        code.expose_text().unwrap_or_default(),
        next.expose_text().unwrap_or_default(),
        timed.remaining,
        name(entry)
    )
}

/// The code of a token that has to be asked. Where a counter moves, it is stored before the code is printed.
fn asked(source: Source, query: &str, challenge: Option<(&str, Option<&str>)>) -> anyhow::Result<()> {
    let Source::Ours(mut open) = source else {
        bail!("the counter has to be kept: import the file into a vault first");
    };
    let entry = only(&open.vault, query)?;
    let (id, kind, name) = (entry.id, entry.token.kind(), name(entry));
    let answer = match (challenge, kind) {
        (None, Kind::Hotp) => Answer::Unsaved(open.vault.next_code(id, edge::now())?),
        (Some((challenge, pin_env)), Kind::Ocra) => {
            let pin = pin(&open.vault, id, pin_env)?;
            let input = AnswerInput { challenge, pin: pin.as_ref(), session: None };
            open.vault.answer(id, input, edge::now())?
        }
        (None, Kind::Ocra) => bail!("{name} answers challenges: --challenge"),
        (None, _) => bail!("{name} makes its codes from time and has no next one to ask for"),
        (Some(_), _) => bail!("{name} answers no challenges"),
    };
    let code = match answer {
        Answer::Ready(code) => code,
        Answer::Unsaved(code) => {
            let stored = open.store()?;
            code.reveal(&stored).ok().context("the counter was not stored")?
        }
    };
    Ok(output::line(code.expose())?)
}

fn pin(vault: &Vault, id: vault::EntryId, pin_env: Option<&str>) -> anyhow::Result<Option<model::Secret>> {
    let asks = vault.get(id).is_some_and(
        |entry| matches!(&entry.token, vault::Token::Ocra { suite, .. } if suite.pin_hash().is_some()),
    );
    asks.then(|| password::get(pin_env, "PIN")).transpose()
}

/// Whether somebody sits there.
pub(super) fn at_a_terminal() -> bool {
    stdout().is_terminal() && io::stdin().is_terminal()
}
