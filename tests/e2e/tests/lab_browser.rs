//! The lab page in a real browser, from the password to the desktop.

use countersign_e2e::{Account, Browser, FakeWindows, Gray, Oath, Server, program};
use data_encoding::BASE64;
use serde_json::json;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

const MACHINE: &str = "S-1-5-21-1000-2000-3000";
const PASSWORD: &str = "correct-horse";
/// Where pictures for the documentation go, when somebody wants some.
const PICTURES: &str = "COUNTERSIGN_PICTURES_DIR";

struct Lab {
    child: Child,
    address: String,
}

impl Lab {
    fn start(windows: &FakeWindows) -> Self {
        let mut child = Command::new(program("countersign-lab"))
            .arg("--data")
            .arg(windows.data())
            .env("COUNTERSIGN_FAKE_OS", windows.file())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("the lab page is on ").unwrap_or_else(|| panic!("{line}"));
        Self { address: address.to_owned(), child }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Stands in for the app's scanner: keeps the picture that is dropped onto the phone.
const TAKE_PICTURES: &str = "
    const phone = document.getElementById('app').contentDocument;
    phone.addEventListener('drop', async (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        const bytes = new Uint8Array(await event.dataTransfer.files[0].arrayBuffer());
        window.taken = btoa(String.fromCharCode(...bytes));
    }, { capture: true });";

/// The light and the dark page, for the documentation. No QR code may be on it.
async fn take_pictures(browser: &Browser, name: &str) {
    let Some(folder) = env::var_os(PICTURES) else { return };
    assert_eq!(browser.run("return document.querySelectorAll('canvas').length").await, 0);
    for theme in ["light", "dark"] {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        browser.command("Emulation.setEmulatedMedia", media).await;
        let shot = browser.command("Page.captureScreenshot", json!({ "format": "png" })).await;
        let png = BASE64.decode(shot["data"].as_str().unwrap().as_bytes()).unwrap();
        fs::write(Path::new(&folder).join(format!("{name}-{theme}.png")), png).unwrap();
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
    browser.open(&lab.address).await;
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
    browser.run(TAKE_PICTURES).await;
    browser.press("Hold the phone to the screen").await;
    browser.sees("The phone has seen the QR code").await;
    let png = browser
        .wait("the phone has the picture", || async {
            browser.run("return window.taken ?? null").await.as_str().map(str::to_owned)
        })
        .await;
    let file = tempfile::NamedTempFile::with_suffix(".png").unwrap();
    fs::write(file.path(), BASE64.decode(png.as_bytes()).unwrap()).unwrap();
    let texts = Gray::read(file.path()).scan();
    assert_eq!(texts.len(), 1);
    let token = Oath::scan(&texts[0]);

    browser.press("Hide QR").await;
    browser.fill("One-time password", &token.wrong_code()).await;
    browser.press("Continue").await;
    browser.sees("That code did not match").await;
    browser.fill("One-time password", &token.code(0)).await;
    browser.press("Continue").await;
    browser.sees("You are signed in").await;
    take_pictures(&browser, "lab-desktop").await;

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
