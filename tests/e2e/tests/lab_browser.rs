//! The lab page in a real browser, from the password to the desktop.

use countersign_e2e::{Account, Browser, FakeWindows, Gray, Lab, Oath, Server};
use data_encoding::BASE64;
use std::{env, fs, path::Path};

const MACHINE: &str = "S-1-5-21-1000-2000-3000";
const PASSWORD: &str = "correct-horse";
/// Where pictures for the documentation go, when somebody wants some.
const PICTURES: &str = "COUNTERSIGN_PICTURES";

/// Enough for the sign-in screen's ground, which goes from one color to another.
const COLORS: u32 = 128;

/// What the person backs up under, and its password.
const BACKUP: (&str, &str) = ("mara", "battery staple and a horse");

/// Goes to the app on the phone beside the screen; [`back_to_the_screen`] leaves it.
async fn to_the_phone(browser: &Browser) {
    browser.wait("there is a phone", || async { browser.driver.enter_frame(0).await.ok() }).await;
}

async fn back_to_the_screen(browser: &Browser) {
    browser.driver.enter_default_frame().await.unwrap();
}

/// From the welcome to the list of tokens, with a backup on the server.
async fn set_up_the_phone(browser: &Browser) {
    browser.press("Continue").await;
    browser.fill("Name of the backup", BACKUP.0).await;
    browser.fill("Backup password", BACKUP.1).await;
    browser.fill("Repeat the password", BACKUP.1).await;
    browser.press("Continue").await;
    browser.sees("No tokens yet").await;
}

/// The token in the QR code on the screen.
async fn qr_on_the_screen(browser: &Browser) -> Oath {
    let script = "return document.querySelector('canvas').toDataURL('image/png').split(',')[1]";
    let png = browser.run(script).await;
    let file = tempfile::NamedTempFile::with_suffix(".png").unwrap();
    fs::write(file.path(), BASE64.decode(png.as_str().unwrap().as_bytes()).unwrap()).unwrap();
    let texts = Gray::read(file.path()).scan();
    assert_eq!(texts.len(), 1);
    Oath::scan(&texts[0])
}

/// The code that the phone shows, once it is the one of `oathtool`.
async fn code_on_the_phone(browser: &Browser, token: &Oath) -> String {
    browser
        .wait("the phone shows the code of oathtool", || async {
            let code = browser.text_of(".code").await?.replace(' ', "");
            (code == token.code(0)).then_some(code)
        })
        .await
}

/// The light and the dark page, for the documentation. No QR code may be on it.
async fn take_pictures(browser: &Browser, name: &str) {
    let Some(folder) = env::var_os(PICTURES) else { return };
    assert_eq!(browser.run("return document.querySelectorAll('canvas').length").await, 0);
    // A port that stays, so that the next run makes the same picture.
    let port = "document.activeElement?.blur();
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const text = texts.currentNode;
            text.data = text.data.replace(/localhost:\\d+/g, 'localhost:8080');
        }";
    browser.run(port).await;
    for theme in ["light", "dark"] {
        browser.set_appearance(theme).await;
        let picture = browser.picture(COLORS).await;
        fs::write(Path::new(&folder).join(format!("{name}-{theme}.png")), picture).unwrap();
    }
}

#[tokio::test]
async fn the_page_leads_from_the_password_over_the_qr_code_held_to_the_phone_to_the_desktop() {
    let server = Server::start();
    let account =
        |name: &str, number: u32| Account::new("LAB", name, &format!("{MACHINE}-{number}"), PASSWORD);
    let windows = FakeWindows::new("LAB", MACHINE, &[account("mara", 1001), account("jonas", 1002)]);
    windows.join(&server.join_code("default"));
    let lab = Lab::start(&windows);

    let browser = Browser::start(None).await;
    browser.set_size(1280, 860).await;
    browser.open(&format!("{}/lab", lab.origin)).await;
    browser.press("Sign in").await;
    browser.press("mara").await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Continue").await;
    browser.sees("Token auto-registration").await;
    take_pictures(&browser, "lab-page").await;

    browser.press("Hold the phone to the screen").await;
    browser.sees("Choose Show QR there first").await;
    browser.press("Show QR").await;
    browser.find("canvas").await;
    let token = qr_on_the_screen(&browser).await;
    browser.press("Hold the phone to the screen").await;
    browser.sees("The phone is not looking for a QR code").await;
    to_the_phone(&browser).await;
    set_up_the_phone(&browser).await;
    browser.press("Add new token").await;
    browser.button("Scan QR code").await;
    back_to_the_screen(&browser).await;
    browser.press("Hold the phone to the screen").await;
    browser.sees("The phone has seen the QR code").await;

    browser.press("Hide QR").await;
    browser.fill("One-time password", &token.wrong_code()).await;
    browser.press("Continue").await;
    browser.sees("That code did not match").await;
    to_the_phone(&browser).await;
    let code = code_on_the_phone(&browser, &token).await;
    browser.sees("Backed up and verified").await;
    back_to_the_screen(&browser).await;
    browser.fill("One-time password", &code).await;
    browser.press("Continue").await;
    browser.sees("You are signed in").await;

    browser.press("Sign out").await;
    browser.press("Sign in").await;
    browser.press("Other user").await;
    browser.fill("User name", "mara").await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Continue").await;
    browser.fill("One-time password", &token.code(1)).await;
    browser.press("Continue").await;
    browser.sees("You are signed in").await;

    // The page fits a small phone, and nothing on it went against its own policy.
    browser.set_size(320, 640).await;
    assert!(browser.run("return document.documentElement.scrollWidth").await.as_u64() <= Some(320));
    let complaints = browser.complaints().await;
    assert!(
        complaints
            .iter()
            .all(|complaint| !complaint.contains("Security Policy") && !complaint.contains("/lab/")),
        "{complaints:#?}"
    );
    browser.quit().await;
}
