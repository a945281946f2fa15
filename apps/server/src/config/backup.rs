//! Backups of authenticators.

use super::setting::Number;
use service::backup::Limits;
use std::time::Duration;

section! {
    /// Backups of the authenticator app. The app seals them; the server keeps sealed bytes and cannot tell whose they
    /// are, so whoever reaches the server can make one. A network is an IPv4 address, or the first 56 bits of an IPv6
    /// address. Behind a proxy that passes connections on, all people share the proxy's address: raise the limits of a
    /// network there.
    Backup, "backup" {
        /// Whether backups are kept.
        enabled: bool = true, "`true`";
        /// How many versions of each backup are kept, 1 to 1000. The oldest goes when a newer one comes.
        generations: Number<1, 1_000> = Number(10), "10";
        /// How many new backups one network may make in a day (UTC), at most 1000000.
        new_per_day: Number<0, 1_000_000> = Number(200), "200";
        /// How many megabytes one network may write in a day (UTC), at most 1000000. A backup has at most one megabyte,
        /// and usually a few kilobytes.
        mb_per_day: Number<1, 1_000_000> = Number(512), "512";
        /// How many megabytes all versions of all backups may have together, at most 16000000. What would go beyond is
        /// refused.
        total_mb: Number<1, 16_000_000> = Number(10_240), "10240";
        /// How many wrong names and passwords one network may try in an hour, 1 to 100000. It bounds how fast a backup's
        /// password can be guessed; see the security model.
        tries_per_hour: Number<1, 100_000> = Number(30), "30";
        /// After how many days without being read or written a backup is deleted, 30 to 36500. Each deletion is in the
        /// audit trail.
        drop_after_days: Option<Number<30, 36_500>> = None, "none: never";
    }
}

impl Backup {
    /// What the use cases are told; `None`: no backups are kept.
    pub(crate) fn limits(&self) -> Option<Limits> {
        let mb = |megabytes: u32| u64::from(megabytes) << 20;
        self.enabled.then(|| Limits {
            generations: self.generations.0,
            new_boxes_per_day: self.new_per_day.0.into(),
            bytes_per_day: mb(self.mb_per_day.0),
            total_bytes: mb(self.total_mb.0),
            tries_per_hour: self.tries_per_hour.0,
        })
    }

    /// How long a backup may lie unused.
    pub(crate) fn drop_after(&self) -> Option<Duration> {
        self.drop_after_days.map(|days| Duration::from_secs(u64::from(days.0) * 86_400))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::section::Said;
    use std::path::Path;

    #[test]
    fn the_defaults_of_the_configuration_are_those_of_the_use_cases() {
        let said = Said { path: Path::new("c.toml"), table: &toml::Table::new(), env: &|_| None };
        let backup = Backup::read(&said).unwrap();
        assert_eq!(backup.limits(), Some(Limits::default()));
        assert_eq!(backup.drop_after(), None);
    }
}
