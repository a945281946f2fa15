//! What goes wrong at a sign-in screen, in Wine: cancelling, a killed agent, a broken screen, odd orders of calls.
#![cfg(target_os = "linux")]

use countersign_e2e::{LogonBuffer, Oath, Pc, Server, SignInScreen};
use serde_json::{Value, json};
use std::{
    process::Command,
    time::{Duration, Instant},
};

const PASSWORD: &str = "correct horse";

fn pc(server: &Server) -> Pc {
    Pc::joined(server, &[Pc::account("mara", 1001, PASSWORD), Pc::account("root", 1004, PASSWORD)])
}

fn enroll(screen: &mut SignInScreen<'_>) -> Oath {
    screen.open_for_anybody();
    screen.give_password(&Pc::name("mara"), PASSWORD);
    let token = screen.show_qr();
    let answer = screen.give_code(&token.code(0));
    assert_eq!(answer["response"], "finished", "{answer}");
    screen.ask(&["report", "0", "0"]);
    screen.ask(&["close"]);
    token
}

/// Enrolls, and signs in again up to a code that is typed and not sent.
fn up_to_the_code(screen: &mut SignInScreen<'_>) -> Oath {
    let token = enroll(screen);
    screen.open_for_anybody();
    screen.give_password(&Pc::name("mara"), PASSWORD);
    screen.until_there_is("One-time password");
    screen.type_in("One-time password", &token.code(1));
    token
}

/// A server that hangs: it takes connections and answers nothing, until this is dropped.
struct Hanging(u32);

impl Hanging {
    fn new(server: &Server) -> Self {
        let pid = server.pid().expect("a running server");
        signal("-STOP", pid);
        Self(pid)
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        signal("-CONT", self.0);
    }
}

fn signal(name: &str, pid: u32) {
    let status = Command::new("kill").args([name, &pid.to_string()]).status().expect("kill runs");
    assert!(status.success());
}

#[test]
fn cancel_is_answered_at_once_while_the_server_hangs() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    up_to_the_code(&mut screen);

    let hanging = Hanging::new(&server);
    let answer = screen.ask(&["submit", "cancel-after=300"]);
    let ms = answer["cancel_to_return_ms"].as_f64().unwrap_or_else(|| panic!("not canceled: {answer}"));
    println!("cancel to return: {ms} ms");
    // Meant are 200 ms; other tests have this machine at the same time.
    assert!(ms < 1000.0, "{answer}");
    assert_ne!(answer["response"], "finished", "{answer}");
    drop(hanging);

    // The screen is usable: a sign-in from the beginning works.
    screen.ask(&["close"]);
    screen.open_for_anybody();
    screen.give_password(&Pc::name("mara"), PASSWORD);
    let seen = screen.until_there_is("One-time password");
    assert!(!seen.says("already used"), "{}", seen.text());
}

#[test]
fn an_agent_killed_in_mid_call_lets_nobody_in_and_is_back_after_its_start() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    let token = up_to_the_code(&mut screen);

    let hanging = Hanging::new(&server);
    screen.tell(&["submit"]);
    // Connect is waiting by then; if it is not yet, the agent is gone before it asks.
    std::thread::sleep(Duration::from_millis(500));
    pc.kill_agent();
    let answer = screen.hear().expect("the screen outlives the agent");
    assert_ne!(answer["response"], "finished", "{answer}");
    assert_eq!(answer["serialization_len"], Value::Null, "{answer}");
    drop(hanging);
    let seen = screen.until("word of the agent", |seen| seen.says("has stopped") || seen.says("is starting"));
    assert!(!seen.has("Show QR"), "{}", seen.text());

    pc.start_agent();
    screen.ask(&["close"]);
    screen.open_for_anybody();
    screen.give_password(&Pc::name("mara"), PASSWORD);
    let answer = screen.give_code(&token.code(1));
    assert_eq!(answer["response"], "finished", "{answer}");
}

