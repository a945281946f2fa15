//! TLS to servers that this one speaks to: which certificates are believed.

use anyhow::{Context, bail};
use rustls::{
    ClientConfig,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use std::{path::Path, sync::Arc};

/// Believes the system's roots and those of a PEM file, for a root inside a company. `key` is what names the file in the
/// configuration, `who` the servers, as the beginning of a sentence.
///
/// # Errors
/// When the file cannot be read or has no certificate, or there are no roots at all.
pub(crate) fn config(ca: Option<&Path>, key: &str, who: &str) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = Vec::new();
    if let Some(path) = ca {
        let unreadable = || format!("cannot read {key} {}", path.display());
        for certificate in CertificateDer::pem_file_iter(path).with_context(unreadable)? {
            roots.push(certificate.with_context(unreadable)?);
        }
        if roots.is_empty() {
            bail!("there is no certificate in {key} {}", path.display());
        }
    }
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
        .with_context(|| format!("{who} cannot be believed: neither the system nor {key} has roots"))?;
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(tls))
}
