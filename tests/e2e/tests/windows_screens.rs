//! The kinds of sign-in screens there are, in Wine: unlocking, elevating, listed people, another order of calls, two
//! screens at once, another language, keyboard and mouse.
#![cfg(target_os = "linux")]

use countersign_e2e::{Oath, Pc, Server, SignInScreen};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

/// Messages, as far as no argument is in them.
const ASKED: &str = "Type the one-time password that your token shows now.";
const WRONG: &str = "That code did not match.";
const USED: &str = "That code was already used.";

/// `KerbInteractiveLogon` and `KerbWorkstationUnlockLogon`.
const SIGN_IN: u32 = 2;
const UNLOCK: u32 = 7;

fn pc(server: &Server) -> Pc {
    Pc::joined(server, &["mara", "jonas"].map(|name| Pc::account(name, 1001 + name.len() as u32, PASSWORD)))
}

/// Nothing went to Windows.
fn goes_on(answer: &Value) {
    assert_eq!(
        (&answer["response"], &answer["serialization_len"]),
        (&json!("not_finished"), &Value::Null),
        "{answer}"
    );
}

/// Name and password of somebody went to Windows, in a message of this kind.
fn lets_in(screen: &mut SignInScreen<'_>, answer: &Value, name: &str, message: u32) {
    assert_eq!(answer["response"], "finished", "{answer}\n{}", screen.see().text());
    let buffer = screen.handed_over();
    assert_eq!(
        (buffer.message, format!(r"{}\{}", buffer.domain, buffer.user), buffer.password.as_str()),
        (message, Pc::name(name), PASSWORD)
    );
    screen.ask(&["report", "0", "0"]);
}

/// Enrolls on a screen that is open, up to what Windows is handed.
fn enroll(screen: &mut SignInScreen<'_>, name: &str, message: u32) -> Oath {
    goes_on(&screen.give_password(&Pc::name(name), PASSWORD));
    let token = screen.show_qr();
    let answer = screen.give_code(&token.code(0));
    lets_in(screen, &answer, name, message);
    screen.ask(&["close"]);
    token
}

#[test]
fn unlocking_and_elevating_enroll_and_ask_for_a_code_like_signing_in() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    let listed = pc.users(&["mara"]);
    for (scenario, name, message) in [("unlock", "mara", UNLOCK), ("credui", "jonas", SIGN_IN)] {
        let people = if name == "mara" { listed.as_str() } else { "options=both" };
        let opened = screen.open(&[scenario, people]);
        assert_eq!(opened["count"], 1, "{opened}");
        let token = enroll(&mut screen, name, message);
        // The second time in the other order of calls.
        screen.open(&[scenario, people, "order=descriptors-first"]);
        goes_on(&screen.give_password(&Pc::name(name), PASSWORD));
        assert!(screen.until_there_is("One-time password").says(ASKED));
        // Whether a prompt for elevation calls Connect is not documented: it works without as well.
        screen.type_in("One-time password", &token.code(1));
        let answer = screen.ask(&["submit", "connect=none"]);
        lets_in(&mut screen, &answer, name, message);
        screen.ask(&["close"]);
    }
    let kinds = |kind: &str| {
        let events = server.audit(&["--kind", "code_accepted"]);
        events.iter().filter(|event| event.to_string().contains(kind)).count()
    };
    assert_eq!((kinds("unlock"), kinds("elevation")), (1, 1), "{:#?}", server.audit(&[]));

    // Changing a password, what comes before the network, and what programs ask for are Windows' own.
    for words in [["change", "flags=0"], ["plap", "flags=0"], ["credui", "flags=1"]] {
        let opened = screen.try_ask(&["open", words[0], words[1]]).expect("an answer");
        assert_eq!(opened["hresult"], "0x80004001", "{words:?}: {opened}");
    }

    // A rule for one kind holds for that one only.
    server
        .policy("[[rules]]\nname = \"nobody unlocks with a code\"\nkinds = [\"unlock\"]\nask = \"never\"\n");
    screen.open(&["unlock", &listed]);
    let answer = screen.give_password("", PASSWORD);
    lets_in(&mut screen, &answer, "mara", UNLOCK);
    screen.ask(&["close"]);
    screen.open(&["logon", &listed]);
    goes_on(&screen.give_password("", PASSWORD));
    assert!(screen.until_there_is("One-time password").says(ASKED));
}

