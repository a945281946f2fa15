//! Whose turn it is to read, among processes on one database; and what came of the last time.

use super::{Summary, event};
use crate::{Trouble, Work};
use domain::AuditKind;
use model::UnixTime;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Rx, tables};

const LEASE: &str = "directory.lease";
const LAST: &str = "directory.last";
/// After this long without a sign of life, whoever had the turn is taken to have died. Longer than a read may take.
const LIFE: Duration = Duration::from_secs(900);

#[derive(Serialize, Deserialize)]
struct Lease {
    holder: String,
    until: UnixTime,
}

/// How the last run ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Last {
    /// When.
    #[serde(default)]
    pub at: UnixTime,
    /// The server that was read; `None`: it failed.
    pub server: Option<String>,
    /// What was changed.
    pub summary: Option<Summary>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Last {
    pub(super) fn good(server: String, summary: Summary) -> Self {
        Self { at: UnixTime::from_secs(0), server: Some(server), summary: Some(summary), error: None }
    }

    pub(super) fn bad(error: String) -> Self {
        Self { at: UnixTime::from_secs(0), server: None, summary: None, error: Some(error) }
    }
}

pub(super) enum Turn {
    Ours,
    NotDue,
    Busy { until: UnixTime },
}

/// How the last run ended; `None`: there was none.
///
/// # Errors
/// [`Trouble`].
pub fn last(rx: &Rx<'_>) -> Result<Option<Last>, Trouble> {
    let stored = tables::settings::find(rx, LAST)?;
    stored.map(|bytes| serde_json::from_slice(&bytes).map_err(Trouble::failed)).transpose()
}

fn lease(rx: &Rx<'_>) -> Result<Option<Lease>, Trouble> {
    let stored = tables::settings::find(rx, LEASE)?;
    stored.map(|bytes| serde_json::from_slice(&bytes).map_err(Trouble::failed)).transpose()
}

fn set<T: Serialize>(work: &mut Work<'_, '_>, key: &str, value: &T) -> Result<(), Trouble> {
    let bytes = serde_json::to_vec(value).map_err(Trouble::failed)?;
    Ok(tables::settings::set(work.tx, key, &bytes)?)
}

/// Takes the turn, where nobody else has it and it is due.
pub(super) fn take(
    work: &mut Work<'_, '_>,
    holder: &str,
    due_after: Option<Duration>,
) -> Result<Turn, Trouble> {
    if let Some(other) = lease(work.tx)?.filter(|lease| lease.until > work.now && lease.holder != holder) {
        // A clock that was set back must not keep everybody waiting.
        if other.until <= work.now.plus(LIFE) {
            return Ok(Turn::Busy { until: other.until });
        }
    }
    if let (Some(after), Some(last)) = (due_after, last(work.tx)?)
        && last.at <= work.now
        && last.at.plus(after) > work.now
    {
        return Ok(Turn::NotDue);
    }
    keep(work, holder)?;
    Ok(Turn::Ours)
}

/// Says that whoever has the turn is alive.
pub(super) fn keep(work: &mut Work<'_, '_>, holder: &str) -> Result<(), Trouble> {
    set(work, LEASE, &Lease { holder: holder.to_owned(), until: work.now.plus(LIFE) })
}

/// Whether the turn is still this process's; then it stays so for a while.
pub(super) fn is_still_ours(work: &mut Work<'_, '_>, holder: &str) -> Result<bool, Trouble> {
    let ours = lease(work.tx)?.is_some_and(|lease| lease.holder == holder);
    if ours {
        keep(work, holder)?;
    }
    Ok(ours)
}

/// Gives the turn back, and keeps how it ended. A failure has an event when it begins, and when it becomes another one.
pub(super) fn give_back(work: &mut Work<'_, '_>, holder: &str, ended: Option<Last>) -> Result<(), Trouble> {
    if lease(work.tx)?.is_some_and(|lease| lease.holder == holder) {
        set(work, LEASE, &Lease { holder: String::new(), until: UnixTime::from_secs(0) })?;
    }
    let Some(mut ended) = ended else { return Ok(()) };
    ended.at = work.now;
    if let Some(error) = &ended.error
        && last(work.tx)?.and_then(|last| last.error).as_ref() != Some(error)
    {
        work.record(event(AuditKind::DirectoryFailed, error.clone()))?;
    }
    if let Some(summary) = ended.summary.as_ref().filter(|summary| !summary.is_nothing()) {
        work.record(event(AuditKind::DirectoryRead, summary.to_string()))?;
    }
    set(work, LAST, &ended)
}
