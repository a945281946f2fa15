//! The whole story at a terminal: the real agent engine on a fake Windows, the real server, codes by `oathtool`.

use countersign_e2e::{Account, FakeWindows, Oath, Server, Terminal};

const MACHINE: &str = "S-1-5-21-100-200-301";
const DOMAIN: &str = "S-1-5-21-7-8-9";

fn domain_account(name: &str, number: u32) -> Account {
    Account::new("CORP", name, &format!("{DOMAIN}-{number}"), "correct horse")
}

fn joined(server: &Server, name: &str, sid: &str, accounts: &[Account]) -> FakeWindows {
    let windows = FakeWindows::new(name, sid, accounts);
    windows.join(&server.join_code("default"));
    windows
}

fn expect(terminal: &Terminal, view: &str, reason: &str) {
    assert_eq!(
        (terminal.view(), terminal.reason()),
        (view, reason),
        "{}\n{}",
        terminal.screen,
        terminal.text()
    );
}

/// Signs in up to the token auto-registration view.
fn to_enrollment(windows: &FakeWindows, name: &str) -> Terminal {
    let mut terminal = windows.open(&[]);
    expect(&terminal, "password", "");
    terminal.type_in(&[name, "correct horse"]);
    assert_eq!(terminal.view(), "enroll", "{}\n{}", terminal.screen, terminal.text());
    terminal
}

/// Enrolls and signs in; the token.
fn enroll(windows: &FakeWindows, name: &str) -> Oath {
    let mut terminal = to_enrollment(windows, name);
    terminal.type_in(&["/show-qr"]);
    let token = Oath::scan(&terminal.scan());
    terminal.type_in(&[&token.code(0)]);
    expect(&terminal, "closed", "welcome");
    assert!(terminal.close());
    token
}

#[test]
fn a_newcomer_enrolls_at_the_first_sign_in_and_is_asked_for_a_code_at_the_second() {
    let server = Server::start();
    let windows = joined(&server, "PC-A", MACHINE, &[domain_account("mara", 1001)]);

    let mut terminal = to_enrollment(&windows, "CORP\\mara");
    expect(&terminal, "enroll", "enroll-start");
    // Nothing is shown, and nothing exists, before it is asked for.
    assert_eq!((&terminal.screen["qr_shown"], &terminal.screen["key_shown"]), (&false.into(), &false.into()));
    assert!(server.audit(&["--kind", "enrollment_started"]).is_empty());

    terminal.type_in(&["/show-qr"]);
    assert_eq!(terminal.screen["qr_shown"], true);
    let token = Oath::scan(&terminal.scan());
    assert!(token.uri.len() <= 106 && token.uri.starts_with("otpauth://totp/Countersign:"), "{}", token.uri);
    assert_eq!(server.json(&["token", "list"]).as_array().map(Vec::len), Some(0), "born at the first code");

    terminal.type_in(&[&token.wrong_code()]);
    expect(&terminal, "enroll", "enroll-code-wrong");
    // Kept: a step later, the code of that moment would be another one.
    let first = token.code(0);
    terminal.type_in(&[&first]);
    expect(&terminal, "closed", "welcome");
    assert!(terminal.close());
    assert_eq!(server.json(&["token", "list"]).as_array().map(Vec::len), Some(1));

    let mut terminal = windows.open(&[]);
    terminal.type_in(&["mara@corp", "correct horse"]);
    // The fake Windows knows no such UPN: the same words as for a wrong password.
    expect(&terminal, "password", "sign-in-failed");
    terminal.type_in(&["corp\\MARA", "correct horse"]);
    expect(&terminal, "code", "code-asked");
    terminal.type_in(&[&first]);
    expect(&terminal, "code", "code-used");
    terminal.type_in(&[&token.wrong_code()]);
    expect(&terminal, "code", "code-wrong");
    terminal.type_in(&["abcdef"]);
    expect(&terminal, "code", "code-malformed");
    terminal.type_in(&[&token.code(1)]);
    expect(&terminal, "closed", "welcome");
    assert!(terminal.close());

    let log = server.log();
    for secret in ["correct horse", first.as_str(), token.code(1).as_str(), "otpauth"] {
        assert!(!log.contains(secret), "{secret} is in the server's log");
    }
}

