//! The password of a backup: from an environment variable, or typed at a terminal. Never from the command line, which
//! others on the machine can read.

use crate::output;
use anyhow::{Context, bail};
use model::Secret;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::unix::ffi::OsStringExt,
};

/// Shorter ones are not taken.
const SHORTEST: usize = 8;
/// Below this, guesses are cheap: 128 MiB and half a second each, on as many computers as somebody rents.
const STRONG_BITS: f64 = 64.0;
/// Longer than anybody types.
const LONGEST: usize = 1024;

/// Where the password comes from.
#[derive(clap::Args)]
pub(crate) struct Source {
    /// The environment variable that holds the password; without it, it is asked for at the terminal.
    #[arg(long, value_name = "NAME")]
    password_env: Option<String>,
}

impl Source {
    /// A password for a new backup: asked for twice, and not taken when it is very short.
    pub(crate) fn new_password(&self) -> anyhow::Result<Secret> {
        let password = match &self.password_env {
            Some(name) => from_environment(name)?,
            None => {
                let mut terminal = Terminal::open()?;
                let password = terminal.ask("Password for the backup: ")?;
                if password != terminal.ask("The same password again: ")? {
                    bail!("these are two different passwords; nothing was written");
                }
                password
            }
        };
        let text = password.expose_text().context("the password is not a text in UTF-8")?;
        if text.chars().count() < SHORTEST {
            bail!("the password is too short; take at least {SHORTEST} characters, better six random words");
        }
        if bits(text) < STRONG_BITS {
            output::remark(
                "the password is weak: whoever gets the file can try passwords as long as they like, and the right one \
                 opens every token; six random words are hard to guess",
            )?;
        }
        Ok(password)
    }

    /// The password of a backup that is there.
    pub(crate) fn password(&self) -> anyhow::Result<Secret> {
        match &self.password_env {
            Some(name) => from_environment(name),
            None => Terminal::open()?.ask("Password of the backup: "),
        }
    }
}

fn from_environment(name: &str) -> anyhow::Result<Secret> {
    match std::env::var_os(name) {
        Some(value) if !value.is_empty() => Ok(Secret::new(value.into_vec())),
        _ => bail!("the environment variable {name} is not set; put the password into it, and export it"),
    }
}

/// A guess from above at how many bits a password has. A character that follows from the one before counts as one.
fn bits(text: &str) -> f64 {
    let any = |kind: fn(char) -> bool| text.chars().any(kind);
    let alphabet: u32 = [
        (any(|c| c.is_ascii_lowercase()), 26),
        (any(|c| c.is_ascii_uppercase()), 26),
        (any(|c| c.is_ascii_digit()), 10),
        (any(|c| c.is_ascii_punctuation() || c == ' '), 33),
        (any(|c| !c.is_ascii()), 100),
    ]
    .iter()
    .map(|(there, size)| if *there { *size } else { 0 })
    .sum();
    let each = f64::from(alphabet.max(2)).log2();
    let mut before = None::<u32>;
    text.chars()
        .map(u32::from)
        .map(|c| {
            let follows = before.replace(c).is_some_and(|before| before.abs_diff(c) <= 1);
            if follows { 1.0 } else { each }
        })
        .sum()
}

/// The terminal, without echo. As it was before when it is dropped.
struct Terminal {
    file: File,
    before: Termios,
}

impl Terminal {
    fn open() -> anyhow::Result<Self> {
        let no_terminal = "there is no terminal to ask for the password at; name an environment variable that holds \
                           it with --password-env";
        let file = OpenOptions::new().read(true).write(true).open("/dev/tty").context(no_terminal)?;
        let before = tcgetattr(&file).context(no_terminal)?;
        let mut silent = before.clone();
        // Character by character, so that Ctrl-C comes here and the echo is on again afterwards.
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        let terminal = Self { file, before };
        tcsetattr(&terminal.file, OptionalActions::Flush, &silent)?;
        Ok(terminal)
    }

    fn ask(&mut self, question: &str) -> anyhow::Result<Secret> {
        self.file.write_all(question.as_bytes())?;
        let typed = self.line();
        self.file.write_all(b"\n")?;
        typed
    }

    fn line(&mut self) -> anyhow::Result<Secret> {
        // Room from the start: growing would leave copies behind.
        let mut typed = Vec::with_capacity(LONGEST);
        loop {
            let mut byte = [0];
            if self.file.read(&mut byte)? == 0 {
                bail!("the terminal was closed");
            }
            match byte[0] {
                b'\r' | b'\n' => return Ok(Secret::new(typed)),
                // Ctrl-C, Ctrl-D.
                3 | 4 => {
                    drop(Secret::new(typed));
                    bail!("given up");
                }
                // Backspace takes a whole character.
                8 | 127 => while typed.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {},
                // Ctrl-U.
                21 => typed.clear(),
                byte if typed.len() < LONGEST => typed.push(byte),
                _ => bail!("the password is longer than {LONGEST} bytes"),
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nothing is left that could be done about a failure.
        let _ = tcsetattr(&self.file, OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_are_easy_to_guess_count_few_bits() {
        for weak in
            ["aaaaaaaaaaaaaaaaaaaaaaaa", "abcdefghijklmnopqrstuvwxyz", "password", "12345678", "Summer24"]
        {
            assert!(bits(weak) < STRONG_BITS, "{weak}: {}", bits(weak));
        }
        for strong in ["correct horse battery staple", "xK9#mQ2$vL7!pR", "ödland quarz jambus"] {
            assert!(bits(strong) >= STRONG_BITS, "{strong}: {}", bits(strong));
        }
    }
}
