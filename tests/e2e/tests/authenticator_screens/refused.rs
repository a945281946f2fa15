use super::skip_the_backup;
use countersign_e2e::{Browser, Site, app_folder};
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
    skip_the_backup(&browser).await;
    browser.sees("This browser does not let the app keep anything, as in a private window").await;
    assert!(!browser.text().await.contains("Add new token"));
}
