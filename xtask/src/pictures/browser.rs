//! The pictures of the authenticator, of the console and of the lab page: all are built, and the tests that take them are run.

use crate::{app, steps, test, workspace::Workspace};
use anyhow::Result;
use std::path::Path;

/// The authenticator's screens.
const SCREENS: [&str; 4] = ["--test", "authenticator_looks", "--", "--ignored"];
/// The console's pages.
const CONSOLE: [&str; 5] = ["--test", "console", "pictures", "--", "--ignored"];
/// The lab page, on the way through a sign-in.
const LAB_PAGE: [&str; 2] = ["--test", "lab_browser"];

/// Takes them and writes them to this folder.
///
/// # Errors
/// When something does not build, or a screen does not come.
pub(super) fn take(workspace: &Workspace, folder: &Path) -> Result<()> {
    let site = app::folder(workspace);
    app::build(workspace, &site)?;
    let programs = test::build_programs(workspace, Some(&site))?;
    for (what, words) in
        [("the authenticator", &SCREENS[..]), ("the console", &CONSOLE), ("the lab page", &LAB_PAGE)]
    {
        steps::heading(&format!("take pictures of {what}"));
        let mut run = steps::cargo(&workspace.root);
        run.args(["test", "-p", "countersign-e2e"]).args(words);
        run.env("COUNTERSIGN_APP_DIR", &site).env("COUNTERSIGN_BIN_DIR", &programs);
        run.env("COUNTERSIGN_PICTURES", folder);
        steps::run("taking pictures in the browser", &mut run)?;
    }
    Ok(())
}
