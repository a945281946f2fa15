use super::{ADA, BOB, EVE, MIA, PASSWORD, lists, shows_code_of};
use countersign_e2e::{Browser, Clip, Gray, Oath, Site, app_folder, still};
use data_encoding::BASE64;
use serde_json::json;
use thirtyfour::{By, Key};

/// Opens the screen of the token with this name.
async fn open(browser: &Browser, issuer: &str) {
    let path = format!("//li[.//*[@class='issuer' and .='{issuer}']]//button[normalize-space(.)='More']");
    browser
        .wait(&format!("{issuer} can be opened"), || async {
            browser.driver.find(By::XPath(&path)).await.ok()?.click().await.ok()
        })
        .await;
    browser.sees("Move to trash").await;
}

/// Pastes a picture of a QR code; whether the app took it.
pub(super) async fn paste_picture_of(browser: &Browser, uri: &str) -> bool {
    let gray = BASE64.encode(&still(uri));
    let script = format!(
        "const gray = Uint8Array.from(atob('{gray}'), (c) => c.charCodeAt(0));
         const canvas = new OffscreenCanvas(640, 480);
         const pixels = new ImageData(640, 480);
         gray.forEach((value, at) => pixels.data.set([value, value, value, 255], at * 4));
         canvas.getContext('2d').putImageData(pixels, 0, 0);
         return canvas.convertToBlob({{ type: 'image/png' }}).then((blob) => {{
             const clipboardData = new DataTransfer();
             clipboardData.items.add(new File([blob], 'code.png', {{ type: 'image/png' }}));
             const event = new ClipboardEvent('paste', {{ clipboardData, bubbles: true, cancelable: true }});
             return !document.body.dispatchEvent(event);
         }})"
    );
    browser.run(&script).await == true
}

/// Drops a text; whether the app took it.
async fn drop_text(browser: &Browser, text: &str) -> bool {
    let script = format!(
        "const dataTransfer = new DataTransfer();
         dataTransfer.setData('text/plain', {});
         const event = new DragEvent('drop', {{ dataTransfer, bubbles: true, cancelable: true }});
         return !document.getElementById('main').dispatchEvent(event);",
        json!(text)
    );
    browser.run(&script).await == true
}

