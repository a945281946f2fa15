//! Backups on the real binary: what survives a kill, what the administrator sees, what the log does not tell.

use crate::harness::{Lab, Server, try_connect};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use std::{
    io::{self, Read, Write},
    time::Instant,
};

/// An app with a box.
struct Phone {
    path: String,
    key: String,
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Phone {
    fn new(name: u8) -> Self {
        let path = format!("/api/v1/backup/{}", HEXLOWER.encode(&[name; 16]));
        Self { path, key: BASE64URL_NOPAD.encode(&[name; 32]) }
    }

    /// Fails when the server is gone before the whole answer is there.
    fn send(&self, address: &str, method: &str, below: &str, more: &str, body: &[u8]) -> io::Result<Answer> {
        let (mut stream, _) = try_connect(address, &[])?;
        let (path, key) = (format!("{}{below}", self.path), &self.key);
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
             Content-Length: {length}\r\n{more}\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end =
            answer.windows(4).position(|part| part == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Answer { status, head, body: answer[end + 4..].to_vec() })
    }

    fn get(&self, server: &Server, below: &str) -> Answer {
        self.send(&server.address, "GET", below, "", b"").unwrap()
    }

    fn put(&self, address: &str, before: Option<&[u8]>, content: &[u8]) -> io::Result<Answer> {
        let when = match before {
            Some(before) => format!("If-Match: {}\r\n", etag(before)),
            None => "If-None-Match: *\r\n".to_owned(),
        };
        self.send(address, "PUT", "", &when, content)
    }
}

fn etag(content: &[u8]) -> String {
    format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(content)))
}

/// A content of 300 KB of its own.
fn content(number: u32) -> Vec<u8> {
    number.to_be_bytes().repeat(75_000)
}

#[test]
fn a_backup_survives_a_restart_and_the_administrator_sees_its_size_and_not_whose_it_is() {
    let lab = Lab::new();
    let server = lab.serve_with(&[]);
    let phone = Phone::new(0xA7);
    assert_eq!(phone.put(&server.address, None, b"sealed").unwrap().status, 201);
    let wrong = Phone { key: BASE64URL_NOPAD.encode(&[9; 32]), ..Phone::new(0xA7) };
    assert_eq!(wrong.get(&server, "").status, 404);
    server.kill();
    let server = lab.serve();
    let read = phone.get(&server, "");
    assert_eq!((read.status, read.body.as_slice()), (200, &b"sealed"[..]));
    assert!(read.head.contains(&format!("etag: {}", etag(b"sealed"))), "{}", read.head);

    let listed = lab.json(&["backup-box", "list", "--json"]);
    assert_eq!(listed[0]["bytes"], 6);
    let name = listed[0]["box"].as_str().unwrap().to_owned();
    let versions: serde_json::Value = serde_json::from_slice(&phone.get(&server, "/versions").body).unwrap();
    assert_eq!(versions["box"], name.as_str());
    assert!(lab.good(&["backup-box", "list"]).contains(&name));
    let events = lab.json(&["audit", "list", "--kind", "backup_box_made", "--json"]);
    assert_eq!(events[0]["event"]["detail"], format!("box {name}"));
    assert_eq!(events[0]["event"]["actor"], "app");
    let time = Phone { path: "/api/v1/time".to_owned(), ..Phone::new(1) }.get(&server, "");
    assert!(String::from_utf8(time.body).unwrap().starts_with("{\"now_ms\":"));
}

