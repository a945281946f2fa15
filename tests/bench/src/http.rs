//! The least of an HTTP/1.1 client: one connection kept open, one question at a time, no work that would take the
//! processor away from the server that is measured.

use anyhow::{Context, Result, bail};
use protocol::{http::MAX_BODY, signature::ReceivedHeaders};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Room for the head of an answer beside its body.
const MAX_ANSWER: usize = MAX_BODY + 16 * 1024;

/// A TLS connection to the server.
pub(crate) struct Connection {
    stream: TlsStream<TcpStream>,
    received: Vec<u8>,
}

/// An answer as it came.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) signature: ReceivedHeaders<'a>,
    pub(crate) body: &'a [u8],
}

impl Connection {
    /// Connects and shakes hands.
    ///
    /// # Errors
    /// When nothing answers there, or something without TLS.
    pub(crate) async fn open(address: SocketAddr, tls: &TlsConnector) -> Result<Self> {
        let socket = TcpStream::connect(address).await.context("cannot connect to the server")?;
        socket.set_nodelay(true)?;
        let stream = tls.connect(ServerName::from(address.ip()), socket).await.context("no TLS there")?;
        Ok(Self { stream, received: Vec::with_capacity(8 * 1024) })
    }

    /// Sends one request, head and body, and waits for the whole answer.
    ///
    /// # Errors
    /// When the connection breaks or what comes is not an HTTP answer of known length.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        self.received.clear();
        while parse(&self.received)?.is_none() {
            if self.stream.read_buf(&mut self.received).await? == 0 || self.received.len() > MAX_ANSWER {
                bail!("the server closed the connection or sent more than an answer");
            }
        }
        parse(&self.received)?.context("the answer is not whole")
    }
}

/// The answer, once it is all there.
fn parse(received: &[u8]) -> Result<Option<Answer<'_>>> {
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(start) = head.parse(received)? else { return Ok(None) };
    let field = |name: &str| {
        let found = head.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    let length: usize = field("content-length").context("an answer without a length")?.parse()?;
    let Some(body) = received.get(start..).and_then(|rest| rest.get(..length)) else { return Ok(None) };
    let signature = ReceivedHeaders {
        signature_input: field("signature-input"),
        signature: field("signature"),
        content_digest: field("content-digest"),
    };
    Ok(Some(Answer { status: head.code.context("an answer without a status")?, signature, body }))
}

/// TLS as the agent speaks it, to whoever is there: the server under test is our own child on the loopback address,
/// and its answers are verified by their signatures.
///
/// # Errors
/// When the TLS library has no protocol version in common with itself.
pub(crate) fn tls() -> Result<TlsConnector> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_once_it_is_all_there() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSignature: sig=:x:\r\n\r\n{}";
        for cut in 0..whole.len() {
            assert!(parse(&whole[..cut]).unwrap().is_none(), "{cut}");
        }
        let answer = parse(whole).unwrap().unwrap();
        assert_eq!((answer.status, answer.body), (200, &b"{}"[..]));
        assert_eq!(answer.signature.signature, Some("sig=:x:"));
        assert_eq!(answer.signature.content_digest, None);
    }

    #[test]
    fn an_answer_of_unknown_length_is_an_error() {
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(parse(b"no protocol at all\r\n\r\n").is_err());
    }
}
