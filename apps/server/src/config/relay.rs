//! File servers that the authenticator may reach through this one.

use super::setting::{Setting, one};
use std::path::PathBuf;
use web::relay::Target;

section! {
    /// File servers (WebDAV) that the authenticator may keep its backups on, through this server, since browsers cannot
    /// reach them by themselves. Nothing else is reached: an address has to begin with one of these, its name is looked
    /// up once, and redirects are not followed. Names and passwords are passed on and kept nowhere.
    Relay, "relay" {
        /// File servers in the public internet, each with the path of a folder. A name that leads to an address inside
        /// the network is refused.
        webdav: Targets = Targets(Vec::new()), "none: off";
        /// File servers that may be inside the network. Anybody who reaches this server can then send requests to these
        /// folders.
        webdav_internal: Targets = Targets(Vec::new()), "none";
        /// A PEM file with a root that certificates of file servers lead to, for one inside a company; the system's
        /// roots are believed as well. Holds for what `[drive]` and `[icloud]` name, too.
        ca: Option<PathBuf> = None, "none";
    }
}

/// A list of targets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Targets(Vec<Target>);

impl Setting for Targets {
    const TAKES: &'static str = "a list of folders, such as `https://cloud.example/remote.php/dav/`";
    const LIST: bool = true;

    fn parse(values: &[String]) -> Result<Self, String> {
        let targets = values.iter().map(|text| text.parse().map_err(|error| format!("“{text}”: {error}")));
        targets.collect::<Result<_, _>>().map(Self)
    }
}

/// The address of a service, with the path that everything of it is below. What is not the usual one may be inside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Folder(pub(crate) Target);

impl Folder {
    /// All of this host, in the public internet.
    pub(super) fn of(host: &'static str) -> Self {
        Self(Target::whole(host))
    }
}

impl Setting for Folder {
    const TAKES: &'static str = "an address that starts with `https://` and ends with a slash";

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        let mut target: Target = text.parse().map_err(|error| format!("“{text}”: {error}"))?;
        target.internal = true;
        Ok(Self(target))
    }
}

impl Relay {
    /// All targets, each saying whether it may be inside.
    pub(crate) fn targets(&self) -> Vec<Target> {
        let mut targets = self.webdav.0.clone();
        targets.extend(self.webdav_internal.0.iter().cloned().map(|mut target| {
            target.internal = true;
            target
        }));
        targets
    }
}
