//! `countersign doctor`: what is or will be the matter, each in a sentence that says what to do.

mod boxes;
mod directory;
mod keys;
mod postgres;
mod reach;

use crate::{
    app,
    config::{Config, misspelled_variables},
    folder::Folder,
    output, site, tls,
};
use anyhow::bail;
use model::UnixTime;
use protocol::statement::Statement;
use reach::Reached;
use serde::Serialize;
use service::{AdminError, Service, audit};
use std::time::Duration;

/// No server has run before this was written (2026-01-01).
const EPOCH: UnixTime = UnixTime::from_secs(1_767_225_600);
/// Rounds of the measurement of the disk.
const FSYNC_ROUNDS: u32 = 20;
/// Above this, sign-ins are waited for noticeably: two commits each.
const SLOW_FSYNC: Duration = Duration::from_millis(20);
/// Less room than this on the disk is soon none.
const ROOM: u64 = 256 * 1024 * 1024;
/// A certificate that is good for less than this wants a look.
const CERTIFICATE: Duration = Duration::from_secs(21 * 86_400);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The oldest that the last backup may be, in days.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    backup_days: u32,
    #[arg(long, help = "Print JSON")]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    /// As it should be.
    Good,
    /// Worth knowing; the server works.
    Note,
    /// Something does not work, or soon will not.
    Bad,
}

#[derive(Serialize)]
struct Finding {
    level: Level,
    text: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn good(&mut self, text: impl Into<String>) {
        self.0.push(Finding { level: Level::Good, text: text.into() });
    }

    fn note(&mut self, text: impl Into<String>) {
        self.0.push(Finding { level: Level::Note, text: text.into() });
    }

    fn bad(&mut self, text: impl Into<String>) {
        self.0.push(Finding { level: Level::Bad, text: text.into() });
    }
}

pub(crate) fn run(config: &Config, args: &Args) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    look(config, args, &mut findings);
    let bad = findings.0.iter().filter(|finding| finding.level == Level::Bad).count();
    if args.json {
        output::json(&findings.0)?;
    } else {
        for finding in &findings.0 {
            let mark = match finding.level {
                Level::Good => "good",
                Level::Note => "note",
                Level::Bad => "BAD ",
            };
            output::line(&format!("{mark}  {}", finding.text))?;
        }
    }
    if bad == 0 { Ok(()) } else { bail!("{bad} of these want to be put right") }
}

fn look(config: &Config, args: &Args, findings: &mut Findings) {
    for (name, near) in misspelled_variables() {
        findings.note(format!("{name} is no setting; if {near} is meant, rename it"));
    }
    let folder = match Folder::find(config) {
        Ok(folder) => folder,
        Err(error) => return findings.bad(format!("{error:#}")),
    };
    permissions(&folder, findings);
    keys::files(&folder, findings);
    room(&folder, findings);
    certificate(config, findings);
    if config.server.app_url.is_none() {
        let there = if site::is_there() { "; this server has the authenticator at /app/" } else { "" };
        findings.note(format!(
            "app_url is not set, so sign-in screens say “any authenticator app”: phones install an app only from an \
             address with a certificate they trust; set app_url once there is one{there}"
        ));
    }
    let service = match folder.service(app::now()) {
        Ok(service) => service,
        Err(error) => return findings.bad(format!("{error:#}")),
    };
    findings.good(format!("{} opens, and master.key fits it", folder.database().display()));
    let key = service.signing_key().verifying_key().fingerprint();
    findings.good(format!("the signing key has the fingerprint {key}; machines show the same one"));
    postgres::settings(&service, findings);
    keys::sealed(&service, &folder, findings);
    boxes::room(config, &service, findings);
    keys::backup(&service, args.backup_days, findings);
    directory::look(config, &service, findings);
    clock(&service, findings);
    match service::keys::statement(&service) {
        Ok(Some(statement)) => {
            addresses(&statement, findings);
            authenticator(config, &statement, findings);
        }
        Ok(None) => findings.note("the server has not run yet; start it once with `countersign serve`"),
        Err(error) => findings.bad(format!("the statement of keys cannot be read: {error}")),
    }
}

fn permissions(folder: &Folder, findings: &mut Findings) {
    let path = folder.path().display();
    match folder.open_to_others() {
        Ok(false) => findings.good(format!("only its owner can enter {path}")),
        Ok(true) => findings
            .bad(format!("others than the owner can enter {path}; take it from them: chmod 700 {path}")),
        Err(error) => findings.bad(format!("cannot look into {path}: {error}")),
    }
}

