use super::{ADA, BOB, PASSWORD, list, lists, nothing_is_kept, tokens::paste_picture_of};
use countersign_e2e::{Browser, Oath, Site, app_folder};
use serde_json::json;

/// RFC 4226, appendix D: the codes of this secret for the counters 0 and 1.
const COUNTED: &str =
    "otpauth://hotp/Counted:eve?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Counted&counter=0";
const CODES: [&str; 2] = ["755224", "287082"];

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
    (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

#[tokio::test]
async fn on_a_full_device_a_change_is_said_not_to_be_saved_and_nothing_that_was_there_is_lost() {
    let (site, browser) = Browser::begun(PASSWORD).await;
    browser.follow(COUNTED).await;
    lists(&browser, &["Counted"]).await;
    let origin = format!("http://localhost:{}", site.port());
    let full = json!({ "origin": origin, "quotaSize": 1 });
    browser.command("Storage.overrideQuotaForOrigin", full).await;
    // For half a minute the browser goes by the room there was.
    tokio::time::sleep(std::time::Duration::from_secs(31)).await;
    // A code whose counter cannot be saved would come a second time: it must not be seen.
    browser.press("New code").await;
    browser.sees("This device has no room left. The change was not saved").await;
    assert_eq!(browser.text_of(".code").await, None, "a code whose counter was not saved is shown");
    browser.follow(BOB).await;
    browser.sees("This device has no room left. The change was not saved").await;
    browser.press("Cancel").await;
    lists(&browser, &["Counted"]).await;

    // What was saved before is there.
    browser.command("Storage.overrideQuotaForOrigin", json!({ "origin": origin })).await;
    browser.open(&site.address()).await;
    browser.unlock(PASSWORD).await;
    lists(&browser, &["Counted"]).await;
    for code in CODES {
        browser.press("New code").await;
        browser.shows_code(&format!("{code} is shown"), |shown| shown == code).await;
    }
    browser.follow(BOB).await;
    lists(&browser, &["Counted", "Other"]).await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_and_the_codes_are_right_all_the_same() {
    // How far the server is ahead, what the settings say, and by how much the codes are corrected.
    for (ahead, said, corrected) in [
        (95, "This device is 95 seconds behind the server. The codes are corrected", 95),
        (-125, "This device is 125 seconds ahead of the server. The codes are corrected", -125),
        (1, "Right to within 2 seconds", 0),
    ] {
        let site = Site::serve_ahead(&app_folder(), ahead);
        let browser = Browser::start(None).await;
        browser.open(&site.address()).await;
        browser.begin_without_backup(PASSWORD).await;
        browser.follow(ADA).await;
        lists(&browser, &["Example"]).await;
        let oath = Oath::scan(ADA);
        let what = format!("the code is that of a clock {ahead} seconds ahead");
        browser.shows_code(&what, |code| code == oath.code_in(corrected)).await;
        browser.press("Settings").await;
        browser.sees(said).await;
    }
}

#[tokio::test]
async fn a_clock_that_is_set_while_the_app_is_open_is_compared_anew() {
    let (_site, browser) = Browser::begun(PASSWORD).await;
    browser.follow(ADA).await;
    lists(&browser, &["Example"]).await;
    browser.run("const real = Date.now; Date.now = () => real() + 100000").await;
    browser.press("Settings").await;
    browser.sees("This device is 100 seconds ahead of the server. The codes are corrected").await;
    browser.press("Back").await;
    browser.shows_code_of(ADA).await;
}

#[tokio::test]
async fn in_a_tab_on_an_iphone_nothing_is_kept_and_the_way_to_install_comes_first() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.command("Emulation.setUserAgentOverride", json!({ "userAgent": IPHONE })).await;
    browser.open(&site.address()).await;
    browser.sees("Tap the share button, then Add to Home Screen").await;
    let buttons = "return [...document.querySelectorAll('button')].map((button) => button.innerText)";
    assert_eq!(browser.run(buttons).await, json!(["Continue without keeping"]), "what else is offered");
    browser.press("Continue without keeping").await;
    browser.sees("Nothing is kept in this tab. When it is closed, its tokens are gone").await;
    browser.begin_without_backup(PASSWORD).await;
    browser.follow(ADA).await;
    lists(&browser, &["Example"]).await;
    // In the tab it is a whole app.
    browser.press("Lock").await;
    browser.unlock(PASSWORD).await;
    lists(&browser, &["Example"]).await;
    assert!(nothing_is_kept(&browser).await, "tokens of a tab are in its database");
    browser.open(&site.address()).await;
    browser.sees("Tap the share button, then Add to Home Screen").await;
}

#[tokio::test]
async fn who_opens_the_app_by_passkey_is_asked_for_the_password_once_in_a_while() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.add_passkeys().await;
    browser.begin_without_backup(PASSWORD).await;
    browser.follow(ADA).await;
    browser.press("Settings").await;
    browser.press("Set up a passkey").await;
    browser.sees("The passkey opens this app now").await;
    browser.press("Back").await;
    for round in 0..20 {
        browser.press("Lock").await;
        browser.sees("Countersign is locked").await;
        assert!(!browser.text().await.contains("Type your password once"), "after {round} times");
        browser.press("Unlock with a passkey").await;
        lists(&browser, &["Example"]).await;
    }
    browser.press("Lock").await;
    browser.sees("You have used your passkey for a while. Type your password once").await;
    assert!(!browser.text().await.contains("Unlock with a passkey"), "the password need not be known");
    browser.unlock(PASSWORD).await;
    lists(&browser, &["Example"]).await;
    browser.press("Lock").await;
    browser.press("Unlock with a passkey").await;
    lists(&browser, &["Example"]).await;
}

#[tokio::test]
async fn without_a_network_codes_are_scanned_and_files_read_that_never_were_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.txt");
    std::fs::write(&file, BOB).unwrap();
    let (site, browser) = Browser::begun(PASSWORD).await;
    browser.can_be_used_offline().await;
    let address = site.address();
    drop(site);
    browser.open(&address).await;
    browser.unlock(PASSWORD).await;
    browser.press("Add new token").await;
    assert!(paste_picture_of(&browser, ADA).await);
    lists(&browser, &["Example"]).await;
    browser.press("Settings").await;
    browser.sees("The server can't be reached, so the clock was not compared").await;
    browser.press("Import").await;
    super::files::choose(&browser, "#file", &file).await;
    browser.press("Add 1 token").await;
    lists(&browser, &["Example", "Other"]).await;
    assert_eq!(list(&browser).await.len(), 2);
}
