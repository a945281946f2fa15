//! The relay to file servers, Google Drive and iCloud, as the configuration names them.

use crate::{
    config::{Config, Drive, Icloud},
    outgoing_tls,
};
use rustls::ClientConfig;
use std::sync::Arc;
use web::relay::{Relay, system_resolver};

/// Where else than on this server backups may go; `None`: it is not set up.
#[derive(Default)]
pub(super) struct Places {
    /// File servers.
    pub(super) relay: Option<Relay>,
    /// Google Drive.
    pub(super) drive: Option<web::drive::Drive>,
    /// iCloud.
    pub(super) icloud: Option<web::icloud::Icloud>,
}

impl Places {
    /// As the configuration says.
    ///
    /// # Errors
    /// When there is a place, and the roots that its certificate may lead to cannot be read.
    pub(super) fn of(config: &Config) -> anyhow::Result<Self> {
        let Config { relay, drive, icloud, .. } = config;
        let targets = relay.targets();
        if targets.is_empty() && drive.client_id.is_none() && icloud.container.is_none() {
            return Ok(Self::default());
        }
        // Read once: reading the system's roots takes a while.
        let tls = outgoing_tls::config(relay.ca.as_deref(), "relay.ca", "file servers")?;
        Ok(Self {
            drive: google(drive, &tls),
            icloud: apple(icloud, &tls),
            relay: (!targets.is_empty()).then(|| Relay::new(targets, tls, system_resolver())),
        })
    }
}

fn google(config: &Drive, tls: &Arc<ClientConfig>) -> Option<web::drive::Drive> {
    let (Some(id), Some(secret)) = (&config.client_id, &config.client_secret) else { return None };
    Some(web::drive::Drive {
        client_id: id.0.clone(),
        client_secret: Arc::clone(&secret.0),
        accounts: config.accounts.0.clone(),
        tokens: config.tokens.0.clone(),
        api: config.api.0.clone(),
        relay: Relay::new(Vec::new(), Arc::clone(tls), system_resolver()),
    })
}

fn apple(config: &Icloud, tls: &Arc<ClientConfig>) -> Option<web::icloud::Icloud> {
    let (Some(container), Some(token)) = (&config.container, &config.token) else { return None };
    Some(web::icloud::Icloud {
        container: container.0.clone(),
        environment: config.environment.0,
        token: Arc::clone(&token.0),
        api: config.api.0.clone(),
        relay: Relay::new(Vec::new(), Arc::clone(tls), system_resolver()),
    })
}
