//! How far something is, on one line of a terminal. Where standard error is none, nothing is shown.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// Often enough to look alive.
const EVERY: Duration = Duration::from_millis(200);

/// A line that is written over; gone when this is dropped.
pub(crate) struct Progress {
    shown: bool,
    what: &'static str,
    last: Option<Instant>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { shown: io::stderr().is_terminal(), what: "", last: None }
    }

    /// Begins the next part, of which it is not known how long it takes.
    pub(crate) fn part(&mut self, what: &'static str) {
        self.what = what;
        self.last = None;
        self.write(&format!("{what} …"));
    }

    /// So much of the part is done.
    pub(crate) fn at(&mut self, done: u64, all: u64) {
        if self.last.is_none_or(|last| last.elapsed() >= EVERY) {
            self.last = Some(Instant::now());
            let percent = done.saturating_mul(100).checked_div(all).unwrap_or(100).min(100);
            self.write(&format!("{} … {percent} %", self.what));
        }
    }

    fn write(&self, text: &str) {
        if self.shown {
            // Nobody may be looking any more.
            let _ = write!(io::stderr().lock(), "\r\x1b[K{text}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.write("");
    }
}
