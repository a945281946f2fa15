//! `cargo xtask ci`: what has to pass before a change is taken.
//!
//! The build service calls this command and nothing else, so that what is green here is green there.

use crate::{
    app,
    arch::{self, Builds, Kind, Part},
    setup::{self, Setup},
    steps,
    test::by_name,
    workspace::Workspace,
};
use anyhow::{Result, bail};
use std::process::ExitCode;

/// Format, lints for every target, architecture, and then what `cargo xtask test` does.
///
/// # Errors
/// At the first step that fails.
pub(crate) fn run(setup: Setup) -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    setup::ensure(&workspace.root, setup)?;

    steps::heading("format");
    steps::run("the format check", steps::cargo(&workspace.root).args(["fmt", "--all", "--check"]))?;

    steps::heading("architecture");
    if arch::run()? != ExitCode::SUCCESS {
        bail!("the architecture check failed");
    }

    lint(&workspace, "this machine", &["--all-targets"], Part::builds_on_host)?;
    lint(&workspace, "wasm", &["--target", setup::WASM], |part| part.kind == Kind::Pure)?;
    // By the profile of the build, so that the macros are compiled once.
    let for_browsers = ["--target", setup::WASM, "--profile", app::PROFILE];
    lint(&workspace, "browsers", &for_browsers, |part| part.builds == Builds::Wasm)?;
    lint(&workspace, "Windows", &["--target", setup::WINDOWS], Part::builds_on_windows)?;
    let with_tests = ["--target", setup::WINDOWS, "--all-targets"];
    lint(&workspace, "Windows, with tests", &with_tests, |part| part.builds == Builds::Windows)?;
    // What the provider takes of it; among other crates another one's features would be added.
    lint(&workspace, "the provider's part of the protocol", &["--no-default-features"], |part| {
        part.package == "countersign-protocol"
    })?;

    // As its own command, so that it is the one the readme names.
    let mut test = steps::cargo(&workspace.root);
    test.args(["xtask", "test"]);
    if setup == Setup::Install {
        test.arg("--setup");
    }
    steps::hand_over(&mut test)
}

/// Compiles and lints the chosen crates for one target, warnings being errors.
fn lint(workspace: &Workspace, place: &str, options: &[&str], choose: impl Fn(&Part) -> bool) -> Result<()> {
    steps::heading(&format!("lints for {place}"));
    let packages = arch::existing(workspace).filter(|part| choose(part)).map(|part| part.package);
    let mut clippy = steps::cargo(&workspace.root);
    clippy.arg("clippy").args(options).args(by_name(packages)).args(["--", "-D", "warnings"]);
    steps::run(&format!("the lint for {place}"), &mut clippy)
}
