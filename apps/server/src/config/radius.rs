//! RADIUS.

use super::{ConfigError, section::together};
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
        let keys = [("listen", self.listen.is_some()), ("clients", self.clients.is_some())];
        together(path, Self::TABLE, keys, "RADIUS needs an address to listen on and those who may ask")
    }
}
