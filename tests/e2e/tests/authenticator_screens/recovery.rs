//! The recovery code on paper.

use super::{ADA, PASSWORD, lists};
use countersign_e2e::Browser;
use serde_json::json;

#[tokio::test]
async fn a_recovery_code_is_printed_with_its_date_and_purpose_and_with_nothing_else_of_the_app() {
    let (site, browser) = Browser::begun(PASSWORD).await;
    browser.follow(ADA).await;
    lists(&browser, &["Example"]).await;
    browser.press("Settings").await;
    browser.run("window.printed = []; window.print = () => window.printed.push(document.title)").await;
    assert!(!browser.text().await.contains("Print"), "there is nothing to print yet");
    browser.press("Make a recovery code").await;
    browser.sees("It is shown only now").await;
    let code = browser.text_of(".paper-code").await.unwrap();
    browser.press("Print").await;
    assert_eq!(browser.run("return window.printed.length").await, 1, "the browser was not asked to print");

    // What the sheet shows, in black on white also when the app is dark.
    browser.run("document.documentElement.dataset.theme = 'dark'").await;
    browser.command("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let sheet = browser.text().await;
    let today = browser.run("return new Date().toLocaleDateString('en-US')").await;
    for wanted in [
        "Recovery code for the Countersign authenticator",
        &code,
        today.as_str().unwrap(),
        "when its password is forgotten",
        site.address().trim_end_matches('/'),
    ] {
        assert!(sheet.contains(wanted), "{wanted} is not on the sheet: {sheet}");
    }
    for other in ["Example", "ada@", "Settings", "Lock", "Build", "Print"] {
        assert!(!sheet.contains(other), "{other} is on the sheet: {sheet}");
    }
    let ink = "return [...document.querySelectorAll('.paper p, .paper strong')]
        .map((line) => getComputedStyle(line).color).filter((color) => color !== 'rgb(0, 0, 0)')";
    assert_eq!(browser.run(ink).await, json!([]));
    browser.command("Emulation.setEmulatedMedia", json!({ "media": "" })).await;

    // And it is the one that opens the app.
    browser.press("Back").await;
    browser.press("Lock").await;
    browser.press("Use a recovery code").await;
    browser.fill("Recovery code", &code).await;
    browser.press("Use a recovery code").await;
    lists(&browser, &["Example"]).await;
}