#[test]
fn an_enrollment_broken_off_is_resumed_with_the_same_qr_and_started_over_with_another() {
    let server = Server::start();
    let accounts = [domain_account("mara", 1001)];
    let a = joined(&server, "PC-A", MACHINE, &accounts);
    let b = joined(&server, "PC-B", "S-1-5-21-100-200-302", &accounts);

    let mut first = to_enrollment(&a, "CORP\\mara");
    first.type_in(&["/show-qr"]);
    let shown = first.scan();
    first.type_in(&["/cancel"]);
    expect(&first, "password", "");
    drop(first);

    let mut again = to_enrollment(&a, "CORP\\mara");
    expect(&again, "enroll", "enroll-resumed");
    assert!(again.screen["shown_at"].is_u64());
    again.type_in(&["/show-qr"]);
    assert_eq!(again.scan(), shown);

    let mut elsewhere = to_enrollment(&b, "CORP\\mara");
    expect(&elsewhere, "enroll", "enroll-start");
    elsewhere.type_in(&["/show-qr"]);
    let other = elsewhere.scan();
    assert_ne!(other, shown);

    again.type_in(&["/start-over"]);
    let over = again.scan();
    assert_ne!(over, shown);
    again.type_in(&[&Oath::scan(&over).code(0)]);
    expect(&again, "closed", "welcome");

    elsewhere.type_in(&[&Oath::scan(&other).code(0)]);
    expect(&elsewhere, "password", "enrolled-elsewhere");
    assert_eq!(elsewhere.screen["machine"], "PC-A");
}

#[test]
fn wrong_name_wrong_password_locked_and_disabled_read_the_same() {
    let server = Server::start();
    let windows = joined(
        &server,
        "PC-A",
        MACHINE,
        &[
            domain_account("mara", 1001),
            domain_account("lara", 1002).but("locked"),
            domain_account("dora", 1003).but("disabled"),
        ],
    );
    let mut terminal = windows.open(&[]);
    let mut screens = Vec::new();
    for (name, password) in
        [("mara", "wrong"), ("nobody", "wrong"), ("lara", "correct horse"), ("dora", "correct horse")]
    {
        terminal.type_in(&[&format!("CORP\\{name}"), password]);
        expect(&terminal, "password", "sign-in-failed");
        screens.push(terminal.screen.clone());
    }
    assert!(screens.windows(2).all(|pair| pair[0] == pair[1]), "{screens:#?}");
}

#[test]
fn an_expired_password_is_changed_before_the_token_is_enrolled() {
    let server = Server::start();
    let windows = joined(&server, "PC-A", MACHINE, &[domain_account("ines", 1001).but("expired")]);
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\ines", "correct horse"]);
    expect(&terminal, "new_password", "password-expired");
    terminal.type_in(&["battery staple", "battery stable"]);
    expect(&terminal, "new_password", "passwords-differ");
    terminal.type_in(&["short", "short"]);
    expect(&terminal, "new_password", "password-not-taken");
    terminal.type_in(&["battery staple", "battery staple"]);
    expect(&terminal, "enroll", "enroll-start");
}

