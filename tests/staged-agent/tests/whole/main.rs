//! The whole agent as a program: joined to a server made for the test, tried as a script would.

#[cfg(test)]
mod server;
#[cfg(test)]
mod staged;

use protocol::http::ReportedEvent;
use server::{Server, URI};
use staged::Staged;

#[test]
fn a_person_enrolls_and_then_signs_in_with_a_code() {
    let server = Server::start();
    let staged = Staged::new();
    let joined = staged.run(&["join", &server.join_code()], "");
    assert!(joined.ok && joined.out.contains("Joined as mch_"), "{joined:?}");

    let first = staged
        .run(&["try", "--transcript"], "CORP\\mara\nright-password\n/show-qr\n/show-key\n000000\n123456\n");
    assert!(first.ok, "{first:?}");
    assert!(first.err.contains("Signed in as CORP\\mara (approval for this attempt used)"), "{}", first.err);
    assert_eq!(first.qr_texts(), [URI]);
    assert!(first.err.contains("GEZD GNBV"), "{}", first.err);
    assert!(!first.out.contains("GEZD") && !first.out.contains("otpauth"), "{}", first.out);
    let screens = first.screens();
    let reasons: Vec<&str> = screens.iter().filter_map(|screen| screen["reason"].as_str()).collect();
    for wanted in ["enroll-start", "enroll-code-wrong", "welcome"] {
        assert!(reasons.contains(&wanted), "{wanted} in {reasons:?}");
    }
    assert!(screens.iter().any(|screen| screen["qr_shown"] == true));
    assert!(screens.iter().any(|screen| screen["key_shown"] == true));

    let second = staged.run(&["try"], "CORP\\mara\nright-password\n123456\n");
    assert!(second.ok && second.out.contains("Signed in as CORP\\mara"), "{second:?}");
    assert_eq!(server.events(), [ReportedEvent::SignedIn, ReportedEvent::SignedIn]);
    let status = staged.run(&["status", "--json"], "");
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!((&status["events_waiting"], &status["policy_version"]), (&0.into(), &1.into()));
}

#[test]
fn a_wrong_password_reaches_the_server_as_an_event_alone() {
    let server = Server::start();
    let staged = Staged::new();
    assert!(staged.run(&["join", "-"], &server.join_code()).ok);
    let tried = staged.run(&["try", "--language", "de"], "CORP\\mara\nwrong\n");
    assert!(!tried.ok && !tried.out.contains("Signed in"), "{tried:?}");
    assert!(tried.out.contains("Kennwort"), "{}", tried.out);
    assert_eq!(server.events(), [ReportedEvent::PasswordWrong]);
    assert_eq!(server.begun(), 0);
}

#[test]
fn nothing_is_joined_where_another_server_or_somebody_in_between_answers() {
    let (server, other) = (Server::start(), Server::start());
    let staged = Staged::new();
    // The fingerprint of one server, the address of another.
    let refused = staged.run(&["join", &server.join_code_at(&other)], "");
    assert!(!refused.ok && refused.err.contains("not the server this join code was made on"), "{refused:?}");
    // The right statement, behind a certificate it does not name.
    let between = Server::between(&server);
    let refused = staged.run(&["join", &server.join_code_at(&between)], "");
    assert!(!refused.ok && refused.err.contains("something stands between"), "{refused:?}");
    assert_eq!((server.joins(), other.joins(), between.joins()), (0, 0, 0));
    assert!(staged.run(&["status"], "").out.contains("has not been joined"));
}

#[test]
fn a_server_that_is_gone_is_said_to_be_unreachable_and_nobody_gets_in() {
    let server = Server::start();
    let staged = Staged::new();
    assert!(staged.run(&["join", &server.join_code()], "").ok);
    server.stop();
    let tried = staged.run(&["try", "--transcript"], "CORP\\mara\nright-password\n");
    assert!(!tried.ok, "{tried:?}");
    assert!(tried.screens().iter().any(|screen| screen["reason"] == "unreachable"), "{}", tried.out);
    let doctor = staged.run(&["doctor"], "");
    assert!(!doctor.ok && doctor.out.contains("[!!] The server cannot be reached"), "{doctor:?}");
    assert!(doctor.out.contains("wait to be reported"), "{doctor:?}");
}
