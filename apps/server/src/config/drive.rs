//! Google Drive as a place for the authenticator's backups.

use super::{
    ConfigError,
    relay::Folder,
    setting::{Setting, one},
};
use model::Secret;
use std::{path::Path, sync::Arc};

section! {
    /// Google Drive as a place for backups of the authenticator: the folder there that only the app sees
    /// (`drive.appdata`). You register a client of the kind “Web application” with Google, whose redirect address is
    /// that of the app, such as `https://countersign.example/app/`. Not tried against the real service.
    Drive, "drive" {
        /// The client's id. Setting it, and the secret, turns Google Drive on.
        client_id: Option<ClientId> = None, "none: off";
        /// The client's secret. It stays on the server.
        client_secret: Option<ClientSecret> = None, "none";
        /// Where people sign in.
        accounts: Folder = Folder::of("accounts.google.com"), "Google's";
        /// Where their signing in is exchanged for access. Another one than Google's, such as a gateway of your own,
        /// may be inside the network, and so may `api`.
        tokens: Folder = Folder::of("oauth2.googleapis.com"), "Google's";
        /// Where the files are.
        api: Folder = Folder::of("www.googleapis.com"), "Google's";
    }
}

impl Drive {
    /// One of the two alone is a mistake.
    pub(super) fn check(&self, path: &Path) -> Result<(), ConfigError> {
        if self.client_id.is_some() != self.client_secret.is_some() {
            return Err(ConfigError::Value {
                place: path.display().to_string(),
                what: "[drive] takes client_id and client_secret, both or none".to_owned(),
            });
        }
        Ok(())
    }
}

/// The id of a client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ClientId(pub(crate) String);

impl Setting for ClientId {
    const TAKES: &'static str = "an id of letters, digits, dots, dashes and underscores";

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        let good = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
        if good { Ok(Self(text.to_owned())) } else { Err(format!("“{text}” is no client id")) }
    }
}

/// The secret of a client.
#[derive(Clone, Debug)]
pub(crate) struct ClientSecret(pub(crate) Arc<Secret>);

impl Setting for ClientSecret {
    const TAKES: &'static str = "a secret";

    fn parse(values: &[String]) -> Result<Self, String> {
        match one(values) {
            "" => Err("the secret is empty".to_owned()),
            text => Ok(Self(Arc::new(Secret::from_text(text.to_owned())))),
        }
    }
}
