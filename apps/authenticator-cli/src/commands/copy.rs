use super::{code::at_a_terminal, name, only};
use crate::{edge, output, source};
use anyhow::{Context, bail};
use crossterm::{
    event::{Event, KeyCode, KeyModifiers, poll, read},
    terminal::{disable_raw_mode, enable_raw_mode},
};
use data_encoding::BASE64;
use std::{
    io::{Write, stdout},
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// The sequence OSC 52 reaches the clipboard of the terminal a person sits at, through SSH and tmux too, where the
/// terminal allows it. Whether it did, no terminal says.
pub(super) fn run(
    file: &Path,
    query: &str,
    clear_after: u64,
    password_env: Option<&str>,
) -> anyhow::Result<ExitCode> {
    if !at_a_terminal() {
        bail!("copying needs a terminal; for a script there is `code --once`");
    }
    let vault = source::open(file, password_env)?.into_vault()?;
    let entry = only(&vault, query)?;
    let timed = entry.token.code_at(edge::now()).context("its codes have to be asked for: `code --next`")?;
    put(timed.code.expose().as_bytes())?;
    output::remark(&format!(
        "Copied the code of {}, good for {} s more. It is taken back in {clear_after} s; any key does so now.",
        name(entry),
        timed.remaining
    ))?;
    enable_raw_mode()?;
    let waited = wait(Duration::from_secs(clear_after));
    disable_raw_mode()?;
    // A blank first, for terminals that do not know how to clear.
    put(b" ")?;
    clear()?;
    waited?;
    output::remark("Taken back.")?;
    Ok(ExitCode::SUCCESS)
}

fn put(bytes: &[u8]) -> anyhow::Result<()> {
    let text = Zeroizing::new(format!("\x1b]52;c;{}\x07", &*Zeroizing::new(BASE64.encode(bytes))));
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// What is not base64 clears the selection (xterm's control sequences, `Ps = 5 2`).
fn clear() -> anyhow::Result<()> {
    let mut out = stdout().lock();
    out.write_all(b"\x1b]52;c;!\x07")?;
    Ok(out.flush()?)
}

/// Until the time is over or a key is pressed.
fn wait(long: Duration) -> anyhow::Result<()> {
    let end = Instant::now() + long;
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        if poll(left)? {
            match read()? {
                Event::Key(key)
                    if key.code == KeyCode::Char('c') && key.modifiers == KeyModifiers::CONTROL =>
                {
                    break;
                }
                Event::Key(_) => break,
                _ => {}
            }
        }
    }
    Ok(())
}
