//! What is printed. Names come from files of strangers: nothing in them may steer the terminal.

use serde::Serialize;
use std::io::{self, Write};
use zeroize::Zeroizing;

/// A text without anything that a terminal takes for a command or that turns the direction of a line.
pub(crate) fn shown(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    text.chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect()
}

/// Prints a line. Somebody who stops reading (`| head`) is no failure.
pub(crate) fn line(text: &str) -> io::Result<()> {
    write(&[text.as_bytes(), b"\n"])
}

/// Prints a remark that is no part of the output.
pub(crate) fn remark(text: &str) -> io::Result<()> {
    writeln!(io::stderr().lock(), "{text}")
}

/// Prints a value as JSON, from memory that is wiped.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 << 16));
    serde_json::to_writer_pretty(&mut *bytes, value)?;
    Ok(write(&[&bytes, b"\n"])?)
}

fn write(parts: &[&[u8]]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut all = || parts.iter().try_for_each(|part| out.write_all(part)).and_then(|()| out.flush());
    match all() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(
            shown("a\u{1b}]52;c;eA==\u{7}b\nc\u{202e}d\u{9b}2J"),
            "a\u{fffd}]52;c;eA==\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}2J"
        );
        assert_eq!(shown("Zürich: mara 👩"), "Zürich: mara 👩");
    }
}
