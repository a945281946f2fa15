//! What Linux tells of a process under `/proc`.

use anyhow::{Context, Result};
use std::{fs, path::PathBuf, time::Duration};

/// The thread of the server that writes to the database.
const WRITER: &str = "store-writer";

/// A running process.
#[derive(Clone)]
pub(crate) struct Process(PathBuf);

/// Processor time used since the process began.
#[derive(Clone, Copy, Default)]
pub(crate) struct Used {
    /// By all threads that still run.
    pub(crate) all: Duration,
    /// By the thread that writes to the database.
    pub(crate) writer: Duration,
}

/// Length of a tick in `/proc/stat`: Linux tells processor time to programs in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// Processor time used by everything on this machine, and taken by other virtual machines.
///
/// # Errors
/// When this is not Linux.
pub(crate) fn used_by_all() -> Result<Duration> {
    let text = fs::read_to_string("/proc/stat").context("no /proc to read processor time from")?;
    let line =
        text.lines().next().and_then(|line| line.strip_prefix("cpu ")).context("no total in /proc/stat")?;
    let ticks: Vec<u32> = line.split_whitespace().map_while(|ticks| ticks.parse().ok()).collect();
    // user, nice, system, idle, waiting for the disk, two kinds of interrupts, stolen; guests are in user already.
    let busy = [0, 1, 2, 5, 6, 7].into_iter().filter_map(|at| ticks.get(at)).sum::<u32>();
    Ok(TICK * busy)
}

impl Process {
    pub(crate) fn new(id: u32) -> Self {
        Self(format!("/proc/{id}").into())
    }

    /// Processor time used so far.
    ///
    /// # Errors
    /// When the process is gone or this is not Linux.
    pub(crate) fn used(&self) -> Result<Used> {
        let mut used = Used::default();
        for thread in fs::read_dir(self.0.join("task")).context("no /proc to read processor time from")? {
            let folder = thread?.path();
            // A thread may end between the two reads.
            let Ok(text) = fs::read_to_string(folder.join("schedstat")) else { continue };
            let on_cpu = text.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse().ok());
            let on_cpu = Duration::from_nanos(on_cpu.context("schedstat has another form")?);
            used.all += on_cpu;
            if fs::read_to_string(folder.join("comm")).is_ok_and(|name| name.trim() == WRITER) {
                used.writer += on_cpu;
            }
        }
        Ok(used)
    }

    /// Resident memory now, in bytes.
    ///
    /// # Errors
    /// As [`Self::used`].
    pub(crate) fn resident(&self) -> Result<u64> {
        self.kilobytes("VmRSS:")
    }

    /// The most resident memory so far, in bytes.
    ///
    /// # Errors
    /// As [`Self::used`].
    pub(crate) fn most_resident(&self) -> Result<u64> {
        self.kilobytes("VmHWM:")
    }

    fn kilobytes(&self, name: &str) -> Result<u64> {
        let text = fs::read_to_string(self.0.join("status")).context("no /proc to read memory from")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).context("no such line in status")?;
        let number = line.split_whitespace().next().context("an empty line in status")?;
        Ok(number.parse::<u64>()? * 1024)
    }
}

impl Used {
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self { all: self.all.saturating_sub(earlier.all), writer: self.writer.saturating_sub(earlier.writer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_time_and_memory() {
        let this = Process::new(std::process::id());
        let before = this.used().unwrap();
        let mut sum = 0u64;
        for n in 0..20_000_000u64 {
            sum = std::hint::black_box(sum ^ n);
        }
        let used = this.used().unwrap().since(before);
        assert!(used.all > Duration::ZERO && used.writer == Duration::ZERO, "{sum}");
        let (now, most) = (this.resident().unwrap(), this.most_resident().unwrap());
        assert!(now > 500_000 && most >= now / 2, "{now} {most}");
    }
}
