use super::{ADA, PASSWORD, lists};
use countersign_e2e::{Browser, Site, app_folder};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};

/// The build of the app in a folder.
fn build_in(folder: &Path) -> String {
    let page = fs::read_to_string(folder.join("index.html")).unwrap();
    let (_, behind) = page.split_once("name=\"build\" content=\"").unwrap();
    behind.split_once('"').unwrap().0.to_owned()
}

/// The names of the browser's caches.
async fn caches(browser: &Browser) -> Vec<Value> {
    browser.run("return caches.keys()").await.as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_new_version_waits_until_it_is_asked_for_and_never_takes_away_a_code_that_is_being_read() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app");
    let copied = Command::new("cp").arg("-r").arg(app_folder()).arg(&app).status().unwrap();
    assert!(copied.success());
    let old = build_in(&app);
    let site = Site::serve(&app);
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    browser.follow(ADA).await;
    lists(&browser, &["Example"]).await;
    let in_control = "return !!navigator.serviceWorker.controller";
    browser
        .wait("the app can be used offline", || async {
            (browser.run(in_control).await == true).then_some(())
        })
        .await;

    // A new build on the server. The page is marked, so that loading it again shows.
    let new = "0000000000000001";
    for name in ["index.html", "sw.js"] {
        let text = fs::read_to_string(app.join(name)).unwrap();
        fs::write(app.join(name), text.replace(&old, new)).unwrap();
    }
    browser.run("window.beforeTheUpdate = true").await;
    browser
        .run("return navigator.serviceWorker.getRegistration().then(r => r.update()).then(() => true)")
        .await;
    browser.sees("A new version is ready").await;
    // Long enough for a page that would load itself again.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(browser.run("return window.beforeTheUpdate").await, true, "the page was loaded again");
    lists(&browser, &["Example"]).await;
    let both = [json!(format!("countersign-{old}")), json!(format!("countersign-{new}"))];
    for cache in &both {
        assert!(caches(&browser).await.contains(cache), "{cache} is gone, and with it what is loaded later");
    }

    browser.press("Update").await;
    browser.sees("Countersign is locked").await;
    assert_eq!(browser.run("return window.beforeTheUpdate ?? null").await, Value::Null);
    browser.unlock(PASSWORD).await;
    lists(&browser, &["Example"]).await;
    assert!(!browser.text().await.contains("A new version is ready"));
    browser.press("Settings").await;
    browser.sees(&format!("Build {new}")).await;
    browser
        .wait("the old files are removed", || async {
            (caches(&browser).await == [both[1].clone()]).then_some(())
        })
        .await;
}
