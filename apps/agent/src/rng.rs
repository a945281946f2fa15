//! The operating system's randomness.

use rand_core::UnwrapErr;

/// Randomness fit for keys. Panics when the system has none, which no caller could do anything about.
pub(crate) fn system_rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}