#[test]
fn after_a_wrong_code_another_user_signs_in_and_neither_learns_of_the_other() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    let token = enroll(&mut screen, "mara", SIGN_IN);

    // The tile of one user, and the one for others.
    let listed = pc.users(&["mara"]);
    for order in ["order=descriptors-first", "order=count-first"] {
        let opened = screen.open(&["logon", &listed, "options=both", order]);
        assert_eq!(opened["count"], 2, "{opened}");
        let sids: Vec<&Value> =
            opened["tiles"].as_array().expect("tiles").iter().map(|tile| &tile["sid"]).collect();
        assert!(sids[0].is_string() && sids[1].is_null(), "{opened}");
        goes_on(&screen.give_password("", PASSWORD));
        goes_on(&screen.give_code(&token.wrong_code()));
        assert!(screen.until_there_is("One-time password").says(WRONG));
        screen.ask(&["select", "1"]);
        let seen = screen.until_there_is("User name");
        assert!(!seen.says(WRONG) && !seen.says("mara"), "{}", seen.text());
        if order == "order=descriptors-first" {
            let others = screen_of_jonas(&mut screen);
            let answer = screen.give_code(&others.code(0));
            lets_in(&mut screen, &answer, "jonas", SIGN_IN);
        }
        screen.ask(&["select", "0"]);
        let seen = screen.until_there_is("Password");
        assert!(!seen.has("One-time password") && !seen.says("jonas"), "{}", seen.text());
        screen.ask(&["close"]);
    }
}

fn screen_of_jonas(screen: &mut SignInScreen<'_>) -> Oath {
    goes_on(&screen.give_password(&Pc::name("jonas"), PASSWORD));
    screen.show_qr()
}

#[test]
fn of_two_screens_with_the_same_code_at_the_same_moment_one_lets_in() {
    let server = Server::start();
    let pc = pc(&server);
    let mut first = pc.sign_in_screen();
    let mut second = pc.sign_in_screen();
    first.open_for_anybody();
    let token = enroll(&mut first, "mara", SIGN_IN);
    token.wait_for_a_new_step();
    let code = token.code(0);
    for screen in [&mut first, &mut second] {
        screen.open_for_anybody();
        goes_on(&screen.give_password(&Pc::name("mara"), PASSWORD));
        screen.until_there_is("One-time password");
        screen.type_in("One-time password", &code);
    }
    first.tell(&["submit"]);
    second.tell(&["submit"]);
    let answers = [first.hear().expect("it lives"), second.hear().expect("it lives")];
    let finished = answers.iter().filter(|answer| answer["response"] == "finished").count();
    assert_eq!(finished, 1, "{answers:?}");
    let loser = if answers[0]["response"] == "finished" { &mut second } else { &mut first };
    assert!(loser.until_there_is("One-time password").says(USED));
}

#[test]
fn the_window_with_the_qr_is_closed_by_key_and_mouse_and_the_tile_forgets_it_too() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    goes_on(&screen.give_password(&Pc::name("mara"), PASSWORD));
    screen.until_there_is("Show QR");
    let rectangle = |screen: &mut SignInScreen<'_>| {
        let windows = screen.ask(&["picture"])["provider_windows"].clone();
        windows.as_array().expect("windows").first().map(|window| {
            assert_eq!((&window["class"], &window["owned_by_host"]), (&json!("CountersignQr"), &json!(true)));
            let numbers = window["rectangle"].as_array().expect("a rectangle").iter();
            numbers.map(|number| number.as_u64().expect("on the screen")).collect::<Vec<_>>()
        })
    };
    for what in ["esc", "enter", "space", "button", "beside"] {
        screen.click("Show QR");
        screen.until_there_is("Hide QR");
        let [left, top, width, height] = rectangle(&mut screen).expect("a window")[..] else {
            panic!("four numbers")
        };
        match what {
            // Its button is at the lower edge, in the middle.
            "button" => {
                let (x, y) = ((left + width / 2).to_string(), (top + height - 27).to_string());
                screen.ask(&["click-at", &x, &y]);
            }
            "beside" => {
                // A click on the picture changes nothing: somebody who points at it does not lose it.
                let (x, y) = ((left + width / 2).to_string(), (top + height / 3).to_string());
                screen.ask(&["click-at", &x, &y]);
                assert!(rectangle(&mut screen).is_some());
                screen.ask(&["key", "esc"]);
            }
            key => {
                screen.ask(&["key", key]);
            }
        }
        screen.until(what, |seen| seen.has("Show QR") && !seen.has("Hide QR"));
        assert_eq!(rectangle(&mut screen), None, "{what}");
        assert_eq!((screen.scan_tile(), screen.scan_screen()), (None, None), "{what}");
    }
}

#[test]
fn german_windows_is_spoken_to_in_german() {
    let server = Server::start();
    let pc = pc(&server);
    let mut screen = pc.german_sign_in_screen();
    screen.open_for_anybody();
    let seen = screen.until_there_is("Kennwort");
    assert!(seen.has("Benutzername") && !seen.has("Password"), "{}", seen.text());
    screen.type_in("Benutzername", &Pc::name("mara"));
    screen.type_in("Kennwort", PASSWORD);
    goes_on(&screen.submit());
    let seen = screen.until_there_is("QR-Code anzeigen");
    assert!(seen.says("Ab jetzt melden Sie sich auch mit einem Einmalkennwort an."), "{}", seen.text());
}
