use protocol::{http::MACHINE_ALPN, statement::Statement};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};

/// SHA-256 over a certificate's SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7).
pub type SpkiHash = [u8; 32];

/// Which certificates a connection may be made with.
#[derive(Debug)]
pub(crate) enum Trust {
    /// One of these keys, whatever else the certificate says: the statement vouches for them.
    Pinned {
        /// The newest statement of keys.
        statement: Arc<Statement>,
        /// Whether a certificate with another key is good if it chains to the system's roots.
        system_roots: SystemRoots,
    },
    /// Any; its key is put here. For reading the statement, which is signed by itself, and for nothing else.
    Recorded(Arc<Seen>),
}

/// Whether the system's roots may vouch for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemRoots {
    /// They say nothing.
    Ignored,
    /// As the administrator set.
    Trusted,
}

/// The key a server showed.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Option<SpkiHash>>);

impl Seen {
    /// The last key shown.
    pub(super) fn get(&self) -> Option<SpkiHash> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, hash: SpkiHash) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash);
    }
}

/// A TLS configuration that trusts as told.
///
/// # Errors
/// The system's roots cannot be read.
pub(super) fn client_config(trust: Trust) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(trust, Arc::clone(&provider))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    // A resumed session shows no certificate; each connection is to be judged by the pins in force.
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![MACHINE_ALPN.to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// A TLS configuration that trusts the keys a statement names, and nothing else.
///
/// # Errors
/// The TLS library cannot be set up.
pub fn pinned_config(statement: Arc<Statement>) -> Result<ClientConfig, Error> {
    client_config(Trust::Pinned { statement, system_roots: SystemRoots::Ignored })
}

#[derive(Debug)]
struct Verifier {
    judge: Judge,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Judge {
    Pinned { statement: Arc<Statement>, roots: Option<rustls_platform_verifier::Verifier> },
    Recorded(Arc<Seen>),
}

impl Verifier {
    fn new(trust: Trust, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let judge = match trust {
            Trust::Recorded(seen) => Judge::Recorded(seen),
            Trust::Pinned { statement, system_roots } => {
                // Only when asked for: the roots of a system take megabytes.
                let roots = match system_roots {
                    SystemRoots::Ignored => None,
                    SystemRoots::Trusted => {
                        Some(rustls_platform_verifier::Verifier::new(Arc::clone(&provider))?)
                    }
                };
                Judge::Pinned { statement, roots }
            }
        };
        Ok(Self { judge, provider })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let key = spki_hash(end_entity)?;
        match &self.judge {
            Judge::Recorded(seen) => {
                seen.set(key);
                Ok(ServerCertVerified::assertion())
            }
            Judge::Pinned { statement, .. } if statement.accepts_spki(&key) => {
                Ok(ServerCertVerified::assertion())
            }
            Judge::Pinned { roots: Some(roots), .. } => {
                roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            Judge::Pinned { roots: None, .. } => {
                Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// # Errors
/// Not an X.509 certificate.
fn spki_hash(certificate: &CertificateDer<'_>) -> Result<SpkiHash, Error> {
    let spki = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    Ok(Sha256::digest(spki.as_ref()).into())
}
