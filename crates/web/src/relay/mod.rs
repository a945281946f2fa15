//! Carries an app's requests to file servers that browsers cannot reach by themselves (WebDAV servers answer no
//! cross-origin requests), and to no others.
//!
//! An administrator names each target, with its path. What the app sends decides neither the host nor the port: a name is
//! resolved once, its addresses are looked at, and the connection is made to one of those. Redirects are not followed.
//! Answers are given on as bytes that a browser neither shows nor runs.

mod carry;
mod connect;
mod public;
mod target;
mod webdav;

pub use connect::{Resolve, Resolved, system_resolver};
pub use target::{InvalidTarget, Target};

pub(crate) use carry::carry;
pub(crate) use webdav::{routes, tried};

use std::{fmt, sync::Arc};
use tokio::sync::Semaphore;

/// Where every address of the relay begins.
pub(crate) const PATH: &str = "/api/v1/relay/webdav";
/// Requests carried at a time; each may hold a megabyte or two.
const AT_ONCE: usize = 32;

/// The targets, and how they are reached.
pub struct Relay {
    targets: Vec<Target>,
    tls: Arc<rustls::ClientConfig>,
    resolve: Resolve,
    places: Semaphore,
}

impl Relay {
    /// A relay to these targets. `tls` says which certificates are believed.
    pub fn new(targets: Vec<Target>, tls: Arc<rustls::ClientConfig>, resolve: Resolve) -> Self {
        Self { targets, tls, resolve, places: Semaphore::new(AT_ONCE) }
    }

    /// The addresses of the targets, for the app to offer.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.targets.iter().map(ToString::to_string).collect()
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("targets", &self.targets).finish_non_exhaustive()
    }
}
