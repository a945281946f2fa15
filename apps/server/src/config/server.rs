//! The top level of the file: where the data is, and where the server is reached.

use super::{
    log::{Format, Level},
    setting::{Setting, one},
};
use protocol::statement::ServerUrl;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};
use tracing_subscriber::filter::LevelFilter;

section! {
    /// The server. These keys stand at the top of the file, before any section.
    Server, "" {
        /// The data folder: database and master key. Made at the first start, for its owner alone.
        data: PathBuf = default_data(), "`/var/lib/countersign` for root; else `$XDG_DATA_HOME/countersign`, `~/.local/share/countersign`, or `countersign-data` where there is no home folder";
        /// Where the server listens. Port 0 takes a free one.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8443)), "`0.0.0.0:8443`";
        /// The addresses machines reach the server under, best first. They are put into join codes, into the
        /// statement machines believe, and into the built-in certificate. A machine follows a change when it next
        /// speaks to the server, so keep the old address until all have.
        urls: Option<Vec<ServerUrl>> = None, "`https://HOSTNAME:PORT`, or the listening address where that is one of this machine only";
        /// Where people get the authenticator app, shown on the sign-in screen. It has to have a certificate that
        /// phones trust. Without it, screens say “any authenticator app”.
        app_url: Option<AppUrl> = None, "none";
        /// The least important thing that is written to the log on standard error. Secrets are never logged.
        log: Level = Level(LevelFilter::INFO), "`info`";
        /// What lines of the log look like: `text` for people, `json` with one object a line for programs.
        log_format: Format = Format::Text, "`text`";
    }
}

/// Where the authenticator lives: an `https` address of at most 255 visible characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct AppUrl(String);

impl AppUrl {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for AppUrl {
    const TAKES: &'static str = "an address that starts with `https://`";

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        let host = text.strip_prefix("https://").unwrap_or_default();
        let good = !host.is_empty()
            && !host.starts_with(['/', ':'])
            && text.len() <= 255
            && text.bytes().all(|b| b.is_ascii_graphic());
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("“{text}” is not an address that starts with https://"))
        }
    }
}

fn default_data() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/countersign");
    }
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    folder("XDG_DATA_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".local/share")))
        .map_or_else(|| PathBuf::from("countersign-data"), |share| share.join("countersign"))
}
