use countersign_e2e::{BareMachine, Browser, Oath, Server, Start};
use serde_json::json;
use std::time::{Duration, Instant};

const PASSWORD: &str = "battery staple and a horse";
const SID: &str = "S-1-5-21-4-5-6";

/// Whether pages may run scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scripts {
    Run,
    Off,
}

#[tokio::test]
async fn without_scripts_an_empty_server_is_set_up_a_machine_joins_and_its_person_is_helped() {
    story(Scripts::Off, async |_, _| {}).await;
}

/// The link that a server printed.
async fn set_up_link(server: &Server) -> String {
    let begun = Instant::now();
    loop {
        let log = server.log();
        if let Some(line) = log.lines().find_map(|line| line.strip_prefix("set the console up: ")) {
            return line.trim().to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "no link: {log}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The token on the page that sets an operator up.
async fn scan(browser: &Browser) -> Oath {
    browser.find("summary").await.click().await.unwrap();
    let key = browser.find("code.key").await.text().await.unwrap().replace(' ', "");
    Oath::scan(&format!("otpauth://totp/x?secret={key}"))
}

/// Password and code on that page.
async fn confirm(browser: &Browser, code: &str) {
    browser.fill("Password", PASSWORD).await;
    browser.fill("The password again", PASSWORD).await;
    browser.fill("One-time password that the app shows", code).await;
    browser.press("Continue").await;
}

/// Makes the first operator of a server, for tests that are about something else.
pub(super) async fn set_up(browser: &Browser, server: &Server) {
    browser.open(&set_up_link(server).await).await;
    let token = scan(browser).await;
    browser.fill("Your name", "Mara Example").await;
    confirm(browser, &token.code(0)).await;
    browser.sees("What to do next").await;
}

/// Goes through the console, and has each page looked at.
pub(super) async fn story(scripts: Scripts, look: impl AsyncFn(&Browser, &str)) {
    let server = Server::start();
    let link = set_up_link(&server).await;
    let address = |path: &str| format!("https://{}{path}", server.address());
    let browser = Browser::start(None).await;
    let off = scripts == Scripts::Off;
    browser.command("Emulation.setScriptExecutionDisabled", json!({ "value": off })).await;

    // Nothing is reachable before.
    browser.open(&address("/admin")).await;
    browser.sees("not set up yet").await;
    look(&browser, "not-set-up").await;

    browser.open(&link).await;
    look(&browser, "set-up").await;
    let token = scan(&browser).await;
    look(&browser, "set-up-qr").await;
    browser.fill("Your name", "Mara Example").await;
    confirm(&browser, &token.wrong_code()).await;
    browser.sees("That code is not right").await;
    confirm(&browser, &token.code(0)).await;
    browser.sees("What to do next").await;
    look(&browser, "empty").await;
    browser.open(&link).await;
    browser.sees("no longer good").await;
    look(&browser, "link-gone").await;

    browser.open(&address("/admin/machines")).await;
    look(&browser, "no-machines").await;
    browser.press("Make a join code").await;
    browser.sees("shown this once").await;
    let code = browser.find("code.key").await.text().await.unwrap();
    look(&browser, "join-code").await;
    let machine = BareMachine::join_with(&server, code.trim(), SID).await;
    let (start, phone) = machine.enroll(1001).await;
    let (attempt, _) = machine.begin(&start).await;
    machine.verify(attempt, &phone.wrong_code()).await.unwrap();
    for number in 1002..=1004 {
        let (start, phone) = machine.enroll(number).await;
        machine.sign_in(&start, &phone.own_code(1)).await;
    }
    machine.begin(&Start::domain("S-1-5-21-7-8-9", 1005)).await.1.unwrap();

    browser.open(&address("/admin")).await;
    browser.sees("80 % of the people").await;
    look(&browser, "overview").await;
    browser.open(&address("/admin/machines")).await;
    browser.sees("PC-5-6").await;
    look(&browser, "machines").await;
    browser.find("table a").await.click().await.unwrap();
    browser.sees("Move to another group").await;
    look(&browser, "machine").await;
    browser.open(&address("/admin/people")).await;
    browser.sees("Enrolled").await;
    look(&browser, "people").await;
    browser.find("table a").await.click().await.unwrap();
    browser.sees("Code wrong").await;
    browser.sees("Token enrolled").await;
    look(&browser, "person").await;
    browser.press("Unlock").await;
    browser.sees("Unlocked:").await;
    browser.find("form[action$='/revoke'] button").await.click().await.unwrap();
    browser.sees("The token is revoked").await;
    browser.sees("Revoked").await;
    let tokens = server.json(&["token", "list"]);
    let tokens = tokens.as_array().unwrap();
    assert_eq!(tokens.iter().filter(|token| token["state"] == "revoked").count(), 1, "{tokens:?}");
    let unlocked = server.audit(&["--kind", "person_unlocked"]);
    assert!(unlocked[0].to_string().contains("Mara Example"), "{unlocked:?}");

    for (path, shown, name) in PAGES {
        browser.open(&address(path)).await;
        browser.sees(shown).await;
        look(&browser, name).await;
    }
    browser.open(&address("/admin/step-up")).await;
    look(&browser, "step-up").await;

    browser.press("Sign out").await;
    browser.sees("You are signed out").await;
    browser.open(&address("/admin/people")).await;
    browser.sees("Sign in to the console").await;
    look(&browser, "sign-in").await;
    browser.fill("Name", "mara example").await;
    browser.fill("Password", PASSWORD).await;
    // The present one made the operator, so it is used up.
    browser.fill("One-time password", &token.code(1)).await;
    browser.press("Sign in").await;
    browser.sees("1 to 5 of 5").await;
    // Scripts that the page's policy refuses, and whatever else went wrong, are told here.
    let complaints = browser.complaints().await;
    let ours: Vec<_> = complaints.iter().filter(|what| !what.contains("status of 4")).collect();
    assert!(ours.is_empty(), "{ours:#?}");
}

/// Pages that need nothing of the story, what they show, and what they are called.
const PAGES: [(&str, &str, &str); 6] = [
    ("/admin/tokens", "Hardware tokens in stock", "stock"),
    ("/admin/policy/preview?person=nobody&machine=none&hours=0", "What would be asked", "preview"),
    ("/admin/policy", "The policy, in TOML", "policy"),
    ("/admin/audit", "Token revoked", "audit"),
    ("/admin/operators", "Invite an operator", "operators"),
    ("/admin/sessions", "This browser", "sessions"),
];
