use super::{ADA, PASSWORD, lists};
use countersign_e2e::{Browser, Clip, Site, app_folder};
use serde_json::json;

#[tokio::test]
async fn a_browser_that_keeps_nothing_is_told_before_the_first_token() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    // As a browser does that was told to keep nothing of this site.
    let refuse = "Object.defineProperty(window, 'indexedDB', {
        get() { throw new DOMException('not allowed', 'SecurityError'); },
    })";
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": refuse })).await;
    browser.open(&site.address()).await;
    browser.skip_the_backup(PASSWORD).await;
    browser.sees("This browser does not let the app keep anything, as in a private window").await;
    assert!(!browser.text().await.contains("Add new token"));
}

#[tokio::test]
async fn a_camera_that_is_refused_or_missing_is_named_with_what_to_do() {
    let site = Site::serve(&app_folder());
    let clip = Clip::of(&[ADA]);
    let browser = Browser::start(Some(&clip)).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    // As the browser answers once the person has said no; the tests' browser says yes by itself.
    let refuse = "navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('Permission denied', 'NotAllowedError');
    }";
    browser.run(refuse).await;
    browser.press("Add new token").await;
    browser.press("Scan QR code").await;
    browser.press("Turn on the camera").await;
    browser.sees("The browser does not let the app use the camera. Allow it in the site's settings").await;
    browser.run("delete navigator.mediaDevices.getUserMedia").await;
    browser.press("Try again").await;
    lists(&browser, &["Example"]).await;

    let without = Browser::start(None).await;
    without.open(&site.address()).await;
    without.begin_without_backup(PASSWORD).await;
    without.press("Add new token").await;
    without.press("Scan QR code").await;
    without.press("Turn on the camera").await;
    without.sees("No camera was found. Read a picture, or enter the key").await;
}
