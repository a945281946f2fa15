//! The authenticator's screens one by one: tokens by hand and in order, files in and out, restoring a backup, and what
//! is said when the browser or the server refuses.

mod camera;
mod device;
mod export;
mod files;
mod hostile;
mod language;
mod password;
mod recovery;
mod refused;
mod restore;
mod tokens;
mod update;

use countersign_e2e::Browser;

const ADA: &str =
    "otpauth://totp/Example:ada@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example";
const BOB: &str = "otpauth://totp/Other:bob?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Other";
const EVE: &str = "otpauth://totp/Third:eve?secret=NBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Third";
const MIA: &str = "otpauth://totp/Fourth:mia?secret=OBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Fourth";
const PASSWORD: &str = "correct horse battery";

/// The names in the list, from the top.
async fn list(browser: &Browser) -> Vec<String> {
    let names = "return [...document.querySelectorAll('ul.tokens .issuer')].map((name) => name.textContent)";
    serde_json::from_value(browser.run(names).await).expect("names")
}

/// Waits until these names are in the list, in this order.
async fn lists(browser: &Browser, names: &[&str]) {
    browser
        .wait(&format!("the list is {names:?}"), || async { (list(browser).await == names).then_some(()) })
        .await;
}

/// Whether no vault is on the device.
async fn nothing_is_kept(browser: &Browser) -> bool {
    let count = "return new Promise((done, fail) => {
        const open = indexedDB.open('countersign');
        open.onerror = fail;
        open.onsuccess = () => {
            const request = open.result.transaction('vault').objectStore('vault').count();
            request.onsuccess = () => { open.result.close(); done(request.result); };
        };
    })";
    browser.run(count).await == 0
}
