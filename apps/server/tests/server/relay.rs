//! The relay, to a real WebDAV server: Apache's `mod_dav`, with TLS and passwords.

use crate::harness::{Lab, try_connect};
use std::{
    fs,
    io::{Read, Write},
    thread::sleep,
    time::{Duration, Instant},
};
use testkit::apache::Apache;

/// `mara:correct-horse`.
const PASSWORD: &str = "Authorization: Basic bWFyYTpjb3JyZWN0LWhvcnNl\r\n";

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// What this server says by itself.
    fn error(&self) -> String {
        assert_eq!(self.header("countersign-relay"), None);
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        body["error"].as_str().unwrap().to_owned()
    }
}

fn send(address: &str, method: &str, path: &str, more: &str, body: &[u8]) -> Answer {
    let (mut stream, _) = try_connect(address, &[]).unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{more}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

#[test]
fn a_backup_is_written_read_listed_and_kept_from_being_overwritten_on_a_real_file_server() {
    let lab = Lab::new();
    let apache = Apache::start();
    let (port, ca) = (apache.port(), apache.certificate());
    let config = format!(
        "log = \"trace\"\n[relay]\nwebdav_internal = [\"https://localhost:{port}/mara/\"]\nca = {ca:?}\n"
    );
    let config = lab.file("c.toml", &config);
    let server = lab.serve_with(&["--config", config.to_str().unwrap()]);
    let at = |path: &str| format!("/api/v1/relay/webdav/localhost:{port}{path}");
    let address = server.address.clone();
    let send = |method: &str, path: &str, more: &str, body: &[u8]| {
        send(&address, method, &at(path), &format!("{PASSWORD}{more}"), body)
    };

    let places = String::from_utf8(super::relay::send(&address, "GET", "/api/v1/places", "", b"").body);
    let folder = format!("\"webdav\":[\"https://localhost:{port}/mara/\"]");
    assert!(places.as_ref().unwrap().contains(&folder), "{places:?}");
    let made = send("MKCOL", "/mara/countersign/", "", b"");
    assert_eq!(
        (made.status, made.header("countersign-relay")),
        (201, Some("target")),
        "{}",
        apache.log("error.log")
    );
    let sealed: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    assert_eq!(send("PUT", "/mara/countersign/a%20b.backup", "If-None-Match: *\r\n", &sealed).status, 201);
    assert_eq!(fs::read(apache.served().join("countersign/a b.backup")).unwrap(), sealed);
    let read = send("GET", "/mara/countersign/a%20b.backup", "", b"");
    assert!(read.status == 200 && read.body == sealed);
    assert_eq!(read.header("content-type"), Some("application/octet-stream"));
    // Apache's tag of a file that was just written is a weak one, with which nothing is matched, for a second or two.
    let deadline = Instant::now() + Duration::from_secs(10);
    let etag = loop {
        let read = send("HEAD", "/mara/countersign/a%20b.backup", "", b"");
        match read.header("etag") {
            Some(etag) if !etag.starts_with("W/") => break etag.to_owned(),
            other => assert!(Instant::now() < deadline, "{other:?}"),
        }
        sleep(Duration::from_millis(200));
    };

    // Two devices: the one that read something else does not write.
    assert_eq!(send("PUT", "/mara/countersign/a%20b.backup", "If-None-Match: *\r\n", b"x").status, 412);
    assert_eq!(send("PUT", "/mara/countersign/a%20b.backup", "If-Match: \"other\"\r\n", b"x").status, 412);
    let put = send("PUT", "/mara/countersign/a%20b.backup", &format!("If-Match: {etag}\r\n"), b"newer");
    assert_eq!(put.status, 204);
    let listed = send("PROPFIND", "/mara/countersign/", "Depth: 1\r\n", b"");
    assert_eq!(listed.status, 207);
    assert!(String::from_utf8(listed.body).unwrap().contains("/mara/countersign/a%20b.backup"));
    assert_eq!(send("DELETE", "/mara/countersign/a%20b.backup", "", b"").status, 204);
    let gone = send("GET", "/mara/countersign/a%20b.backup", "", b"");
    assert_eq!((gone.status, gone.header("countersign-relay")), (404, Some("target")));

    // A wrong password is the file server's word; a browser is not told to ask for another one.
    let wrong = super::relay::send(&address, "GET", &at("/mara/x"), "Authorization: Basic bWFyYTp4\r\n", b"");
    assert_eq!((wrong.status, wrong.header("countersign-relay")), (401, Some("target")));
    assert_eq!(wrong.header("www-authenticate"), None);
    assert_eq!(send("GET", "/otto/x", "", b"").error(), "target_not_allowed");

    let (_, log) = server.stop();
    assert!(log.contains("/api/v1/relay/webdav/{*path}"), "{log}");
    for secret in ["bWFyYTpjb3JyZWN0", "correct-horse", "Basic", "a%20b"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn a_file_server_inside_is_not_reached_as_one_of_the_internet_nor_one_that_is_not_trusted() {
    let lab = Lab::new();
    let apache = Apache::start();
    let (port, ca) = (apache.port(), apache.certificate());
    let path = format!("/api/v1/relay/webdav/localhost:{port}/moved/x");
    for (section, error) in [
        (format!("webdav = [\"https://localhost:{port}/moved/\"]\nca = {ca:?}"), "target_inside"),
        (format!("webdav_internal = [\"https://localhost:{port}/moved/\"]"), "target_unreachable"),
        (format!("webdav_internal = [\"https://localhost:{port}/moved/\"]\nca = {ca:?}"), "target_redirects"),
    ] {
        let config = lab.file("c.toml", &format!("[relay]\n{section}\n"));
        let server = lab.serve_with(&["--config", config.to_str().unwrap()]);
        assert_eq!(send(&server.address, "GET", &path, PASSWORD, b"").error(), error);
        server.stop();
    }
}

#[test]
fn a_root_that_cannot_be_read_is_said_at_the_start() {
    let lab = Lab::new();
    let config =
        lab.file("c.toml", "[relay]\nwebdav = [\"https://cloud.example/\"]\nca = \"/nowhere.pem\"\n");
    let error = lab.bad(&["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()]);
    assert!(error.contains("cannot read relay.ca /nowhere.pem"), "{error}");
}
