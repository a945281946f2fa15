//! The relay to file servers, Google Drive and iCloud, as the configuration names them.

use crate::config::{Drive, Icloud, Relay};
use anyhow::Context;
use rustls::{
    ClientConfig,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use std::sync::Arc;
use web::relay::{self, system_resolver};

/// The relay; `None`: no file server is allowed.
pub(super) fn relay(config: &Relay) -> anyhow::Result<Option<relay::Relay>> {
    let targets = config.targets();
    if targets.is_empty() {
        return Ok(None);
    }
    Ok(Some(relay::Relay::new(targets, tls(config)?, system_resolver())))
}

/// Google Drive; `None`: it is not set up.
pub(super) fn drive(config: &Drive, relay: &Relay) -> anyhow::Result<Option<web::drive::Drive>> {
    let (Some(id), Some(secret)) = (&config.client_id, &config.client_secret) else { return Ok(None) };
    Ok(Some(web::drive::Drive {
        client_id: id.0.clone(),
        client_secret: Arc::clone(&secret.0),
        accounts: config.accounts.0.clone(),
        tokens: config.tokens.0.clone(),
        api: config.api.0.clone(),
        relay: relay::Relay::new(Vec::new(), tls(relay)?, system_resolver()),
    }))
}

/// iCloud; `None`: it is not set up.
pub(super) fn icloud(config: &Icloud, relay: &Relay) -> anyhow::Result<Option<web::icloud::Icloud>> {
    let (Some(container), Some(token)) = (&config.container, &config.token) else { return Ok(None) };
    Ok(Some(web::icloud::Icloud {
        container: container.0.clone(),
        environment: config.environment.0,
        token: Arc::clone(&token.0),
        api: config.api.0.clone(),
        relay: relay::Relay::new(Vec::new(), tls(relay)?, system_resolver()),
    }))
}

/// Which certificates are believed: those of the system's roots, and of the one that is named.
fn tls(config: &Relay) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = Vec::new();
    if let Some(path) = &config.ca {
        let unreadable = || format!("cannot read relay.ca {}", path.display());
        for certificate in CertificateDer::pem_file_iter(path).with_context(unreadable)? {
            roots.push(certificate.with_context(unreadable)?);
        }
        if roots.is_empty() {
            anyhow::bail!("there is no certificate in relay.ca {}", path.display());
        }
    }
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
        .context("file servers cannot be believed: neither the system nor relay.ca has roots")?;
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(tls))
}
