//! The whole story in Wine: the unmodified provider driven through COM, the agent as a service, the real server.
#![cfg(target_os = "linux")]

use countersign_e2e::{LogonBuffer, Oath, Pc, Server, SignInScreen};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

/// Messages, as far as no argument is in them.
const ENROLL: &str = "From now on you sign in with a one-time password too.";
const RESUMED: &str = "This QR code was first shown";
const ASKED: &str = "Type the one-time password that your token shows now.";
const WRONG: &str = "That code did not match.";
const USED: &str = "That code was already used.";
const FAILED: &str = "That user name and password did not sign you in.";
const UNREACHABLE: &str = "The server can't be reached.";

fn pc(server: &Server) -> Pc {
    let accounts = [
        Pc::account("mara", 1001, PASSWORD),
        Pc::account("jonas", 1002, PASSWORD),
        Pc::account("ines", 1003, PASSWORD).but("expired"),
        Pc::account("root", 1004, PASSWORD),
    ];
    Pc::joined(server, &accounts)
}

/// Nothing went to Windows.
fn goes_on(answer: &Value) {
    assert_eq!(
        (&answer["response"], &answer["serialization_len"]),
        (&json!("not_finished"), &Value::Null),
        "{answer}"
    );
}

/// Name and password went to Windows.
fn lets_in(screen: &mut SignInScreen<'_>, answer: &Value, name: &str) {
    assert_eq!(answer["response"], "finished", "{answer}\n{}", screen.see().text());
    assert_eq!(
        answer["clsid"].as_str().map(str::to_uppercase),
        Some("{F468CE09-3040-4A07-B968-43F3340FC7C4}".into())
    );
    let (domain, user) = name.split_once('\\').expect("a domain");
    let expected =
        LogonBuffer { message: 2, domain: domain.into(), user: user.into(), password: PASSWORD.into() };
    assert_eq!(screen.handed_over(), expected);
    screen.ask(&["report", "0", "0"]);
}

/// Enrolls on an open screen up to the QR code, which stays shown.
fn to_the_qr(screen: &mut SignInScreen<'_>, name: &str) -> Oath {
    goes_on(&screen.give_password(name, PASSWORD));
    screen.show_qr()
}

/// Enrolls and signs in; the screen is closed afterwards.
fn enroll(screen: &mut SignInScreen<'_>, name: &str) -> Oath {
    screen.open_for_anybody();
    let token = to_the_qr(screen, name);
    let answer = screen.give_code(&token.code(0));
    lets_in(screen, &answer, name);
    screen.ask(&["close"]);
    token
}

#[test]
fn a_newcomer_enrolls_in_the_sign_in_screen_and_is_asked_for_a_code_from_then_on() {
    let server = Server::start();
    let pc = pc(&server);
    let mara = Pc::name("mara");
    let mut screen = pc.sign_in_screen();

    screen.open_for_anybody();
    goes_on(&screen.give_password(&mara, "wrong horse"));
    let seen = screen.until_there_is("Password");
    assert!(seen.says(FAILED), "{}", seen.text());
    goes_on(&screen.give_password(&mara, PASSWORD));
    let seen = screen.until_there_is("Show QR");
    assert!(seen.says(ENROLL), "{}", seen.text());
    // Nothing is shown, and nothing exists, before it is asked for.
    assert_eq!((screen.scan_tile(), screen.scan_screen()), (None, None));
    assert!(server.audit(&["--kind", "enrollment_started"]).is_empty());

    screen.click("Show QR");
    screen.until_there_is("Hide QR");
    let uri = screen.scan_tile().expect("a QR code in the tile's picture");
    screen.ask(&["picture"]);
    assert_eq!(screen.scan_screen().as_ref(), Some(&uri), "what a phone before the screen reads");
    let token = Oath::scan(&uri);
    assert_eq!(server.json(&["token", "list"]).as_array().map(Vec::len), Some(0), "born at the first code");

    screen.click("Hide QR");
    screen.until_there_is("Show QR");
    screen.ask(&["picture"]);
    assert_eq!((screen.scan_tile(), screen.scan_screen()), (None, None), "hidden is gone");

    goes_on(&screen.give_code(&token.wrong_code()));
    assert!(screen.until_there_is("One-time password").says(WRONG));
    let answer = screen.give_code(&token.code(0));
    lets_in(&mut screen, &answer, &mara);
    screen.ask(&["close"]);
    assert_eq!(server.json(&["token", "list"]).as_array().map(Vec::len), Some(1));

    screen.open_for_anybody();
    goes_on(&screen.give_password(&mara, PASSWORD));
    let seen = screen.until_there_is("One-time password");
    assert!(seen.says(ASKED) && !seen.has("Show QR"), "{}", seen.text());
    goes_on(&screen.give_code(&token.code(0)));
    assert!(screen.until_there_is("One-time password").says(USED));
    goes_on(&screen.give_code(&token.wrong_code()));
    assert!(screen.until_there_is("One-time password").says(WRONG));
    let answer = screen.give_code(&token.code(1));
    lets_in(&mut screen, &answer, &mara);
    screen.ask(&["close"]);

    let (trace, log) = (screen.trace(), server.log());
    for secret in [PASSWORD, token.code(0).as_str(), token.code(1).as_str(), "otpauth"] {
        assert!(!trace.contains(secret) && !log.contains(secret), "{secret} was written down");
    }
}

