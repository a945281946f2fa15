use super::story::{Scripts, set_up};
use countersign_e2e::{BareMachine, Browser, Oath, Server};
use serde_json::json;

const SID: &str = "S-1-5-21-4-5-6";
/// Codes change every second, so that nobody has to wait for the next one.
const POLICY: &str = "[tokens]\ndigits = 8\nperiod_seconds = 1\nsteps_before = 10\nsteps_after = 1\n";

#[tokio::test]
async fn without_scripts_somebody_adds_a_second_token_and_reports_the_first_one_lost() {
    mine(Scripts::Off, async |_, _| {}).await;
}

/// Goes through self-service, and has each page looked at.
pub(super) async fn mine(scripts: Scripts, look: impl AsyncFn(&Browser, &str)) {
    let server = Server::start();
    server.policy(POLICY);
    let browser = Browser::start(None).await;
    let off = scripts == Scripts::Off;
    browser.command("Emulation.setScriptExecutionDisabled", json!({ "value": off })).await;
    set_up(&browser, &server).await;
    let machine = BareMachine::join(&server, "default", SID).await;
    let (_, phone) = machine.enroll(1001).await;
    let name = server.json(&["user", "list"])[0]["name"].as_str().unwrap().to_owned();

    browser.open(&format!("https://{}/me", server.address())).await;
    look(&browser, "me-sign-in").await;
    browser.fill("User name", &name).await;
    browser.fill("One-time password", &phone.wrong_code()).await;
    browser.press("Sign in").await;
    browser.sees("do not go together").await;
    phone.wait_for_a_new_step();
    browser.fill("User name", &name).await;
    browser.fill("One-time password", &phone.own_code(0)).await;
    browser.press("Sign in").await;
    browser.sees("Your sign-ins").await;
    look(&browser, "me").await;

    browser.press("Add another token").await;
    browser.sees("Confirm that it is you").await;
    look(&browser, "me-step-up").await;
    phone.wait_for_a_new_step();
    browser.fill("One-time password", &phone.own_code(0)).await;
    browser.press("Confirm").await;
    browser.sees("Confirmed for 5 minutes").await;

    browser.press("Add another token").await;
    browser.press("Show QR").await;
    browser.find("summary").await.click().await.unwrap();
    let key = browser.find("code").await.text().await.unwrap().replace(' ', "");
    let second = Oath::scan(&format!("otpauth://totp/x?secret={key}&digits=8&period=1"));
    browser.fill("One-time password", &second.own_code(0)).await;
    browser.press("Continue").await;
    browser.sees("Your token is set up").await;

    browser.open(&format!("https://{}/me", server.address())).await;
    browser.press("Make new recovery codes").await;
    browser.sees("shown this once").await;
    look(&browser, "me-codes").await;
    browser.open(&format!("https://{}/me", server.address())).await;
    browser.sees("10 are unused").await;
    // Newest first: the other one is the token that was there before.
    browser.find("ul.cards li:last-child form[action$='/lost'] button").await.click().await.unwrap();
    browser.sees("The token is blocked").await;
    look(&browser, "me-lost").await;
    let tokens = server.json(&["token", "list"]);
    let states: Vec<_> = tokens.as_array().unwrap().iter().map(|token| token["state"].clone()).collect();
    assert!(states.contains(&json!("revoked")) && states.contains(&json!("active")), "{states:?}");
    assert_eq!(server.audit(&["--kind", "token_lost"]).len(), 1);

    browser.press("Sign out").await;
    browser.sees("Sign in with the name").await;
}