#[tokio::test]
async fn a_key_typed_by_hand_is_judged_as_it_is_typed_and_makes_the_codes_of_oathtool() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    browser.press("Add new token").await;
    browser.press("Enter key manually").await;
    browser.fill("Key", "GEZDGNBV1").await;
    browser.sees("A key has only letters and the digits 2 to 7").await;
    browser.fill("Key", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq").await;
    browser.sees("Spaces don't matter").await;
    // One letter more than whole bytes have.
    browser.fill("Key", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA").await;
    browser.sees("A letter may be missing").await;
    browser.press("Save").await;
    browser.sees("Type what the token is for").await;
    browser.fill("Service", "Example").await;
    browser.fill("Account", "ada@example.com").await;
    browser.press("Save").await;
    lists(&browser, &["Example"]).await;
    shows_code_of(&browser, ADA).await;

    // The same token once more, in the way that another program writes it.
    browser.follow(ADA).await;
    browser.sees("This token is here already, as Example (ada@example.com)").await;
    lists(&browser, &["Example"]).await;
}

#[tokio::test]
async fn tokens_are_edited_found_sorted_moved_by_keyboard_thrown_away_and_shown_to_another_phone() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    for uri in [ADA, BOB, EVE, MIA] {
        browser.follow(uri).await;
    }
    lists(&browser, &["Example", "Other", "Third", "Fourth"]).await;

    // Edited, and there after the app was closed.
    open(&browser, "Other").await;
    browser.fill("Account", "robert").await;
    browser.fill("Tags", "work, bank").await;
    browser.press("Save").await;
    browser.sees("robert").await;
    browser.open(&site.address()).await;
    browser.fill("Password", super::PASSWORD).await;
    browser.press("Unlock").await;
    browser.sees("robert").await;

    // By tag, by words, by name.
    browser.press("work").await;
    lists(&browser, &["Other"]).await;
    browser.press("All").await;
    lists(&browser, &["Example", "Other", "Third", "Fourth"]).await;
    let search = browser.find("#search").await;
    search.send_keys("ROB").await.unwrap();
    lists(&browser, &["Other"]).await;
    search.send_keys("x").await.unwrap();
    browser.sees("No token fits what you typed").await;
    search.send_keys(Key::Backspace + Key::Backspace + Key::Backspace + Key::Backspace).await.unwrap();
    lists(&browser, &["Example", "Other", "Third", "Fourth"]).await;
    browser.find("#sort option[value=issuer]").await.click().await.unwrap();
    lists(&browser, &["Example", "Fourth", "Other", "Third"]).await;
    browser.find("#sort option[value=manual]").await.click().await.unwrap();
    lists(&browser, &["Example", "Other", "Third", "Fourth"]).await;

    // Up by the keyboard alone, twice.
    open(&browser, "Fourth").await;
    for _ in 0..2 {
        browser.button("Move up").await.send_keys(Key::Enter).await.unwrap();
    }
    browser.press("Back").await;
    lists(&browser, &["Example", "Fourth", "Other", "Third"]).await;

    // Into the trash and back: the same token.
    open(&browser, "Example").await;
    browser.press("Move to trash").await;
    lists(&browser, &["Fourth", "Other", "Third"]).await;
    browser.press("Settings").await;
    browser.press("Trash").await;
    browser.sees("Example (ada@example.com)").await;
    browser.press("Restore").await;
    browser.sees("Nothing is in the trash").await;
    browser.press("Back").await;
    browser.press("Back").await;
    lists(&browser, &["Example", "Fourth", "Other", "Third"]).await;
    shows_code_of(&browser, ADA).await;

    // What another phone's camera would read from the screen.
    open(&browser, "Example").await;
    browser.press("Show as QR code").await;
    browser.sees("Whoever sees this picture has the token").await;
    assert!(scan(&browser).await.is_empty(), "before it was asked for");
    browser.press("Show").await;
    browser.find(".qr img").await;
    let shown = browser.wait("a code can be scanned", || async { scan(&browser).await.pop() }).await;
    assert_eq!(Oath::scan(&shown).code(0), Oath::scan(ADA).code(0), "{shown}");
    assert!(shown.starts_with("otpauth://totp/") && shown.contains("issuer=Example"), "{shown}");
}

/// What QR codes a photo of the screen has.
async fn scan(browser: &Browser) -> Vec<String> {
    let picture = browser.driver.screenshot_as_png().await.unwrap();
    let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
    std::fs::write(file.path(), picture).unwrap();
    Gray::read(file.path()).scan()
}

#[tokio::test]
async fn a_picture_or_a_link_can_be_pasted_or_dropped_wherever_a_code_can_be_scanned() {
    let site = Site::serve(&app_folder());
    let clip = Clip::of(&["https://example.com/"]);
    let browser = Browser::start(Some(&clip)).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    browser.press("Add new token").await;
    assert!(!paste_text(&browser, " ").await, "there was nothing to take");
    assert!(paste_picture_of(&browser, ADA).await);
    lists(&browser, &["Example"]).await;
    // While the camera looks at something else.
    browser.press("Add new token").await;
    browser.press("Scan QR code").await;
    browser.press("Turn on the camera").await;
    browser.sees("This QR code is not one of a token").await;
    assert!(paste_picture_of(&browser, BOB).await);
    lists(&browser, &["Example", "Other"]).await;
    browser.press("Add new token").await;
    browser.press("Scan QR code").await;
    assert!(drop_text(&browser, EVE).await);
    lists(&browser, &["Example", "Other", "Third"]).await;
}

/// Pastes a text; whether the app took it.
async fn paste_text(browser: &Browser, text: &str) -> bool {
    let script = format!(
        "const clipboardData = new DataTransfer();
         clipboardData.setData('text/plain', {});
         const event = new ClipboardEvent('paste', {{ clipboardData, bubbles: true, cancelable: true }});
         return !document.body.dispatchEvent(event);",
        json!(text)
    );
    browser.run(&script).await == true
}
