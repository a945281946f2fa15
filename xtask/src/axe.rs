//! axe-core, which looks on a page for what keeps people out of it: fetched by npm, in the version and with the checksum
//! that `tests/e2e/axe` names, and kept beside what is built.

use crate::{setup::Setup, steps, workspace::Workspace};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder that says which version it is.
const WANTED: &str = "tests/e2e/axe";
const MANIFEST: &str = "package.json";
const LOCK: &str = "package-lock.json";
/// The script, in the folder it was fetched to.
const SCRIPT: &str = "node_modules/axe-core/axe.min.js";
/// Written last: a folder without it was never finished. Holds the checksums that were fetched by.
const FINISHED: &str = "fetched-by";

/// The script, fetched where it is missing and may be.
///
/// npm takes it from its usual registry, or from the one that its configuration or `npm_config_registry` names; whatever
/// that is, the checksum decides. Nothing that came along is run.
///
/// # Errors
/// When it is missing and was not, or could not be, fetched.
pub(crate) fn script(workspace: &Workspace, setup: Setup) -> Result<PathBuf> {
    let folder = workspace.target_dir.join("axe");
    let wanted = workspace.root.join(WANTED);
    let lock =
        fs::read_to_string(wanted.join(LOCK)).with_context(|| format!("cannot read {WANTED}/{LOCK}"))?;
    if !is_there(&folder, &lock) {
        if setup == Setup::Tell {
            bail!(
                "axe-core is missing, which looks for what keeps people out of a page: cargo xtask test --setup"
            );
        }
        fetch(&folder, &wanted, &lock)?;
    }
    Ok(folder.join(SCRIPT))
}

fn is_there(folder: &Path, lock: &str) -> bool {
    folder.join(SCRIPT).is_file() && fs::read_to_string(folder.join(FINISHED)).is_ok_and(|by| by == lock)
}

fn fetch(folder: &Path, wanted: &Path, lock: &str) -> Result<()> {
    steps::heading("fetch axe-core");
    fs::create_dir_all(folder)?;
    for file in [MANIFEST, LOCK] {
        fs::copy(wanted.join(file), folder.join(file))
            .with_context(|| format!("cannot copy {WANTED}/{file}"))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
    steps::run("npm ci", &mut npm)?;
    if !folder.join(SCRIPT).is_file() {
        bail!("npm left no {SCRIPT}");
    }
    fs::write(folder.join(FINISHED), lock)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fetched_by_other_checksums_or_not_to_the_end_is_fetched_again() {
        let folder = std::env::temp_dir().join(format!("countersign-axe-{}", std::process::id()));
        fs::create_dir_all(folder.join(SCRIPT).parent().unwrap()).unwrap();
        assert!(!is_there(&folder, "lock"));
        fs::write(folder.join(SCRIPT), "script").unwrap();
        assert!(!is_there(&folder, "lock"), "not to the end");
        fs::write(folder.join(FINISHED), "lock").unwrap();
        assert!(is_there(&folder, "lock"));
        assert!(!is_there(&folder, "another lock"));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_fetched_has_a_checksum_and_no_address() {
        let root = Workspace::read().unwrap().root;
        let lock = fs::read_to_string(root.join(WANTED).join(LOCK)).unwrap();
        let lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
        for (name, package) in
            lock["packages"].as_object().unwrap().iter().filter(|(name, _)| !name.is_empty())
        {
            assert!(package["integrity"].as_str().is_some_and(|sum| sum.starts_with("sha512-")), "{name}");
            assert!(package["resolved"].is_null(), "{name}");
        }
    }
}
