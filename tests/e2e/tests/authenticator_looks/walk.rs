//! A walk through every screen of the authenticator, at a moment that is always the same and with example tokens only.

use countersign_e2e::{Browser, Server};
use serde_json::json;
use std::{fs, path::Path};

/// 15 June 2026, 9:41:07 in UTC: seven seconds after a code began.
const NOW_MS: u64 = 1_781_516_467_000;
const PASSWORD: &str = "battery staple and a horse";
/// The key of RFC 4226, appendix D, which the others are made of: everybody knows it.
pub(super) const EXAMPLE_KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// What each kind of token looks like. The keys are those of RFC 4226 and RFC 6238, which everybody knows.
const TOKENS: [&str; 4] = [
    "otpauth://totp/Countersign:LAB%5Cmara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign",
    "otpauth://totp/Example%20Mail:mara@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA\
     &issuer=Example%20Mail&algorithm=SHA256&digits=8",
    "otpauth://hotp/Example%20Door:mara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20Door&counter=0",
    "otpauth://ocra/Example%20Bank:mara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20Bank\
     &suite=OCRA-1:HOTP-SHA1-6:QN08",
];
/// What comes from another authenticator: one that is new, one that is here already, one that cannot be.
const OTHERS: [&str; 3] = [
    "otpauth://totp/Example%20Shop:mara?secret=MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK&issuer=Example%20Shop",
    TOKENS[0],
    "otpauth://totp/Example%20Club:mara?secret=GEZDGNBV1&issuer=Example%20Club",
];

/// Goes through every screen and has each looked at, with a name for it.
pub(super) async fn walk(look: impl AsyncFn(&Browser, &str)) {
    let server = Server::start();
    let address = format!("https://localhost:{}/app/", server.address().port());
    let folder = tempfile::tempdir().unwrap();
    let browser = Browser::start(None).await;
    browser.stop_the_clock(NOW_MS).await;
    browser.open(&address).await;

    beginning(&browser, &look).await;
    tokens(&browser, &look).await;
    settings(&browser, &look, folder.path()).await;
    trouble(&browser, &look, &address).await;
}

/// From the welcome to the empty list, whose backup is on the server.
async fn beginning(browser: &Browser, look: &impl AsyncFn(&Browser, &str)) {
    browser.sees("One-time passwords, kept safe").await;
    look(browser, "welcome").await;
    browser.press("I have a backup already").await;
    browser.fill("Name of the backup", "mara").await;
    look(browser, "restore").await;
    browser.check("A file").await;
    browser.sees("The file with the backup").await;
    look(browser, "restore-file").await;
    browser.press("Back").await;
    browser.press("Continue").await;
    browser.press("Skip for now").await;
    browser.sees("Continue without a backup").await;
    look(browser, "skip").await;
    browser.press("Back").await;
    browser.fill("Name of the backup", "mara").await;
    browser.fill("Backup password", PASSWORD).await;
    browser.fill("Repeat the password", PASSWORD).await;
    browser.sees("Very good").await;
    look(browser, "backup").await;
    browser.press("Continue").await;
    browser.sees("No tokens yet").await;
    browser.sees("Backed up and verified").await;
    look(browser, "empty").await;
}

