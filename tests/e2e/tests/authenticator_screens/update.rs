use super::{ADA, BOB, PASSWORD, lists, tokens::paste_picture_of};
use countersign_e2e::{Browser, Site, app_folder};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

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

/// A copy of the app that can be changed.
fn copy_of_the_app(folder: &Path) -> PathBuf {
    let app = folder.join("app");
    let copied = Command::new("cp").arg("-r").arg(app_folder()).arg(&app).status().unwrap();
    assert!(copied.success());
    app
}

/// Puts a new build on the server, with other names for what is loaded later.
fn publish(app: &Path, new: &str) {
    let old = build_in(app);
    let reader = fs::read_dir(app.join("assets")).unwrap().flatten();
    let reader = reader.map(|file| file.file_name().into_string().unwrap());
    let renamed: Vec<(String, String)> = reader
        .filter(|name| name.starts_with("qr-worker-") || name.starts_with("text-"))
        .map(|name| (name.clone(), name.replacen('-', "-0", 1)))
        .collect();
    for (from, to) in &renamed {
        fs::rename(app.join("assets").join(from), app.join("assets").join(to)).unwrap();
    }
    let boot = fs::read_dir(app.join("assets")).unwrap().flatten().map(|file| file.path());
    let boot = boot.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("boot-"));
    for file in boot.chain(["index.html", "sw.js"].map(|name| app.join(name))) {
        let text = fs::read_to_string(&file).unwrap().replace(&old, new);
        let text = renamed.iter().fold(text, |text, (from, to)| text.replace(from, to));
        fs::write(file, text).unwrap();
    }
}

/// Looks for a new version now, and waits until it is there.
async fn finds_the_new_version(browser: &Browser) {
    browser
        .run("return navigator.serviceWorker.getRegistration().then(r => r.update()).then(() => true)")
        .await;
    browser.sees("A new version is ready").await;
}

/// Waits until the page is served by the service worker.
async fn is_served_by_the_worker(browser: &Browser) {
    let in_control = "return !!navigator.serviceWorker.controller";
    browser
        .wait("the app can be used offline", || async {
            (browser.run(in_control).await == true).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_new_version_waits_until_it_is_asked_for_and_never_takes_away_a_code_that_is_being_read() {
    let folder = tempfile::tempdir().unwrap();
    let app = copy_of_the_app(folder.path());
    let old = build_in(&app);
    let site = Site::serve(&app);
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    browser.follow(ADA).await;
    lists(&browser, &["Example"]).await;
    is_served_by_the_worker(&browser).await;

    // A new build on the server. The page is marked, so that loading it again shows.
    let new = "0000000000000001";
    publish(&app, new);
    browser.run("window.beforeTheUpdate = true").await;
    finds_the_new_version(&browser).await;
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

#[tokio::test]
async fn a_tab_that_was_open_before_another_took_a_new_version_goes_on_and_can_take_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let app = copy_of_the_app(folder.path());
    let old = json!(format!("countersign-{}", build_in(&app)));
    let site = Site::serve(&app);
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    browser.follow(ADA).await;
    lists(&browser, &["Example"]).await;
    is_served_by_the_worker(&browser).await;
    let first = browser.driver.window().await.unwrap();
    let second = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(second).await.unwrap();
    browser.open(&site.address()).await;
    browser.unlock(PASSWORD).await;
    publish(&app, "0000000000000001");
    finds_the_new_version(&browser).await;
    browser.press("Update").await;
    browser.unlock(PASSWORD).await;
    lists(&browser, &["Example"]).await;

    // What the first one loads only now is neither on the server nor a file of the new version.
    browser.driver.switch_to_window(first).await.unwrap();
    browser.press("Add new token").await;
    assert!(paste_picture_of(&browser, BOB).await);
    lists(&browser, &["Example", "Other"]).await;
    assert!(caches(&browser).await.contains(&old));
    browser.sees("A new version is ready").await;
    browser.press("Update").await;
    browser.unlock(PASSWORD).await;
    browser.press("Settings").await;
    browser.sees("Build 0000000000000001").await;
    browser
        .wait("the files of the version before are removed with its last tab", || async {
            (!caches(&browser).await.contains(&old)).then_some(())
        })
        .await;
}
