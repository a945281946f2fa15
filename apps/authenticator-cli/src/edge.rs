//! The clock and the operating system's randomness, read in this file alone.

use model::UnixTime;
use rand_core::UnwrapErr;
use std::time::{SystemTime, UNIX_EPOCH};

/// The machine's clock.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the clock for all others")]
pub(crate) fn now() -> UnixTime {
    UnixTime::from_secs(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Randomness fit for keys. Panics when the system has none, which no caller could do anything about.
pub(crate) fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}
