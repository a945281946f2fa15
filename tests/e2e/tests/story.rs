//! The whole story with nothing made up between its ends: the provider's QR code goes over a camera into the app as the
//! server serves it, and the app's codes sign the person in through COM.
#![cfg(target_os = "linux")]

use countersign_e2e::{Browser, Clip, LogonBuffer, Oath, Pc, Server, SignInScreen};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";
/// What the person backs up under, and its password.
const BACKUP: (&str, &str) = ("mara", "battery staple and a horse");

/// Nothing went to Windows.
fn goes_on(answer: &Value) {
    assert_eq!(
        (&answer["response"], &answer["serialization_len"]),
        (&json!("not_finished"), &Value::Null),
        "{answer}"
    );
}

/// Types a code; name and password go to Windows. The screen is closed afterwards.
fn signs_in(screen: &mut SignInScreen<'_>, code: &str) {
    let answer = screen.give_code(code);
    assert_eq!(answer["response"], "finished", "{answer}\n{}", screen.see().text());
    let name = Pc::name("mara");
    let (domain, user) = name.split_once('\\').expect("a domain");
    let expected =
        LogonBuffer { message: 2, domain: domain.into(), user: user.into(), password: PASSWORD.into() };
    assert_eq!(screen.handed_over(), expected);
    screen.ask(&["report", "0", "0"]);
    screen.ask(&["close"]);
}

/// Opens the app, as its server serves it.
async fn open(browser: &Browser, server: &Server) {
    browser.open(&format!("https://localhost:{}/app/", server.address().port())).await;
    browser.sees("One-time passwords, kept safe").await;
}

/// From the welcome to the list of tokens, with a backup on the server, which may have one already.
async fn set_up_with_backup(browser: &Browser) {
    browser.press("Continue").await;
    browser.sees("Activate cloud backup").await;
    browser.check("The Countersign server").await;
    browser.fill("Name of the backup", BACKUP.0).await;
    browser.fill("Backup password", BACKUP.1).await;
    browser.fill("Repeat the password", BACKUP.1).await;
    browser.press("Continue").await;
    browser.button("Add new token").await;
}

/// The code that the app shows: the one of `oathtool`, and not one that was used.
async fn code_shown(browser: &Browser, token: &Oath, used: &str) -> String {
    browser
        .wait("the app shows the code of oathtool", || async {
            let code = browser.text_of(".code").await?.replace(' ', "");
            (code != used && code == token.code(0)).then_some(code)
        })
        .await
}

/// Waits until the app says that a backup with one token was read back.
async fn is_backed_up(browser: &Browser) {
    browser
        .wait("the backup with the token is verified", || async {
            let text = browser.text().await;
            (text.contains("Backed up and verified") && text.contains(", 1 token")).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_qr_code_held_to_the_apps_camera_signs_its_owner_in_and_so_does_its_backup_once_the_browser_is_wiped()
 {
    let server = Server::start();
    let pc = Pc::joined(&server, &[Pc::account("mara", 1001, PASSWORD)]);
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    goes_on(&screen.give_password(&Pc::name("mara"), PASSWORD));
    let token = screen.show_qr();
    let camera = Clip::held_before(&pc.file("tile.bmp"));

    let first = Browser::trusting(&server, Some(&camera)).await;
    open(&first, &server).await;
    set_up_with_backup(&first).await;
    first.press("Add new token").await;
    first.press("Scan QR code").await;
    first.press("Turn on the camera").await;
    first.sees("was added").await;
    let code = code_shown(&first, &token, "").await;
    signs_in(&mut screen, &code);
    is_backed_up(&first).await;
    // That there was no backup yet is an answer too, which the browser takes for an error.
    let complaints = first.complaints().await.into_iter();
    let errors = complaints.filter(|what| what.starts_with("SEVERE") && !what.contains("status of 404"));
    assert_eq!(errors.collect::<Vec<_>>(), Vec::<String>::new());
    let ready = "return navigator.serviceWorker.getRegistration().then(r => !!(r && r.active))";
    assert_eq!(first.run(ready).await, true, "the app can be used offline");

    let (profile, folder) = first.quit().await;
    drop(folder);
    assert!(!profile.exists(), "the profile is wiped");
    let second = Browser::trusting(&server, None).await;
    open(&second, &server).await;
    screen.open_for_anybody();
    goes_on(&screen.give_password(&Pc::name("mara"), PASSWORD));
    let seen = screen.until_there_is("One-time password");
    assert!(!seen.has("Show QR"), "the token is there already: {}", seen.text());
    set_up_with_backup(&second).await;
    is_backed_up(&second).await;
    let code = code_shown(&second, &token, &code).await;
    signs_in(&mut screen, &code);

    assert_eq!(server.json(&["token", "list"]).as_array().map(Vec::len), Some(1), "one token for both");
}
