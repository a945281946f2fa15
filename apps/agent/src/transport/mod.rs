//! Questions to the server: signed on the way out, believed on the way back only when the server signed them.
//!
//! Must not know what a question means.

mod http;
mod pins;
#[cfg(test)]
mod tests;

pub use http::{ProxyChoice, Unreachable};
pub use pins::{SpkiHash, SystemRoots, pinned_config};

use crate::{clock::ClockOffset, rng::system_rng};
use http::{Http, Received};
use pins::{Seen, Trust};
use protocol::{
    http::{Call, ErrorAnswer, ErrorKind, STATEMENT_PATH, from_body, to_body},
    signature::{
        Authentic, KeyId, RequestParts, SignedHeaders, SigningKey, VerifyingKey, sign_request, verify_answer,
    },
    statement::{ServerUrl, SignedStatement, Statement},
};
use rand_core::Rng;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use zeroize::Zeroizing;

/// How long a connection may take to be made.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a question may take with everything: other servers tried, a second try after a clock answer.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// What the server said.
#[derive(Debug)]
pub enum Answer<T> {
    /// What was asked for.
    Good(Authentic<T>),
    /// An error, as authentic as an answer.
    Error(Authentic<ErrorAnswer>),
}

/// Who asks.
#[derive(Debug)]
pub struct Signer {
    /// The machine's key.
    pub key: Arc<SigningKey>,
    /// Under which the server knows it.
    pub keyid: KeyId,
}

/// The way to the server. A new statement means a new one of these, so that no connection outlives its pins.
#[derive(Debug)]
pub struct Transport {
    http: Http,
    urls: Vec<ServerUrl>,
    trusted: Vec<VerifyingKey>,
    signer: Signer,
    offset: Arc<ClockOffset>,
    /// Index of the server that answered last: it is asked first.
    last_good: AtomicUsize,
}

impl Transport {
    /// A way to the servers a statement of keys names, believing the keys it names.
    ///
    /// # Errors
    /// The TLS library or the proxy's address cannot be set up.
    pub fn new(
        statement: &Arc<Statement>,
        signer: Signer,
        proxy: &ProxyChoice,
        system_roots: SystemRoots,
        offset: Arc<ClockOffset>,
    ) -> Result<Self, Unreachable> {
        let http = Http::new(Trust::Pinned { statement: Arc::clone(statement), system_roots }, proxy)?;
        let (urls, trusted) = (statement.urls().to_vec(), statement.answer_keys());
        Ok(Self { http, urls, trusted, signer, offset, last_good: AtomicUsize::new(0) })
    }

    /// Asks the server.
    ///
    /// # Errors
    /// Nothing authentic came back; the log says why.
    pub async fn call<C: Call>(&self, request: &C) -> Result<Answer<C::Answer>, Unreachable> {
        let body = Zeroizing::new(to_body(request).map_err(|_| Unreachable::TooLarge)?);
        let result = tokio::time::timeout(CALL_TIMEOUT, self.try_servers::<C>(&body))
            .await
            .unwrap_or(Err(Unreachable::TimedOut));
        if let Err(why) = &result {
            tracing::warn!(path = C::PATH, %why, "the server is unreachable");
        }
        result
    }

    /// Reads the newest statement of keys from a server whose key is known. It is signed by itself: the caller
    /// verifies it.
    ///
    /// # Errors
    /// No answer that is a statement.
    pub async fn statement(&self) -> Result<SignedStatement, Unreachable> {
        let mut why = Unreachable::NoServer;
        for url in &self.urls {
            match fetch_statement(&self.http, url).await {
                Ok(statement) => return Ok(statement),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    async fn try_servers<C: Call>(
        &self,
        body: &Zeroizing<Vec<u8>>,
    ) -> Result<Answer<C::Answer>, Unreachable> {
        let count = self.urls.len();
        let first = self.last_good.load(Ordering::Relaxed);
        let mut why = Unreachable::NoServer;
        for index in (0..count).map(|i| (first + i) % count) {
            let url = &self.urls[index];
            match self.ask_bridging_clocks::<C>(url, body).await {
                Ok(answer) => {
                    self.last_good.store(index, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(error) => {
                    tracing::debug!(%url, path = C::PATH, why = %error, "no authentic answer");
                    why = error;
                }
            }
        }
        Err(why)
    }

    /// A signed *clock* answer teaches the offset; then the same body is sent once more.
    async fn ask_bridging_clocks<C: Call>(
        &self,
        url: &ServerUrl,
        body: &Zeroizing<Vec<u8>>,
    ) -> Result<Answer<C::Answer>, Unreachable> {
        let answer = self.ask::<C>(url, body).await?;
        match &answer {
            Answer::Error(error) if error.error == ErrorKind::Clock => {
                let seconds = self.offset.learn(error.server_time);
                tracing::info!(seconds, "the clocks differ; the offset is kept");
                self.ask::<C>(url, body).await
            }
            _ => Ok(answer),
        }
    }

    async fn ask<C: Call>(
        &self,
        url: &ServerUrl,
        body: &Zeroizing<Vec<u8>>,
    ) -> Result<Answer<C::Answer>, Unreachable> {
        let signed = self.sign(url, C::PATH, body)?;
        let received = self.http.post(url, C::PATH, body, &signed).await?;
        self.believe::<C>(&received, &signed)
    }

    fn sign(&self, url: &ServerUrl, path: &str, body: &[u8]) -> Result<SignedHeaders, Unreachable> {
        // Signed as it is on the wire, with what stands before the paths of the API.
        let path = format!("{}{path}", url.path());
        let parts =
            RequestParts::new("POST", url.authority(), &path, "", body).map_err(|_| Unreachable::TooLarge)?;
        let mut nonce = [0; 16];
        system_rng().fill_bytes(&mut nonce);
        Ok(sign_request(&self.signer.key, self.signer.keyid, self.offset.server_now(), nonce, &parts))
    }

    fn believe<C: Call>(
        &self,
        received: &Received,
        request: &SignedHeaders,
    ) -> Result<Answer<C::Answer>, Unreachable> {
        let headers = received.signature_headers();
        let proof =
            verify_answer(&self.trusted, &headers, received.status, &received.body, &request.signature)?;
        Ok(match received.status {
            200 => Answer::Good(proof.parse()?),
            _ => Answer::Error(proof.parse()?),
        })
    }
}

/// Reads the statement of keys over a connection that nobody vouches for, and tells the key the server showed.
/// Nothing secret is sent. The statement is signed by itself: the caller verifies it and compares the key.
///
/// # Errors
/// No answer that is a statement.
pub async fn read_statement(
    url: &ServerUrl,
    proxy: &ProxyChoice,
) -> Result<(SignedStatement, SpkiHash), Unreachable> {
    let seen = Arc::new(Seen::default());
    let http = Http::new(Trust::Recorded(Arc::clone(&seen)), proxy)?;
    let statement = fetch_statement(&http, url).await?;
    Ok((statement, seen.get().ok_or(Unreachable::NotOurCertificate)?))
}

async fn fetch_statement(http: &Http, url: &ServerUrl) -> Result<SignedStatement, Unreachable> {
    let received = tokio::time::timeout(CALL_TIMEOUT, http.get(url, STATEMENT_PATH))
        .await
        .unwrap_or(Err(Unreachable::TimedOut))?;
    if received.status != 200 {
        return Err(Unreachable::Status(received.status));
    }
    from_body(&received.body).map_err(|_| Unreachable::NotAStatement)
}
