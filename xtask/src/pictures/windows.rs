//! The pictures of the sign-in in Wine: everything is built and staged, and the test that takes them is run.

use crate::{stage, steps, test::by_name, wine, workspace::Workspace};
use anyhow::Result;
use std::path::Path;

/// The package with the test, and the test.
const TEST: [&str; 5] = ["test", "-p", "countersign-e2e", "--test", "windows_pictures"];
/// The size of the sign-in screen that the host draws: nothing else is to be in a picture.
const SCREEN: &str = "800x600";

/// Takes them and writes them to this folder.
///
/// # Errors
/// When something does not build, or a step of the sign-in does not come.
pub(super) fn take(workspace: &Workspace, folder: &Path) -> Result<()> {
    let staged = workspace.target_dir.join("stage");
    stage::stage(workspace, &staged, stage::Programs::Debug)?;
    let prefix = wine::prefix(workspace)?;
    steps::heading("sign in in Wine");
    let mut build = steps::cargo(&workspace.root);
    steps::run("the build", build.arg("build").args(by_name(["countersign", "staged-agent"])))?;
    let mut run = steps::cargo(&workspace.root);
    run.args(TEST).args(["--", "--ignored", "--nocapture"]);
    run.env("COUNTERSIGN_STAGE_DIR", staged).env("COUNTERSIGN_WINE_PREFIX", prefix);
    run.env("COUNTERSIGN_BIN_DIR", workspace.target_dir.join("debug"));
    run.env("COUNTERSIGN_PICTURES", folder).env("COUNTERSIGN_SCREEN", SCREEN);
    steps::run("taking pictures in Wine", &mut run)
}
