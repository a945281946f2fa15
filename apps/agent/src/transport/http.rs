use super::{
    CALL_TIMEOUT, CONNECT_TIMEOUT,
    pins::{Trust, client_config},
};
use protocol::{
    http::{BodyError, MAX_BODY},
    signature::{AnswerError, ReceivedHeaders, SignedHeaders},
    statement::ServerUrl,
};
use reqwest::{
    Client, Method, Proxy, RequestBuilder, Response,
    header::{CONTENT_TYPE, HeaderMap},
    redirect::Policy,
};
use std::{error::Error, io, time::Duration};
use zeroize::Zeroizing;

/// Why a server counts as unreachable. The screen says *unreachable* for all of them; log and `doctor` say which.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// No address is known.
    #[error("no server is known")]
    NoServer,
    /// No connection: name not found, refused, no route, proxy refuses.
    #[error("no connection can be made: {0}")]
    NoConnection(String),
    /// The certificate is neither in the statement of keys nor, where allowed, good by the system's roots.
    #[error("what answers is not our server: its certificate is not in the statement of keys")]
    NotOurCertificate,
    /// The TLS handshake failed for another reason.
    #[error("no secure connection can be made: {0}")]
    Tls(String),
    /// Too slow.
    #[error("no answer came in time")]
    TimedOut,
    /// The connection broke, or what came is not HTTP.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// A body larger than allowed, on the way in or out.
    #[error("the message is too large")]
    TooLarge,
    /// The answer is not signed, or not by our server, or not to this request.
    #[error(transparent)]
    NotAuthentic(#[from] AnswerError),
    /// An authentic answer of another version.
    #[error(transparent)]
    NotUnderstood(#[from] BodyError),
    /// An unsigned answer with another status than expected.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// What came in place of the statement of keys is none.
    #[error("the server has no statement of keys there")]
    NotAStatement,
    /// Settings that cannot be used.
    #[error("the connection cannot be set up: {0}")]
    SetUp(String),
}

/// How to get out of the network.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum ProxyChoice {
    /// As the variables `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    /// Never through one.
    Direct,
    /// Always through this one (`http://name:port`).
    Explicit(String),
}

/// An HTTP client that does as little as possible: no redirects, no cookies, no decompression, one connection.
#[derive(Debug)]
pub(crate) struct Http(Client);

/// An answer nobody has vouched for yet.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Http {
    /// A client that trusts as told.
    ///
    /// # Errors
    /// [`Unreachable::SetUp`].
    pub(crate) fn new(trust: Trust, proxy: &ProxyChoice) -> Result<Self, Unreachable> {
        let config = client_config(trust).map_err(|error| Unreachable::SetUp(error.to_string()))?;
        let builder = Client::builder()
            .tls_backend_preconfigured(config)
            .https_only(true)
            .http1_only()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(Duration::from_secs(60));
        let builder = match proxy {
            ProxyChoice::Environment => builder,
            ProxyChoice::Direct => builder.no_proxy(),
            ProxyChoice::Explicit(url) => builder.proxy(Proxy::all(url).map_err(set_up)?),
        };
        Ok(Self(builder.build().map_err(set_up)?))
    }

    pub(crate) async fn get(&self, url: &ServerUrl, path: &str) -> Result<Received, Unreachable> {
        send(self.0.request(Method::GET, endpoint(url, path))).await
    }

    pub(crate) async fn post(
        &self,
        url: &ServerUrl,
        path: &str,
        body: &Zeroizing<Vec<u8>>,
        signed: &SignedHeaders,
    ) -> Result<Received, Unreachable> {
        let request = self
            .0
            .request(Method::POST, endpoint(url, path))
            .header(CONTENT_TYPE, "application/json")
            .header("signature-input", &signed.signature_input)
            .header("signature", signed.signature.to_string())
            .header("content-digest", &signed.content_digest)
            .body(bytes::Bytes::from_owner(body.clone()));
        send(request).await
    }
}

impl Received {
    /// A field that came twice counts as missing: the norm would join its values, and no signature of ours has two.
    pub(crate) fn signature_headers(&self) -> ReceivedHeaders<'_> {
        let single = |name: &str| {
            let mut values = self.headers.get_all(name).iter();
            let value = values.next()?.to_str().ok()?;
            values.next().is_none().then_some(value)
        };
        ReceivedHeaders {
            signature_input: single("signature-input"),
            signature: single("signature"),
            content_digest: single("content-digest"),
        }
    }
}

fn endpoint(url: &ServerUrl, path: &str) -> String {
    format!("{}{path}", url.as_str())
}

async fn send(request: RequestBuilder) -> Result<Received, Unreachable> {
    let mut response = request.send().await.map_err(|error| unreachable(&error))?;
    let body = read_capped(&mut response).await?;
    Ok(Received { status: response.status().as_u16(), headers: std::mem::take(response.headers_mut()), body })
}

/// Stops reading where a body gets larger than any answer of ours.
async fn read_capped(response: &mut Response) -> Result<Vec<u8>, Unreachable> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Unreachable::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn set_up(error: reqwest::Error) -> Unreachable {
    Unreachable::SetUp(innermost(&error))
}

fn unreachable(error: &reqwest::Error) -> Unreachable {
    if let Some(tls) = tls_error(error) {
        return match tls {
            rustls::Error::InvalidCertificate(_) => Unreachable::NotOurCertificate,
            other => Unreachable::Tls(other.to_string()),
        };
    }
    if error.is_timeout() {
        Unreachable::TimedOut
    } else if error.is_connect() {
        Unreachable::NoConnection(innermost(error))
    } else {
        Unreachable::Broken(innermost(error))
    }
}

/// The TLS error among the causes. An `io::Error` hides what it wraps from `source`.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn Error + 'static)> = error.source();
    while let Some(cause) = next {
        if let Some(tls) = cause.downcast_ref() {
            return Some(tls);
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

/// The last cause says most; those before it repeat the address.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