/// Ways to add a token, the list, one token.
async fn tokens(browser: &Browser, look: &impl AsyncFn(&Browser, &str)) {
    browser.press("Add new token").await;
    browser.button("Scan QR code").await;
    look(browser, "add").await;
    browser.press("Scan QR code").await;
    browser.button("Turn on the camera").await;
    look(browser, "scan").await;
    browser.press("Back").await;
    browser.press("Enter key manually").await;
    browser.fill("Service", "Example Mail").await;
    browser.fill("Account", "mara@example.com").await;
    browser.fill("Key", "GEZDGNBV1").await;
    browser.sees("A key has only letters").await;
    look(browser, "manual").await;
    browser.press("Back").await;
    browser.press("Back").await;

    browser.run(&format!("location.hash = 'enroll=' + encodeURIComponent({})", json!(TOKENS[0]))).await;
    browser.sees("Add this token?").await;
    look(browser, "link").await;
    browser.press("Add new token").await;
    browser.sees("seconds left").await;
    // What is said of the backup takes more or less room, and moves the buttons below it: it is waited for.
    browser.sees(", 1 token").await;
    for (uri, backed_up) in TOKENS[1..3].iter().zip([", 2 tokens", ", 3 tokens"]) {
        browser.follow(uri).await;
        browser.sees(backed_up).await;
    }
    browser.press("Add new token").await;
    browser.button("Scan QR code").await;
    assert!(browser.paste(TOKENS[3]).await, "the app did not take it");
    browser.sees(", 4 tokens").await;
    look(browser, "tokens").await;

    browser.open_token("Countersign").await;
    browser.fill("Tags", "work").await;
    look(browser, "edit").await;
    browser.press("Show as QR code").await;
    browser.button("Show").await;
    look(browser, "qr-hidden").await;
    browser.press("Show").await;
    browser.find(".qr img").await;
    look(browser, "qr").await;
    browser.press("Back").await;
    browser.fill("Tags", "work").await;
    browser.press("Save").await;
    browser.button("work").await;
    browser.sees("Backed up and verified").await;
    // One that answers challenges, and one that counts.
    browser.fill("Challenge", "44172359").await;
    browser.sees("With the answer you confirm: 44172359").await;
    look(browser, "challenge").await;
    browser.open_token("Example Door").await;
    browser.press("Move to trash").await;
    browser.sees(", 3 tokens").await;
}

/// The settings and what is behind them.
async fn settings(browser: &Browser, look: &impl AsyncFn(&Browser, &str), folder: &Path) {
    browser.press("Settings").await;
    browser.button("Import").await;
    browser.sees("Right to within 2 seconds").await;
    look(browser, "settings").await;
    browser.check("Hide codes until they are tapped").await;
    browser.press("Back").await;
    browser.sees("Tap to show").await;
    look(browser, "hidden").await;
    browser.press("Settings").await;
    browser.check("Hide codes until they are tapped").await;
    browser.press("Change password").await;
    browser.press("Remove everything from this device").await;
    look(browser, "settings-open").await;
    browser.press("Set up backup").await;
    browser.sees("Where the backup goes").await;
    look(browser, "backup-change").await;
    browser.press("Back").await;

    browser.press("Import").await;
    browser.sees("Choose a file").await;
    look(browser, "import").await;
    let file = folder.join("others.txt");
    fs::write(&file, OTHERS.join("\n")).unwrap();
    browser.find("#file").await.send_keys(file.to_string_lossy()).await.unwrap();
    browser.sees("What will be added").await;
    look(browser, "import-verdicts").await;
    browser.press("Back").await;
    browser.press("Export").await;
    browser.button("Encrypted file").await;
    look(browser, "export").await;
    browser.press("Back").await;
    browser.press("Trash").await;
    browser.sees("Example Door").await;
    look(browser, "trash").await;
    browser.press("Back").await;
    browser.press("Make a recovery code").await;
    browser.sees("It is shown only now").await;
    look(browser, "recovery").await;
    browser.press("Back").await;
}

/// A backup that fails, a locked vault, saved states that are damaged.
async fn trouble(browser: &Browser, look: &impl AsyncFn(&Browser, &str), address: &str) {
    let away = "const before = window.fetch;
        window.fetch = (address, options) => options?.method === 'PUT'
            ? Promise.reject(new TypeError('no network'))
            : before(address, options);";
    browser.run(away).await;
    browser.follow(OTHERS[0]).await;
    browser.sees("The last backup failed").await;
    browser.sees("The server can't be reached").await;
    look(browser, "backup-failed").await;

    browser.press("Lock").await;
    browser.sees("Countersign is locked").await;
    look(browser, "locked").await;
    browser.press("Use a recovery code").await;
    browser.find("form + form, form ~ form").await;
    look(browser, "locked-code").await;
    browser.damage_saved("newest").await;
    browser.open(address).await;
    browser.sees("The newest saved state was damaged").await;
    look(browser, "damaged").await;
    browser.damage_saved("both").await;
    browser.open(address).await;
    browser.sees("What is saved on this device cannot be read").await;
    look(browser, "unreadable").await;
}
