//! How fast the disk makes things durable: the floor under every answer that has to be on disk first.

use std::{
    fs::{self, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

/// Times of writing one page and syncing it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FsyncTimes {
    /// Half were quicker.
    pub median: Duration,
    /// The slowest.
    pub worst: Duration,
}

/// Measures the disk under a folder by rewriting and syncing one page, as a commit does; `rounds` of at least 1.
///
/// # Errors
/// When a file in the folder cannot be made, written or synced.
pub fn fsync_probe(folder: &Path, rounds: u32) -> io::Result<FsyncTimes> {
    let path = folder.join(format!("fsync-probe-{}", std::process::id()));
    let times = measure(&path, rounds.max(1));
    let removed = fs::remove_file(&path);
    let mut times = times?;
    removed?;
    times.sort_unstable();
    Ok(FsyncTimes {
        median: times.get(times.len() / 2).copied().unwrap_or_default(),
        worst: times.last().copied().unwrap_or_default(),
    })
}

fn measure(path: &Path, rounds: u32) -> io::Result<Vec<Duration>> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    let mut times = Vec::new();
    // The first round makes the file longer, which costs more and is not what is asked.
    for round in 0..=rounds {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&[round as u8; 4096])?;
        let start = Instant::now();
        file.sync_all()?;
        if round > 0 {
            times.push(start.elapsed());
        }
    }
    Ok(times)
}
