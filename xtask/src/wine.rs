//! The Wine prefix that what is built for Windows runs in here: made once, below the folder cargo builds into.

use crate::{steps, workspace::Workspace};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Source of the file that Wine 8 lacks.
const STUB_SOURCE: &str = "xtask/src/wine/bcryptprimitives.c";
/// What it is compiled to.
pub(crate) const STUB: &str = "bcryptprimitives.dll";
/// Written last: a prefix without it was never finished. Holds what the prefix was made by.
const FINISHED: &str = "finished-by";
/// Without a window manager Wine would wait two seconds whenever a window goes away.
const UNMANAGED: [&str; 9] =
    ["reg", "add", r"HKCU\Software\Wine\X11 Driver", "/v", "Managed", "/t", "REG_SZ", "/d", "N"];
/// The compiler for C for Windows.
const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// Makes the prefix, or finds it made by this Wine and with the stub as its source is now.
///
/// It says that it is Windows 10 and has the stub in `system32`. Tests take copies of it.
///
/// # Errors
/// When Wine or the compiler fails.
pub(crate) fn prefix(workspace: &Workspace) -> Result<PathBuf> {
    let prefix = workspace.target_dir.join("wine").join("prefix");
    let wine = steps::output(Command::new("wine").arg("--version").stderr(Stdio::null()))?;
    let source = fs::read_to_string(workspace.root.join(STUB_SOURCE))
        .with_context(|| format!("cannot read {STUB_SOURCE}"))?;
    let made_by = format!("{wine}{}\n{source}", UNMANAGED.join(" "));
    if fs::read_to_string(prefix.join(FINISHED)).is_ok_and(|by| by == made_by) {
        return Ok(prefix);
    }
    steps::heading("make a Wine prefix");
    if prefix.exists() {
        fs::remove_dir_all(&prefix).with_context(|| format!("cannot remove {}", prefix.display()))?;
    }
    fs::create_dir_all(&prefix)?;
    steps::run("wineboot", quiet("wineboot", &prefix).arg("-i"))?;
    // A new prefix says that it is Windows 7.
    steps::run("winecfg", quiet("winecfg", &prefix).args(["-v", "win10"]))?;
    steps::run("wine reg", quiet("wine", &prefix).args(UNMANAGED))?;
    compile_stub(&workspace.root, &prefix.join("drive_c/windows/system32").join(STUB))?;
    // The registry is written when the last of Wine's own programs has ended.
    steps::run("wineserver", quiet("wineserver", &prefix).arg("-w"))?;
    fs::write(prefix.join(FINISHED), made_by)?;
    Ok(prefix)
}

/// Ends what still runs on this prefix, and waits until its registry is written.
///
/// # Errors
/// When Wine cannot be asked to.
pub(crate) fn end(prefix: &Path) -> Result<()> {
    // It says no when nothing runs there, which is what is wanted.
    quiet("wineserver", prefix).arg("-k").status().context("cannot start wineserver")?;
    steps::run("wineserver", quiet("wineserver", prefix).arg("-w"))
}

/// Compiles the stub to this file.
///
/// # Errors
/// When the compiler fails.
pub(crate) fn compile_stub(root: &Path, file: &Path) -> Result<()> {
    let mut compile = Command::new(COMPILER);
    compile.args(["-Os", "-s", "-shared", "-o"]).arg(file).arg(root.join(STUB_SOURCE)).arg("-ladvapi32");
    steps::run("compiling the stub", &mut compile)
}

/// One of Wine's programs on this prefix, without a display and without its hints on what is not installed.
fn quiet(program: &str, prefix: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("WINEPREFIX", prefix).env("WINEDEBUG", "-all").env_remove("DISPLAY");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
