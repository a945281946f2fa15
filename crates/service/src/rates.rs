use model::{MachineId, UnixTime};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How many requests each machine has made in the minute under way.
///
/// Kept in memory, per node: it stops a machine gone wild, and what it stops is not worth a write.
#[derive(Debug, Default)]
pub struct Rates(Mutex<Minute>);

#[derive(Debug, Default)]
struct Minute {
    number: u64,
    counts: HashMap<MachineId, u32>,
}

impl Rates {
    /// Counts a request. `false`: it is above the limit.
    pub fn allow(&self, machine: MachineId, now: UnixTime, limit: u32) -> bool {
        let number = now.as_secs() / 60;
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            minute.number = number;
            minute.counts.clear();
        }
        let count = minute.counts.entry(machine).or_default();
        *count = count.saturating_add(1);
        *count <= limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_above_its_limit_waits_for_the_next_minute_and_others_do_not() {
        let rates = Rates::default();
        let (a, b) = (MachineId::from_bytes([1; 16]), MachineId::from_bytes([2; 16]));
        let at = |secs| UnixTime::from_secs(secs);
        assert!(rates.allow(a, at(60), 2) && rates.allow(a, at(61), 2));
        assert!(!rates.allow(a, at(119), 2) && rates.allow(b, at(119), 2));
        assert!(rates.allow(a, at(120), 2));
    }
}
