//! Whether this server answers under an address, told by the TLS key as machines tell it.

use protocol::{
    http::MACHINE_ALPN,
    statement::{ServerUrl, Statement},
};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, Stream,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use sha2::{Digest, Sha256};
use std::{
    io::{self, Write},
    net::{TcpStream, ToSocketAddrs},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(3);

/// Who answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reached {
    /// A server with a key that the statement names.
    Ours,
    /// Another one.
    Other,
}

/// Connects to an address and looks at the key shown there.
///
/// # Errors
/// When nobody answers in time, or does not speak TLS.
pub(super) fn reach(url: &ServerUrl, statement: &Statement) -> io::Result<Reached> {
    let host = crate::tls::host(url);
    let port = match url.authority().rsplit_once(':') {
        Some((_, port)) if !port.ends_with(']') => port.parse().map_err(io::Error::other)?,
        _ => 443,
    };
    let address =
        (host, port).to_socket_addrs()?.next().ok_or_else(|| io::Error::other("the name has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let seen = Arc::new(Seen {
        key: Mutex::default(),
        algorithms: ring::default_provider().signature_verification_algorithms,
    });
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::<Seen>::clone(&seen))
        .with_no_client_auth();
    config.alpn_protocols = vec![MACHINE_ALPN.to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    // Writing nothing carries the handshake to its end.
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    connection.send_close_notify();
    let _ = Stream::new(&mut connection, &mut stream).flush();
    let key = seen.key.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(if key.is_some_and(|key| statement.accepts_spki(&key)) { Reached::Ours } else { Reached::Other })
}

/// Takes any certificate and remembers its key; the peer still has to prove that it holds it. Nothing is sent.
#[derive(Debug)]
struct Seen {
    key: Mutex<Option<[u8; 32]>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let parsed = rustls::server::ParsedCertificate::try_from(certificate)?;
        let key = Sha256::digest(parsed.subject_public_key_info().as_ref()).into();
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
