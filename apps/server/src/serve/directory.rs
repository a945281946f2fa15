//! The job that reads the directory.

use crate::{
    config::Reader,
    directory_sync::{self, Wanted},
};
use service::{Actor, Service, directory::Outcome};
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};

/// The longest between two looks at whether it is due: another server may have died.
const LOOK: Duration = Duration::from_secs(60);

/// Reads it whenever it is due, for ever. What went wrong is said once, until it is another thing.
pub(super) async fn run(service: Service, reader: Arc<Reader>) {
    let every = reader.interval();
    // A second less, so that a look does not come just before it is due.
    let due_after = every.saturating_sub(Duration::from_secs(1));
    let mut ticks = interval(every.min(LOOK));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = String::new();
    loop {
        ticks.tick().await;
        let wanted = Wanted { actor: Actor::Server, due_after: Some(due_after), force: false, dry: false };
        let trouble = match directory_sync::once(&service, &reader, wanted).await {
            Ok(Outcome::NotDue) => continue,
            Ok(Outcome::Read { server, summary }) => {
                if !summary.is_nothing() {
                    tracing::info!("{server}: {summary}");
                }
                String::new()
            }
            Err(error) => error.to_string(),
        };
        if trouble != last {
            if trouble.is_empty() {
                tracing::info!("the directory can be read again");
            } else {
                tracing::error!("nothing was taken from the directory: {trouble}");
            }
            last = trouble;
        }
    }
}
