//! The policy: look at it, put another one in force.

use crate::{AdminError, Service, Work, work::Event};
use domain::AuditKind;
use policy::Policy;
use store::tables::{self, policies::PolicyVersion};

/// The text of the policy in force and its version; version 0 is the built-in default.
///
/// # Errors
/// [`AdminError`].
pub fn current(service: &Service) -> Result<(u64, String), AdminError> {
    let (version, policy) = service.policy()?;
    let stored = service.read(|rx| Ok::<_, AdminError>(tables::policies::find(rx, version)?))?;
    let text = match stored {
        Some(stored) => stored.toml,
        None => policy.to_toml().map_err(crate::Trouble::failed)?,
    };
    Ok((version, text))
}

/// Puts a policy in force. Agents hear of it within minutes; the server follows it at once.
///
/// # Errors
/// [`AdminError::Refused`] with what is wrong in the text, and nothing is changed.
pub fn set(work: &mut Work<'_, '_>, toml: String, by: String) -> Result<u64, AdminError> {
    Policy::from_toml(&toml).map_err(|error| AdminError::Refused(error.to_string()))?;
    let version = work.policy_version + 1;
    let stored = PolicyVersion { version, toml, created_at: work.now, created_by: by };
    tables::policies::add(work.tx, &stored)?;
    work.record(Event::new(AuditKind::PolicyChanged).detail(format!("version {version}")))?;
    Ok(version)
}
