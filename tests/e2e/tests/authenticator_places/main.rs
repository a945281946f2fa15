//! Backups of the authenticator that go elsewhere than to the Countersign server: to a real file server (WebDAV), into a
//! folder of the device, and to stand-ins for Google Drive and iCloud.

mod apple;
mod drive;
mod folder;
mod google;
mod icloud;
mod service;
mod webdav;

use countersign_e2e::{Browser, Server};
use std::fs;
use tempfile::NamedTempFile;

const ADA: &str =
    "otpauth://totp/Example:ada@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example";
const BOB: &str = "otpauth://totp/Other:bob?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Other";
const EVE: &str = "otpauth://totp/Third:eve?secret=NBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Third";
const PASSWORD: &str = "correct horse battery";

/// Waits until the backup is verified with this many tokens in it.
async fn verified(browser: &Browser, tokens: &str) {
    browser.sees("Backed up and verified").await;
    browser.sees(tokens).await;
}

/// From the welcome to the place with this name, for a new backup.
async fn begin(browser: &Browser, address: &str, place: &str) {
    browser.open(address).await;
    browser.press("Continue").await;
    browser.sees("Is there a backup already?").await;
    browser.check(place).await;
    browser.fill("Backup password", PASSWORD).await;
    browser.fill("Repeat the password", PASSWORD).await;
}

/// From the welcome to the place with this name, for a backup that is there.
async fn join(browser: &Browser, address: &str, place: &str) {
    browser.open(address).await;
    browser.press("I have a backup already").await;
    browser.check(place).await;
    browser.fill("Backup password", PASSWORD).await;
}

/// A server with this configuration, and the address of its app.
fn serving(configuration: &str) -> (Server, String, NamedTempFile) {
    let config = NamedTempFile::new().unwrap();
    fs::write(config.path(), configuration).unwrap();
    let server = Server::start_with(&["--config", &config.path().to_string_lossy()]);
    let address = format!("https://localhost:{}/app/", server.address().port());
    (server, address, config)
}

/// Follows the link to where the person signs in, which has this in its address, and leaves the window that it opened.
async fn sign_in(browser: &Browser, part: &str) {
    let app = browser.driver.window().await.unwrap();
    browser
        .wait("the link leads somewhere", || async {
            let link = browser.run("return document.querySelector('a[target=_blank]')?.href ?? ''").await;
            link.as_str().filter(|link| link.contains(part)).map(|_| ())
        })
        .await;
    browser.find("a[target=_blank]").await.click().await.unwrap();
    let other = browser.wait("a window opens", || async {
        let windows = browser.driver.windows().await.ok()?;
        windows.into_iter().find(|window| *window != app)
    });
    browser.driver.switch_to_window(other.await).await.unwrap();
    browser.sees("Close this window and go on in the app").await;
    let left = browser.run("return location.href").await;
    assert!(!left.as_str().unwrap().contains('?'), "what signing in brought stays in the address: {left}");
    browser.driver.close_window().await.unwrap();
    browser.driver.switch_to_window(app).await.unwrap();
}
