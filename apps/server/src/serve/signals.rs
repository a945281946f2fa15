//! Signals: stop, and read the certificate again.

use service::Service;
use std::{io, sync::Arc};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};

/// There when the server is told to stop (SIGTERM, SIGINT).
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop");
    })
}

/// Does this at each SIGHUP. What fails is logged, and things stay as they were.
pub(super) fn reload(
    work: impl Fn(&Service) -> anyhow::Result<()> + Send + Sync + 'static,
    service: Service,
) -> io::Result<JoinHandle<()>> {
    let mut hangup = signal(SignalKind::hangup())?;
    let work = Arc::new(work);
    Ok(tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            let (work, service) = (Arc::clone(&work), service.clone());
            // It reads files and waits for the database.
            match tokio::task::spawn_blocking(move || work(&service)).await {
                Ok(Ok(())) => tracing::info!("the certificate was read again"),
                Ok(Err(error)) => tracing::error!("the certificate stays as it was: {error:#}"),
                Err(error) => tracing::error!(%error, "the certificate stays as it was"),
            }
        }
    }))
}
