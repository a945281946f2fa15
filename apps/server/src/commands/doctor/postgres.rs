//! A PostgreSQL database: whether it keeps what it was told, and whether it is the only one.

use super::Findings;
use service::Service;
use store::{DbError, Rx, params};

/// What the database is set to.
struct Settings {
    fsync: String,
    full_page_writes: String,
    synchronous_commit: String,
    encrypted: bool,
    /// Standbys that are connected, and those that a commit waits for.
    standbys: u64,
    waited_for: u64,
    version: String,
}

/// Looks at the settings that a code being accepted once depends on.
pub(super) fn settings(service: &Service, findings: &mut Findings) {
    let Some(address) = service.store().postgres() else { return };
    let place = address.place();
    let settings = match service.store().read(read) {
        Ok(settings) => settings,
        Err(error) => return findings.bad(format!("the settings of {place} cannot be read: {error}")),
    };
    for (name, value) in [("fsync", &settings.fsync), ("full_page_writes", &settings.full_page_writes)] {
        if value != "on" {
            findings.bad(format!(
                "{name} is {value} at {place}: what was answered can be lost, and a code be taken twice; set it to on"
            ));
        }
    }
    // Where it is off by default, our connections set it; this is as one of them sees it.
    if matches!(settings.synchronous_commit.as_str(), "off" | "local") {
        findings.bad(format!(
            "synchronous_commit is {} at {place}, and cannot be set: answers leave before they are durable",
            settings.synchronous_commit
        ));
    } else {
        findings.good(format!(
            "{place} is PostgreSQL {} and makes each commit durable (synchronous_commit is {})",
            settings.version, settings.synchronous_commit
        ));
    }
    if settings.standbys > 0 && settings.waited_for == 0 {
        findings.bad(format!(
            "{place} has {} standbys and waits for none of them: when one takes over, the codes of the last moments can \
             be taken again; set synchronous_standby_names",
            settings.standbys
        ));
    }
    if address.wants_tls() && !settings.encrypted {
        findings.bad(format!("the connection to {place} is not encrypted"));
    }
}

fn read(rx: &Rx<'_>) -> Result<Settings, DbError> {
    rx.query_one(
        "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
                COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
                (SELECT count(*) FROM pg_stat_replication),
                (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')),
                current_setting('server_version')",
        params![],
        |row| {
            Ok(Settings {
                fsync: row.get(0)?,
                full_page_writes: row.get(1)?,
                synchronous_commit: row.get(2)?,
                encrypted: row.get(3)?,
                standbys: row.get(4)?,
                waited_for: row.get(5)?,
                version: row.get(6)?,
            })
        },
    )
}
