//! Loads the provider the way Windows' sign-in screen does, and drives it through COM only.
//!
//! Must not know what the provider decides, or how it is made. `docs/testing.md` lists the commands.

#[cfg(windows)]
mod com;
#[cfg(windows)]
mod commands;
#[cfg(windows)]
mod counts;
#[cfg(windows)]
mod crash;
#[cfg(windows)]
mod events;
#[cfg(windows)]
mod host;
#[cfg(windows)]
mod lines;
#[cfg(any(windows, test))]
mod phone;
#[cfg(windows)]
mod picture;
#[cfg(windows)]
mod random;
#[cfg(windows)]
mod registry;
#[cfg(windows)]
mod scan;
#[cfg(windows)]
mod sequences;
#[cfg(windows)]
mod shown;
#[cfg(windows)]
mod trace;
#[cfg(windows)]
mod trying;
#[cfg(windows)]
mod users;
#[cfg(windows)]
mod window;
#[cfg(windows)]
mod wiping;
#[cfg(windows)]
mod witness;
#[cfg(any(windows, test))]
mod words;
#[cfg(windows)]
mod wrong;

#[cfg(windows)]
#[global_allocator]
static MEMORY: wiping::Wiping = wiping::Wiping;

#[cfg(windows)]
fn main() -> anyhow::Result<std::process::ExitCode> {
    let mut out = None;
    let mut script = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // The number of the session belongs to it.
            "try-service" => {
                script = Some(argument);
                break;
            }
            "--out" => out = arguments.next(),
            other if script.is_none() => script = Some(other.to_owned()),
            other => anyhow::bail!("unexpected argument {other}"),
        }
    }
    match script.as_deref() {
        Some("try") => return trying::try_out().map(|()| std::process::ExitCode::SUCCESS),
        Some("try-service") => return trying::as_service().map(|()| std::process::ExitCode::SUCCESS),
        Some("try-window") => return commands::try_window(),
        _ => {}
    }
    let script =
        script.ok_or_else(|| anyhow::anyhow!("usage: countersign-host.exe [--out DIR] SCRIPT | - | try"))?;
    if let Some(out) = &out {
        trace::begin(std::path::Path::new(out))?;
    }
    crash::die_quietly();
    commands::run(&script)
}

#[cfg(not(windows))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("countersign-host runs on Windows, or in Wine")
}
