//! `cargo xtask bench`: the server and its load generator, built as they are shipped, then measured; or the reader of
//! QR codes; or the first tile.

use crate::{
    setup::{self, Setup},
    stage, steps,
    test::{self, by_name},
    workspace::Workspace,
};
use anyhow::Result;
use std::{env, process::ExitCode};

/// What is measured, and what measures it.
const PROGRAMS: [&str; 2] = ["countersign", "countersign-bench"];

/// How much is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    /// 1,000 and 100,000 tokens.
    Quick,
    /// 1,000,000 tokens as well.
    Full,
}

/// Where the data is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    /// In a file.
    Sqlite,
    /// In a PostgreSQL server on the same machine, started for this.
    Postgres,
}

/// Builds, measures, prints a table and what it says about the budgets. `json` names a file for all figures.
///
/// A budget that is not met is no failure: on a shared machine it is a figure to look at, not a verdict on a change.
///
/// # Errors
/// When something does not build or start, or the server answers something unexpected.
pub(crate) fn run(extent: Extent, engine: Engine, json: Option<String>) -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    steps::heading("build the server and the load generator");
    let mut build = steps::cargo(&workspace.root);
    steps::run("the build", build.args(["build", "--release"]).args(by_name(PROGRAMS)))?;

    steps::heading("measure");
    let programs = workspace.target_dir.join("release");
    let [server, bench] = PROGRAMS.map(|name| programs.join(format!("{name}{}", env::consts::EXE_SUFFIX)));
    let mut measure = std::process::Command::new(bench);
    // The target folder is on a disk; a temporary folder may be in memory, where nothing has to be made durable.
    measure.arg("--server").arg(server).arg("--data").arg(&workspace.target_dir);
    if extent == Extent::Full {
        measure.arg("--full");
    }
    if engine == Engine::Postgres {
        measure.arg("--postgres");
    }
    if let Some(json) = json {
        measure.arg("--json").arg(json);
    }
    steps::hand_over(&mut measure)
}

/// Builds the reader of QR codes and prints how many damaged pictures it reads, beside zbar and OpenCV where those
/// are installed.
///
/// # Errors
/// When it does not build.
pub(crate) fn qr() -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    let mut run = steps::cargo(&workspace.root);
    let example =
        ["run", "--release", "--package", "countersign-qr", "--features", "read", "--example", "pictures"];
    steps::hand_over(run.args(example))
}

/// Builds the agent and the sign-in screen as they are shipped and prints how long the first tile takes in Wine, with the
/// agent up and without one, and their ratio.
///
/// # Errors
/// When something is missing or does not build.
pub(crate) fn tile() -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    setup::ensure(&workspace.root, Setup::Tell)?;
    let mut measure = test::one_in_wine(&workspace, stage::Programs::Release, "windows_calls")?;
    steps::heading("measure");
    steps::hand_over(measure.args(["--nocapture", "the_first_tile"]))
}
