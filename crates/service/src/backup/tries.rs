//! Tries at backups, counted by network.

use super::{BackupError, Network};
use crate::{
    Service, Trouble,
    tries::{Taken, try_again_at},
    work::Event,
};
use domain::{Actor, AuditKind};
use model::UnixTime;

impl Service {
    /// Counts a try of a network, whether at a backup or at files behind the relay.
    ///
    /// # Errors
    /// [`BackupError::TooManyTries`]; an event says so once an hour.
    pub async fn take_try(&self, network: Network, now: UnixTime, limit: u32) -> Result<(), BackupError> {
        let taken = self.tries().take(&network, now, limit);
        self.admit_try(taken, network, now, limit).await
    }

    /// Gives a try back that turned out to be none.
    pub fn give_try_back(&self, network: Network) {
        self.tries().give_back(&network);
    }

    pub(super) async fn admit_try(
        &self,
        taken: Taken,
        network: Network,
        now: UnixTime,
        limit: u32,
    ) -> Result<(), BackupError> {
        if taken == Taken::FirstRefused {
            let event = Event::new(AuditKind::BackupTriesLimited)
                .detail(format!("{network}, more than {limit} in an hour"));
            self.work(now, Actor::Server, move |work| work.record(event))
                .await
                .map_err(|error: Trouble| error)?;
        }
        match taken {
            Taken::Yes => Ok(()),
            Taken::FirstRefused | Taken::Refused => {
                Err(BackupError::TooManyTries { until: try_again_at(now) })
            }
        }
    }
}
