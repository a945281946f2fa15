//! What a camera can do besides showing a picture, and the screen of the same computer. The cameras and the choice of what
//! is shared are Chromium's own for tests. None of them has a light: the page is told that one has, and what it is asked
//! for is written down.

use super::{ADA, PASSWORD, lists};
use countersign_e2e::{Browser, Clip, Site, app_folder};
use qr::Matrix;
use serde_json::{Value, json};
use std::fs;

/// From the welcome to the camera, which is on.
async fn camera_on(browser: &Browser, site: &Site) {
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    browser.press("Add new token").await;
    browser.press("Scan QR code").await;
    browser.press("Turn on the camera").await;
    browser.sees("Hold the QR code in the frame").await;
}

/// Waits for the camera whose picture is shown to be one that fits, and gives back its id.
async fn camera_shown(browser: &Browser, what: &str, fits: impl Fn(&str) -> bool) -> String {
    let script = "const track = document.querySelector('video')?.srcObject?.getVideoTracks()[0];
        return track?.readyState === 'live' ? track.getSettings().deviceId : null";
    browser
        .wait(what, || async { browser.run(script).await.as_str().filter(|id| fits(id)).map(str::to_owned) })
        .await
}

#[tokio::test]
async fn each_camera_of_a_device_can_be_chosen_in_turn_and_one_alone_offers_no_choice() {
    let site = Site::serve(&app_folder());
    let browser = Browser::with_two_cameras().await;
    camera_on(&browser, &site).await;
    let first = camera_shown(&browser, "a camera is on", |_| true).await;
    browser.press("Other camera").await;
    let second = camera_shown(&browser, "the other camera is on", |id| id != first).await;
    browser.sees("Hold the QR code in the frame").await;
    browser.press("Other camera").await;
    camera_shown(&browser, "the first camera is on again", |id| id == first).await;
    assert_ne!(first, second);

    let clip = Clip::of(&["https://example.com/"]);
    let single = Browser::start(Some(&clip)).await;
    camera_on(&single, &site).await;
    single.sees("This QR code is not one of a token").await;
    let text = single.text().await;
    assert!(
        !text.contains("Other camera") && !text.contains("Light"),
        "offered without there being any: {text}"
    );
}

/// Tells the page that every camera has a light, which does what it is told, or refuses.
async fn with_light(browser: &Browser) {
    let script = "window.asked = [];
        window.lightWorks = true;
        MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
        MediaStreamTrack.prototype.applyConstraints = async (constraints) => {
            window.asked.push(constraints);
            if (!window.lightWorks) throw new DOMException('', 'NotReadableError');
        };";
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
}

#[tokio::test]
async fn a_light_that_the_camera_says_it_has_is_turned_on_and_off_and_shown_as_it_is() {
    const PRESSED: &str = "return [...document.querySelectorAll('button')]
        .find((button) => button.innerText === 'Light')?.getAttribute('aria-pressed') ?? null";
    let site = Site::serve(&app_folder());
    let clip = Clip::of(&["https://example.com/"]);
    let browser = Browser::start(Some(&clip)).await;
    with_light(&browser).await;
    camera_on(&browser, &site).await;
    let asked = |on: bool| json!({ "advanced": [{ "torch": on }] });
    let is_on = async |on: bool, what: &str| {
        let wanted = Value::from(on.to_string());
        browser.wait(what, || async { (browser.run(PRESSED).await == wanted).then_some(()) }).await;
    };
    is_on(false, "the light is offered, and off").await;
    browser.press("Light").await;
    is_on(true, "the light is on").await;
    browser.press("Light").await;
    is_on(false, "the light is off again").await;
    assert_eq!(browser.run("return window.asked").await, json!([asked(true), asked(false)]));

    // One that does not go on is not said to be on, and the camera goes on.
    browser.run("window.lightWorks = false").await;
    browser.press("Light").await;
    browser
        .wait("the light was asked for", || async {
            (browser.run("return window.asked.length").await == 3).then_some(())
        })
        .await;
    is_on(false, "the light is still said to be off").await;
    camera_shown(&browser, "the camera is still on", |_| true).await;
}

#[tokio::test]
async fn a_code_in_another_tab_is_read_from_the_screen_and_a_screen_without_one_is_said_to_have_none() {
    const TITLE: &str = "Something to scan";
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let show = |what: &str| {
        fs::write(&page, format!("<!doctype html><meta charset=utf-8><title>{TITLE}</title>{what}")).unwrap();
    };
    show("<p>Nothing here.");
    let site = Site::serve(&app_folder());
    let browser = Browser::sharing_the_tab(TITLE).await;
    browser.driver.set_window_rect(0, 0, 1900, 1000).await.unwrap();
    browser.open(&site.address()).await;
    let written_down = "window.shared = [];
        const real = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getDisplayMedia = async (options) => {
            const stream = await real(options);
            window.shared.push(...stream.getVideoTracks());
            return stream;
        };";
    browser.run(written_down).await;
    browser.begin_without_backup(PASSWORD).await;
    let app = browser.driver.window().await.unwrap();
    let tab = browser.driver.new_tab().await.unwrap();
    let look_at_the_tab = async || {
        browser.driver.switch_to_window(tab.clone()).await.unwrap();
        browser.open(&format!("file://{}", page.display())).await;
        browser.driver.switch_to_window(app.clone()).await.unwrap();
        browser.press("Read from this screen").await;
    };
    browser.driver.switch_to_window(app.clone()).await.unwrap();
    browser.press("Add new token").await;
    look_at_the_tab().await;
    browser.sees("No QR code was found").await;

    // A small one, as on a large screen with much else on it: in a smaller picture of it nobody can read it.
    let code = Matrix::encode(ADA).unwrap().svg("");
    show(&format!("<p>A code.<div style='width: 150px; background: white'>{}</div>", &*code));
    look_at_the_tab().await;
    lists(&browser, &["Example"]).await;
    // One look at each, and no more.
    let shared = browser.run("return window.shared.map((track) => track.readyState)").await;
    assert_eq!(shared, json!(["ended", "ended"]), "the screen is still shared");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}
