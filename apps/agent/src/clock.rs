//! The clock, read in this file alone.

use model::UnixTime;
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// The machine's clock.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the clock for all others")]
pub fn now() -> UnixTime {
    UnixTime::from_secs(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// How many seconds the server's clock is ahead of the machine's, as the server last said under its signature.
#[derive(Debug, Default)]
pub struct ClockOffset(AtomicI64);

impl ClockOffset {
    /// An offset known from before.
    pub const fn new(seconds: i64) -> Self {
        Self(AtomicI64::new(seconds))
    }

    /// Seconds; negative when the server is behind.
    pub fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes the offset at which the server's clock shows `server_time` now.
    pub fn learn(&self, server_time: UnixTime) -> i64 {
        let seconds = server_time.as_secs().cast_signed().saturating_sub(now().as_secs().cast_signed());
        self.0.store(seconds, Ordering::Relaxed);
        seconds
    }

    /// The server's clock, as far as the machine knows.
    pub fn server_now(&self) -> UnixTime {
        now().shifted(self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_bridges_the_difference() {
        let offset = ClockOffset::default();
        offset.learn(now().shifted(-4_000));
        assert!((-4_001..=-3_999).contains(&offset.seconds()));
        assert!(now().since(offset.server_now()).as_secs() >= 3_999);
    }
}
