//! `cargo xtask app`: the authenticator as a static site.

use crate::{setup, steps, workspace::Workspace};
use anyhow::Result;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The package with the wasm modules, and the profile they are built with.
const PACKAGE: &str = "countersign-app";
pub(crate) const PROFILE: &str = "browser";

/// Builds the site and prints the sizes of its files.
///
/// # Errors
/// When something does not build, or is larger than its budget.
pub(crate) fn run(out: Option<PathBuf>) -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    let out = out.unwrap_or_else(|| folder(&workspace));
    build(&workspace, &out)?;
    println!("{}", out.display());
    Ok(ExitCode::SUCCESS)
}

/// Where the site is, unless another folder is asked for.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target_dir.join("app")
}

/// Where crates are kept on this machine stays out of what panics say: it is nobody's business, takes room, and would make
/// another app of the same source on each machine.
fn flags() -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let kept = fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    let flags: Vec<String> =
        kept.map(|folder| format!("--remap-path-prefix={}/=", folder.path().display())).collect();
    flags.join("\u{1f}")
}

/// Builds the site into a folder.
///
/// # Errors
/// As [`run`].
pub(crate) fn build(workspace: &Workspace, out: &Path) -> Result<()> {
    steps::heading("build the authenticator for browsers");
    let mut build = steps::cargo(&workspace.root);
    build.args(["build", "-p", PACKAGE, "--profile", PROFILE, "--target", setup::WASM]);
    build.env("CARGO_ENCODED_RUSTFLAGS", flags());
    steps::run("the build for browsers", &mut build)?;
    steps::heading("make the authenticator's site");
    let mut bundle = steps::cargo(&workspace.root);
    bundle.args(["run", "--quiet", "-p", "bundle", "--"]);
    bundle.arg(workspace.target_dir.join(setup::WASM).join(PROFILE));
    bundle.arg(workspace.root.join("apps/authenticator/assets")).arg(out);
    steps::run("making the site", &mut bundle)
}
