//! Backups as an app meets them.

use crate::server::{Answer, HOST, Server};
use axum::{body::Body, extract::ConnectInfo, http::Request};
use countersign_web::Settings;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use service::backup::{Limits, MAX_CONTENT};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;

const APP: &str = "https://app.example";

/// An app with a name and a key, at an address.
#[derive(Clone)]
pub(crate) struct Phone<'s> {
    server: &'s Server,
    path: String,
    key: String,
    peer: SocketAddr,
}

pub(crate) fn server() -> Server {
    with(Limits::default())
}

fn with(limits: Limits) -> Server {
    let app_url = Some(format!("{APP}/app/"));
    Server::with(Settings { app_url, backup: Some(limits) })
}

impl<'s> Phone<'s> {
    pub(crate) fn new(server: &'s Server, name: u8) -> Self {
        Self {
            server,
            path: format!("/api/v1/backup/{}", HEXLOWER.encode(&[name; 16])),
            key: BASE64URL_NOPAD.encode(&[name; 32]),
            peer: "192.0.2.1:1000".parse().unwrap(),
        }
    }

    async fn send(&self, method: &str, below: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{below}", self.path))
            .header("host", HOST)
            .header("authorization", format!("Bearer {}", self.key))
            .extension(ConnectInfo(self.peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.server.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn make(&self, content: &[u8]) -> Answer {
        self.send("PUT", "", &[("if-none-match", "*")], content.to_vec()).await
    }

    async fn replace(&self, etag: &str, content: &[u8]) -> Answer {
        self.send("PUT", "", &[("if-match", etag)], content.to_vec()).await
    }

    async fn get(&self, below: &str) -> Answer {
        self.send("GET", below, &[], Vec::new()).await
    }
}

fn etag(content: &[u8]) -> String {
    format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(content)))
}

fn error(answer: &Answer) -> (u16, String) {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let message = body["message"].as_str().unwrap();
    assert!(message.len() > 10 && !message.contains('\n'), "{message}");
    (answer.status.as_u16(), body["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_backup_is_made_read_changed_listed_and_removed() {
    let server = server();
    let phone = Phone::new(&server, 1);
    let made = phone.make(b"one").await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, Some(etag(b"one").as_str())));
    assert_eq!(made.text(), r#"{"version":1}"#);
    let read = phone.get("").await;
    assert_eq!((read.status.as_u16(), read.body.as_slice()), (200, &b"one"[..]));
    for (name, value) in [
        ("etag", etag(b"one").as_str()),
        ("content-type", "application/octet-stream"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(read.header(name), Some(value));
    }
    let same = phone.send("GET", "", &[("if-none-match", &etag(b"one"))], Vec::new()).await;
    assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));

    let changed = phone.replace(&etag(b"one"), b"two").await;
    assert_eq!((changed.status.as_u16(), changed.text()), (200, r#"{"version":2}"#));
    let versions = phone.get("/versions").await;
    assert_eq!(versions.header("etag"), Some(etag(b"two").as_str()));
    let versions: serde_json::Value = serde_json::from_slice(&versions.body).unwrap();
    assert_eq!(versions["box"].as_str().unwrap().len(), 8);
    assert_eq!(versions["versions"][1]["number"], 1);
    assert_eq!(versions["versions"][1]["etag"], etag(b"one"));
    assert_eq!(versions["versions"][0]["written_at"], 1_800_000_000);
    assert_eq!(phone.get("/versions/1").await.body, b"one");
    assert_eq!(error(&phone.get("/versions/9").await), (404, "no_version".into()));

    let stale = phone.send("DELETE", "", &[("if-match", &etag(b"one"))], Vec::new()).await;
    assert_eq!(error(&stale), (412, "changed".into()));
    assert_eq!(phone.send("DELETE", "", &[], Vec::new()).await.status.as_u16(), 204);
    assert_eq!(error(&phone.get("").await), (404, "not_found".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_phones_that_read_the_same_one_writes() {
    let server: &'static Server = Box::leak(Box::new(server()));
    let phone = Phone::new(server, 1);
    phone.make(b"one").await;
    let tasks: Vec<_> = (0..50_u8)
        .map(|number| {
            let phone = phone.clone();
            tokio::spawn(async move { phone.replace(&etag(b"one"), &[number; 100]).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    let written: Vec<_> = answers.iter().filter(|answer| answer.status.as_u16() == 200).collect();
    assert_eq!(written.len(), 1);
    let kept = written[0].header("etag").unwrap();
    assert_eq!(phone.get("").await.header("etag"), Some(kept));
    for answer in answers.iter().filter(|answer| answer.status.as_u16() != 200) {
        assert_eq!((error(answer), answer.header("etag")), ((412, "changed".into()), Some(kept)));
    }
}

#[tokio::test]
async fn a_write_that_does_not_say_what_it_replaces_is_refused() {
    let server = server();
    let phone = Phone::new(&server, 1);
    let bare = phone.send("PUT", "", &[], b"x".to_vec()).await;
    assert_eq!(error(&bare), (428, "precondition_required".into()));
    phone.make(b"one").await;
    // What would write over anything, and what says two things at once.
    let tag = etag(b"one");
    for headers in [
        &[("if-match", "*")][..],
        &[("if-none-match", tag.as_str())],
        &[("if-match", &tag), ("if-none-match", "*")],
    ] {
        let refused = phone.send("PUT", "", headers, b"x".to_vec()).await;
        assert_eq!(error(&refused), (400, "request".into()), "{headers:?}");
    }
    for stale in [etag(b"zero"), format!("W/{tag}")] {
        let refused = phone.replace(&stale, b"x").await;
        assert_eq!(error(&refused), (412, "changed".into()));
        assert_eq!(refused.header("etag"), Some(tag.as_str()));
    }
    assert_eq!(error(&phone.make(b"x").await), (412, "changed".into()));
    assert_eq!(phone.get("").await.body, b"one");
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_box_answer_byte_for_byte_alike() {
    let server = server();
    let phone = Phone::new(&server, 1);
    phone.make(b"one").await;
    let wrong = Phone { key: BASE64URL_NOPAD.encode(&[9; 32]), ..phone.clone() };
    let unknown = Phone::new(&server, 2);
    for (method, below, headers) in [
        ("GET", "", &[][..]),
        ("HEAD", "", &[]),
        ("GET", "/versions", &[]),
        ("GET", "/versions/1", &[]),
        ("PUT", "", &[("if-match", "\"x\"")]),
        ("DELETE", "", &[]),
    ] {
        let (a, b) = (
            wrong.send(method, below, headers, b"x".to_vec()).await,
            unknown.send(method, below, headers, b"x".to_vec()).await,
        );
        assert_eq!((a.status.as_u16(), &a.headers, &a.body), (404, &b.headers, &b.body), "{method} {below}");
        assert_eq!(b.status.as_u16(), 404);
    }
}

#[tokio::test]
async fn what_cannot_be_a_key_or_a_box_is_told_apart_from_what_is_wrong() {
    let server = server();
    let phone = Phone::new(&server, 1);
    for key in ["", "short", &"A".repeat(44)] {
        let answer = Phone { key: key.to_owned(), ..phone.clone() }.get("").await;
        assert_eq!(error(&answer), (401, "key_missing".into()));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    for path in ["/api/v1/backup/x", "/api/v1/backup/%FF", "/api/v1/backup/x/versions/y"] {
        let answer = Phone { path: path.to_owned(), ..phone.clone() }.get("").await;
        assert_eq!(error(&answer), (400, "request".into()), "{path}");
    }
    assert_eq!(error(&phone.send("PUT", "", &[("if-none-match", "*")], Vec::new()).await).0, 400);
    let answer = phone.send("POST", "", &[], Vec::new()).await;
    assert_eq!(answer.status.as_u16(), 405);
    assert_eq!(answer.header("allow"), Some("GET,HEAD,PUT,DELETE"));
}

#[tokio::test]
async fn guesses_are_limited_by_address_and_say_how_long_to_wait() {
    let server = with(Limits { tries_per_hour: 3, ..Limits::default() });
    let phone = Phone::new(&server, 1);
    phone.make(b"one").await;
    let guess = Phone { key: BASE64URL_NOPAD.encode(&[9; 32]), ..phone.clone() };
    for _ in 0..3 {
        assert_eq!(error(&guess.get("").await).0, 404);
    }
    for phone in [&guess, &phone] {
        let refused = phone.get("").await;
        assert_eq!(error(&refused), (429, "too_many_tries".into()));
        assert_eq!(refused.header("retry-after"), Some("3600"));
    }
    // As a socket for both families shows the same address.
    let mapped = Phone { peer: "[::ffff:192.0.2.1]:9".parse().unwrap(), ..phone.clone() };
    assert_eq!(mapped.get("").await.status.as_u16(), 429);
    let elsewhere = Phone { peer: "192.0.2.2:1000".parse().unwrap(), ..phone.clone() };
    assert_eq!(elsewhere.get("").await.body, b"one");
}

#[tokio::test]
async fn limits_refuse_with_a_sentence() {
    let limits = Limits { new_boxes_per_day: 1, total_bytes: 5, generations: 1, ..Limits::default() };
    let server = with(limits);
    let phone = Phone::new(&server, 1);
    phone.make(b"one").await;
    let refused = Phone::new(&server, 2).make(b"two").await;
    assert_eq!(error(&refused), (429, "too_many_new".into()));
    let full = phone.replace(&etag(b"one"), b"longer").await;
    assert_eq!(error(&full), (507, "full".into()));
    assert_eq!(phone.get("").await.body, b"one");
}

#[tokio::test]
async fn a_megabyte_is_taken_and_one_byte_more_is_not() {
    let server = server();
    let phone = Phone::new(&server, 1);
    let most = vec![7; MAX_CONTENT];
    let more = vec![7; MAX_CONTENT + 1];
    let refused = phone.make(&more).await;
    assert_eq!(error(&refused), (413, "too_large".into()));
    // Also when nobody says beforehand how long it gets.
    let stream = futures_util::stream::iter(
        more.chunks(4_096).map(|part| Ok::<_, std::io::Error>(part.to_vec())).collect::<Vec<_>>(),
    );
    let request = Request::put(&phone.path)
        .header("authorization", format!("Bearer {}", phone.key))
        .header("if-none-match", "*")
        .body(Body::from_stream(stream))
        .unwrap();
    assert_eq!(error(&server.send(request).await), (413, "too_large".into()));
    assert_eq!(phone.make(&most).await.status.as_u16(), 201);
    assert_eq!(phone.get("").await.body, most);
}

#[tokio::test]
async fn a_server_that_keeps_no_backups_says_so() {
    let server = Server::new();
    for answer in [Phone::new(&server, 1).get("").await, Phone::new(&server, 1).make(b"x").await] {
        assert_eq!(error(&answer), (403, "disabled".into()));
    }
}

#[tokio::test]
async fn the_app_may_call_from_its_own_website_and_no_other_may() {
    let server = server();
    let phone = Phone::new(&server, 1);
    let asks = |origin| [("origin", origin), ("access-control-request-method", "PUT")];
    let allowed = phone.send("OPTIONS", "", &asks(APP), Vec::new()).await;
    assert_eq!(allowed.status.as_u16(), 204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(APP));
    for (name, part) in [
        ("access-control-allow-methods", "PUT"),
        ("access-control-allow-headers", "authorization"),
        ("access-control-allow-headers", "if-none-match"),
        ("vary", "Origin"),
    ] {
        assert!(allowed.header(name).unwrap().contains(part), "{name}");
    }
    let answer = phone.send("PUT", "", &[("origin", APP), ("if-none-match", "*")], b"one".to_vec()).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(APP));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("etag"));
    for other in ["https://evil.example", "http://app.example", "https://app.example:8443", "null", ""] {
        let asked = phone.send("OPTIONS", "", &asks(other), Vec::new()).await;
        assert_eq!(asked.status.as_u16(), 403, "{other}");
        for answer in [asked, phone.send("GET", "", &[("origin", other)], Vec::new()).await] {
            assert!(
                !answer.headers.keys().any(|name| name.as_str().starts_with("access-control")),
                "{other}"
            );
        }
    }
    // Machines and pages are not called by websites at all.
    for path in ["/api/v1/statement", "/healthz", "/"] {
        let request = Request::get(path).header("host", HOST).header("origin", APP).body(Body::empty());
        assert_eq!(server.send(request.unwrap()).await.header("access-control-allow-origin"), None, "{path}");
    }
}

#[tokio::test]
async fn figures_tell_of_backups_and_name_none() {
    let server = server();
    let phone = Phone::new(&server, 1);
    phone.make(b"one").await;
    Phone::new(&server, 2).get("").await;
    let answer = server.fetch("/metrics").await;
    let text = answer.text();
    for line in [
        "countersign_backup_boxes 1",
        "countersign_backup_bytes 3",
        "countersign_answers_total{call=\"backup\",outcome=\"made\"} 1",
        "countersign_answers_total{call=\"backup\",outcome=\"not_found\"} 1",
        "countersign_requests_total{route=\"/api/v1/backup/{box}\",status=\"201\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains("0101"), "{text}");
}

#[tokio::test]
async fn the_time_is_told_to_the_millisecond_and_kept_by_nobody() {
    let server = server();
    let request = Request::get("/api/v1/time").header("origin", APP).body(Body::empty()).unwrap();
    let answer = server.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, r#"{"now_ms":1800000000007}"#));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), Some(APP));
    assert_eq!(answer.header("signature"), None);
    server.pass(60);
    assert_eq!(server.fetch("/api/v1/time").await.text(), r#"{"now_ms":1800000060007}"#);
}
