//! What the server does by itself: seal the audit trail, drop what is past its use.

use crate::app;
use service::{Service, Trouble, audit, backup, housekeeping};
use std::time::Duration;
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval, timeout},
};

const SEAL: Duration = Duration::from_secs(5);
const TIDY: Duration = Duration::from_secs(60);
/// How long the last seal may take when the server stops.
const LAST_SEAL: Duration = Duration::from_secs(2);

/// The jobs under way.
pub(super) struct Jobs {
    seal: JoinHandle<()>,
    tidy: JoinHandle<()>,
}

/// Starts the jobs. Backups that nobody has used for that long are dropped, where a time is set.
pub(super) fn start(service: &Service, drop_backups_after: Option<Duration>) -> Jobs {
    let (for_seal, for_tidy) = (service.clone(), service.clone());
    Jobs {
        seal: tokio::spawn(every(SEAL, "the audit trail could not be sealed", move || {
            seal(for_seal.clone())
        })),
        tidy: tokio::spawn(every(TIDY, "old data could not be dropped", move || {
            tidy(for_tidy.clone(), drop_backups_after)
        })),
    }
}

impl Jobs {
    /// Ends the jobs, and seals what is left.
    pub(super) async fn finish(self, service: &Service) {
        self.seal.abort();
        self.tidy.abort();
        if !matches!(timeout(LAST_SEAL, seal(service.clone())).await, Ok(Ok(()))) {
            tracing::warn!("the last events are sealed at the next start");
        }
    }
}

async fn seal(service: Service) -> Result<(), Trouble> {
    while audit::seal(&service, app::now()).await? {}
    Ok(())
}

async fn tidy(service: Service, drop_backups_after: Option<Duration>) -> Result<(), Trouble> {
    while housekeeping::tidy(&service, app::now()).await? {}
    while backup::drop_unused(&service, app::now(), drop_backups_after).await? {}
    Ok(())
}

/// Runs a job now and then. A trouble is logged when it begins and when it ends, not each time.
async fn every<F: Future<Output = Result<(), Trouble>>>(
    period: Duration,
    failed: &'static str,
    mut job: impl FnMut() -> F,
) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = String::new();
    loop {
        ticks.tick().await;
        let trouble = job().await.err().map(|error| error.to_string()).unwrap_or_default();
        if trouble != last {
            if trouble.is_empty() {
                tracing::info!("{failed}, and can again");
            } else {
                tracing::error!("{failed}: {trouble}");
            }
            last = trouble;
        }
    }
}
