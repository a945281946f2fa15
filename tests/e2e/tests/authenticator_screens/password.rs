//! How hard a new password is to guess, as it is shown while it is typed.

use super::PASSWORD;
use countersign_e2e::{Browser, Site, app_folder};
use serde_json::{Value, json};

/// Writes down every worker that judges passwords: how many were started, and how many of them are at work.
const WATCHED: &str = "window.judges = { started: 0, running: 0 };
    const Before = window.Worker;
    window.Worker = class extends Before {
        constructor(script, options) {
            super(script, options);
            this.judges = String(script).includes('strength-worker-');
            if (this.judges) { window.judges.started++; window.judges.running++; }
        }
        terminate() {
            if (this.judges) window.judges.running--;
            super.terminate();
        }
    };";

/// Waits until the strength is said in these words.
async fn is_said_to_be(browser: &Browser, words: &str) {
    browser.sees(&format!("Strength: {words}")).await;
}

#[tokio::test]
async fn a_long_password_of_words_that_everybody_uses_is_shown_as_weak_and_a_random_one_as_strong() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCHED })).await;
    browser.open(&site.address()).await;
    browser.press("Continue").await;
    browser.sees("Activate cloud backup").await;
    for (password, words) in [
        ("passwordpassword", "Very easy to guess"),
        ("tj4kq9wm2xpz", "Very good"),
        ("P@ssw0rd1234", "Easy to guess"),
        ("correct horse battery staple", "Very good"),
        ("qwertyuiopasdfghjkl", "Easy to guess"),
    ] {
        browser.fill("Backup password", password).await;
        is_said_to_be(&browser, words).await;
    }
    // Judged when typing pauses and not at each letter; and nobody keeps a password.
    let judges = browser.run("return window.judges").await;
    let started = judges["started"].as_u64().unwrap();
    assert!((5..=12).contains(&started), "{judges} for five passwords");
    assert_eq!(judges["running"], 0, "a worker that had a password is still there");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    // An empty field is not judged.
    browser.fill("Backup password", "").await;
    browser.run("document.querySelector('input[type=password]').dispatchEvent(new Event('input'))").await;
    browser
        .wait("nothing is said of an empty password", || async {
            (!browser.text().await.contains("Strength:")).then_some(())
        })
        .await;
}

#[tokio::test]
async fn fewer_than_8_characters_are_taken_after_a_warning_wherever_a_password_is_chosen() {
    const WARNING: &str = "Fewer than 8 characters are quickly guessed";
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.skip_the_backup("tj4kq9w").await;
    browser.sees(WARNING).await;
    assert!(!browser.text().await.contains("No tokens yet"), "taken without a second press");
    browser.press("Continue").await;
    browser.sees("No tokens yet").await;

    browser.press("Settings").await;
    browser.press("Change password").await;
    browser.fill("Password now", "tj4kq9w").await;
    browser.fill("New password", "short").await;
    browser.fill("Repeat the password", "short").await;
    let change = async || browser.find("form:not([hidden]) button[type=submit]").await.click().await.unwrap();
    change().await;
    browser.sees(WARNING).await;
    // A longer one is no longer warned about.
    browser.fill("New password", PASSWORD).await;
    browser.fill("Repeat the password", PASSWORD).await;
    change().await;
    browser.sees("The password was changed").await;

    browser.press("Export").await;
    browser.fill("Password", "short").await;
    browser.fill("Repeat the password", "short").await;
    browser.press("Encrypted file").await;
    browser.sees(WARNING).await;
}

#[tokio::test]
async fn a_password_is_judged_without_a_network_the_first_time_one_is_typed() {
    // Begun with a password that nobody typed: the judge was never loaded by the page.
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.sees("Continue").await;
    browser.can_be_used_offline().await;
    let loaded = "return performance.getEntriesByType('resource').some((e) => e.name.includes('/strength-'))";
    assert_eq!(browser.run(loaded).await, Value::Bool(false), "loaded before it is needed");
    let address = site.address();
    drop(site);
    browser.open(&address).await;
    browser.press("Continue").await;
    browser.press("Skip for now").await;
    browser.fill("Password for this app", "iloveyou").await;
    is_said_to_be(&browser, "Very easy to guess").await;
}
