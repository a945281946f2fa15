//! Listening on this machine's loopback addresses, and nowhere else.

use anyhow::{Context, bail};
use axum::Router;
use std::{
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr},
};
use tokio::net::TcpListener;

/// How often another free port is tried when one is taken on one of the two addresses.
const TRIES: usize = 20;

/// Both loopback addresses at one port. A browser tries both for `localhost`: somebody else listening on the other one
/// would be taken for the lab.
pub(crate) struct Doors {
    four: TcpListener,
    six: Option<TcpListener>,
    port: u16,
}

/// Binds the port on both addresses; where there is no IPv6, on the one.
///
/// # Errors
/// The port is taken, or no free one is found.
pub(crate) async fn bind(port: u16) -> anyhow::Result<Doors> {
    for _ in 0..TRIES {
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .with_context(|| format!("cannot listen on 127.0.0.1:{port}"))?;
        let found = four.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, found)).await {
            Ok(six) => return Ok(Doors { four, six: Some(six), port: found }),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                if port != 0 {
                    bail!("cannot listen on [::1]:{port}: {error}");
                }
            }
            Err(_) => return Ok(Doors { four, six: None, port: found }),
        }
    }
    bail!("no port is free on both 127.0.0.1 and ::1")
}

impl Doors {
    /// The origin browsers see: a secure context without a certificate, as the name is `localhost`.
    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Answers until the listeners fail.
    ///
    /// # Errors
    /// They do.
    pub(crate) async fn serve(self, app: Router) -> anyhow::Result<()> {
        let four = axum::serve(self.four, app.clone());
        match self.six {
            Some(six) => {
                tokio::try_join!(four.into_future(), axum::serve(six, app).into_future())?;
            }
            None => four.await?,
        }
        Ok(())
    }
}
