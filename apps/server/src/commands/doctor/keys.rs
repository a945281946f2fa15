//! Master keys and backups: whether what is sealed opens, and whether the server could come back.

use super::Findings;
use crate::{app, folder::Folder};
use service::{Service, keys::rotate, saved};
use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

/// Whether every sealed value has its key.
pub(super) fn sealed(service: &Service, folder: &Folder, findings: &mut Findings) {
    let keys = match rotate::usage(service) {
        Ok(keys) => keys,
        Err(error) => return findings.bad(format!("what is sealed cannot be read: {error}")),
    };
    let path = folder.master_key();
    let path = path.display();
    let missing: Vec<_> = keys.iter().filter(|key| !key.at_hand).collect();
    for key in &missing {
        findings.bad(format!(
            "{} values are sealed under master key {}, which is not in {path}: nobody can use them; put the file back \
             that has it",
            key.values, key.key
        ));
    }
    if missing.is_empty() {
        let values: u64 = keys.iter().map(|key| key.values).sum();
        findings.good(format!("all {values} sealed values have their key in {path}"));
    }
    if keys.iter().any(|key| key.at_hand && !key.seals) {
        findings.note(
            "a rotation of the master key has not come to its end; give `countersign key rotate` again",
        );
    }
}

/// Whether others can read the files.
pub(super) fn files(folder: &Folder, findings: &mut Findings) {
    for path in [folder.file(), folder.master_key()] {
        let Ok(about) = fs::metadata(&path) else { continue };
        let path = path.display();
        if about.permissions().mode() & 0o077 != 0 {
            findings
                .bad(format!("others than the owner can read {path}; take it from them: chmod 600 {path}"));
        }
    }
}

/// Whether there is a backup that is not too old.
pub(super) fn backup(service: &Service, days: u32, findings: &mut Findings) {
    match saved::last(service) {
        Ok(None) => findings.note(
            "no backup was made with `countersign backup` yet; without one, a lost disk means that everybody enrolls and \
             every machine joins again",
        ),
        Ok(Some(at)) if app::now().since(at) > Duration::from_secs(u64::from(days) * 86_400) => findings.bad(format!(
            "the last backup is of {at}, more than {days} days ago; see why none was made since"
        )),
        Ok(Some(at)) => findings.good(format!("the last backup is of {at}")),
        Err(error) => findings.bad(format!("when the last backup was made cannot be read: {error}")),
    }
}
