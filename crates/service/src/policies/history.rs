//! Earlier versions of the policy: who made them, what they changed, and back to one of them.

use super::{Insist, diff, put_in_force};
use crate::{AdminError, Work};
use model::UnixTime;
use policy::Policy;
use serde::Serialize;
use store::{DbError, Rx, tables};

/// A version, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Its number.
    pub version: u64,
    /// Since when it was in force.
    pub created_at: UnixTime,
    /// Who put it there.
    pub created_by: String,
    /// Lines that it added to the version before.
    pub added: usize,
    /// Lines that it took away.
    pub removed: usize,
}

/// The newest versions, newest first.
///
/// # Errors
/// [`DbError`].
pub fn history(rx: &Rx<'_>, limit: u32) -> Result<Vec<Version>, DbError> {
    let stored = tables::policies::newest(rx, limit.saturating_add(1))?;
    let mut versions = Vec::new();
    for (at, policy) in stored.iter().enumerate().take(limit as usize) {
        let before = stored.get(at + 1).map_or("", |policy| policy.toml.as_str());
        let lines = diff::lines(before, &policy.toml);
        let count = |sign| lines.iter().filter(|line| line.sign == sign).count();
        versions.push(Version {
            version: policy.version,
            created_at: policy.created_at,
            created_by: policy.created_by.clone(),
            added: count(diff::Sign::Added),
            removed: count(diff::Sign::Removed),
        });
    }
    Ok(versions)
}

/// The text of a version; version 0 is the built-in policy.
///
/// # Errors
/// [`AdminError::NotFound`].
pub fn text(rx: &Rx<'_>, version: u64) -> Result<String, AdminError> {
    if version == 0 {
        return Ok(Policy::default().to_toml().map_err(crate::Trouble::failed)?);
    }
    let stored = tables::policies::find(rx, version)?.ok_or_else(|| AdminError::NotFound {
        what: "version of the policy",
        name: version.to_string(),
        hint: "`countersign policy history` lists them",
    })?;
    Ok(stored.toml)
}

/// What changed from one version to another, line by line.
///
/// # Errors
/// [`AdminError::NotFound`].
pub fn compare(rx: &Rx<'_>, from: u64, to: u64) -> Result<Vec<diff::Line>, AdminError> {
    Ok(diff::lines(&text(rx, from)?, &text(rx, to)?))
}

/// Puts the text of an earlier version in force again, as a new version.
///
/// # Errors
/// As [`super::set`]; what an earlier version of the server took may be refused by this one.
pub fn roll_back(
    work: &mut Work<'_, '_>,
    version: u64,
    by: String,
    insist: Insist,
) -> Result<u64, AdminError> {
    if version == work.policy_version {
        return Err(AdminError::Refused(format!("version {version} is in force")));
    }
    let toml = text(work.tx, version)?;
    put_in_force(work, toml, by, insist, Some(version))
}
