//! The unmodified provider in Wine while no agent answers: nobody gets in, and the way in that was planned remains.
#![cfg(target_os = "linux")]

use countersign_e2e::Pc;
use serde_json::Value;

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
    let server = pc.false_server();
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
    assert!(said.iter().any(|line| line == "connected"), "the provider looked at it: {said:?}");
    assert!(!said.iter().any(|line| line.starts_with("bytes")), "{said:?}");

    // Somebody who does not check is heard, so that the silence above means something.
    pc.run("cmd", &["/c", r"echo hello> \\.\pipe\ProtectedPrefix\Administrators\countersign-agent"]);
    while let Some(line) = server.next(10) {
        if line.starts_with("bytes") {
            return;
        }
    }
    panic!("the false server hears nobody");
}
