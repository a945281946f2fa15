//! RADIUS.

use super::ConfigError;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

section! {
    /// RADIUS, for VPNs and gateways that ask whether somebody's one-time password is right. See
    /// [server.md](server.md#radius).
    Radius, "radius" {
        /// Where the server listens (UDP), usually on port 1812.
        listen: Option<SocketAddr> = None, "none: off";
        /// A TOML file with those who may ask: for each a table with its name, its `network` and the `secret_file` it
        /// shares with this server.
        clients: Option<PathBuf> = None, "none";
    }
}

impl Radius {
    /// Both or none.
    pub(super) fn check(&self, path: &Path) -> Result<(), ConfigError> {
        let missing = match (&self.listen, &self.clients) {
            (Some(_), None) => "clients",
            (None, Some(_)) => "listen",
            _ => return Ok(()),
        };
        Err(ConfigError::Value {
            place: format!("{} [radius]", path.display()),
            what: format!(
                "radius.{missing} is not set; RADIUS needs an address to listen on and those who may ask"
            ),
        })
    }
}