#[test]
fn nothing_of_a_key_or_an_address_of_a_backup_is_in_the_log() {
    let lab = Lab::new();
    let config = lab.file("c.toml", "log = \"trace\"\n[backup]\ntries_per_hour = 1");
    let server = lab.serve_with(&["--config", config.to_str().unwrap()]);
    let phone = Phone::new(0xA7);
    phone.put(&server.address, None, b"sealed").unwrap();
    phone.get(&server, "/versions/1");
    let wrong = Phone { key: BASE64URL_NOPAD.encode(&[9; 32]), ..Phone::new(0xA7) };
    assert_eq!([wrong.get(&server, "").status, wrong.get(&server, "").status], [404, 429]);
    let (_, log) = server.stop();
    assert!(log.contains("/api/v1/backup/{box}") && log.contains("backup_box_made"), "{log}");
    for secret in ["a7a7a7a7", &phone.key[..8], &wrong.key[..8], "Bearer"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn the_doctor_says_when_there_is_no_more_room_for_backups() {
    let lab = Lab::new();
    let config = lab.file("c.toml", "[backup]\ntotal_mb = 1\ngenerations = 9");
    let config = config.to_str().unwrap();
    let server = lab.serve_with(&["--config", config]);
    let phone = Phone::new(1);
    assert_eq!(phone.put(&server.address, None, &content(0)).unwrap().status, 201);
    let report = lab.run(&["doctor", "--config", config]).out;
    assert!(report.contains("good  backups of the authenticator take 1 of 1 MB, in 1 box"), "{report}");
    for number in 0..2 {
        phone.put(&server.address, Some(&content(number)), &content(number + 1)).unwrap();
    }
    let report = lab.run(&["doctor", "--config", config]).out;
    assert!(report.contains("raise backup.total_mb before new ones are refused"), "{report}");
    let full = phone.put(&server.address, Some(&content(2)), &content(3)).unwrap();
    assert_eq!(full.status, 507, "{}", full.head);
    assert_eq!(phone.get(&server, "").body, content(2));
}

#[test]
fn backups_can_be_switched_off() {
    let lab = Lab::new();
    let config = lab.file("c.toml", "[backup]\nenabled = false");
    let server = lab.serve_with(&["--config", config.to_str().unwrap()]);
    assert_eq!(Phone::new(1).put(&server.address, None, b"x").unwrap().status, 403);
}

/// A server that dies in the middle of a write leaves the old backup or the new one, whole, and never loses one it has
/// said is there.
#[test]
fn a_server_killed_in_mid_write_holds_the_old_backup_or_the_new_one_and_never_half() {
    const ROUNDS: u32 = 10;
    let lab = Lab::new();
    let mut server = lab.serve();
    let (address, phone) = (server.address.clone(), Phone::new(1));
    phone.put(&address, None, &content(0)).unwrap();
    let (mut held, mut unanswered, mut kept_unanswered) = (0, 0, 0);
    for round in 0..ROUNDS {
        let (sender, receiver) = std::sync::mpsc::channel();
        let writes = {
            let (address, phone) = (address.clone(), Phone::new(1));
            std::thread::spawn(move || {
                // One after the other until the server is gone; what was answered last.
                let mut last = held;
                loop {
                    let start = Instant::now();
                    match phone.put(&address, Some(&content(last)), &content(last + 1)) {
                        Ok(answer) => {
                            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                            last += 1;
                            let _told = sender.send(start.elapsed());
                        }
                        Err(_) => return last,
                    }
                }
            })
        };
        // At another place of the third write in each round, from near the beginning to near the end.
        let took = [receiver.recv().unwrap(), receiver.recv().unwrap()][1];
        std::thread::sleep(took * round / ROUNDS);
        server.kill();
        let answered = writes.join().unwrap();
        server = lab.serve_at(&address, &[]);
        let read = phone.get(&server, "");
        let number = u32::from_be_bytes(read.body[..4].try_into().unwrap());
        assert!(number == answered || number == answered + 1, "answered {answered}, holds {number}");
        assert!(read.body == content(number), "a part of a backup");
        unanswered += 1;
        kept_unanswered += u32::from(number == answered + 1);
        held = number;
    }
    // Every version that is listed is whole too.
    let versions: serde_json::Value = serde_json::from_slice(&phone.get(&server, "/versions").body).unwrap();
    for version in versions["versions"].as_array().unwrap() {
        let read = phone.get(&server, &format!("/versions/{}", version["number"]));
        assert_eq!(etag(&read.body), version["etag"].as_str().unwrap());
    }
    println!("{held} written, {unanswered} cut off, of which {kept_unanswered} were on disk");
    assert!(held > ROUNDS, "the kills must come in the middle");
}
