//! From a target's name to a connection: resolved once, looked at, and connected to what was looked at.

use super::{Relay, Target, public::is_public};
use axum::body::{Body, Bytes};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::{future::Future, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// From a name to a connection over which a request can be sent.
const CONNECTS: Duration = Duration::from_secs(10);

/// What a name was resolved to.
pub type Resolved = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Resolves a host and a port.
pub type Resolve = Arc<dyn Fn(String, u16) -> Resolved + Send + Sync>;

/// The system's resolver.
pub fn system_resolver() -> Resolve {
    Arc::new(|host, port| {
        Box::pin(async move { Ok(lookup_host((host.as_str(), port)).await?.collect()) }) as Resolved
    })
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum NoConnection {
    /// The name leads to an address inside, and the target is not said to be there.
    Inside,
    /// The name is not known, nobody answers, or the certificate is not believed.
    Unreachable,
}

impl Relay {
    /// Connects to a target.
    pub(super) async fn connect(&self, target: &Target) -> Result<SendRequest<Body>, NoConnection> {
        let unreachable = |_| NoConnection::Unreachable;
        let connect = async {
            let stream = self.stream(target).await?;
            let bare = target.host().trim_start_matches('[').trim_end_matches(']');
            let name = ServerName::try_from(bare.to_owned()).map_err(|_| NoConnection::Unreachable)?;
            let connector = TlsConnector::from(Arc::clone(&self.tls));
            let stream = connector.connect(name, stream).await.map_err(unreachable)?;
            let (sender, connection) =
                handshake(TokioIo::new(stream)).await.map_err(|_| NoConnection::Unreachable)?;
            // Ends when the sender is dropped.
            tokio::spawn(async move {
                let _ended = connection.await;
            });
            Ok(sender)
        };
        timeout(CONNECTS, connect).await.unwrap_or(Err(NoConnection::Unreachable))
    }

    /// The name is not resolved a second time: between two answers it could lead somewhere else.
    async fn stream(&self, target: &Target) -> Result<TcpStream, NoConnection> {
        let bare = target.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let addresses = (self.resolve)(bare, target.port()).await.map_err(|_| NoConnection::Unreachable)?;
        // One address inside among public ones is reason enough: a name that leads to both is not what was allowed.
        if !target.internal && !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(NoConnection::Inside);
        }
        for address in addresses {
            if let Ok(stream) = TcpStream::connect(address).await {
                return Ok(stream);
            }
        }
        Err(NoConnection::Unreachable)
    }
}

/// A body that is in memory.
pub(super) fn body(bytes: Bytes) -> Body {
    Body::from(bytes)
}
