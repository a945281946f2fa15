//! `cargo xtask test`: everything the tests need, then the tests.

use crate::{
    app,
    arch::{self, Builds},
    axe,
    setup::{self, Setup},
    stage, steps, wine,
    workspace::Workspace,
};
use anyhow::{Result, bail};
use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// The norms' vectors as a wasm module, which a test runs to see the same answers there.
const WASM_VECTORS: &str = "countersign-wasm-vectors";
/// The programs whole-system tests start.
pub(crate) const PROGRAMS: [&str; 3] = ["countersign", "staged-agent", "countersign-lab"];
/// What only tests of the whole system are in.
const WHOLE_SYSTEM: [&str; 2] = ["countersign-e2e", WASM_VECTORS];

/// How much is tested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    /// All there is.
    Everything,
    /// While working on a crate: without whole-system, Windows, wasm and documentation tests.
    Fast,
}

/// Runs the tests. The test runner's own closing lines are the last thing printed.
///
/// # Errors
/// When something is missing, does not build or cannot be started.
pub(crate) fn run(setup: Setup, extent: Extent) -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    // One call of cargo for each target, with its packages by name: what is only for Windows stays out of this one.
    let mut packages: Vec<_> =
        arch::existing(&workspace).filter(|part| part.builds_on_host()).map(|part| part.package).collect();
    let mut tests = steps::cargo(&workspace.root);
    tests.args(["test", "--no-fail-fast"]);
    match extent {
        Extent::Everything => {
            setup::ensure(&workspace.root, setup)?;
            tests.env("COUNTERSIGN_AXE", axe::script(&workspace, setup)?);
            tests.env("COUNTERSIGN_WASM_VECTORS", build_wasm_vectors(&workspace)?);
            let site = app::folder(&workspace);
            app::build(&workspace, &site)?;
            tests.env("COUNTERSIGN_APP_DIR", &site);
            let (staged, prefix) = prepare_windows(&workspace)?;
            tests.env("COUNTERSIGN_STAGE_DIR", staged).env("COUNTERSIGN_WINE_PREFIX", prefix);
            // The same call that runs the tests builds the programs they start, each being a target of a package with
            // tests of its own: a build of the programs alone would unify features differently and compile all twice.
            steps::heading("build the tests and the programs they start");
            let mut build = steps::cargo(&workspace.root);
            build.args(["test", "--no-run"]).args(by_name(packages.iter().copied()));
            // The server takes the authenticator's site in; with another value it would be built once more.
            build.env("COUNTERSIGN_APP_DIR", &site);
            steps::run("the build", &mut build)?;
            tests.env("COUNTERSIGN_BIN_DIR", workspace.target_dir.join("debug"));
            steps::heading("tests");
        }
        Extent::Fast => {
            if setup == Setup::Install {
                setup::ensure(&workspace.root, setup)?;
                axe::script(&workspace, setup)?;
            }
            tests.args(["--lib", "--bins", "--tests"]);
            packages.retain(|package| !WHOLE_SYSTEM.contains(package));
            steps::heading("tests, without whole-system, Windows, wasm and documentation tests");
        }
    }
    steps::hand_over(tests.args(by_name(packages)))
}

/// Builds [`PROGRAMS`], the server with the authenticator's site in this folder in it, and gives back the folder they
/// are in.
///
/// # Errors
/// When they do not build.
pub(crate) fn build_programs(workspace: &Workspace, site: Option<&Path>) -> Result<PathBuf> {
    steps::heading("build the server, the agent on a fake Windows and the lab page");
    let mut build = steps::cargo(&workspace.root);
    build.arg("build").args(by_name(PROGRAMS));
    if let Some(site) = site {
        build.env("COUNTERSIGN_APP_DIR", site);
    }
    steps::run("the build", &mut build)?;
    Ok(workspace.target_dir.join("debug"))
}

/// The command that runs one of the whole-system tests in Wine, by the name of its file, after all that it takes was
/// built. What follows `--` is for the caller to add.
///
/// # Errors
/// When something is missing or does not build.
pub(crate) fn one_in_wine(workspace: &Workspace, built: stage::Programs, test: &str) -> Result<Command> {
    let prefix = wine::prefix(workspace)?;
    let staged = workspace.target_dir.join(match built {
        stage::Programs::Debug => "stage",
        stage::Programs::Release => "stage-release",
    });
    stage::stage(workspace, &staged, built)?;
    let programs = build_programs(workspace, None)?;
    let mut run = steps::cargo(&workspace.root);
    run.args(["test", "-p", WHOLE_SYSTEM[0], "--test", test, "--"]);
    run.env("COUNTERSIGN_STAGE_DIR", staged).env("COUNTERSIGN_WINE_PREFIX", prefix);
    run.env("COUNTERSIGN_BIN_DIR", programs);
    Ok(run)
}

/// The arguments that name packages to cargo.
pub(crate) fn by_name<'a>(packages: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    packages.into_iter().flat_map(|package| ["-p", package]).collect()
}

/// Stages what runs on Windows, makes the Wine prefix, and runs in it the tests of what is built for Windows only.
/// Gives back the folder of the set and the prefix, which the whole-system tests take copies of.
fn prepare_windows(workspace: &Workspace) -> Result<(PathBuf, PathBuf)> {
    let prefix = wine::prefix(workspace)?;
    let staged = workspace.target_dir.join("stage");
    stage::stage(workspace, &staged, stage::Programs::Debug)?;
    steps::heading("tests of what is for Windows only, in Wine");
    let packages = arch::existing(workspace).filter(|part| part.builds == Builds::Windows);
    let mut tests = steps::cargo(&workspace.root);
    tests.args(["test", "--lib", "--bins", "--target", setup::WINDOWS]);
    tests.args(by_name(packages.map(|part| part.package)));
    tests.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
    tests.env("WINEPREFIX", &prefix).env("WINEDEBUG", "-all").env_remove("DISPLAY");
    let result = steps::run("a test in Wine", &mut tests);
    wine::end(&prefix)?;
    result?;
    Ok((staged, prefix))
}

fn build_wasm_vectors(workspace: &Workspace) -> Result<PathBuf> {
    steps::heading("build the norms' vectors for wasm");
    let mut build = steps::cargo(&workspace.root);
    build.args(["build", "--target", setup::WASM]).args(by_name([WASM_VECTORS]));
    steps::run("the build for wasm", &mut build)?;
    let file = format!("{}.wasm", WASM_VECTORS.replace('-', "_"));
    let module = workspace.target_dir.join(setup::WASM).join("debug").join(file);
    // A test that found no module would have nothing to compare; better to say so here.
    if !module.is_file() {
        bail!("the build left no {}", module.display());
    }
    Ok(module)
}
