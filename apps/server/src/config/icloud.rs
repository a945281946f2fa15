//! iCloud as a place for the authenticator's backups.

use super::{
    ConfigError,
    drive::ClientSecret,
    relay::Folder,
    setting::{Setting, one},
};
use std::path::Path;

section! {
    /// iCloud as a place for backups of the authenticator, by CloudKit's web services. You need a container with Apple
    /// that has a record type `Backup` with a field `content` of bytes, and an API token for it whose sign-in comes back
    /// to the address of the app, such as `https://countersign.example/app/`. Not tried against the real service.
    Icloud, "icloud" {
        /// The container. Setting it, and the token, turns iCloud on.
        container: Option<Container> = None, "none: off";
        /// The container's API token.
        token: Option<ClientSecret> = None, "none";
        /// The environment of the container.
        environment: Environment = Environment("production"), "`production`";
        /// Where the web services are. Another one than Apple's, such as a gateway of your own, may be inside the
        /// network.
        api: Folder = Folder::of("api.apple-cloudkit.com"), "Apple's";
    }
}

impl Icloud {
    /// One of the two alone is a mistake.
    pub(super) fn check(&self, path: &Path) -> Result<(), ConfigError> {
        if self.container.is_some() != self.token.is_some() {
            return Err(ConfigError::Value {
                place: path.display().to_string(),
                what: "[icloud] takes container and token, both or none".to_owned(),
            });
        }
        Ok(())
    }
}

/// The name of a container.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Container(pub(crate) String);

impl Setting for Container {
    const TAKES: &'static str = "a name such as `iCloud.com.example.app`";

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        let good = text.strip_prefix("iCloud.").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
        });
        if good { Ok(Self(text.to_owned())) } else { Err(format!("“{text}” is no container")) }
    }
}

/// An environment of a container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Environment(pub(crate) &'static str);

impl Setting for Environment {
    const TAKES: &'static str = "`development` or `production`";

    fn parse(values: &[String]) -> Result<Self, String> {
        match one(values) {
            "development" => Ok(Self("development")),
            "production" => Ok(Self("production")),
            text => Err(format!("“{text}” is neither development nor production")),
        }
    }
}