#[test]
fn names_of_every_shape_and_too_much_input_get_a_sentence() {
    let server = Server::start();
    let windows = joined(
        &server,
        "PC-A",
        MACHINE,
        &[
            domain_account("mara", 1001),
            domain_account("Mara van der Berg", 1002),
            domain_account("👩‍💻", 1003),
            domain_account("שרה", 1004),
            Account::new("PC-A", "local", &format!("{MACHINE}-1001"), "correct horse"),
        ],
    );
    let mut terminal = windows.open(&[]);
    let long = "a".repeat(256);
    let longer = "a".repeat(257);
    let megabyte = "a".repeat(1 << 20);
    for (name, reason) in [
        ("", "field-empty"),
        ("CORP\\", "field-empty"),
        ("a\\b\\c", "name-unusable"),
        ("ma\u{202e}ra", "name-unusable"),
        (long.as_str(), "sign-in-failed"),
        (longer.as_str(), "input-too-long"),
        (megabyte.as_str(), "input-too-long"),
    ] {
        terminal.type_in(&[name, "x"]);
        expect(&terminal, "password", reason);
    }
    terminal.type_in(&["CORP\\mara", &megabyte]);
    expect(&terminal, "password", "input-too-long");
    for name in
        ["CORP\\mara", "CORP\\Mara van der Berg", "CORP\\👩‍💻", "CORP\\שרה", ".\\local", "  CORP\\mara "]
    {
        terminal.type_in(&[name, "correct horse"]);
        assert_eq!(terminal.view(), "enroll", "{name}: {}", terminal.screen);
        terminal.type_in(&[&megabyte]);
        assert_eq!(terminal.reason(), "input-too-long");
        terminal.type_in(&["/cancel"]);
        expect(&terminal, "password", "");
    }
}

#[test]
fn an_administrator_locks_out_and_lets_in() {
    let server = Server::start();
    let windows = joined(&server, "PC-A", MACHINE, &[domain_account("mara", 1001)]);
    server.policy("[groups.default]\nsupport = \"the help desk, extension 4711\"\n");
    let token = enroll(&windows, "CORP\\mara");

    server.cli(&["user", "disable", "CORP\\mara"]);
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    expect(&terminal, "password", "person-disabled");
    assert_eq!(terminal.screen["support"], "the help desk, extension 4711");

    server.cli(&["user", "enable", "CORP\\mara"]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    expect(&terminal, "code", "code-asked");
    for left in (1..=4).rev() {
        terminal.type_in(&[&token.wrong_code()]);
        expect(&terminal, "code", "code-wrong");
        assert_eq!(terminal.screen["left"], left);
    }
    terminal.type_in(&[&token.wrong_code()]);
    expect(&terminal, "password", "locked");
    assert!(terminal.screen["at"].is_u64());
    server.cli(&["user", "unlock", "CORP\\mara"]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    terminal.type_in(&[&token.code(1)]);
    expect(&terminal, "closed", "welcome");

    // A lost phone: revoked, nobody enrolls in its place; replaced, its owner does.
    let serial = server.json(&["token", "list"])[0]["serial"].as_str().unwrap_or_default().to_owned();
    server.cli(&["token", "revoke", &serial]);
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    expect(&terminal, "password", "token-disabled");
    server.cli(&["token", "replace", &serial]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    expect(&terminal, "enroll", "enroll-start");

    let explained = server.json(&["policy", "explain", "CORP\\mara", "PC-A", "sign_in"]);
    assert_eq!(explained["decision"], "enroll", "{explained}");
}

#[test]
fn a_recovery_code_gets_in_once() {
    let server = Server::start();
    let windows = joined(&server, "PC-A", MACHINE, &[domain_account("mara", 1001)]);
    enroll(&windows, "CORP\\mara");
    let made = server.json(&["user", "recovery-codes", "CORP\\mara"]);
    let code = made["codes"][0].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();

    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    terminal.type_in(&[&code.to_lowercase().replace('-', " ")]);
    expect(&terminal, "closed", "welcome");
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    terminal.type_in(&[&code]);
    expect(&terminal, "code", "code-wrong");
}

#[test]
fn a_rule_lets_people_in_without_a_code_and_says_so() {
    let server = Server::start();
    let windows = joined(&server, "PC-A", MACHINE, &[domain_account("mara", 1001)]);
    server
        .policy("[[rules]]\nname = \"nobody unlocks with a code\"\nkinds = [\"unlock\"]\nask = \"never\"\n");
    let mut terminal = windows.open(&["--kind", "unlock", "--user", "CORP\\mara"]);
    terminal.type_in(&["correct horse"]);
    expect(&terminal, "closed", "welcome");
    assert_eq!(server.audit(&["--kind", "code_not_needed"]).len(), 1);
}
