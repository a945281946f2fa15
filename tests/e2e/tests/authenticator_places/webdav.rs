use super::{ADA, BOB, EVE, PASSWORD, begin, join, serving, verified};
use countersign_e2e::{Browser, Server};
use std::fs;
use tempfile::NamedTempFile;
use testkit::apache::{self, Apache};

const PLACE: &str = "A file server (WebDAV)";

/// A server that carries to this file server, listed under this key, and the address of its app.
fn carrying_to(apache: &Apache, key: &str) -> (Server, String, NamedTempFile) {
    let (place, ca) = (apache.address(), apache.certificate());
    serving(&format!("log = \"trace\"\n[relay]\n{key} = [{place:?}]\nca = {ca:?}\n"))
}

async fn sign_in(browser: &Browser, password: &str) {
    browser.fill("User name there", apache::USER).await;
    browser.fill("Password there", password).await;
    browser.press("Continue").await;
}

#[tokio::test]
async fn a_backup_on_a_real_file_server_is_verified_comes_to_a_second_device_and_takes_in_what_both_change() {
    let apache = Apache::start();
    let (server, address, _config) = carrying_to(&apache, "webdav_internal");
    let first = Browser::start(None).await;
    begin(&first, &address, PLACE).await;
    sign_in(&first, "wrong-horse").await;
    first.sees("This place does not take the name and password").await;
    assert_eq!(apache.backups().len(), 0);
    sign_in(&first, apache::PASSWORD).await;
    first.sees("No tokens yet").await;
    verified(&first, "0 tokens").await;
    first.follow(ADA).await;
    verified(&first, "1 token").await;
    let kept = apache.backups();
    assert_eq!(kept.len(), 1, "what was before stays beside: {kept:?}");
    let sealed = fs::read(&kept[0]).unwrap();
    for text in ["Example", "ada@example.com", "GEZDGNBVGY3TQOJQ", "12345678901234567890"] {
        assert!(!sealed.windows(text.len()).any(|part| part == text.as_bytes()), "{text} is in the clear");
    }

    let second = Browser::start(None).await;
    join(&second, &address, PLACE).await;
    sign_in(&second, apache::PASSWORD).await;
    second.sees("A backup with 1 token was found and merged in").await;
    verified(&second, "1 token").await;
    // The first one does not know of what the second one writes.
    second.follow(BOB).await;
    verified(&second, "2 tokens").await;
    first.follow(EVE).await;
    verified(&first, "3 tokens").await;
    first.sees("Other").await;
    assert_eq!(apache.backups().len(), 1);

    // A device that wrote at the same moment leaves a file beside ours. Here it is the one from before.
    fs::write(&kept[0], &sealed).unwrap();
    // And one whose connection broke off.
    fs::write(kept[0].with_file_name("countersign-00000000000000000000000000000000.csvault"), &sealed[..50])
        .unwrap();
    drop(first);
    let third = Browser::start(None).await;
    join(&third, &address, PLACE).await;
    sign_in(&third, apache::PASSWORD).await;
    third.sees("A backup with 3 tokens was found and merged in").await;
    verified(&third, "3 tokens").await;
    assert_eq!(apache.backups().len(), 1);
    // A password that does not open what is there changes nothing there.
    let before = apache.backups();
    let other = Browser::start(None).await;
    other.open(&address).await;
    other.press("I have a backup already").await;
    other.check(PLACE).await;
    other.fill("Backup password", "another password").await;
    sign_in(&other, apache::PASSWORD).await;
    other.sees("this password does not open it").await;
    assert_eq!(apache.backups(), before);
    for secret in [apache::PASSWORD, PASSWORD, "bWFyYTpjb3JyZWN0"] {
        assert!(!server.log().contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn a_file_server_that_is_gone_is_told_in_red_until_a_backup_is_read_back_again() {
    let mut apache = Apache::start();
    let (_server, address, _config) = carrying_to(&apache, "webdav_internal");
    let browser = Browser::start(None).await;
    begin(&browser, &address, PLACE).await;
    sign_in(&browser, apache::PASSWORD).await;
    verified(&browser, "0 tokens").await;
    apache.end();
    browser.follow(ADA).await;
    browser.sees("The last backup failed").await;
    browser.sees("The server can't be reached").await;
    // It stays so when the app is opened again.
    browser.open(&address).await;
    browser.unlock(PASSWORD).await;
    browser.sees("The last backup failed").await;
    apache.go_on();
    browser.press("Back up now").await;
    verified(&browser, "1 token").await;
    assert_eq!(apache.backups().len(), 1);
}

#[tokio::test]
async fn a_file_server_inside_that_is_listed_as_one_of_the_internet_is_not_reached_by_the_app() {
    let apache = Apache::start();
    let (_server, address, _config) = carrying_to(&apache, "webdav");
    let browser = Browser::start(None).await;
    begin(&browser, &address, PLACE).await;
    sign_in(&browser, apache::PASSWORD).await;
    browser.sees("The server did not take the backup").await;
    assert_eq!(apache.asked(), "");
}
