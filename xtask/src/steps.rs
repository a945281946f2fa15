//! Running other programs, with a heading for each step so that long work shows where it is.

use anyhow::{Context, Result, bail};
use std::{
    env,
    path::Path,
    process::{Command, ExitCode},
    sync::LazyLock,
    time::Instant,
};

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Announces the next step together with the seconds since the first one.
pub(crate) fn heading(text: &str) {
    eprintln!("\n== [{:>4} s] {text}", STARTED.elapsed().as_secs());
}

/// The cargo that runs this program, working in `root`.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // `cargo run` sets these for xtask. Build scripts that watch them (ring's does) would run again on every
    // change between `cargo xtask …` and a plain `cargo …`, and so would everything above them.
    for (name, _) in env::vars_os() {
        let set_for_us = name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"));
        if set_for_us {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a program to its end and shows its output.
///
/// # Errors
/// When it cannot be started or does not succeed; the message names `what`.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", program(command)))?;
    if !status.success() {
        bail!("{what} failed ({status})");
    }
    Ok(())
}

/// Runs a program whose output is to be the last thing on the screen: its exit code becomes ours.
///
/// # Errors
/// Only when it cannot be started.
pub(crate) fn hand_over(command: &mut Command) -> Result<ExitCode> {
    let status = command.status().with_context(|| format!("cannot start {}", program(command)))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}

/// Runs a program and gives back what it wrote to standard output.
///
/// # Errors
/// When it cannot be started or does not succeed; the message holds what it wrote to standard error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}", program(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed ({}): {}", program(command), output.status, said.trim());
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{} wrote something other than text", program(command)))
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
