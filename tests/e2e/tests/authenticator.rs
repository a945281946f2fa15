//! The authenticator in a browser: the main flow, the vault on the device, backups on the server.

use countersign_e2e::{Browser, Clip, Server, Site, app_folder};

const ADA: &str =
    "otpauth://totp/Example:ada@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example";
const BOB: &str = "otpauth://totp/Other:bob?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Other";
const PASSWORD: &str = "correct horse battery";

/// From the welcome to the list, with the backup on the server.
async fn begin_with_backup(browser: &Browser, name: &str) {
    browser.press("Continue").await;
    browser.sees("Where the backup goes").await;
    browser.fill("Name of the backup", name).await;
    browser.fill("Backup password", PASSWORD).await;
    browser.fill("Repeat the password", PASSWORD).await;
    browser.press("Continue").await;
    browser.sees("Backed up and verified").await;
}

/// Scans what the camera shows.
async fn scan(browser: &Browser) {
    browser.press("Add new token").await;
    browser.press("Scan QR code").await;
    browser.press("Turn on the camera").await;
}

#[tokio::test]
async fn from_the_welcome_to_a_code_that_oathtool_agrees_with_and_offline_after_that() {
    let site = Site::serve(&app_folder());
    let port = site.port();
    let clip = Clip::of(&[ADA]);
    let browser = Browser::start(Some(&clip)).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    let reader_is_loaded =
        "return performance.getEntriesByType('resource').some(entry => entry.name.includes('/assets/qr-'))";
    assert_eq!(browser.run(reader_is_loaded).await, false, "before there is anything to read");
    scan(&browser).await;
    browser.sees("ada@example.com").await;
    browser.shows_code_of(ADA).await;
    browser.sees("seconds left").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());

    // Everything is in the service worker's cache once it is in control.
    browser.can_be_used_offline().await;
    let address = site.address();
    drop(site);
    browser.open(&address).await;
    browser.sees("Countersign is locked").await;
    browser.fill("Password", "wrong").await;
    browser.press("Unlock").await;
    browser.sees("That did not open the vault").await;
    browser.unlock(PASSWORD).await;
    browser.shows_code_of(ADA).await;
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server is gone");
}

#[tokio::test]
async fn without_a_network_the_app_is_there_soon() {
    const LOADS: usize = 11;
    let (site, browser) = Browser::begun(PASSWORD).await;
    browser.can_be_used_offline().await;
    let address = site.address();
    drop(site);
    let mut times = Vec::new();
    for _ in 0..LOADS {
        browser.open(&address).await;
        // Since the load began, as the page's own clock has it: asked again and again, so that it is a little too much.
        let locked = "return document.body.innerText.includes('Countersign is locked') && performance.now()";
        let ms = browser.wait("the app", || async { browser.run(locked).await.as_f64() }).await;
        times.push(ms);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "usable after {:.0} ms in the median of {LOADS}, {:.0} at most",
        times[LOADS / 2],
        times[LOADS - 1]
    );
    // Meant is a second; other programs have this machine at the same time.
    assert!(times[LOADS / 2] < 10_000.0, "{times:?}");
}

#[tokio::test]
async fn a_code_in_light_on_dark_is_read_and_one_that_is_no_token_is_said_to_be_none() {
    let site = Site::serve(&app_folder());
    let clip = Clip::inverted(&["https://example.com/", ADA]);
    let browser = Browser::start(Some(&clip)).await;
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    scan(&browser).await;
    browser.sees("This QR code is not one of a token").await;
    browser.sees("ada@example.com").await;
}

