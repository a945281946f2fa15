//! Counts tries, so that nobody may guess for long.

use model::UnixTime;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

const HOUR: u64 = 3_600;
/// Places counted apart in an hour. Those that come when so many have been wrong are counted as one: memory is bounded,
/// and whoever has that many networks gets no more tries from more of them.
const PLACES: usize = 65_536;

/// What was tried wrongly from each place, a network or a gateway, in the hour under way.
///
/// Kept in memory, per node: a try is counted before it is looked at, and what it stops is not worth a write.
#[derive(Debug)]
pub(crate) struct Tries<Place>(Mutex<Hour<Place>>);

#[derive(Debug)]
struct Hour<Place> {
    number: u64,
    counts: HashMap<Option<Place>, u32>,
}

impl<Place> Default for Tries<Place> {
    fn default() -> Self {
        Self(Mutex::new(Hour { number: 0, counts: HashMap::new() }))
    }
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

/// When a place that has no tries left gets new ones.
pub(crate) fn try_again_at(now: UnixTime) -> UnixTime {
    UnixTime::from_secs((now.as_secs() / HOUR + 1) * HOUR)
}

impl<Place: Clone + Eq + Hash> Tries<Place> {
    /// Counts a try.
    pub(crate) fn take(&self, place: &Place, now: UnixTime, limit: u32) -> Taken {
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.as_secs() / HOUR;
        if hour.number != number {
            hour.number = number;
            hour.counts.clear();
        }
        let key = hour.key(place);
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
    pub(crate) fn give_back(&self, place: &Place) {
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = hour.key(place);
        if let Some(count) = hour.counts.get_mut(&key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                hour.counts.remove(&key);
            }
        }
    }
}

impl<Place: Clone + Eq + Hash> Hour<Place> {
    fn key(&self, place: &Place) -> Option<Place> {
        let own = Some(place.clone());
        if self.counts.contains_key(&own) || self.counts.len() < PLACES { own } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::Network;
    use std::net::IpAddr;

    fn network(text: &str) -> Network {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn a_network_above_its_limit_waits_for_the_next_hour_and_others_do_not() {
        let (tries, a, b) = (Tries::default(), network("192.0.2.1"), network("192.0.2.2"));
        let at = UnixTime::from_secs;
        assert_eq!(tries.take(&a, at(7_200), 2), Taken::Yes);
        assert_eq!(tries.take(&a, at(7_201), 2), Taken::Yes);
        assert_eq!(tries.take(&a, at(7_202), 2), Taken::FirstRefused);
        assert_eq!(tries.take(&a, at(10_799), 2), Taken::Refused);
        assert_eq!(tries.take(&b, at(10_799), 2), Taken::Yes);
        assert_eq!(try_again_at(at(10_799)), at(10_800));
        assert_eq!(tries.take(&a, at(10_800), 2), Taken::Yes);
    }

    #[test]
    fn a_try_given_back_can_be_taken_again() {
        let (tries, a) = (Tries::default(), network("192.0.2.1"));
        for _ in 0..10 {
            assert_eq!(tries.take(&a, UnixTime::from_secs(1), 1), Taken::Yes);
            tries.give_back(&a);
        }
    }

    #[test]
    fn more_networks_than_are_counted_share_one_count() {
        let tries = Tries::default();
        for number in 0..PLACES as u32 {
            let address = IpAddr::from(number.to_be_bytes());
            assert_eq!(tries.take(&address.into(), UnixTime::from_secs(1), 1), Taken::Yes);
        }
        assert_eq!(tries.take(&network("192.0.2.1"), UnixTime::from_secs(1), 1), Taken::Yes);
        assert_eq!(tries.take(&network("192.0.2.2"), UnixTime::from_secs(1), 1), Taken::FirstRefused);
        assert!(tries.0.lock().unwrap().counts.len() <= PLACES + 1);
    }
}
