//! People and groups of a directory: what one read of it changes here.
//!
//! The directory is read by whoever calls; this compares, and writes. It may name people, rename them, put them into
//! groups, disable them and enable those again whom it disabled. It never touches tokens, and enables nobody whom an
//! administrator disabled.

mod apply;
mod plan;
mod turn;

pub use plan::{Guard, Summary};
pub use turn::{Last, last};

use crate::{AdminError, Service, Trouble, Work, work::Event};
use domain::{Actor, AuditKind, DirectoryEntry, Reading};
use model::{PersonId, UnixTime};
use plan::Plan;
use serde::Serialize;
use std::time::Duration;
use store::{DbError, Rx, tables};

/// Who reads, when, and how far that may go.
#[derive(Clone, Debug)]
pub struct Run {
    /// Who makes it happen.
    pub actor: Actor,
    /// What tells this process from others.
    pub holder: String,
    /// Only if the last read is this long ago; `None`: now.
    pub due_after: Option<Duration>,
    /// What is too much to be believed.
    pub guard: Guard,
    /// Whether to tell what would be changed, and change nothing.
    pub dry: bool,
}

/// What came of a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Another process read it a short time ago, or does so now.
    NotDue,
    /// It was read.
    Read {
        /// The server that was read.
        server: String,
        /// What was changed, or would be.
        summary: Summary,
    },
}

/// Why a run changed nothing, or not all.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Another process does so now.
    #[error(
        "the directory is being read by another process; wait until it is done, at the latest at {until}"
    )]
    Busy {
        /// When it is taken to have died.
        until: UnixTime,
    },
    /// The directory could not be read.
    #[error("{0}")]
    Unread(String),
    /// What was read is not believed.
    #[error("{0}")]
    Guarded(String),
    /// The database.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<DbError> for SyncError {
    fn from(error: DbError) -> Self {
        Self::Trouble(error.into())
    }
}

/// Reads a directory and does what follows from it. Among all processes on the database, one at a time.
///
/// What cannot be read changes nothing. `read` says why it cannot in words for a log.
///
/// # Errors
/// [`SyncError`].
pub async fn sync<F>(
    service: &Service,
    clock: &(dyn Fn() -> UnixTime + Send + Sync),
    run: Run,
    read: impl FnOnce() -> F + Send,
) -> Result<Outcome, SyncError>
where
    F: Future<Output = Result<Reading, String>> + Send,
{
    let (holder, due_after) = (run.holder.clone(), run.due_after);
    let turn = service.work(clock(), run.actor.clone(), move |work| turn::take(work, &holder, due_after));
    match turn.await.map_err(|error: Trouble| error)? {
        turn::Turn::Ours => {}
        turn::Turn::NotDue => return Ok(Outcome::NotDue),
        turn::Turn::Busy { .. } if run.due_after.is_some() => return Ok(Outcome::NotDue),
        turn::Turn::Busy { until } => return Err(SyncError::Busy { until }),
    }
    let done = compare_and_apply(service, clock, &run, read).await;
    let (holder, dry) = (run.holder.clone(), run.dry);
    let last = match &done {
        Ok(Outcome::Read { server, summary }) => Some(Last::good(server.clone(), summary.clone())),
        Ok(Outcome::NotDue) => None,
        Err(error) => Some(Last::bad(error.to_string())),
    };
    service
        .work(clock(), run.actor, move |work| turn::give_back(work, &holder, last.filter(|_| !dry)))
        .await
        .map_err(|error: Trouble| error)?;
    done
}

async fn compare_and_apply<F>(
    service: &Service,
    clock: &(dyn Fn() -> UnixTime + Send + Sync),
    run: &Run,
    read: impl FnOnce() -> F + Send,
) -> Result<Outcome, SyncError>
where
    F: Future<Output = Result<Reading, String>> + Send,
{
    let reading = read().await.map_err(SyncError::Unread)?;
    let plan = service.read(|rx| Ok::<_, SyncError>(Plan::of(rx, &reading, clock())?))?;
    plan.check(&run.guard).map_err(SyncError::Guarded)?;
    let summary = plan.summary();
    if !run.dry {
        apply::apply(service, clock, run, plan).await?;
    }
    Ok(Outcome::Read { server: reading.server, summary })
}

/// An entry of the directory with whose it is and the names of its groups.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// The entry.
    #[serde(flatten)]
    pub entry: DirectoryEntry,
    /// What the person is called here.
    pub person_name: String,
    /// The names of its groups, direct or through others.
    pub groups: Vec<String>,
}

/// All entries that are known, by name.
///
/// # Errors
/// [`AdminError`].
pub fn list(rx: &Rx<'_>) -> Result<Vec<Listed>, AdminError> {
    use std::collections::HashMap;
    let people: HashMap<PersonId, String> =
        tables::people::all(rx)?.into_iter().map(|person| (person.id, person.name)).collect();
    let names: HashMap<String, String> =
        tables::directory::groups(rx)?.into_iter().map(|group| (group.key, group.name)).collect();
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for (entry, group) in tables::directory::members(rx)? {
        groups.entry(entry).or_default().extend(names.get(&group).cloned());
    }
    let mut listed: Vec<Listed> = tables::directory::entries(rx)?
        .into_iter()
        .map(|entry| {
            let mut groups = groups.remove(&entry.key).unwrap_or_default();
            groups.sort();
            Listed { person_name: people.get(&entry.person).cloned().unwrap_or_default(), groups, entry }
        })
        .collect();
    listed.sort_by(|a, b| (&a.entry.name, &a.entry.key).cmp(&(&b.entry.name, &b.entry.key)));
    Ok(listed)
}

/// Says that an administrator has decided on a person's state: what the directory said before counts no more for
/// enabling them.
pub(crate) fn decided_by_administrator(work: &mut Work<'_, '_>, person: PersonId) -> Result<(), DbError> {
    tables::directory::forget_disabled(work.tx, person).map(drop)
}

/// An event about the directory as a whole.
fn event(kind: AuditKind, detail: String) -> Event {
    Event::new(kind).detail(detail)
}
