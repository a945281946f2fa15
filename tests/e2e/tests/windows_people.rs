//! Who gets in and who doesn't, in Wine: what the engine's own tests show at a terminal, shown by the unmodified
//! provider.
#![cfg(target_os = "linux")]

use countersign_e2e::{Account, FakeWindows, Impostor, LogonBuffer, Oath, Pc, Server, SignInScreen};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

/// Messages, as far as no argument is in them.
const FAILED: &str = "That user name and password did not sign you in.";
const ASKED: &str = "Type the one-time password that your token shows now.";
const WRONG: &str = "That code did not match.";
const MALFORMED: &str = "A code has 6 to 8 digits.";
const TOO_LONG: &str = "That is longer than the field takes.";
const ENROLL: &str = "From now on you sign in with a one-time password too.";

fn domain_account(name: &str, number: u32) -> Account {
    Account::new("CORP", name, &format!("S-1-5-21-7-8-9-{number}"), PASSWORD)
}

/// Nothing went to Windows.
fn goes_on(answer: &Value) {
    assert_eq!(
        (&answer["response"], &answer["serialization_len"]),
        (&json!("not_finished"), &Value::Null),
        "{answer}"
    );
}

/// Nothing went to Windows, and the screen says this.
fn refused(screen: &mut SignInScreen<'_>, answer: &Value, words: &str) {
    goes_on(answer);
    screen.until(words, |seen| seen.says(words));
}

/// What Windows was handed: the kind of message, domain and user. The password is the right one.
fn handed_over(screen: &mut SignInScreen<'_>, answer: &Value) -> (u32, String) {
    assert_eq!(answer["response"], "finished", "{answer}\n{}", screen.see().text());
    let buffer = screen.handed_over();
    assert_eq!(buffer.password, PASSWORD);
    screen.ask(&["report", "0", "0"]);
    (buffer.message, format!(r"{}\{}", buffer.domain, buffer.user))
}

/// Enrolls and signs in; the screen is closed afterwards.
fn enroll(screen: &mut SignInScreen<'_>, name: &str) -> Oath {
    screen.open_for_anybody();
    goes_on(&screen.give_password(name, PASSWORD));
    let token = screen.show_qr();
    let answer = screen.give_code(&token.code(0));
    handed_over(screen, &answer);
    screen.ask(&["close"]);
    token
}

