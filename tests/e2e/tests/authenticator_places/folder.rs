//! A folder of the device. Nobody can press a button of the picker in a browser without a screen, so the page is given
//! another one, which hands out a folder of the browser's own for this site: a handle of the same kind, about which the
//! browser does not ask.

use super::{ADA, BOB, EVE, PASSWORD, begin, join, verified};
use countersign_e2e::{Browser, Site, app_folder};
use serde_json::json;

const PLACE: &str = "A folder on this device";

/// Puts the other picker into the page that is open.
async fn with_picker(browser: &Browser) {
    browser
        .run(
            "window.showDirectoryPicker = async () =>
                 (await navigator.storage.getDirectory()).getDirectoryHandle('chosen', { create: true })",
        )
        .await;
}

/// The names of the files in the folder, with their lengths.
async fn files(browser: &Browser) -> Vec<(String, u64)> {
    let script = "return (async () => {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('chosen');
        const files = [];
        for await (const [name, handle] of folder.entries()) files.push([name, (await handle.getFile()).size]);
        return files;
    })()";
    serde_json::from_value(browser.run(script).await).unwrap()
}

#[tokio::test]
async fn a_backup_goes_into_a_folder_after_every_change_also_when_the_app_is_opened_again_and_comes_from_there()
 {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    begin(&browser, &site.address(), PLACE).await;
    browser.press("Continue").await;
    browser.sees("Is there a backup already?").await;
    with_picker(&browser).await;
    browser.press("Choose the folder").await;
    browser.sees("chosen").await;
    browser.press("Continue").await;
    verified(&browser, "0 tokens").await;
    browser.follow(ADA).await;
    verified(&browser, "1 token").await;
    let kept = files(&browser).await;
    assert_eq!(kept.len(), 1, "{kept:?}");

    // The folder is remembered.
    browser.open(&site.address()).await;
    browser.unlock(PASSWORD).await;
    verified(&browser, "1 token").await;
    browser.follow(BOB).await;
    verified(&browser, "2 tokens").await;
    let newer = files(&browser).await;
    assert!(newer.len() == 1 && newer[0].0 != kept[0].0, "{kept:?} {newer:?}");

    // A device that was emptied.
    let emptied = "return new Promise((done) => {
        const open = indexedDB.open('countersign');
        open.onsuccess = () => {
            const change = open.result.transaction('vault', 'readwrite');
            change.objectStore('vault').clear();
            change.oncomplete = () => { open.result.close(); done(true); };
        };
    })";
    assert_eq!(browser.run(emptied).await, json!(true));
    join(&browser, &site.address(), PLACE).await;
    with_picker(&browser).await;
    browser.press("Choose the folder").await;
    browser.sees("chosen").await;
    browser.press("Continue").await;
    browser.sees("A backup with 2 tokens was found and merged in").await;
    verified(&browser, "2 tokens").await;

    // The folder is gone.
    let removed = "return (async () => {
        await (await navigator.storage.getDirectory()).removeEntry('chosen', { recursive: true });
    })()";
    browser.run(removed).await;
    browser.follow(EVE).await;
    browser.sees("The last backup failed").await;
    browser.sees("Choose another place").await;
}

#[tokio::test]
async fn a_browser_without_such_folders_is_not_offered_one() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.run("delete window.showDirectoryPicker").await;
    browser.press("Continue").await;
    browser.sees("A file").await;
    assert!(!browser.text().await.contains(PLACE));
    assert!(!browser.text().await.contains("A file server"), "a static host carries nothing");
}
