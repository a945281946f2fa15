//! The unmodified provider in Wine while no agent answers: nobody gets in, and the way in that was planned remains.
#![cfg(target_os = "linux")]

use countersign_e2e::{FalseServer, Pc, PipeOwner, Server};
use serde_json::{Value, json};

fn pc() -> Pc {
    Pc::bare(&[Pc::account("mara", 1001, "correct horse")])
}

/// Whether the filter leaves this provider, by the name the host gives it.
fn stays(answer: &Value, name: &str) -> bool {
    answer["by_name"][name].as_bool().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

#[test]
fn without_an_agent_the_tile_is_there_and_lets_nobody_in() {
    let pc = pc();
    let mut screen = pc.sign_in_screen();
    let opened = screen.open(&["logon", "options=both"]);
    assert_eq!(opened["count"], 1, "{opened}");
    let seen = screen.see();
    assert!(seen.says("Countersign is starting") || seen.says("has stopped"), "{}", seen.text());
    if seen.has("Password") {
        screen.type_in("Password", "correct horse");
    }
    let answer = screen.submit();
    assert_ne!(answer["response"], "finished", "{answer}");
    assert_eq!(answer["serialization_len"], Value::Null, "{answer}");

    // The administrator's setting, and nothing else, decides what else is there.
    assert!(stays(&screen.ask(&["filter", "logon"]), "password"), "nothing is hidden unless it is set");
    pc.set("Enforce", "REG_DWORD", "1");
    let enforced = screen.ask(&["filter", "logon"]);
    assert!(!stays(&enforced, "password") && stays(&enforced, "countersign"), "{enforced}");
    pc.set("Enforce", "REG_DWORD", "0");
    assert!(stays(&screen.ask(&["filter", "logon"]), "password"), "holds at once");
}

#[test]
fn an_agent_that_is_started_while_the_tile_is_shown_serves_that_tile() {
    let server = Server::start();
    let pc = pc();
    pc.join(&server.join_code("default"));
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    assert!(screen.see().says("Countersign is starting."), "{}", screen.see().text());
    let answer = screen.give_password(&Pc::name("mara"), "correct horse");
    assert_eq!((&answer["response"], &answer["serialization_len"]), (&json!("not_finished"), &Value::Null));
    assert!(screen.see().says("Countersign is starting."), "{}", screen.see().text());

    pc.install_agent();
    screen.until("in order", |seen| !seen.says("Countersign is starting."));
    screen.give_password(&Pc::name("mara"), "correct horse");
    screen.until_there_is("Show QR");
}

#[test]
fn a_program_that_asks_for_credentials_is_not_ours_and_is_left_alone() {
    // Nobody is SYSTEM in Wine: any program that shows a prompt is one of these.
    let pc = pc();
    pc.set("Enforce", "REG_DWORD", "1");
    let mut screen = pc.sign_in_screen();
    for flags in ["flags=0", "flags=1"] {
        let opened = screen.try_ask(&["open", "credui", flags]).expect("an answer");
        assert_eq!(opened["hresult"], "0x80004001", "{opened}");
        assert!(stays(&screen.ask(&["filter", "credui", flags]), "password"));
    }
    // Enforced it is, where people sign in.
    assert!(!stays(&screen.ask(&["filter", "logon"]), "password"));
}

#[test]
fn wrong_calls_get_the_answer_that_is_documented_and_change_nothing() {
    let pc = pc();
    let mut screen = pc.sign_in_screen();
    // With a user's tile, which has all the interfaces there are.
    let opened = screen.open(&["logon", &pc.users(&["mara"])]);
    assert_eq!(opened["count"], 1, "{opened}");
    let before = screen.see().text();
    let answer = screen.ask(&["wrong-calls"]);
    let all = |group: &str, allowed: &[&str], at_least: usize| {
        let calls = answer[group].as_object().unwrap_or_else(|| panic!("{answer}"));
        assert!(calls.len() >= at_least, "{group}: {} calls", calls.len());
        for (call, hresult) in calls {
            assert!(allowed.contains(&hresult.as_str().unwrap_or_default()), "{group}, {call}: {hresult}");
        }
    };
    // E_POINTER; E_INVALIDARG and E_NOINTERFACE; E_NOTIMPL, and S_OK of those that may not fail.
    all("null", &["0x80004003"], 24);
    all("unknown", &["0x80070057", "0x80004002"], 30);
    all("unused", &["0x80004001", "0x00000000"], 11);
    for call in ["Filter, providers", "Filter, answers", "Filter, both, four billion", "ReportResult"] {
        assert_eq!(answer["unused"][call], "0x00000000", "{call}");
    }
    assert_eq!(screen.see().text(), before);
    let counts = screen.ask(&["close"]);
    assert_eq!((&counts["tile_events_left"], &counts["provider_events_left"]), (&json!([0]), &json!(0)));
}

#[test]
fn credentials_that_lie_about_their_length_are_refused_or_read_within_bounds() {
    let pc = pc();
    let mut screen = pc.sign_in_screen();
    let given = format!("file={}", pc.windows_path("given"));
    // What is said is believed up to 64 KB, which is all that anybody can do; more is never read.
    for (length, said, taken) in [
        (64, None, true),
        (1, None, true),
        (64 * 1024, None, true),
        (64 * 1024, Some("10"), true),
        (64 * 1024 + 1, None, false),
        (1 << 20, None, false),
        (64, Some("0"), false),
        (64, Some("65537"), false),
        (64, Some("0x7fffffff"), false),
        (64, Some("0xffffffff"), false),
    ] {
        std::fs::write(pc.file("given"), vec![7; length]).expect("written");
        let said = said.map(|said| format!("said-length={said}"));
        let words: Vec<&str> =
            ["open", "logon", "package=1", &given].into_iter().chain(said.as_deref()).collect();
        let opened = screen.ask(&words);
        let expected = if taken { "0x00000000" } else { "0x80070057" };
        assert_eq!(opened["set_serialization"], expected, "{length} {said:?}: {opened}");
        // Windows is told to go on by itself with what was taken, and only with that.
        assert_eq!(opened["autologon"], taken, "{length} {said:?}: {opened}");
        screen.ask(&["close"]);
        let words: Vec<&str> =
            ["update-remote", "package=1", &given].into_iter().chain(said.as_deref()).collect();
        let answer = screen.try_ask(&words).expect("the screen lives");
        assert_eq!(answer["ok"], taken, "{length} {said:?}: {answer}");
        if !taken {
            assert_eq!(answer["hresult"], "0x80070057", "{length} {said:?}: {answer}");
        }
    }
}

#[test]
fn an_agent_that_is_away_may_be_set_to_mean_no_tile_and_nothing_hidden() {
    let pc = pc();
    pc.set("Enforce", "REG_DWORD", "1");
    pc.set("AgentDown", "REG_SZ", "step_aside");
    let mut screen = pc.sign_in_screen();
    // Said to Windows before it asks for tiles: this provider has none here.
    let opened = screen.try_ask(&["open", "logon", "options=both"]).expect("an answer");
    assert_eq!(opened["hresult"], "0x80004001", "{opened}");
    assert!(stays(&screen.ask(&["filter", "logon"]), "password"));
}

#[test]
fn policy_outranks_what_is_set_on_the_machine() {
    let pc = pc();
    pc.set("Enforce", "REG_DWORD", "0");
    let mut screen = pc.sign_in_screen();
    assert!(stays(&screen.ask(&["filter", "logon"]), "password"));
    screen.ask(&["policy", "Enforce", "dword", "1"]);
    assert!(!stays(&screen.ask(&["filter", "logon"]), "password"));
}

#[test]
fn a_program_that_only_pretends_to_be_the_agent_gets_no_byte() {
    let pc = pc();
    // One is given away by its pipe's owner, the other by not being the service.
    for owner in [PipeOwner::Anybody, PipeOwner::Administrators] {
        let server = pc.false_server(owner);
        let mut screen = pc.sign_in_screen();
        screen.open(&["logon", "options=both"]);
        let seen = screen.see();
        if seen.has("Password") {
            screen.type_in("Password", "correct horse");
        }
        assert_ne!(screen.submit()["response"], "finished");
        screen.ask(&["filter", "logon"]);
        screen.ask(&["close"]);
        let said = server.said();
        assert!(
            said.iter().any(|line| line == "connected"),
            "{owner:?}: the provider looked at it: {said:?}"
        );
        assert!(!said.iter().any(|line| line.starts_with("bytes")), "{owner:?}: {said:?}");
        is_heard_by(&server, &pc);
    }
}

/// Somebody who does not check is heard, so that silence means something.
fn is_heard_by(server: &FalseServer, pc: &Pc) {
    pc.run("cmd", &["/c", r"echo hello> \\.\pipe\ProtectedPrefix\Administrators\countersign-agent"]);
    while let Some(line) = server.next(10) {
        if line.starts_with("bytes") {
            return;
        }
    }
    panic!("the false server hears nobody");
}
