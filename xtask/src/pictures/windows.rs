//! The pictures of the sign-in in Wine: everything is built and staged, and the test that takes them is run.

use crate::{stage, steps, test, workspace::Workspace};
use anyhow::Result;
use std::path::Path;

/// The size of the sign-in screen that the host draws: nothing else is to be in a picture.
const SCREEN: &str = "800x600";

/// Takes them and writes them to this folder.
///
/// # Errors
/// When something does not build, or a step of the sign-in does not come.
pub(super) fn take(workspace: &Workspace, folder: &Path) -> Result<()> {
    let mut run = test::one_in_wine(workspace, stage::Programs::Debug, "windows_pictures")?;
    steps::heading("sign in in Wine");
    run.args(["--ignored", "--nocapture"]);
    run.env("COUNTERSIGN_PICTURES", folder).env("COUNTERSIGN_SCREEN", SCREEN);
    steps::run("taking pictures in Wine", &mut run)
}
