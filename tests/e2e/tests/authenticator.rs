//! The authenticator in a browser.

use countersign_e2e::{Browser, Site, app_folder};

#[tokio::test]
async fn the_app_starts_under_its_content_policy_without_a_complaint() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.sees("Countersign").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}
