use super::{
    ADA, BOB, PASSWORD,
    files::{BANK, FILE_PASSWORD, downloaded, downloads_into, inspect},
    lists,
};
use countersign_e2e::{Browser, Gray, Oath};
use std::fs;

#[tokio::test]
async fn a_page_to_print_is_made_for_whoever_knows_the_password_and_any_scanner_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_site, browser) = Browser::begun(PASSWORD).await;
    for uri in [ADA, BOB] {
        browser.follow(uri).await;
    }
    lists(&browser, &["Example", "Other"]).await;
    downloads_into(&browser, folder.path()).await;
    browser.press("Settings").await;
    browser.press("Export").await;
    browser.sees("Whoever reads this file has all your tokens").await;
    browser.sees("Print the file, then delete it").await;
    browser.fill("Password now", "wrong").await;
    browser.press("Page to print").await;
    browser.sees("That did not open the vault").await;
    browser.fill("Password now", PASSWORD).await;
    browser.press("Page to print").await;
    let page = downloaded(&browser, folder.path(), "countersign-page.html").await;
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a page for the wrong password");

    let paper = Browser::start(None).await;
    paper.set_size(800, 900).await;
    paper.open(&format!("file://{}", page.display())).await;
    paper.sees("Whoever has this page can make your codes").await;
    paper.sees("ada@example.com").await;
    paper.sees("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ").await;
    let picture = paper.driver.screenshot_as_png().await.unwrap();
    let file = folder.path().join("paper.png");
    fs::write(&file, picture).unwrap();
    let mut codes: Vec<_> = Gray::read(&file).scan().iter().map(|uri| Oath::scan(uri).own_code(0)).collect();
    let mut wanted = [ADA, BOB].map(|uri| Oath::scan(uri).own_code(0));
    codes.sort();
    wanted.sort();
    assert_eq!(codes, wanted, "what a scanner reads from the page");
    assert_eq!(paper.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_list_of_links_has_every_token_and_what_a_format_cannot_hold_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.txt");
    fs::write(&list, [ADA, BANK].join("\n")).unwrap();
    let (_site, browser) = Browser::begun(PASSWORD).await;
    browser.press("Settings").await;
    browser.press("Import").await;
    super::files::choose(&browser, "#file", &list).await;
    browser.press("Add 2 tokens").await;
    lists(&browser, &["Example", "Bank"]).await;
    downloads_into(&browser, folder.path()).await;
    browser.press("Settings").await;
    browser.press("Export").await;
    browser.fill("Password now", PASSWORD).await;
    browser.press("List of links, not encrypted").await;
    let links = downloaded(&browser, folder.path(), "countersign-links.txt").await;
    assert_eq!(inspect(&links), inspect(&list));
    browser.fill("Password", FILE_PASSWORD).await;
    browser.fill("Repeat the password", FILE_PASSWORD).await;
    browser.press("Encrypted file for Aegis").await;
    browser.sees("Saved. Not in the file: Bank").await;
}
