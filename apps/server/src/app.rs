//! What a command has at hand: the data folder, the clock, and who gives it.

use crate::{config::Config, folder::Folder};
use domain::Actor;
use model::UnixTime;
use rand_core::{CryptoRng, UnwrapErr};
use service::{Entropy, Service, Work};
use std::{fs, sync::Arc, time::SystemTime};

/// One command's surroundings.
pub(crate) struct App<'a> {
    config: &'a Config,
}

impl<'a> App<'a> {
    pub(crate) const fn new(config: &'a Config) -> Self {
        Self { config }
    }

    /// The data folder that is there.
    pub(crate) fn folder(&self) -> anyhow::Result<Folder> {
        Folder::find(self.config)
    }

    /// The use cases over the data that is there. Never makes a data folder.
    pub(crate) fn service(&self) -> anyhow::Result<Service> {
        self.folder()?.service(now())
    }

    /// Runs one use case as the administrator at this terminal.
    pub(crate) fn work<T, E, F>(&self, f: F) -> anyhow::Result<T>
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<service::Trouble> + std::error::Error + Send + Sync + 'static,
    {
        Ok(self.service()?.work_blocking(now(), actor(), f)?)
    }
}

/// This moment. A clock before 1970 reads as 1970, which `doctor` names.
#[expect(clippy::disallowed_methods, reason = "the one place where the server reads the clock")]
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixTime::from_secs(since.as_secs())
}

/// This moment in milliseconds since 1970, for apps that compare their clock.
#[expect(clippy::disallowed_methods, reason = "the one place where the server reads the clock")]
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The operating system's randomness. Where it fails, the program must not go on.
pub(crate) fn rng() -> Box<dyn CryptoRng + Send> {
    Box::new(UnwrapErr(getrandom::SysRng))
}

/// The same, as the use cases take it.
pub(crate) fn entropy() -> Entropy {
    Arc::new(rng)
}

/// Who gives the command, for the audit trail.
pub(crate) fn actor() -> Actor {
    Actor::CommandLine(user_name())
}

/// The name of the user this process runs as, by its number: the environment says whatever it was told. With sudo,
/// also who called it, which is its word and no proof.
pub(crate) fn user_name() -> String {
    let uid = rustix::process::getuid().as_raw();
    let list = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = list.lines().find_map(|line| {
        let mut parts = line.split(':');
        let (name, _, id) = (parts.next()?, parts.next()?, parts.next()?);
        (id.parse() == Ok(uid)).then(|| name.to_owned())
    });
    let name = name.unwrap_or_else(|| format!("uid {uid}"));
    match std::env::var("SUDO_USER") {
        Ok(by) if uid == 0 && !by.is_empty() => {
            let by: String = by.chars().filter(|c| !c.is_control()).take(64).collect();
            format!("{name} (sudo by {by})")
        }
        _ => name,
    }
}
