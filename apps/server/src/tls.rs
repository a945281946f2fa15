//! The server's TLS keys and certificate.
//!
//! Two key pairs are made at the first start and kept sealed: the present one, which the built-in certificate is made
//! from, and the next one, which machines hear of beforehand. The certificate itself is made anew at each start;
//! machines look at its key only.

use anyhow::{Context, anyhow};
use model::{Secret, UnixTime};
use protocol::{http::MACHINE_ALPN, statement::ServerUrl};
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256,
    PublicKeyData, date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use service::{Service, Trouble, keys};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

const PRESENT: &str = "tls_key_present";
const NEXT: &str = "tls_key_next";
/// How long the built-in certificate is good. Nothing but browsers looks at it, and it is made anew at each start.
const VALID: Duration = Duration::from_secs(10 * 365 * 86_400);

/// The two key pairs of the server's own.
pub(crate) struct Keys {
    present: KeyPair,
    next: KeyPair,
}

impl Keys {
    /// The keys that are kept, or new ones.
    pub(crate) fn load(service: &Service, now: UnixTime) -> anyhow::Result<Self> {
        let (present, next) = service.work_blocking(now, domain::Actor::Server, |work| {
            Ok::<_, Trouble>((keys::secret(work, PRESENT, generate)?, keys::secret(work, NEXT, generate)?))
        })?;
        Ok(Self { present: key_pair(&present)?, next: key_pair(&next)? })
    }

    /// Hashes of both public keys, the present one first.
    pub(crate) fn spki_sha256(&self) -> [[u8; 32]; 2] {
        [&self.present, &self.next].map(|key| Sha256::digest(key.subject_public_key_info()).into())
    }

    /// A self-signed certificate of the present key for these addresses.
    pub(crate) fn certificate(&self, urls: &[ServerUrl], now: UnixTime) -> anyhow::Result<CertifiedKey> {
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        names.extend(urls.iter().map(|url| host(url).to_owned()));
        names.sort_unstable();
        names.dedup();
        let mut params =
            CertificateParams::new(names).context("an address has a name that no certificate can have")?;
        // An hour or more before now: clocks of others may be behind.
        let (year, month, day, ..) = now.minus(Duration::from_secs(86_400)).civil();
        params.not_before = date_time_ymd(year as i32, month, day);
        let (year, month, day, ..) = now.plus(VALID).civil();
        params.not_after = date_time_ymd(year as i32, month, day);
        params.distinguished_name.push(DnType::CommonName, "Countersign");
        let certificate = params.self_signed(&self.present)?;
        certified(vec![certificate.der().clone()], self.private())
    }

    /// Asks an ACME server for a certificate of the present key for these names.
    pub(crate) fn certificate_request(&self, names: Vec<String>) -> anyhow::Result<Vec<u8>> {
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = DistinguishedName::new();
        Ok(params.serialize_request(&self.present)?.der().to_vec())
    }

    /// What shows an ACME server that a name is served here (RFC 8737 §3); `digest` is that of its challenge.
    pub(crate) fn challenge(&self, name: &str, digest: &[u8; 32]) -> anyhow::Result<CertifiedKey> {
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
        let certificate = params.self_signed(&self.present)?;
        certified(vec![certificate.der().clone()], self.private())
    }

    /// A certificate of the present key that somebody else signed, from PEM.
    pub(crate) fn signed(&self, pem: &[u8]) -> anyhow::Result<CertifiedKey> {
        let chain = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()?;
        let certified = certified(chain, self.private())?;
        certified.keys_match()?;
        Ok(certified)
    }

    fn private(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.present.serialize_der()))
    }
}

/// The host of an address, without port and brackets.
pub(crate) fn host(url: &ServerUrl) -> &str {
    let authority = url.authority();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or(authority),
    }
}

fn generate() -> Result<Secret, Trouble> {
    let key =
        KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| Trouble::Failed(Box::new(error)))?;
    Ok(Secret::new(key.serialize_der()))
}

fn key_pair(secret: &Secret) -> anyhow::Result<KeyPair> {
    KeyPair::try_from(secret.expose()).context("the server's TLS key cannot be read")
}

/// A certificate of the administrator's own.
pub(crate) fn from_files(certificate: &Path, key: &Path) -> anyhow::Result<CertifiedKey> {
    let read = |path: &Path| format!("cannot use {} as PEM", path.display());
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| read(certificate))?;
    if chain.is_empty() {
        return Err(anyhow!("{} has no certificate in it", certificate.display()));
    }
    let private = PrivateKeyDer::from_pem_file(key).with_context(|| read(key))?;
    let certified = certified(chain, private)?;
    certified.keys_match().with_context(|| {
        format!("{} is not the key of the certificate in {}", key.display(), certificate.display())
    })?;
    Ok(certified)
}

fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> anyhow::Result<CertifiedKey> {
    let key =
        rustls::crypto::ring::sign::any_supported_type(&key).context("a TLS key is of an unknown kind")?;
    Ok(CertifiedKey::new(chain, key))
}

/// From when to when a certificate is good.
pub(crate) fn validity(certified: &CertifiedKey) -> anyhow::Result<(UnixTime, UnixTime)> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certified.end_entity_cert()?)?;
    let moment = |time: x509_parser::time::ASN1Time| {
        UnixTime::from_secs(u64::try_from(time.timestamp()).unwrap_or_default())
    };
    Ok((moment(parsed.validity().not_before), moment(parsed.validity().not_after)))
}

/// The protocol in which an ACME server asks for a challenge (RFC 8737 §4).
pub(crate) const ACME_ALPN: &[u8] = b"acme-tls/1";

/// The certificates that are shown from the next handshake on: to machines, to browsers, and to answer challenges.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Of our own present key, which the statement names. Whoever is a machine says so ([`MACHINE_ALPN`]).
    machines: Arc<CertifiedKey>,
    certificate: RwLock<Arc<CertifiedKey>>,
    challenges: RwLock<HashMap<String, Arc<CertifiedKey>>>,
}

impl Shown {
    pub(crate) fn new(machines: CertifiedKey, browsers: CertifiedKey) -> Arc<Self> {
        Arc::new(Self {
            machines: Arc::new(machines),
            certificate: RwLock::new(Arc::new(browsers)),
            challenges: RwLock::default(),
        })
    }

    pub(crate) fn replace(&self, certified: CertifiedKey) {
        *self.certificate.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(certified);
    }

    /// Answers a challenge for a name.
    pub(crate) fn add_challenge(&self, name: String, certified: CertifiedKey) {
        let mut challenges = self.challenges.write().unwrap_or_else(PoisonError::into_inner);
        challenges.insert(name, Arc::new(certified));
    }

    /// Answers no challenges any more.
    pub(crate) fn end_challenges(&self) {
        self.challenges.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let speaks =
            |wanted| hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == wanted));
        if speaks(MACHINE_ALPN) {
            return Some(Arc::clone(&self.machines));
        }
        if speaks(ACME_ALPN) {
            let challenges = self.challenges.read().unwrap_or_else(PoisonError::into_inner);
            return challenges.get(hello.server_name()?).cloned();
        }
        Some(Arc::clone(&self.certificate.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
pub(crate) fn config(shown: Arc<Shown>) -> anyhow::Result<ServerConfig> {
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(shown);
    config.alpn_protocols =
        vec![MACHINE_ALPN.to_vec(), b"h2".to_vec(), b"http/1.1".to_vec(), ACME_ALPN.to_vec()];
    Ok(config)
}
