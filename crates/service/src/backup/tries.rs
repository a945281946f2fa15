use super::{BackupError, Network};
use crate::{Service, Trouble, work::Event};
use domain::{Actor, AuditKind};
use model::UnixTime;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

const HOUR: u64 = 3_600;
/// Networks counted apart in an hour. Those that come when so many have been wrong are counted as one: memory is bounded,
/// and whoever has that many networks gets no more tries from more of them.
const NETWORKS: usize = 65_536;

/// Wrong names and keys of each network in the hour under way.
///
/// Kept in memory, per node: a try is counted before it is looked at, and what it stops is not worth a write.
#[derive(Debug, Default)]
pub(crate) struct Tries(Mutex<Hour>);

#[derive(Debug, Default)]
struct Hour {
    number: u64,
    counts: HashMap<Option<Network>, u32>,
}

/// What became of taking a try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// There was one left.
    Yes,
    /// There was none left, for the first time in this hour.
    FirstRefused,
    /// There was none left.
    Refused,
}

/// When a network that has no tries left gets new ones.
pub fn try_again_at(now: UnixTime) -> UnixTime {
    UnixTime::from_secs((now.as_secs() / HOUR + 1) * HOUR)
}

impl Tries {
    /// Counts a try.
    pub(crate) fn take(&self, network: Network, now: UnixTime, limit: u32) -> Taken {
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.as_secs() / HOUR;
        if hour.number != number {
            hour.number = number;
            hour.counts.clear();
        }
        let key = hour.key(network);
        let count = hour.counts.entry(key).or_default();
        match *count {
            used if used < limit => {
                *count += 1;
                Taken::Yes
            }
            used if used == limit => {
                // One above, so that the next refusal is not the first.
                *count += 1;
                Taken::FirstRefused
            }
            _ => Taken::Refused,
        }
    }

    /// Gives a try back that turned out to be none.
    pub(crate) fn give_back(&self, network: Network) {
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = hour.key(network);
        if let Some(count) = hour.counts.get_mut(&key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                hour.counts.remove(&key);
            }
        }
    }
}

impl Hour {
    fn key(&self, network: Network) -> Option<Network> {
        (self.counts.contains_key(&Some(network)) || self.counts.len() < NETWORKS).then_some(network)
    }
}

impl Service {
    /// Counts a try of a network, whether at a backup or at files behind the relay.
    ///
    /// # Errors
    /// [`BackupError::TooManyTries`]; an event says so once an hour.
    pub async fn take_try(&self, network: Network, now: UnixTime, limit: u32) -> Result<(), BackupError> {
        let taken = self.tries().take(network, now, limit);
        self.admit_try(taken, network, now, limit).await
    }

    /// Gives a try back that turned out to be none.
    pub fn give_try_back(&self, network: Network) {
        self.tries().give_back(network);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn network(text: &str) -> Network {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn a_network_above_its_limit_waits_for_the_next_hour_and_others_do_not() {
        let (tries, a, b) = (Tries::default(), network("192.0.2.1"), network("192.0.2.2"));
        let at = UnixTime::from_secs;
        assert_eq!(tries.take(a, at(7_200), 2), Taken::Yes);
        assert_eq!(tries.take(a, at(7_201), 2), Taken::Yes);
        assert_eq!(tries.take(a, at(7_202), 2), Taken::FirstRefused);
        assert_eq!(tries.take(a, at(10_799), 2), Taken::Refused);
        assert_eq!(tries.take(b, at(10_799), 2), Taken::Yes);
        assert_eq!(try_again_at(at(10_799)), at(10_800));
        assert_eq!(tries.take(a, at(10_800), 2), Taken::Yes);
    }

    #[test]
    fn a_try_given_back_can_be_taken_again() {
        let (tries, a) = (Tries::default(), network("192.0.2.1"));
        for _ in 0..10 {
            assert_eq!(tries.take(a, UnixTime::from_secs(1), 1), Taken::Yes);
            tries.give_back(a);
        }
    }

    #[test]
    fn more_networks_than_are_counted_share_one_count() {
        let tries = Tries::default();
        for number in 0..NETWORKS as u32 {
            let address = IpAddr::from(number.to_be_bytes());
            assert_eq!(tries.take(address.into(), UnixTime::from_secs(1), 1), Taken::Yes);
        }
        assert_eq!(tries.take(network("192.0.2.1"), UnixTime::from_secs(1), 1), Taken::Yes);
        assert_eq!(tries.take(network("192.0.2.2"), UnixTime::from_secs(1), 1), Taken::FirstRefused);
        assert!(tries.0.lock().unwrap().counts.len() <= NETWORKS + 1);
    }
}
