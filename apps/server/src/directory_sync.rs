//! Reads the directory and hands what was read to the use case, for the job and for the command.

use crate::{app, config::Reader};
use data_encoding::HEXLOWER;
use service::{
    Actor, Service,
    directory::{Guard, Outcome, Run, SyncError, sync},
};
use std::time::Duration;

/// What the caller wants.
pub(crate) struct Wanted {
    pub(crate) actor: Actor,
    /// Only when it is due.
    pub(crate) due_after: Option<Duration>,
    pub(crate) force: bool,
    pub(crate) dry: bool,
}

/// Reads once, if nobody else does.
///
/// # Errors
/// [`SyncError`].
pub(crate) async fn once(service: &Service, reader: &Reader, wanted: Wanted) -> Result<Outcome, SyncError> {
    let mut holder = [0; 8];
    app::rng().fill_bytes(&mut holder);
    let run = Run {
        actor: wanted.actor,
        holder: HEXLOWER.encode(&holder),
        due_after: wanted.due_after,
        guard: Guard { most_disabled_percent: reader.most_disabled_percent(), force: wanted.force },
        dry: wanted.dry,
    };
    sync(service, &app::now, run, || async {
        let settings = reader.settings().map_err(|error| format!("{error:#}"))?;
        directory::read(&settings).await.map_err(|error| chain(&error))
    })
    .await
}

/// An error with its causes in one sentence.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
