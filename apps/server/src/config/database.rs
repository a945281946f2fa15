//! Where the data is, when it is not in a file of the data folder.

use super::{
    ConfigError,
    section::Said,
    setting::{Setting, one},
};
use crate::{outgoing_tls, secret_file};
use model::Secret;
use std::path::{Path, PathBuf};
use store::Postgres;

/// The password, where it is in the environment and in no file. Not a key of the file, and in no backup.
pub(crate) const PASSWORD_VARIABLE: &str = "COUNTERSIGN_DATABASE_PASSWORD";

section! {
    /// A PostgreSQL database in place of the file in the data folder, which several servers can work on. See
    /// [PostgreSQL and several nodes](server.md#postgresql-and-several-nodes).
    Database, "database" {
        /// Its address, without a password. Unless the connection stays on this machine it is encrypted, and the
        /// certificate has to be good for the host's name; `?sslmode=disable` at the end leaves that out.
        url: Option<Url> = None, "none: SQLite, in the data folder";
        /// A file with the password, for its owner alone. Without one it is taken from the environment variable
        /// `COUNTERSIGN_DATABASE_PASSWORD`, if that is set.
        password_file: Option<PathBuf> = None, "none";
        /// A PEM file with the root that the database's certificate leads to, for one inside a company; the system's
        /// roots are believed as well.
        ca: Option<PathBuf> = None, "none";
    }
}

/// The address of a PostgreSQL database.
#[derive(Clone, Debug)]
pub(crate) struct Url(Postgres);

impl Setting for Url {
    const TAKES: &'static str = "an address such as `postgres://countersign@db.example:5432/countersign`";

    fn parse(values: &[String]) -> Result<Self, String> {
        // The error has no part of the address, which may have a password in it.
        Postgres::parse(one(values)).map(Self).map_err(|error| error.to_string())
    }
}

/// What opens the database.
#[derive(Debug)]
pub(crate) struct Opening {
    settings: Database,
    password: Option<Secret>,
}

impl Opening {
    pub(super) fn read(said: &Said<'_>, path: &Path) -> Result<Self, ConfigError> {
        let settings = Database::read(said)?;
        let password = (said.env)(PASSWORD_VARIABLE).map(Secret::from_text);
        if settings.url.is_none() && (settings.password_file.is_some() || settings.ca.is_some()) {
            let what =
                "database.url is not set; without it the other keys of [database] say nothing".to_owned();
            return Err(ConfigError::Value { place: format!("{} [database]", path.display()), what });
        }
        Ok(Self { settings, password })
    }

    /// The database; `None`: the file in the data folder.
    ///
    /// # Errors
    /// When password or roots cannot be read.
    pub(crate) fn postgres(&self) -> anyhow::Result<Option<Postgres>> {
        let Database { url, password_file, ca } = &self.settings;
        let Some(Url(address)) = url else { return Ok(None) };
        let mut address = address.clone();
        match (password_file, &self.password) {
            (Some(path), _) => {
                address = address.with_password(&secret_file::first_line(path, "database.password_file")?)
            }
            (None, Some(password)) => address = address.with_password(password),
            (None, None) => {}
        }
        if address.wants_tls() {
            address = address.with_tls(outgoing_tls::config(ca.as_deref(), "database.ca", "the database")?);
        }
        Ok(Some(address))
    }
}
