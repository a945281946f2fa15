//! Passwords, from the environment or typed without being shown.

use crate::output;
use anyhow::{Context, bail};
use crossterm::{
    event::{Event, KeyCode, KeyEventKind, KeyModifiers, read},
    terminal::{disable_raw_mode, enable_raw_mode},
};
use model::Secret;
use std::{
    env,
    io::{self, IsTerminal, Write},
};
use strength::Strength;
use zeroize::Zeroizing;

/// The most bytes that are taken.
const MAX_BYTES: usize = 4_096;

/// The password in an environment variable, or typed at the terminal in answer to `question`.
pub(crate) fn get(variable: Option<&str>, question: &str) -> anyhow::Result<Secret> {
    match variable {
        Some(name) => from_env(name),
        None => ask(question),
    }
}

/// A new password: typed twice, so that a slip does not lock anybody out.
pub(crate) fn get_new(variable: Option<&str>, question: &str) -> anyhow::Result<Secret> {
    let password = get(variable, question)?;
    if password.is_empty() {
        bail!("an empty password protects nothing");
    }
    if variable.is_none() && ask("The same once more")? != password {
        bail!("the two passwords differ");
    }
    if password.expose_text().is_some_and(|text| text.chars().count() < 8) {
        output::remark(
            "warning: a password of fewer than 8 characters is found quickly by whoever has the file",
        )?;
    } else if strength::of(&password) <= Strength::Fair {
        output::remark(
            "warning: this password is easy to guess: a longer one, or words drawn by lot, is not",
        )?;
    }
    Ok(password)
}

fn from_env(name: &str) -> anyhow::Result<Secret> {
    let value = env::var(name).map_err(|error| match error {
        env::VarError::NotPresent => anyhow::anyhow!("the environment variable {name} is not set"),
        env::VarError::NotUnicode(_) => anyhow::anyhow!("the environment variable {name} is not UTF-8"),
    })?;
    Ok(Secret::from_text(value))
}

fn ask(question: &str) -> anyhow::Result<Secret> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        bail!("a password is needed, and there is no terminal to ask for it: name an environment variable");
    }
    // Before the question, so that nobody who types at once sees the password.
    enable_raw_mode().context("the terminal cannot be read without showing what is typed")?;
    let typed = write!(io::stderr(), "{question}: ")
        .and_then(|()| io::stderr().flush())
        .map_err(anyhow::Error::from)
        .and_then(|()| type_line());
    disable_raw_mode()?;
    writeln!(io::stderr())?;
    typed
}

fn type_line() -> anyhow::Result<Secret> {
    // Reserved once, so that it never moves and leaves a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES));
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(Secret::from_text(std::mem::take(&mut *text))),
            KeyCode::Esc => bail!("given up"),
            KeyCode::Char('c' | 'd') if control => bail!("given up"),
            KeyCode::Char('u') if control => text.clear(),
            KeyCode::Char('j' | 'm') if control => return Ok(Secret::from_text(std::mem::take(&mut *text))),
            KeyCode::Backspace => {
                text.pop();
            }
            KeyCode::Char(c) if !control && text.len() + c.len_utf8() <= MAX_BYTES => text.push(c),
            _ => {}
        }
    }
}
