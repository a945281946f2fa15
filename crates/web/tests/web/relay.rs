//! The relay to file servers, against one that is played by the test.

use crate::server::{Answer, HOST, Server};
use axum::{body::Body, http::Request};
use countersign_web::{
    Settings,
    relay::{Relay, Resolve, Target},
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use service::backup::Limits;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

const NAME: &str = "files.example";
const FILE: &str = "/api/v1/relay/webdav/files.example/dav/backup.bin";

/// A file server that says the same to each request, and keeps what it was sent.
pub(crate) struct Files {
    pub(crate) address: SocketAddr,
    pub(crate) certificate: CertificateDer<'static>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Files {
    pub(crate) async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        Self::called(NAME, answer).await
    }

    pub(crate) async fn called(name: &str, answer: impl Into<Vec<u8>>) -> Self {
        let own = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let certificate = own.cert.der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
        let config = rustls::ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, answer) = (Arc::new(Mutex::new(Vec::new())), answer.into());
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = Vec::new();
                let mut part = [0; 4_096];
                while !is_whole(&request) {
                    match stream.read(&mut part).await {
                        Ok(length) if length > 0 => request.extend_from_slice(&part[..length]),
                        _ => break,
                    }
                }
                log.lock().unwrap().push(String::from_utf8(request).unwrap());
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { address, certificate, seen }
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// Whether all of a request is there: its head, and as much content as the head says.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, content)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
    content.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub(crate) fn tls(root: &CertificateDer<'static>) -> Arc<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let builder = rustls::ClientConfig::builder_with_provider(provider());
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Answers each question with the next of these, the last one for ever; and how often it was asked.
pub(crate) fn resolver(answers: Vec<Vec<SocketAddr>>) -> (Resolve, Arc<Mutex<usize>>) {
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let resolve: Resolve = Arc::new(move |_, _| {
        let mut asked = count.lock().unwrap();
        let answer = answers[(*asked).min(answers.len() - 1)].clone();
        *asked += 1;
        Box::pin(async move { Ok(answer) })
    });
    (resolve, asked)
}

fn target(internal: bool) -> Target {
    let mut target: Target = format!("https://{NAME}/dav/").parse().unwrap();
    target.internal = internal;
    target
}

fn server(relay: Relay) -> Server {
    let limits = Limits { tries_per_hour: 3, ..Limits::default() };
    Server::with_all(Settings { backup: Some(limits), ..Settings::default() }, &[], Some(relay))
}

/// A server whose one target is this file server, at an address inside, which is allowed.
fn relay_to(files: &Files) -> Server {
    let resolve = resolver(vec![vec![files.address]]).0;
    server(Relay::new(vec![target(true)], tls(&files.certificate), resolve))
}

pub(crate) async fn send(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", HOST);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

pub(crate) fn error(answer: &Answer) -> (u16, String) {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.header("countersign-relay"), None);
    (answer.status.as_u16(), body["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_request_is_carried_with_its_credentials_and_without_what_a_browser_adds() {
    let files = Files::saying("HTTP/1.1 201 Created\r\nETag: \"7\"\r\nContent-Length: 0\r\n\r\n").await;
    let server = relay_to(&files);
    let headers = [
        ("authorization", "Basic bWFyYTpwdw=="),
        ("if-match", "\"6\""),
        ("depth", "1"),
        ("content-type", "application/octet-stream"),
        ("cookie", "session=1"),
        ("origin", "https://app.example"),
        ("referer", "https://app.example/"),
        ("x-forwarded-for", "10.0.0.1"),
    ];
    let answer = send(&server, "PUT", FILE, &headers, "sealed END").await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (201, Some("\"7\"")));
    assert_eq!(answer.header("countersign-relay"), Some("target"));
    let [seen] = &files.seen()[..] else { panic!("{:?}", files.seen()) };
    let seen = seen.to_lowercase();
    assert!(seen.starts_with("put /dav/backup.bin http/1.1\r\n") && seen.ends_with("sealed end"), "{seen}");
    for there in
        ["host: files.example\r\n", "authorization: basic bwfyytpwdw==", "if-match: \"6\"", "depth: 1"]
    {
        assert!(seen.contains(there), "{there} in {seen}");
    }
    for not in ["cookie", "origin", "referer", "forwarded"] {
        assert!(!seen.contains(not), "{not} in {seen}");
    }
    for method in ["GET", "HEAD", "DELETE", "PROPFIND", "MKCOL"] {
        assert_eq!(send(&server, method, FILE, &[], "").await.status.as_u16(), 201, "{method}");
        assert!(files.seen().last().unwrap().starts_with(method));
    }
    for method in ["POST", "PATCH", "TRACE", "COPY", "MOVE", "LOCK", "CONNECT", "get"] {
        assert_eq!(error(&send(&server, method, FILE, &[], "").await), (405, "method".into()), "{method}");
    }
}

#[tokio::test]
async fn nothing_of_an_answer_runs_in_a_browser_or_makes_it_do_something() {
    let files = Files::saying(
        "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/html\r\nSet-Cookie: a=b\r\nWWW-Authenticate: Basic realm=x\r\n\
         Refresh: 0;url=/\r\nAccess-Control-Allow-Origin: *\r\nContent-Security-Policy: default-src *\r\n\
         Content-Length: 17\r\n\r\n<script>1</script",
    )
    .await;
    let answer = send(&relay_to(&files), "GET", FILE, &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.text()), (401, "<script>1</script"));
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "attachment"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    for name in ["set-cookie", "www-authenticate", "refresh", "access-control-allow-origin", "location"] {
        assert_eq!(answer.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_not_given_on() {
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let other = Files::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
        let to = format!("https://{}/dav/x", other.address);
        let files =
            Files::saying(format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")).await;
        let answer = send(&relay_to(&files), "GET", FILE, &[], "").await;
        assert_eq!(error(&answer), (502, "target_redirects".into()), "{status}");
        assert_eq!(answer.header("location"), None);
        assert_eq!((files.seen().len(), other.seen().len()), (1, 0));
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_unless_the_target_is_said_to_be_there() {
    let files = Files::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let public: SocketAddr = "8.8.8.8:443".parse().unwrap();
    for addresses in [
        vec![files.address],
        vec![public, files.address],
        vec!["169.254.169.254:443".parse().unwrap()],
        vec!["[::ffff:127.0.0.1]:443".parse().unwrap()],
    ] {
        let relay = |internal| {
            let resolve = resolver(vec![addresses.clone()]).0;
            Relay::new(vec![target(internal)], tls(&files.certificate), resolve)
        };
        let refused = send(&server(relay(false)), "GET", FILE, &[("authorization", "Basic eA==")], "").await;
        assert_eq!(error(&refused), (502, "target_inside".into()), "{addresses:?}");
        assert_eq!(files.seen().len(), 0);
    }
    assert_eq!(send(&relay_to(&files), "GET", FILE, &[], "").await.status.as_u16(), 200);
}

/// A name that leads somewhere else when it is asked a second time (DNS rebinding) is not asked a second time.
#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_looked_at() {
    let first = Files::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let second = Files::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let (resolve, asked) = resolver(vec![vec![first.address], vec![second.address]]);
    let server = server(Relay::new(vec![target(true)], tls(&first.certificate), resolve));
    assert_eq!(send(&server, "GET", FILE, &[], "").await.status.as_u16(), 200);
    assert_eq!((*asked.lock().unwrap(), first.seen().len(), second.seen().len()), (1, 1, 0));
}

#[tokio::test]
async fn what_is_not_on_the_list_is_refused_before_its_name_is_resolved() {
    let files = Files::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let (resolve, asked) = resolver(vec![vec![files.address]]);
    let server = server(Relay::new(vec![target(true)], tls(&files.certificate), resolve));
    for path in [
        "/evil.example/dav/x",
        "/files.example:8443/dav/x",
        "/files.example.evil.example/dav/x",
        "/me@files.example/dav/x",
        "/files.example/other/x",
        "/files.example/dav",
        "/files.example/dav/../other",
        "/files.example/dav/%2e%2e/other",
        "/files.example/dav/..%2fother",
        "/files.example/dav/x?y=1",
        "/files.example",
        "/127.0.0.1/dav/x",
        "/https://evil.example/dav/x",
    ] {
        let answer = send(&server, "GET", &format!("/api/v1/relay/webdav{path}"), &[], "").await;
        assert_eq!(error(&answer), (403, "target_not_allowed".into()), "{path}");
    }
    assert_eq!((*asked.lock().unwrap(), files.seen().len()), (0, 0));
    let none = Server::new();
    assert_eq!(error(&send(&none, "GET", FILE, &[], "").await), (403, "target_not_allowed".into()));
    let offered = none.fetch("/api/v1/places").await;
    let offered = offered.text();
    assert!(offered.contains(r#""webdav":[]"#) && offered.contains(r#""drive":null"#), "{offered}");
    let listed = server.fetch("/api/v1/places").await;
    assert!(listed.text().contains(r#""webdav":["https://files.example/dav/"]"#));
}

#[tokio::test]
async fn nothing_is_sent_to_a_server_whose_certificate_is_not_believed() {
    let right = Files::saying("").await;
    for other in [Files::saying("").await, Files::called("other.example", "").await] {
        let resolve = resolver(vec![vec![other.address]]).0;
        let server = server(Relay::new(vec![target(true)], tls(&right.certificate), resolve));
        let answer = send(&server, "GET", FILE, &[("authorization", "Basic eA==")], "").await;
        assert_eq!(error(&answer), (502, "target_unreachable".into()));
        assert_eq!(other.seen().len(), 0);
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_off() {
    let mut long = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    long.resize(3 << 20, b'x');
    let files = Files::saying(long).await;
    assert_eq!(error(&send(&relay_to(&files), "GET", FILE, &[], "").await), (502, "target_too_large".into()));
    let files = Files::saying("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort").await;
    assert_eq!(error(&send(&relay_to(&files), "GET", FILE, &[], "").await), (502, "target_too_large".into()));
    let files = Files::saying("nonsense\r\n\r\n").await;
    assert_eq!(
        error(&send(&relay_to(&files), "GET", FILE, &[], "").await),
        (502, "target_unreachable".into())
    );
    let more = "x".repeat((1 << 20) + 1);
    assert_eq!(error(&send(&relay_to(&files), "PUT", FILE, &[], &more).await), (413, "too_large".into()));
}

#[tokio::test]
async fn passwords_are_not_guessed_through_the_relay() {
    let files = Files::saying("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").await;
    let server = relay_to(&files);
    for _ in 0..3 {
        assert_eq!(send(&server, "GET", FILE, &[], "").await.status.as_u16(), 401);
    }
    assert_eq!(error(&send(&server, "GET", FILE, &[], "").await), (429, "too_many_tries".into()));
    assert_eq!(files.seen().len(), 3);
    // What is right counts for nothing.
    let files = Files::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let server = relay_to(&files);
    for _ in 0..10 {
        assert_eq!(send(&server, "GET", FILE, &[], "").await.status.as_u16(), 200);
    }
}
