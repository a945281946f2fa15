//! Where the database is, and who we are there.

use crate::{DbError, Fault, OpenError};
use model::Secret;
use rustls::ClientConfig;
use std::{fmt, net::IpAddr, sync::Arc, time::Duration};
use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};

/// How long reaching one address may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long what was sent may go without a sign of life from the other side.
const SILENCE: Duration = Duration::from_secs(10);

/// A PostgreSQL database: where it is, and who we are there.
///
/// INVARIANT: the password shows nowhere; [`Postgres::place`] has none.
#[derive(Clone)]
pub struct Postgres {
    config: Config,
    tls: Option<Arc<ClientConfig>>,
    place: String,
}

/// Why an address cannot be used. Holds no part of it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadAddress {
    /// It is none.
    #[error("it is not an address like postgres://user@host:5432/database ({0})")]
    Syntax(String),
    /// A password does not belong into it: addresses are shown.
    #[error(
        "it has a password in it, and is shown in messages and backups; put the password into a file of its own"
    )]
    HasPassword,
}

impl Postgres {
    /// Reads an address, `postgres://user@host:port/database`, with as many `host:port` as there are, separated by
    /// commas, and parameters as PostgreSQL's own programs take them. A host that is a path, as
    /// `?host=/run/postgresql`, is the folder of a Unix socket.
    ///
    /// Without `sslmode`, the connection is encrypted unless it stays on this machine.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn parse(url: &str) -> Result<Self, BadAddress> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(BadAddress::Syntax("it does not begin with postgres://".to_owned()));
        }
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            BadAddress::Syntax(source.unwrap_or_else(|| error.to_string()))
        })?;
        if config.get_password().is_some() {
            return Err(BadAddress::HasPassword);
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(BadAddress::Syntax("it names no host".to_owned()));
        }
        if config.get_ssl_mode() == SslMode::Prefer && !stays_here(&config) {
            // What it prefers, somebody in between may refuse.
            config.ssl_mode(SslMode::Require);
        }
        // After a failover, the old primary may be there as a standby.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE);
        config.keepalives_idle(SILENCE).keepalives_interval(Duration::from_secs(2)).keepalives_retries(3);
        if config.get_application_name().is_none() {
            config.application_name("countersign");
        }
        let place = place(&config);
        Ok(Self { config, tls: None, place })
    }

    /// With a password.
    #[must_use]
    pub fn with_password(mut self, password: &Secret) -> Self {
        self.config.password(password.expose());
        self
    }

    /// With what decides which certificates are believed.
    #[must_use]
    pub fn with_tls(mut self, tls: Arc<ClientConfig>) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Whether it is reached by encrypted connections alone, which need [`Postgres::with_tls`].
    pub fn wants_tls(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Require
    }

    /// User, hosts and database, to be shown.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// That the database there cannot be used, and why.
    pub(in crate::engine) fn cannot_open(
        &self,
        kind: Fault,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> OpenError {
        OpenError::Database { place: self.place.clone(), kind, source: source.into() }
    }

    /// The same of what the database said.
    pub(in crate::engine) fn cannot_use(&self, error: &DbError) -> OpenError {
        self.cannot_open(error.fault().unwrap_or(Fault::Unreachable), error.to_string())
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn tls(&self) -> Option<&Arc<ClientConfig>> {
        self.tls.as_ref()
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postgres({})", self.place)
    }
}

/// Whether nothing leaves this machine.
fn stays_here(config: &Config) -> bool {
    let here = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let host = |(index, host): (usize, &Host)| {
        let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    };
    let hosts: Vec<String> = config.get_hosts().iter().enumerate().map(host).collect();
    let user = config.get_user().map(|user| format!("{user}@")).unwrap_or_default();
    let name = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("postgres://{user}{}/{name}", hosts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_anything_secret_and_with_everything_else() {
        for (url, place) in [
            ("postgres://cs@db.example/countersign", "postgres://cs@db.example:5432/countersign"),
            ("postgresql://cs@a:1,b:2/x?sslmode=disable", "postgres://cs@a:1,b:2/x"),
            ("postgres://cs@/x?host=/run/postgresql&port=6000", "postgres://cs@/run/postgresql:6000/x"),
            ("postgres://cs@[::1]:7", "postgres://cs@::1:7/cs"),
        ] {
            let parsed = Postgres::parse(url).unwrap().with_password(&Secret::from_text("s3same".to_owned()));
            assert_eq!(parsed.place(), place, "{url}");
            assert!(!format!("{parsed:?}").contains("s3same"));
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        let error = Postgres::parse("postgres://cs:s3same@db/x").unwrap_err();
        assert_eq!(error, BadAddress::HasPassword);
        for bad in ["db.example", "mysql://a/b", "postgres://cs@/x", "postgres://a@b/c?sslmode=s3same", ""] {
            let error = Postgres::parse(bad).unwrap_err();
            assert!(matches!(error, BadAddress::Syntax(_)), "{bad}: {error:?}");
            assert!(!error.to_string().contains("s3same"), "{error}");
        }
    }

    #[test]
    fn what_leaves_this_machine_is_encrypted_unless_somebody_says_otherwise() {
        let mode = |url: &str| Postgres::parse(url).unwrap().config.get_ssl_mode();
        for away in
            ["postgres://a@db/x", "postgres://a@localhost,db/x", "postgres://a@10.0.0.1/x?sslmode=prefer"]
        {
            assert_eq!(mode(away), SslMode::Require, "{away}");
        }
        for here in ["postgres://a@localhost/x", "postgres://a@127.0.0.1/x", "postgres://a@/x?host=/run"] {
            assert_eq!(mode(here), SslMode::Prefer, "{here}");
        }
        assert_eq!(mode("postgres://a@db/x?sslmode=disable"), SslMode::Disable);
    }
}