#[test]
fn the_password_is_nowhere_in_the_screens_memory_once_it_is_let_go() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    // Long enough to be nowhere by chance.
    screen.ask(&["plant", "a-planted-password"]);
    assert_ne!(screen.ask(&["scan", "a-planted-password"])["hits"], 0, "the search finds what is there");
    let _token = enroll(&mut screen, &Pc::name("mara"));
    let found = screen.ask(&["scan", PASSWORD]);
    assert_eq!(found["hits"], 0, "{found}");
}

#[test]
fn an_enrollment_the_screen_went_idle_in_is_resumed_with_the_same_qr() {
    let server = Server::start();
    let pc = pc(&server);
    let mara = Pc::name("mara");
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    let first = to_the_qr(&mut screen, &mara);
    screen.ask(&["unadvise"]);
    screen.ask(&["close"]);

    screen.open_for_anybody();
    assert!(!screen.see().has("Hide QR"), "a new screen begins at the beginning");
    goes_on(&screen.give_password(&mara, PASSWORD));
    let seen = screen.until_there_is("Show QR");
    assert!(seen.says(RESUMED) && seen.has("Start over"), "{}", seen.text());
    assert_eq!(screen.show_qr().uri, first.uri);
    let answer = screen.give_code(&first.code(0));
    lets_in(&mut screen, &answer, &mara);
}

#[test]
fn two_people_have_a_tile_each_and_neither_gets_in_with_the_others_code() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    let (mara, jonas) = (Pc::name("mara"), Pc::name("jonas"));
    let theirs = enroll(&mut screen, &mara);
    let others = enroll(&mut screen, &jonas);

    let users = pc.users(&["mara", "jonas"]);
    let opened = screen.open(&["logon", &users]);
    assert_eq!(opened["count"], 2, "{opened}");
    assert!(!screen.see().has("User name"), "whose tile it is is known");
    goes_on(&screen.give_password("", PASSWORD));
    goes_on(&screen.give_code(&others.code(1)));
    assert!(screen.until_there_is("One-time password").says(WRONG));
    screen.ask(&["select", "1"]);
    goes_on(&screen.give_password("", PASSWORD));
    goes_on(&screen.give_code(&theirs.code(1)));
    assert!(screen.until_there_is("One-time password").says(WRONG));
    let answer = screen.give_code(&others.code(1));
    lets_in(&mut screen, &answer, &jonas);
}

#[test]
fn a_server_that_stops_lets_nobody_in_and_one_that_is_back_does() {
    let mut server = Server::start();
    let pc = pc(&server);
    let mara = Pc::name("mara");
    let mut screen = pc.sign_in_screen();
    let token = enroll(&mut screen, &mara);

    screen.open_for_anybody();
    goes_on(&screen.give_password(&mara, PASSWORD));
    screen.until_there_is("One-time password");
    server.kill();
    goes_on(&screen.give_code(&token.code(1)));
    let seen = screen.until_there_is("One-time password");
    assert!(seen.says(UNREACHABLE), "{}", seen.text());
    server.restart();
    let answer = screen.give_code(&token.code(1));
    lets_in(&mut screen, &answer, &mara);
}

#[test]
fn an_expired_password_is_changed_before_the_token_is_set_up() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    goes_on(&screen.give_password(&Pc::name("ines"), PASSWORD));
    let seen = screen.until_there_is("New password");
    assert!(seen.says("Your password is right but has to be changed."), "{}", seen.text());
    screen.type_in("New password", "battery staple");
    screen.type_in("Repeat new password", "battery stable");
    goes_on(&screen.submit());
    assert!(screen.until_there_is("New password").says("The two new passwords differ."));
    screen.type_in("New password", "battery staple");
    screen.type_in("Repeat new password", "battery staple");
    goes_on(&screen.submit());
    let token = screen.show_qr();
    let answer = screen.give_code(&token.code(0));
    assert_eq!(answer["response"], "finished", "{answer}");
    assert_eq!(screen.handed_over().password, "battery staple");
}
