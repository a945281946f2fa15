//! Backups of the authenticator that go elsewhere than to the Countersign server: to a real file server (WebDAV), into a
//! folder of the device, and to a stand-in for Google Drive.

mod apache;
mod drive;
mod folder;
mod google;
mod webdav;

use countersign_e2e::Browser;

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
