use super::{ADA, PASSWORD, files::choose, lists};
use countersign_e2e::Browser;
use std::{fs, time::Instant};

const SIZE: usize = 10 << 20;

/// Bytes without any order, the same in each run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// A text over and over, until it is as long as all of them.
fn filled(begin: &str, again: &str) -> Vec<u8> {
    let mut bytes = begin.as_bytes().to_vec();
    bytes.extend(again.as_bytes().iter().cycle().take(SIZE.saturating_sub(begin.len())));
    bytes
}

#[tokio::test]
async fn ten_megabytes_made_to_do_harm_end_in_a_sentence_and_the_app_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (_site, browser) = Browser::begun(PASSWORD).await;
    browser.press("Settings").await;
    browser.press("Import").await;
    let container = [b"CSVAULT\x01".to_vec(), noise(SIZE)].concat();
    let archive = [b"PK\x03\x04\x14\x00\x01\x00\x63\x00".to_vec(), noise(SIZE)].concat();
    let unknown = "This file is of no kind that can be read here";
    let damaged = "This is damaged, or made by a version that is not known here";
    let too_large = "This file is too large to be an export of an authenticator";
    let hostile: [(&str, Vec<u8>, &[&str]); 10] = [
        ("brackets", filled("", "["), &[unknown, damaged, too_large]),
        ("objects", filled("", "{\"a\":"), &[unknown, damaged, too_large]),
        ("one-string", filled("{\"secret\":\"", "A"), &[unknown, damaged, too_large]),
        ("many-values", filled("[", "0,"), &[unknown, damaged, too_large]),
        ("links", filled("", &format!("{ADA}\n")), &[too_large]),
        ("one-link", filled("otpauth://totp/A?secret=", "A"), &["Can't be added"]),
        ("blanks", filled("", "\n"), &[unknown, damaged]),
        ("letters", filled("", "issuer,secret\n"), &[unknown, damaged, too_large]),
        ("container", container, &[unknown, damaged, "Password of the file"]),
        ("archive", archive, &[unknown, damaged, "This was encrypted or packed by another program"]),
    ];
    for (name, bytes, sentences) in hostile {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        // Back and here again, so that no sentence is left from the file before.
        browser.press("Back").await;
        browser.press("Import").await;
        let begun = Instant::now();
        choose(&browser, "#file", &file).await;
        let said = browser
            .wait(&format!("{name} ends in one of {sentences:?}"), || async {
                let text = browser.text().await;
                sentences.iter().find(|sentence| text.contains(**sentence))
            })
            .await;
        println!("{name}: {} ms until “{said}”", begun.elapsed().as_millis());
    }
    // What is good comes in as if nothing had been.
    let good = folder.path().join("good");
    fs::write(&good, ADA).unwrap();
    browser.press("Back").await;
    browser.press("Import").await;
    choose(&browser, "#file", &good).await;
    browser.press("Add 1 token").await;
    lists(&browser, &["Example"]).await;
}
