//! What programs around the server rely on: systemd, and whatever collects the log.

use crate::harness::Lab;
use rustix::process::Signal;
use std::{io::Read, os::unix::net::UnixDatagram, time::Duration};

#[test]
fn systemd_is_told_when_requests_are_answered_and_when_the_server_stops() {
    let mut lab = Lab::new();
    let socket = UnixDatagram::bind(lab.set("NOTIFY_SOCKET", "notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let told = || {
        let mut message = [0; 256];
        let length = socket.recv(&mut message).unwrap();
        String::from_utf8_lossy(&message[..length]).trim_end().to_owned()
    };
    let server = lab.serve();
    assert_eq!(told(), "READY=1");
    server.stop();
    assert_eq!(told(), "STOPPING=1");
}

#[test]
fn a_log_for_programs_is_one_object_a_line_with_time_level_and_message() {
    let lab = Lab::new();
    let config = lab.file("c.toml", "log_format = \"json\"");
    let (_, log) = lab.serve_with(&["--config", config.to_str().unwrap()]).stop();
    assert!(log.lines().count() >= 1, "{log}");
    for line in log.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        for field in ["timestamp", "level", "message", "target"] {
            assert!(entry[field].is_string(), "{field} in {line}");
        }
    }
    let said = lab.file("c.toml", "log_format = \"xml\"");
    let refused = lab.bad(&["serve", "--config", said.to_str().unwrap()]);
    assert!(refused.contains("“xml” is not text or json"), "{refused}");
}

#[test]
fn the_link_that_makes_the_first_operator_is_not_written_into_the_journal() {
    let mut lab = Lab::new();
    let mut rest = String::new();
    let mut server = lab.serve();
    server.signal(Signal::TERM);
    server.rest.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("/setup/"), "{rest}");

    lab.set("JOURNAL_STREAM", "8:12345");
    let mut server = lab.serve();
    server.signal(Signal::TERM);
    rest.clear();
    server.rest.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("/setup/") && rest.contains("countersign operator set-up"), "{rest}");
    let link = |lab: &Lab| lab.json(&["operator", "set-up", "--json"])["link"].as_str().unwrap().to_owned();
    let (first, second) = (link(&lab), link(&lab));
    assert!(first.contains("/setup/") && first != second, "each is another one");
}