fn room(folder: &Folder, findings: &mut Findings) {
    let path = folder.path();
    if let Ok(disk) = rustix::fs::statvfs(path) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let text = format!("{} MB are free on the disk of {}", free >> 20, path.display());
        if free < ROOM {
            findings.bad(format!("{text}; make room: on a full disk nobody signs in with a code"));
        } else {
            findings.good(text);
        }
    }
    match store::fsync_probe(path, FSYNC_ROUNDS) {
        Ok(times) if times.median > SLOW_FSYNC => findings.note(format!(
            "the disk takes {} ms to make a write durable (slowest {} ms), which people wait for at each sign-in; put \
             the data on a faster disk",
            times.median.as_millis(),
            times.worst.as_millis()
        )),
        Ok(times) => findings.good(format!(
            "the disk makes a write durable in {:.1} ms (slowest {:.1} ms)",
            times.median.as_secs_f64() * 1e3,
            times.worst.as_secs_f64() * 1e3
        )),
        Err(error) => findings.bad(format!("{} cannot be written: {error}", path.display())),
    }
}

fn certificate(config: &Config, findings: &mut Findings) {
    if config.acme.enabled() {
        return findings.good(format!(
            "a certificate for {} is obtained by ACME; failures are in the server's log",
            config.acme.names().join(", ")
        ));
    }
    let Some((certificate, key)) = config.tls.files() else {
        return findings.note(
            "the certificate is the built-in one: machines know it by its key, browsers and phones warn of it",
        );
    };
    let path = certificate.display();
    match tls::from_files(certificate, key).and_then(|certified| tls::validity(&certified)) {
        Ok((_, end)) if end <= app::now() => {
            findings.bad(format!("the certificate in {path} ran out on {end}; renew it"))
        }
        Ok((_, end)) if end.since(app::now()) < CERTIFICATE => {
            findings.note(format!("the certificate in {path} runs out on {end}; renew it"));
        }
        Ok((_, end)) => findings.good(format!("the certificate in {path} is good until {end}")),
        Err(error) => findings.bad(format!("{error:#}")),
    }
}

fn clock(service: &Service, findings: &mut Findings) {
    let now = app::now();
    let newest = service.read(|rx| audit::list(rx, &audit::Wanted::default(), 1));
    let newest = match newest {
        Ok(entries) => entries
            .first()
            .and_then(|entry| serde_json::from_str::<domain::AuditEvent>(&entry.event).ok())
            .map(|event| event.at),
        Err(error) => return findings.bad(AdminError::to_string(&error)),
    };
    if now < EPOCH {
        findings.bad(format!("the clock says {now}, which cannot be; set it, and keep it with NTP"));
    } else if let Some(last) = newest.filter(|last| *last > now.plus(Duration::from_secs(60))) {
        findings.bad(format!(
            "the clock says {now}, but the last event is of {last}: it was or is wrong; codes are refused meanwhile; \
             set it, and keep it with NTP"
        ));
    } else {
        findings.good(format!("the clock says {now}; if that is more than a few seconds off, set it"));
    }
}

fn addresses(statement: &Statement, findings: &mut Findings) {
    for url in statement.urls() {
        let host = tls::host(url);
        if host == "localhost" || host.starts_with("127.") || host == "::1" {
            findings.note(format!("{url} is an address that only this machine reaches; set urls for others"));
        }
        match reach::reach(url, statement) {
            Ok(Reached::Ours) => findings.good(format!("{url} is answered by this server")),
            Ok(Reached::Other) => findings.bad(format!(
                "{url} is answered with a TLS key that is not this server's, which machines refuse; let the connection \
                 through to this server untouched, or give it that certificate with [tls]"
            )),
            Err(error) => findings.note(format!(
                "{url} cannot be reached from here ({error}); if the server runs, check name, port and firewall"
            )),
        }
    }
}

/// Whether `app_url` leads to an authenticator, as far as that can be told: where it is one of this server's addresses.
fn authenticator(config: &Config, statement: &Statement, findings: &mut Findings) {
    let Some(app_url) = config.server.app_url.as_ref().map(|url| url.as_str()) else { return };
    let path = statement.urls().iter().find_map(|url| app_url.strip_prefix(url.as_str()));
    let Some(path) = path.filter(|path| path.is_empty() || path.starts_with('/')) else {
        return findings
            .good(format!("people get the authenticator at {app_url}, which is not looked at from here"));
    };
    if !site::is_there() {
        return findings.bad(format!(
            "app_url is {app_url}, but this server was built without the authenticator; use a build that has it, or \
             name the place where it is"
        ));
    }
    if path.trim_end_matches('/') != "/app" {
        return findings
            .bad(format!("app_url is {app_url}, but the authenticator is at /app/ of this server"));
    }
    if !config.acme.enabled() && config.tls.files().is_none() {
        return findings.bad(format!(
            "app_url is {app_url}, but phones do not trust the built-in certificate; give the server another one with \
             [tls] or [acme]"
        ));
    }
    findings.good(format!("the authenticator is served at {app_url}"));
}
