use super::{ADA, BOB, EVE, MIA, PASSWORD, files::BANK, list, lists};
use countersign_e2e::{Browser, Clip, Gray, Oath, Site, app_folder, still};
use data_encoding::BASE64;
use serde_json::json;
use thirtyfour::Key;

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
    let (_site, browser) = Browser::begun(PASSWORD).await;
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
    browser.shows_code_of(ADA).await;

    // The same token once more, in the way that another program writes it.
    browser.follow(ADA).await;
    browser.sees("This token is here already, as Example (ada@example.com)").await;
    lists(&browser, &["Example"]).await;
}

#[tokio::test]
async fn tokens_are_edited_found_sorted_moved_by_keyboard_thrown_away_and_shown_to_another_phone() {
    let (site, browser) = Browser::begun(PASSWORD).await;
    for uri in [ADA, BOB, EVE, MIA] {
        browser.follow(uri).await;
    }
    lists(&browser, &["Example", "Other", "Third", "Fourth"]).await;

    // Edited, and there after the app was closed.
    browser.open_token("Other").await;
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
    browser.open_token("Fourth").await;
    for _ in 0..2 {
        browser.button("Move up").await.send_keys(Key::Enter).await.unwrap();
    }
    browser.press("Back").await;
    lists(&browser, &["Example", "Fourth", "Other", "Third"]).await;

    // Into the trash and back: the same token.
    browser.open_token("Example").await;
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
    browser.shows_code_of(ADA).await;

    // What another phone's camera would read from the screen.
    browser.open_token("Example").await;
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
    assert!(!browser.paste(" ").await, "there was nothing to take");
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

#[tokio::test]
async fn codes_are_hidden_until_they_are_tapped_for_whoever_wants_it_so() {
    let (_site, browser) = Browser::begun(PASSWORD).await;
    // One that stays for a day.
    let slow = format!("{ADA}&period=86400");
    browser.follow(&slow).await;
    let code = Oath::scan(&slow).code(0);
    let next = Oath::scan(&slow).code(1);
    let seen = async || browser.text().await.replace(' ', "");
    browser.wait("the code is shown", || async { seen().await.contains(&code).then_some(()) }).await;
    browser.press("Settings").await;
    browser.check("Hide codes until they are tapped").await;
    browser.press("Back").await;
    browser.sees("Tap to show").await;
    let html = browser.run("return document.body.outerHTML.replaceAll(' ', '')").await.to_string();
    assert!(!html.contains(&code), "the code is on the page");
    assert!(!seen().await.contains(&next), "the next code is to be seen");
    browser.press("Tap to show").await;
    browser.wait("the code is shown", || async { seen().await.contains(&code).then_some(()) }).await;
    // Left and come back to: hidden again.
    browser.press("Settings").await;
    browser.press("Back").await;
    browser.sees("Tap to show").await;
    assert!(!seen().await.contains(&code), "the code is shown without a tap");
}

#[tokio::test]
async fn steams_codes_and_answers_about_a_session_are_made_from_what_is_typed() {
    let (_site, browser) = Browser::begun(PASSWORD).await;
    browser.press("Add new token").await;
    browser.press("Enter key manually").await;
    browser.fill("Service", "Steam").await;
    browser.fill("Key", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").await;
    browser.find("details summary").await.click().await.unwrap();
    browser.find("#kind option[value=steam]").await.click().await.unwrap();
    browser.press("Save").await;
    lists(&browser, &["Steam"]).await;
    // Five of the characters that Steam has.
    let is_steams =
        |code: &str| code.len() == 5 && code.chars().all(|c| "23456789BCDFGHJKMNPQRTVWXY".contains(c));
    browser.shows_code("a code of Steam is shown", is_steams).await;

    browser.press("Add new token").await;
    let bank = "otpauth://ocra/Bank:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bank\
        &suite=OCRA-1:HOTP-SHA1-6:QA10-S064";
    assert!(drop_text(&browser, bank).await);
    lists(&browser, &["Steam", "Bank"]).await;
    browser.press("New code").await;
    browser.sees("Type what the other side shows").await;
    browser.fill("Challenge", "pay 20 EUR").await;
    browser.sees("With the answer you confirm: pay 20 EUR").await;
    browser.fill("Session data", "till 7").await;
    browser.press("New code").await;
    let answer = otp::ocra(
        &otp::Seed::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap(),
        &"OCRA-1:HOTP-SHA1-6:QA10-S064".parse().unwrap(),
        &otp::OcraInput {
            challenge: "pay 20 EUR",
            counter: otp::Counter::new(0),
            pin: None,
            session: Some(b"till 7"),
            now: model::UnixTime::from_secs(0),
        },
    );
    let answer = answer.unwrap().expose_text().unwrap().to_owned();
    browser
        .wait("the answer is shown", || async {
            browser.text().await.replace(' ', "").contains(&answer).then_some(())
        })
        .await;
}

/// A part of an export of Google Authenticator: one token each, whose account says which part it is in.
fn google_part(part: u8, of: u8) -> String {
    let account = format!("part{}", part + 1);
    let mut token = vec![0x0a, 20];
    token.extend([part + 1; 20]);
    token.extend([0x12, account.len() as u8]);
    token.extend(account.as_bytes());
    // The issuer; SHA-1, six digits, by time.
    token.extend([0x1a, 1, b'A' + part, 0x20, 1, 0x28, 1, 0x30, 2]);
    let mut message = vec![0x0a, token.len() as u8];
    message.extend(token);
    // Version, number of parts, which one, and whose.
    message.extend([0x10, 1, 0x18, of, 0x20, part, 0x28, 77]);
    let data = BASE64.encode(&message).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("otpauth-migration://offline?data={data}")
}

#[tokio::test]
async fn an_export_over_several_codes_is_collected_and_what_is_missing_is_named_as_the_other_app_counts() {
    let (_site, browser) = Browser::begun(PASSWORD).await;
    browser.press("Add new token").await;
    assert!(browser.paste(&google_part(1, 3)).await);
    browser.sees("Part 1 of 3 is read. Show the next one. Still missing: part 1, 3.").await;
    assert!(paste_picture_of(&browser, &google_part(2, 3)).await);
    browser.sees("Part 2 of 3 is read. Show the next one. Still missing: part 1.").await;
    assert!(browser.paste(&google_part(0, 3)).await);
    browser.sees("3 tokens were added").await;
    lists(&browser, &["A", "B", "C"]).await;

    // A file with some of them says what is not in it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("google.txt");
    std::fs::write(&file, [google_part(0, 4), google_part(3, 4)].join("\n")).unwrap();
    browser.press("Settings").await;
    browser.press("Import").await;
    super::files::choose(&browser, "#file", &file).await;
    browser.sees("Still missing: part 2, 3.").await;
    browser.press("Add 1 token").await;
    lists(&browser, &["A", "B", "C", "D"]).await;
}

#[tokio::test]
async fn a_link_brings_a_token_of_every_kind_whether_it_is_encoded_or_not() {
    let (_site, browser) = Browser::begun(PASSWORD).await;
    // A token that answers challenges, and one of a game, neither of which is a plain `otpauth` address.
    browser.follow(BANK).await;
    lists(&browser, &["Bank"]).await;
    browser.follow("steam://JBSWY3DPEHPK3PXP").await;
    browser.wait("there are two tokens", || async { (list(&browser).await.len() == 2).then_some(()) }).await;
    // As somebody writes it by hand: not encoded at all, and with a sign in it that begins an encoding.
    browser.run(&format!("location.hash = 'enroll={ADA}'")).await;
    browser.sees("Add this token?").await;
    browser.sees("Example (ada@example.com)").await;
    browser.press("Add new token").await;
    browser.run("location.hash = 'enroll=otpauth://totp/100%?secret=NBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'").await;
    browser.sees("100%").await;
    browser.press("Add new token").await;
    browser.wait("there are four tokens", || async { (list(&browser).await.len() == 4).then_some(()) }).await;
    // What is wrong with a link is said.
    browser.run("location.hash = 'enroll=otpauth://totp/Bad:mia?issuer=Bad'").await;
    browser.sees("This QR code has no key in it").await;
}
