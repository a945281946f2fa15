//! The policy: look at it, put another one in force.

use crate::{AdminError, Service, Work, keys, work::Event};
use domain::AuditKind;
use policy::Policy;
use protocol::signature::MAX_BODY;
use store::tables::{self, policies::PolicyVersion};

/// The longest share of a policy that fits into an answer to a machine, in bytes as JSON.
const MAX_SHARE: usize = MAX_BODY - 4 * 1024;

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
    let policy = Policy::from_toml(&toml).map_err(|error| AdminError::Refused(error.to_string()))?;
    for group in policy.group_names().into_iter().chain([keys::DEFAULT_GROUP]) {
        let share = serde_json::to_string(&policy.for_group(group)).map_err(crate::Trouble::failed)?;
        if share.len() > MAX_SHARE {
            return Err(AdminError::Refused(format!(
                "what machines of the group “{group}” need to know of this policy has {} bytes, and an answer takes \
                 {MAX_SHARE}; name Windows groups instead of single accounts, or have fewer rules for all groups",
                share.len()
            )));
        }
    }
    let version = work.policy_version + 1;
    let stored = PolicyVersion { version, toml, created_at: work.now, created_by: by };
    tables::policies::add(work.tx, &stored)?;
    work.outdate_copies();
    work.record(Event::new(AuditKind::PolicyChanged).detail(format!("version {version}")))?;
    Ok(version)
}