#[test]
fn enforcement_holds_while_the_agent_runs_and_ends_with_the_setting() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    let by_name =
        |screen: &mut SignInScreen<'_>, scenario: &str| screen.ask(&["filter", scenario])["by_name"].clone();
    assert_eq!(by_name(&mut screen, "logon")["password"], true, "nothing is hidden unless it is set");
    pc.set("Enforce", "REG_DWORD", "1");
    let hidden = by_name(&mut screen, "logon");
    for (name, left) in hidden.as_object().expect("providers") {
        assert_eq!(left, &json!(name == "countersign"), "{name}: {hidden}");
    }
    // Where it does not matter, or would lock people out of changing what they have to, nothing is touched.
    for scenario in ["change", "plap"] {
        assert_eq!(by_name(&mut screen, scenario)["password"], true, "{scenario}");
    }
    screen.ask(&["setting", "AllowedProviders", "multi", "{60B78E88-EAD8-445C-9CFD-0B87F74EA6CD}"]);
    let hidden = by_name(&mut screen, "logon");
    assert_eq!((&hidden["password"], &hidden["pin"]), (&json!(true), &json!(false)));
    pc.set("Enforce", "REG_DWORD", "0");
    assert_eq!(by_name(&mut screen, "logon")["pin"], true, "holds at once");
}

#[test]
fn a_break_glass_account_gets_in_with_the_password_alone_and_nobody_else_does() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    screen.ask(&["setting", "BreakGlass", "multi", "S-1-5-21-100-200-900-1004"]);
    screen.open_for_anybody();
    let answer = screen.give_password(&Pc::name("root"), "wrong horse");
    assert_ne!(answer["response"], "finished", "{answer}");
    let answer = screen.give_password(&Pc::name("root"), PASSWORD);
    assert_eq!(answer["response"], "finished", "{answer}");
    assert_eq!(screen.handed_over().user, "root");
    let told = |event: &Value| event.to_string().contains("break-glass, set on the machine");
    let give_up = Instant::now() + Duration::from_secs(30);
    while !server.audit(&["--kind", "code_not_needed"]).iter().any(told) {
        assert!(Instant::now() < give_up, "nobody is told: {:?}", server.audit(&[]));
        std::thread::sleep(Duration::from_millis(200));
    }
    screen.ask(&["report", "0", "0"]);
    screen.ask(&["close"]);

    screen.open_for_anybody();
    let answer = screen.give_password(&Pc::name("mara"), PASSWORD);
    assert_ne!(answer["response"], "finished", "{answer}");
}

#[test]
fn what_a_remote_client_sends_along_is_proven_and_then_a_code_is_asked_for() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    let token = enroll(&mut screen);
    let file = format!("file={}", pc.windows_path("remote"));

    for (password, right) in [("wrong horse", false), (PASSWORD, true)] {
        std::fs::write(pc.file("remote"), LogonBuffer::from_afar("PC-W", "mara", password)).expect("written");
        let answer = screen.ask(&["update-remote", "package=197", &file]);
        assert_eq!(answer["rerouted"], true, "{answer}");
        let opened = screen.open(&["logon", "options=both", "remote=yes"]);
        assert_eq!(opened["set_serialization"], "0x00000000", "{opened}");
        if opened["autologon"] == true {
            screen.submit();
        }
        if right {
            screen.until_there_is("One-time password");
            let answer = screen.give_code(&token.code(1));
            assert_eq!(answer["response"], "finished", "{answer}");
            assert_eq!(screen.handed_over().password, PASSWORD);
        } else {
            let seen = screen.until("refused", |seen| seen.says("did not sign you in"));
            assert!(!seen.has("One-time password"), "{}", seen.text());
        }
        screen.ask(&["close"]);
    }
}

#[test]
fn a_screen_that_keeps_breaking_gets_the_other_ways_in_back() {
    let server = Server::start();
    let pc = pc(&server);
    pc.set("Enforce", "REG_DWORD", "1");
    pc.set("StepAsideAfter", "REG_DWORD", "2");
    for start in 0..2 {
        let mut screen = pc.sign_in_screen();
        let filter = screen.ask(&["filter", "logon"]);
        assert_eq!(filter["by_name"]["password"], false, "start {start}: {filter}");
        screen.ask(&["crash", "GetCredentialAt"]);
        assert_eq!(screen.try_ask(&["open", "logon", "options=both"]), None, "it dies");
    }
    let mut screen = pc.sign_in_screen();
    let opened = screen.try_ask(&["open", "logon", "options=both"]).expect("it lives");
    assert_eq!(opened["hresult"], "0x80004001", "no tile: {opened}");
    assert_eq!(screen.ask(&["filter", "logon"])["by_name"]["password"], true);
}
