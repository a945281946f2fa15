//! The policy: look at it, put another one in force.

mod diff;
mod history;
mod locked_out;

pub use diff::{Line, Sign};
pub use history::{Version, compare, history, roll_back, text};

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

/// What becomes of a policy under which nobody could sign in any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Insist {
    /// It is refused, with the reason.
    No,
    /// It comes into force all the same.
    Yes,
}

/// Puts a policy in force. Agents hear of it within minutes; the server follows it at once.
///
/// # Errors
/// [`AdminError::Refused`] with what is wrong in the text, or why nobody could sign in any more, and nothing is changed.
pub fn set(work: &mut Work<'_, '_>, toml: String, by: String) -> Result<u64, AdminError> {
    put_in_force(work, toml, by, Insist::No, None)
}

/// The same, also where nobody could sign in any more.
///
/// # Errors
/// [`AdminError::Refused`] with what is wrong in the text, and nothing is changed.
pub fn set_anyway(work: &mut Work<'_, '_>, toml: String, by: String) -> Result<u64, AdminError> {
    put_in_force(work, toml, by, Insist::Yes, None)
}

/// Looks a policy over, apart from whom it lets in.
///
/// # Errors
/// [`AdminError::Refused`] with what is wrong in the text.
pub fn check(toml: &str) -> Result<Policy, AdminError> {
    let policy = Policy::from_toml(toml).map_err(|error| AdminError::Refused(error.to_string()))?;
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
    Ok(policy)
}

fn put_in_force(
    work: &mut Work<'_, '_>,
    toml: String,
    by: String,
    insist: Insist,
    of: Option<u64>,
) -> Result<u64, AdminError> {
    let policy = check(&toml)?;
    if insist == Insist::No
        && let Some(why) = locked_out::reason(work, &policy)?
    {
        return Err(AdminError::Refused(format!(
            "under this policy nobody who may sign in now could any more ({why}); look at it with `countersign policy \
             explain --policy FILE`, or put it in force with --force"
        )));
    }
    let version = work.policy_version + 1;
    let stored = PolicyVersion { version, toml, created_at: work.now, created_by: by };
    tables::policies::add(work.tx, &stored)?;
    work.outdate_copies();
    work.record(Event::new(AuditKind::PolicyChanged).detail(match of {
        Some(earlier) => format!("version {version}, the text of version {earlier} again"),
        None => format!("version {version}"),
    }))?;
    Ok(version)
}
