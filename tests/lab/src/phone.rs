//! The phone beside the screen: the authenticator as the server has it, under the lab's own address.
//!
//! Under that address a browser gives it a camera and cryptography without a certificate to be accepted, and the page
//! can hold a picture in front of it. Only what the app needs is passed on, not the console and not the machine API.

use agent::transport::pinned_config;
use anyhow::Context;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::statement::Statement;
use reqwest::{Client, Url, redirect::Policy};
use std::{sync::Arc, time::Duration};

/// How long the server may take.
const LIMIT: Duration = Duration::from_secs(30);
/// The largest body passed on, in bytes, either way. A backup is far smaller, the largest file of the app as well.
const MAX_BODY: usize = 16 << 20;

/// The way to the server's app.
pub(crate) struct Phone {
    client: Client,
    server: Url,
    /// The server's origin and the lab's.
    origins: [String; 2],
}

impl Phone {
    /// What is passed on.
    pub(crate) const PATHS: [&str; 6] =
        ["/app", "/app/", "/app/{*file}", "/api/v1/backup", "/api/v1/backup/{*rest}", "/api/v1/time"];

    /// A phone whose app comes from this server.
    ///
    /// # Errors
    /// The address or the TLS library cannot be used.
    pub(crate) fn new(server: &str, statement: Statement, lab: &str) -> anyhow::Result<Self> {
        let server = Url::parse(server).context("the server's address cannot be read")?;
        let mut tls = pinned_config(Arc::new(statement))?;
        // As a browser asks, not as a machine.
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .timeout(LIMIT)
            .build()?;
        let origins = [server.origin().ascii_serialization(), lab.to_owned()];
        Ok(Self { client, server, origins })
    }

    /// Asks the server and gives back what it says.
    pub(crate) async fn pass_on(&self, request: Request) -> Response {
        let visit = request.method() == Method::GET && request.uri().path().trim_end_matches('/') == "/app";
        match self.ask(request).await {
            Ok(answer) if visit && answer.status() == StatusCode::NOT_FOUND => missing(
                "The authenticator is not part of this server. Scan with an authenticator app on your own phone.",
            ),
            Ok(answer) => answer,
            Err(error) => {
                tracing::debug!(%error, "the app's request did not get through");
                missing("The server can't be reached. Load this again when it runs.")
            }
        }
    }

    async fn ask(&self, request: Request) -> anyhow::Result<Response> {
        let (parts, body) = request.into_parts();
        let mut url = self.server.clone();
        url.set_path(&format!("{}{}", self.server.path().trim_end_matches('/'), parts.uri.path()));
        url.set_query(parts.uri.query());
        let mut headers = HeaderMap::new();
        for (name, value) in parts.headers.iter().filter(|(name, _)| goes_along(name)) {
            headers.append(name, self.between(value, 1, 0));
        }
        let body = to_bytes(body, MAX_BODY).await?;
        let answer = self.client.request(parts.method, url).headers(headers).body(body).send().await?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status();
        for (name, value) in answer.headers().iter().filter(|(name, _)| comes_back(name)) {
            response.headers_mut().append(name, self.between(value, 0, 1));
        }
        may_stand_beside_the_screen(response.headers_mut());
        *response.body_mut() = Body::from(limited(answer).await?);
        Ok(response)
    }

    /// A value that begins with one origin, with the other in its place: `Origin` there, `Location` back.
    fn between(&self, value: &HeaderValue, from: usize, to: usize) -> HeaderValue {
        let text = value.to_str().ok().and_then(|text| text.strip_prefix(self.origins[from].as_str()));
        match text {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                HeaderValue::from_str(&format!("{}{rest}", self.origins[to]))
                    .unwrap_or_else(|_| value.clone())
            }
            _ => value.clone(),
        }
    }
}

async fn limited(mut answer: reqwest::Response) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        anyhow::ensure!(body.len() + part.len() <= MAX_BODY, "the server's answer is too large");
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// What belongs to one connection, and what is set anew for the next (RFC 9110 §7.6.1).
const OF_THE_CONNECTION: [HeaderName; 8] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

fn goes_along(name: &HeaderName) -> bool {
    // The server would see a browser that came from elsewhere.
    !OF_THE_CONNECTION.contains(name) && *name != header::REFERER && *name != header::COOKIE
}

fn comes_back(name: &HeaderName) -> bool {
    !OF_THE_CONNECTION.contains(name)
        && *name != header::SET_COOKIE
        && *name != header::ALT_SVC
        && *name != header::STRICT_TRANSPORT_SECURITY
}

/// The server lets nobody frame its app. The lab's page may: everything else of the policy stays.
fn may_stand_beside_the_screen(headers: &mut HeaderMap) {
    headers.remove(header::X_FRAME_OPTIONS);
    let policies: Vec<HeaderValue> = headers
        .get_all(header::CONTENT_SECURITY_POLICY)
        .iter()
        .filter_map(|policy| HeaderValue::from_str(&framed(policy.to_str().ok()?)).ok())
        .collect();
    headers.remove(header::CONTENT_SECURITY_POLICY);
    for policy in policies {
        headers.append(header::CONTENT_SECURITY_POLICY, policy);
    }
}

fn framed(policy: &str) -> String {
    let mut parts: Vec<&str> = policy
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty() && !part.to_ascii_lowercase().starts_with("frame-ancestors"))
        .collect();
    parts.push("frame-ancestors 'self'");
    parts.join("; ")
}

/// Said on the phone in place of the app.
fn missing(sentence: &'static str) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_GATEWAY, kind, sentence).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_may_frame_the_app_changes_in_its_policy() {
        assert_eq!(
            framed("default-src 'self'; FRAME-ANCESTORS 'none';script-src 'self'"),
            "default-src 'self'; script-src 'self'; frame-ancestors 'self'"
        );
        assert_eq!(framed(""), "frame-ancestors 'self'");
    }
}