#[tokio::test]
async fn nothing_on_the_disk_has_the_secret_in_the_clear_and_the_older_state_is_taken_when_the_newest_is_damaged()
 {
    let (site, browser) = Browser::begun(PASSWORD).await;
    browser.follow(ADA).await;
    browser.sees("ada@example.com").await;
    browser.follow(BOB).await;
    browser.sees("bob").await;
    let address = browser.driver.current_url().await.unwrap();
    assert_eq!(address.fragment(), None, "the secret is still in the address");

    browser.damage_saved("newest").await;
    browser.open(&site.address()).await;
    browser.sees("The newest saved state was damaged").await;
    browser.unlock(PASSWORD).await;
    browser.sees("ada@example.com").await;
    assert!(!browser.text().await.contains("bob"), "that was in the damaged state");
    // The next change replaces the damaged state, and all is well.
    browser.follow(BOB).await;
    browser.sees("bob").await;
    browser.open(&site.address()).await;
    browser.sees("Countersign is locked").await;
    assert!(!browser.text().await.contains("damaged"));

    let (profile, _folder) = browser.quit().await;
    for text in ["GEZDGNBVGY3TQOJQ", "JBSWY3DPEHPK3PXP", "ada@example.com", "12345678901234567890"] {
        assert!(!is_on_disk(&profile.join("Default/IndexedDB"), text), "{text} is in the browser's database");
    }
}

#[tokio::test]
async fn a_passkey_and_a_recovery_code_open_the_vault_and_the_password_still_does() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.add_passkeys().await;
    browser.begin_without_backup(PASSWORD).await;
    browser.follow(ADA).await;
    browser.press("Settings").await;
    browser.press("Set up a passkey").await;
    browser.sees("The passkey opens this app now").await;
    browser.press("Make a recovery code").await;
    browser.sees("It is shown only now").await;
    let code = browser.text_of(".paper-code").await.unwrap();
    browser.press("Back").await;
    browser.press("Lock").await;
    browser.press("Unlock with a passkey").await;
    browser.shows_code_of(ADA).await;
    browser.press("Lock").await;
    browser.press("Use a recovery code").await;
    browser.fill("Recovery code", &code).await;
    browser.press("Use a recovery code").await;
    browser.shows_code_of(ADA).await;
    browser.press("Lock").await;
    browser.unlock(PASSWORD).await;
    browser.shows_code_of(ADA).await;
}

#[tokio::test]
async fn a_backup_on_the_server_is_verified_and_brings_the_tokens_to_a_second_device() {
    let mut server = Server::start();
    let address = format!("https://localhost:{}/app/", server.address().port());
    let first = Browser::start(None).await;
    first.open(&address).await;
    begin_with_backup(&first, "ada").await;
    // That nothing is kept under the name yet is a 404, and no fault; a header that the browser does not know is one.
    let complaints = first.complaints().await;
    assert!(complaints.iter().all(|complaint| complaint.contains("status of 404")), "{complaints:?}");
    first.follow(ADA).await;
    first.sees("1 token").await;
    first.sees("Backed up and verified").await;

    let second = Browser::start(None).await;
    second.open(&address).await;
    begin_with_backup(&second, "Ada ").await;
    second.sees("ada@example.com").await;
    second.shows_code_of(ADA).await;

    // Both change: the one that comes later merges, and nothing is lost.
    second.follow(BOB).await;
    second.sees("2 tokens").await;
    first.press("Lock").await;
    first.unlock(PASSWORD).await;
    first.follow("otpauth://totp/Third:eve?secret=NBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Third").await;
    first.sees("3 tokens").await;
    first.sees("bob").await;

    // A server that is gone is said so in red until it is back.
    server.kill();
    second.press("Lock").await;
    second.unlock(PASSWORD).await;
    second.follow("otpauth://totp/Fourth:mia?secret=OBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Fourth").await;
    second.sees("The last backup failed").await;
    second.sees("The server can't be reached").await;
    server.restart();
    second.press("Back up now").await;
    second.sees("Backed up and verified").await;
    second.sees("4 tokens").await;
}

/// Whether a file below a folder has this text in it, in any of the encodings a browser may write.
fn is_on_disk(folder: &std::path::Path, text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let entries = std::fs::read_dir(folder).expect("the database's folder");
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return is_on_disk(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        [text.as_bytes(), &wide]
            .iter()
            .any(|wanted| bytes.windows(wanted.len()).any(|window| window == *wanted))
    })
}
