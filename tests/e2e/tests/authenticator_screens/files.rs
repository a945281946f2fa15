use super::{ADA, BOB, PASSWORD, list, lists};
use countersign_e2e::{Browser, program};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub(super) const FILE_PASSWORD: &str = "another long password";
pub(super) const BANK: &str = "otpauth://ocra/Bank:ada?secret=OBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Bank&suite=OCRA-1:HOTP-SHA1-6:C-QN08&counter=7";

/// Runs the authenticator of the terminal.
fn terminal(words: &[&str], password: (&str, &str)) -> String {
    let output = Command::new(program("countersign-authenticator"))
        .args(words)
        .env(password.0, password.1)
        .output()
        .expect("countersign-authenticator starts");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A file with these tokens, as the terminal makes it: sealed with [`FILE_PASSWORD`].
pub(super) fn backup_of(folder: &Path, uris: &[&str]) -> PathBuf {
    let (from, into) = (folder.join("list.txt"), folder.join("made.csvault"));
    fs::write(&from, uris.join("\n")).unwrap();
    let words = ["import", &from.to_string_lossy(), "--into", &into.to_string_lossy()];
    let words = [&words[..], &["--vault-password-env", "FILE_PASSWORD"]].concat();
    terminal(&words, ("FILE_PASSWORD", FILE_PASSWORD));
    into
}

/// The issuers and secrets in a file, as the terminal reads them.
pub(super) fn inspect(file: &Path) -> Vec<(String, String)> {
    let words = ["inspect", &file.to_string_lossy(), "--json", "--password-env", "FILE_PASSWORD"];
    let entries: Value = serde_json::from_str(&terminal(&words, ("FILE_PASSWORD", FILE_PASSWORD))).unwrap();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let mut all: Vec<_> = entries
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (text(entry, "issuer"), text(entry, "secret")))
        .collect();
    all.sort();
    all
}

pub(super) async fn choose(browser: &Browser, field: &str, file: &Path) {
    let field = browser.find(field).await;
    field.send_keys(file.to_string_lossy()).await.unwrap();
}

/// Each line of the verdict list.
async fn verdicts(browser: &Browser) -> Vec<String> {
    browser.sees("What will be added").await;
    let lines = "return [...document.querySelectorAll('ul.tokens li')].map((line) => line.innerText)";
    serde_json::from_value(browser.run(lines).await).unwrap()
}

async fn to_import(browser: &Browser) {
    browser.press("Settings").await;
    browser.press("Import").await;
}

/// Saves what is downloaded in this folder.
pub(super) async fn downloads_into(browser: &Browser, folder: &Path) {
    let downloads = json!({ "behavior": "allow", "downloadPath": folder });
    browser.command("Browser.setDownloadBehavior", downloads).await;
}

/// The file in the downloads, once it is whole.
pub(super) async fn downloaded(browser: &Browser, folder: &Path, name: &str) -> PathBuf {
    let file = folder.join(name);
    browser
        .wait(&format!("{name} is saved"), || async {
            fs::metadata(&file).ok().filter(|file| file.len() > 0).map(|_| ())
        })
        .await;
    file
}

#[tokio::test]
async fn an_encrypted_file_comes_in_after_a_verdict_on_each_token_and_goes_out_and_in_again_whole() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let into = backup_of(folder.path(), &[ADA, BOB, BANK]);

    let (site, browser) = Browser::begun(PASSWORD).await;
    browser.follow(ADA).await;
    lists(&browser, &["Example"]).await;
    to_import(&browser).await;
    choose(&browser, "#file", &into).await;
    browser.fill("Password of the file", "wrong").await;
    browser.press("Continue").await;
    browser.sees("This password does not open the file").await;
    browser.fill("Password of the file", FILE_PASSWORD).await;
    browser.press("Continue").await;
    let said = verdicts(&browser).await;
    assert_eq!(said.len(), 3, "{said:?}");
    for (name, verdict) in [("Example", "Here already"), ("Other", "New"), ("Bank", "New")] {
        assert!(said.iter().any(|line| line.contains(name) && line.contains(verdict)), "{name}: {said:?}");
    }
    browser.press("Add 2 tokens").await;
    browser.sees("2 tokens were added").await;
    let mut names = list(&browser).await;
    names.sort();
    assert_eq!(names, ["Bank", "Example", "Other"]);

    // What cannot come in is named with its reason.
    fs::write(at("bad.txt"), [BOB, "otpauth://totp/Bad:mia?secret=GEZDGNBV1&issuer=Bad"].join("\n")).unwrap();
    to_import(&browser).await;
    choose(&browser, "#file", &at("bad.txt")).await;
    let said = verdicts(&browser).await;
    assert!(said.iter().any(|line| line.contains("Bad") && line.contains("Can't be added")), "{said:?}");
    fs::write(at("none.txt"), "a shopping list").unwrap();
    choose(&browser, "#file", &at("none.txt")).await;
    browser.sees("This file is of no kind that can be read here").await;
    browser.press("Back").await;

    // Out: one read by the terminal, and into another browser.
    downloads_into(&browser, folder.path()).await;
    browser.press("Export").await;
    browser.fill("Password", FILE_PASSWORD).await;
    browser.fill("Repeat the password", FILE_PASSWORD).await;
    browser.press("Encrypted file").await;
    let own = downloaded(&browser, folder.path(), "countersign-export.csvault").await;
    assert_eq!(inspect(&own), inspect(&into));
    browser.fill("Password", FILE_PASSWORD).await;
    browser.fill("Repeat the password", FILE_PASSWORD).await;
    browser.press("Encrypted file for Aegis").await;
    let aegis = downloaded(&browser, folder.path(), "countersign-aegis.json").await;
    // Aegis has no form for what answers challenges.
    assert_eq!(inspect(&aegis), inspect(&into)[1..]);

    let other = Browser::start(None).await;
    other.open(&site.address()).await;
    other.begin_without_backup(PASSWORD).await;
    to_import(&other).await;
    choose(&other, "#file", &own).await;
    other.fill("Password of the file", FILE_PASSWORD).await;
    other.press("Continue").await;
    other.press("Add 3 tokens").await;
    other.sees("3 tokens were added").await;
    assert_eq!(list(&other).await.len(), 3);
}
