//! A server under way: answers, restarts, stops, and clients that mean no good.

use crate::harness::Lab;
use rustix::process::Signal;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    time::{Duration, Instant},
};
use testkit::pem;

#[test]
fn the_first_start_makes_a_data_folder_for_its_owner_alone_and_prints_one_line_to_wait_for() {
    let lab = Lab::new();
    let mut server = lab.serve();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(lab.data()), 0o700);
    assert_eq!(mode(lab.data().join("countersign.db")), 0o600);
    assert_eq!(mode(lab.data().join("master.key")), 0o600);
    server.signal(Signal::TERM);
    let mut rest = String::new();
    server.rest.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("join-code new") && !rest.contains("listening on"), "{rest}");
}

#[test]
fn the_server_answers_over_tls_with_a_key_that_its_statement_names() {
    let lab = Lab::new();
    let server = lab.serve();
    let (answer, key) = crate::harness::get(&server.address, "/api/v1/statement");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&key), "{key} is not in {answer}");
    assert!(crate::harness::get(&server.address, "/healthz").0.starts_with("HTTP/1.1 200"));
}

#[test]
fn keys_people_and_seals_survive_a_kill_and_a_restart() {
    let lab = Lab::new();
    let server = lab.serve();
    let before = crate::harness::get(&server.address, "/healthz").1;
    for n in 0..5 {
        lab.good(&["user", "add", &format!("Person {n}")]);
    }
    server.kill();
    let server = lab.serve();
    assert_eq!(crate::harness::get(&server.address, "/healthz").1, before);
    assert_eq!(lab.json(&["user", "list", "--json"]).as_array().unwrap().len(), 5);
    server.stop();
    let checked = lab.json(&["audit", "verify", "--json"]);
    assert_eq!((&checked["faults"], &checked["unsealed"]), (&serde_json::json!([]), &serde_json::json!(0)));
    assert!(checked["seals"].as_u64().unwrap() >= 1);
    let starts = lab.json(&["audit", "list", "--kind", "server_started", "--json"]);
    assert_eq!(starts.as_array().unwrap().len(), 2);
}

#[test]
fn a_statement_is_issued_anew_only_when_it_says_something_else() {
    let lab = Lab::new();
    let config = lab.file("c.toml", "urls = [\"https://one.example\"]");
    let config = ["--config", config.to_str().unwrap()];
    let serial = |lab: &Lab| {
        let changes = lab.json(&["audit", "list", "--kind", "keys_changed", "--json"]);
        changes.as_array().unwrap().len()
    };
    lab.serve_with(&config).stop();
    lab.serve_with(&config).stop();
    assert_eq!(serial(&lab), 1);
    lab.file("c.toml", "urls = [\"https://one.example\", \"https://two.example\"]");
    lab.serve_with(&config).stop();
    assert_eq!(serial(&lab), 2);
}

#[test]
fn the_server_stops_within_five_seconds_whatever_its_clients_do() {
    let lab = Lab::new();
    let server = lab.serve();
    // One says nothing at all, one begins a request and waits.
    let _silent = TcpStream::connect(&server.address).unwrap();
    let mut slow = crate::harness::connect(&server.address).0;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ").unwrap();
    slow.flush().unwrap();
    let (took, log) = server.stop();
    assert!(took < Duration::from_secs(8), "{took:?} {log}");
}

#[test]
fn a_client_that_never_finishes_its_handshake_is_cut_off() {
    let lab = Lab::new();
    let server = lab.serve();
    let mut silent = TcpStream::connect(&server.address).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let start = Instant::now();
    let end = silent.read(&mut [0; 16]);
    assert!(
        matches!(end, Ok(0)) && start.elapsed() < Duration::from_secs(15),
        "{end:?} {:?}",
        start.elapsed()
    );
}

#[test]
fn a_client_that_says_nothing_after_its_handshake_is_cut_off() {
    let lab = Lab::new();
    let server = lab.serve();
    let (mut quiet, _) = crate::harness::connect(&server.address);
    quiet.sock.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let start = Instant::now();
    let end = quiet.read(&mut [0; 1024]);
    // An orderly end, a cut, or an answer that says "too slow": but not a time-out of ours.
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(30), "{end:?} after {waited:?}");
}

#[test]
fn a_certificate_of_ones_own_is_shown_to_browsers_read_again_on_sighup_and_nothing_to_machines() {
    let lab = Lab::new();
    let own = |lab: &Lab| {
        let made = rcgen::generate_simple_self_signed(["own.example".to_owned()]).unwrap();
        lab.file("key.pem", &pem("PRIVATE KEY", made.signing_key.serialized_der()));
        let path = lab.file("cert.pem", &pem("CERTIFICATE", made.cert.der()));
        (path, crate::harness::spki(made.cert.der()))
    };
    let (certificate, first) = own(&lab);
    let key = lab.folder().join("key.pem");
    let text = format!("[tls]\ncertificate = {certificate:?}\nkey = {key:?}");
    let config = lab.file("c.toml", &text);
    let server = lab.serve_with(&["--config", config.to_str().unwrap()]);
    let (answer, shown) = crate::harness::get(&server.address, "/api/v1/statement");
    let for_machines = crate::harness::key_for_machines(&server.address);
    assert!(shown == first && !answer.contains(&first) && answer.contains(&for_machines), "{answer}");

    let (_, second) = own(&lab);
    server.signal(Signal::HUP);
    let deadline = Instant::now() + Duration::from_secs(5);
    while crate::harness::get(&server.address, "/healthz").1 != second {
        assert!(Instant::now() < deadline, "the old certificate is still shown");
        std::thread::sleep(Duration::from_millis(50));
    }
    let (answer, _) = crate::harness::get(&server.address, "/api/v1/statement");
    assert!(!answer.contains(&second) && answer.contains(&for_machines), "{answer}");
    assert_eq!(crate::harness::key_for_machines(&server.address), for_machines);

    // Garbage does not take the server down, nor its certificate.
    lab.file("cert.pem", "nonsense");
    server.signal(Signal::HUP);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(crate::harness::get(&server.address, "/healthz").1, second);
    let (_, log) = server.stop();
    assert!(log.contains("the certificate stays as it was"), "{log}");
}

#[test]
fn the_first_answer_comes_soon_after_the_start() {
    let lab = Lab::after_a_first_start();
    let start = Instant::now();
    let server = lab.serve();
    let (answer, _) = crate::harness::get(&server.address, "/healthz");
    let first_answer = start.elapsed();
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let resident = status.lines().find(|line| line.starts_with("VmRSS")).unwrap().to_owned();
    println!("listening after {:?}, first answer after {first_answer:?}, {resident}", server.ready_after);
    assert!(answer.starts_with("HTTP/1.1 200"));
    // The budget of 150 ms is measured by hand; here only what cannot be an accident of a busy machine.
    assert!(first_answer < Duration::from_secs(5), "{first_answer:?}");
}