#[test]
fn before_the_password_is_proven_nothing_tells_accounts_apart_and_every_name_gets_a_sentence() {
    let server = Server::start();
    let accounts = [
        domain_account("mara", 1001),
        domain_account("lara", 1002).but("locked"),
        domain_account("dora", 1003).but("disabled"),
        domain_account("gone", 1004).but("unknown"),
        domain_account("Mara van der Berg", 1005),
        domain_account("👩\u{200d}💻", 1006),
        domain_account("שרה", 1007),
        Pc::account("local", 1001, PASSWORD),
    ];
    let pc = Pc::joined(&server, &accounts);
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();

    let mut screens = Vec::new();
    for (name, password) in [
        ("mara", "wrong horse"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("lara", PASSWORD),
        ("lara", "wrong horse"),
        ("dora", PASSWORD),
        ("dora", "wrong horse"),
    ] {
        let answer = screen.give_password(&format!(r"CORP\{name}"), password);
        refused(&mut screen, &answer, FAILED);
        let seen = screen.until_there_is("Password");
        // The name stays where it was typed; all else has to be the same.
        let text = seen.text().replace(&format!(r"CORP\{name}"), "NAME");
        let said = (answer["status_text"].clone(), answer["icon"].clone(), answer["status_messages"].clone());
        screens.push((text, said));
    }
    assert!(screens.windows(2).all(|pair| pair[0] == pair[1]), "{screens:#?}");

    let (long, longer, megabyte) = ("a".repeat(256), "a".repeat(257), "a".repeat(1 << 20));
    for (name, password, words) in [
        ("", "x", "A field is still empty."),
        (r"CORP\", "x", "A field is still empty."),
        (r"a\b\c", "x", "No account can have that user name."),
        ("ma\u{202e}ra", "x", "No account can have that user name."),
        ("mara@corp", PASSWORD, FAILED),
        (long.as_str(), "x", FAILED),
        (longer.as_str(), "x", TOO_LONG),
        (megabyte.as_str(), "x", TOO_LONG),
        (r"CORP\mara", megabyte.as_str(), TOO_LONG),
        (megabyte.as_str(), megabyte.as_str(), TOO_LONG),
    ] {
        screen.until_there_is("Password");
        screen.ask(&["paste", "User name", name]);
        screen.ask(&["paste", "Password", password]);
        let answer = screen.submit();
        refused(&mut screen, &answer, words);
    }
    for name in [
        r"CORP\mara",
        r"corp\MARA",
        r"CORP\Mara van der Berg",
        "CORP\\👩\u{200d}💻",
        r"CORP\שרה",
        r".\local",
        r"  CORP\mara ",
    ] {
        let answer = screen.give_password(name, PASSWORD);
        refused(&mut screen, &answer, ENROLL);
        screen.ask(&["paste", "One-time password", &megabyte]);
        let answer = screen.submit();
        refused(&mut screen, &answer, TOO_LONG);
        screen.ask(&["deselect"]);
        screen.ask(&["select", "0"]);
        screen.until_there_is("Password");
    }
    screen.ask(&["close"]);
    credentials_that_lie_inside(&pc, &mut screen);
    assert!(server.audit(&["--kind", "enrollment_started"]).is_empty(), "no seed was asked for");
}

/// What came from a remote client, anybody may have written: credentials whose offsets and lengths lead elsewhere are
/// passed over, and the person types.
fn credentials_that_lie_inside(pc: &Pc, screen: &mut SignInScreen<'_>) {
    let good = LogonBuffer::from_afar("CORP", "mara", PASSWORD);
    type Spoil = fn(&mut Vec<u8>);
    // The layout: kind at 0, then domain, user and password, each with length, room and offset.
    let cases: [(&str, Spoil); 10] = [
        ("a kind of message that there is none of", |bytes| bytes[0] = 99),
        ("a length beyond the end", |bytes| bytes[40..44].copy_from_slice(&[0xfe, 0xff, 0xfe, 0xff])),
        ("more than its room", |bytes| bytes[40] = 200),
        ("half a unit", |bytes| bytes[40] -= 1),
        ("an offset beyond the end", |bytes| bytes[48] = 0xff),
        ("an offset that wraps around", |bytes| bytes[48..56].fill(0xff)),
        ("an offset into the header", |bytes| bytes[48] = 8),
        ("a text that is none", |bytes| {
            let end = bytes.len();
            bytes[end - 1] = 0xd8;
        }),
        ("the header alone", |bytes| bytes.truncate(64)),
        ("64 KB of ones", |bytes| *bytes = vec![0xff; 64 * 1024]),
    ];
    let given = format!("file={}", pc.windows_path("given"));
    for (what, spoil) in cases {
        let mut bytes = good.clone();
        spoil(&mut bytes);
        std::fs::write(pc.file("given"), bytes).expect("written");
        let opened = screen.open(&["logon", "package=197", &given]);
        assert_eq!(
            (&opened["set_serialization"], &opened["autologon"]),
            (&json!("0x00000000"), &json!(true))
        );
        goes_on(&screen.submit());
        let seen = screen.until_there_is("Password");
        assert!(seen.has("User name") && !seen.has("One-time password"), "{what}: {}", seen.text());
        screen.ask(&["close"]);
    }
    // As it was, it is taken.
    std::fs::write(pc.file("given"), &good).expect("written");
    screen.open(&["logon", "package=197", &given]);
    let answer = screen.submit();
    refused(screen, &answer, ENROLL);
    screen.ask(&["close"]);
}

#[test]
fn what_an_administrator_decides_holds_at_the_next_sign_in() {
    let server = Server::start();
    let pc = Pc::joined(&server, &[domain_account("mara", 1001)]);
    server.policy("[groups.default]\nsupport = \"the help desk, extension 4711\"\n");
    let mara = r"CORP\mara";
    let mut screen = pc.sign_in_screen();
    let token = enroll(&mut screen, mara);

    screen.open_for_anybody();
    server.cli(&["user", "disable", mara]);
    let answer = screen.give_password(mara, PASSWORD);
    refused(&mut screen, &answer, "Your sign-in was turned off.");
    assert!(screen.see().says("the help desk, extension 4711"), "{}", screen.see().text());

    server.cli(&["user", "enable", mara]);
    let answer = screen.give_password(mara, PASSWORD);
    refused(&mut screen, &answer, ASKED);
    let answer = screen.give_code("abcdef");
    refused(&mut screen, &answer, MALFORMED);
    for left in ["4 more tries", "3 more tries", "2 more tries", "one more try"] {
        // One of five minutes ago counts like any other.
        let late = left == "4 more tries";
        let answer = screen.give_code(&if late { token.code(-10) } else { token.wrong_code() });
        refused(&mut screen, &answer, WRONG);
        assert!(screen.see().says(left), "{left}: {}", screen.see().text());
    }
    let answer = screen.give_code(&token.wrong_code());
    refused(&mut screen, &answer, "your sign-in on this PC pauses until");
    assert!(screen.until_there_is("Password").has("User name"));
    server.cli(&["user", "unlock", mara]);
    goes_on(&screen.give_password(mara, PASSWORD));
    let answer = screen.give_code(&token.code(1));
    handed_over(&mut screen, &answer);
    screen.ask(&["close"]);

    // A recovery code, once.
    let made = server.json(&["user", "recovery-codes", mara]);
    let code = made["codes"][0].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    screen.open_for_anybody();
    goes_on(&screen.give_password(mara, PASSWORD));
    let answer = screen.give_code(&code.to_lowercase().replace('-', " "));
    handed_over(&mut screen, &answer);
    screen.ask(&["close"]);
    screen.open_for_anybody();
    goes_on(&screen.give_password(mara, PASSWORD));
    let answer = screen.give_code(&code);
    refused(&mut screen, &answer, WRONG);

    // A lost phone: revoked, nobody enrolls in its place; replaced, its owner does.
    let serial = server.json(&["token", "list"])[0]["serial"].as_str().unwrap_or_default().to_owned();
    server.cli(&["token", "revoke", &serial]);
    screen.ask(&["close"]);
    screen.open_for_anybody();
    let answer = screen.give_password(mara, PASSWORD);
    refused(&mut screen, &answer, "Your token was turned off.");
    server.cli(&["token", "replace", &serial]);
    let answer = screen.give_password(mara, PASSWORD);
    refused(&mut screen, &answer, ENROLL);
    screen.ask(&["close"]);

    server.policy("[[rules]]\nname = \"nobody needs a code\"\nkinds = [\"sign_in\"]\nask = \"never\"\n");
    screen.open_for_anybody();
    let answer = screen.give_password(mara, PASSWORD);
    handed_over(&mut screen, &answer);
    let told = server.audit(&["--kind", "code_not_needed"]);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn an_enrollment_is_started_over_with_another_qr_and_lost_to_the_pc_that_was_first() {
    let server = Server::start();
    let accounts = [domain_account("mara", 1001), domain_account("ines", 1002).but("expired")];
    let pc = Pc::joined(&server, &accounts);
    let other = FakeWindows::new("PC-B", "S-1-5-21-100-200-302", &accounts);
    other.join(&server.join_code("default"));
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    goes_on(&screen.give_password(r"CORP\mara", PASSWORD));
    let shown = screen.show_qr();
    screen.ask(&["deselect"]);
    screen.ask(&["select", "0"]);
    assert_eq!(screen.scan_tile(), None, "nothing of it stays");
    goes_on(&screen.give_password(r"CORP\mara", PASSWORD));
    screen.until_there_is("Start over");
    screen.click("Start over");
    screen.until_there_is("Hide QR");
    let over = Oath::scan(&screen.scan_tile().expect("a QR code"));
    assert_ne!(over.uri, shown.uri);
    let answer = screen.give_code(&shown.code(0));
    refused(&mut screen, &answer, WRONG);

    let mut elsewhere = other.open(&[]);
    elsewhere.type_in(&[r"CORP\mara", PASSWORD]);
    elsewhere.type_in(&["/show-qr"]);
    let first = Oath::scan(&elsewhere.scan());
    assert_ne!(first.uri, over.uri);
    elsewhere.type_in(&[&first.code(0)]);
    assert_eq!(elsewhere.view(), "closed", "{}", elsewhere.screen);
    assert!(elsewhere.close());

    let answer = screen.give_code(&over.code(0));
    refused(&mut screen, &answer, "Your token was set up on PC-B at");
    assert_eq!(screen.scan_tile(), None);
    goes_on(&screen.give_password(r"CORP\mara", PASSWORD));
    let answer = screen.give_code(&first.code(1));
    handed_over(&mut screen, &answer);
    screen.ask(&["close"]);

    screen.open_for_anybody();
    goes_on(&screen.give_password(r"CORP\ines", PASSWORD));
    screen.until_there_is("New password");
    screen.type_in("New password", "short");
    screen.type_in("Repeat new password", "short");
    let answer = screen.submit();
    refused(&mut screen, &answer, "Windows did not take the new password.");
}

#[test]
fn whatever_stands_in_the_servers_place_reads_as_a_server_that_is_not_there() {
    let mut server = Server::start();
    let pc = Pc::joined(&server, &[domain_account("mara", 1001)]);
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    server.kill();
    for (what, deed) in Impostor::DEEDS {
        let impostor = Impostor::at(server.address(), deed);
        let answer = screen.give_password(r"CORP\mara", PASSWORD);
        goes_on(&answer);
        assert!(screen.until_there_is("Password").says("The server can't be reached."), "{what}");
        assert!(impostor.was_asked(), "{what}");
    }
    server.restart();
    let answer = screen.give_password(r"CORP\mara", PASSWORD);
    refused(&mut screen, &answer, ENROLL);
}
