//! Counts how often Windows' sign-in screen broke while the provider was in it.

use protocol::settings::Settings;
use std::sync::atomic::{AtomicU32, Ordering};

/// Broken starts in a row. Kept in memory: an agent that starts anew counts anew.
///
/// A start is broken when the sign-in screen's process ended with an error status while it was connected. Cutting the
/// power, closing a Remote Desktop window or Windows ending the process is none, so that none of them makes the
/// provider step aside.
#[derive(Debug, Default)]
pub struct Sentinel(AtomicU32);

impl Sentinel {
    /// The sign-in screen broke. The number of times in a row.
    pub fn broke(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// A view was closed in order, or somebody got in.
    pub fn worked(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether the provider is to step aside by what is set on this PC.
    pub fn has_stepped_aside(&self, settings: &Settings) -> bool {
        settings.step_aside_after > 0 && self.0.load(Ordering::Relaxed) >= settings.step_aside_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(step_aside_after: u32) -> Settings {
        Settings { step_aside_after, ..Settings::default() }
    }

    #[test]
    fn it_steps_aside_after_as_many_broken_starts_in_a_row_as_is_set() {
        let sentinel = Sentinel::default();
        sentinel.broke();
        sentinel.broke();
        assert!(!sentinel.has_stepped_aside(&after(3)) && sentinel.has_stepped_aside(&after(2)));
        sentinel.worked();
        assert!(!sentinel.has_stepped_aside(&after(2)));
        assert_eq!(sentinel.broke(), 1);
    }

    #[test]
    fn it_never_does_unless_that_is_set() {
        let sentinel = Sentinel::default();
        for _ in 0..1000 {
            sentinel.broke();
        }
        assert!(!sentinel.has_stepped_aside(&after(0)));
    }
}
