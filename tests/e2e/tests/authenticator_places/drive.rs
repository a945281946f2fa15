use super::{
    ADA, BOB, PASSWORD, begin,
    google::{self, Google},
    join, serving, sign_in, verified,
};
use countersign_e2e::Browser;
use serde_json::json;

const PLACE: &str = "Google Drive";

#[tokio::test]
async fn a_backup_goes_to_a_drive_as_documented_comes_to_a_second_device_and_is_red_when_access_is_taken_away()
 {
    let google = Google::start();
    let (server, address, _config) = serving(&google.configuration());
    let first = Browser::start(None).await;
    begin(&first, &address, PLACE).await;
    first.sees("Not tried against the real service").await;
    first.press("Continue").await;
    sign_in(&first, "code_challenge=").await;
    first.sees("Signed in").await;
    first.press("Continue").await;
    verified(&first, "0 tokens").await;
    first.follow(ADA).await;
    verified(&first, "1 token").await;
    assert_eq!(google.file_names().len(), 1);

    let second = Browser::start(None).await;
    join(&second, &address, PLACE).await;
    sign_in(&second, "code_challenge=").await;
    second.sees("Signed in").await;
    second.press("Continue").await;
    second.sees("A backup with 1 token was found and merged in").await;
    second.follow(BOB).await;
    verified(&second, "2 tokens").await;
    assert_eq!(google.file_names().len(), 1);

    // What is read back is not what was written.
    google.state.lock().unwrap().lies = true;
    first.follow(super::EVE).await;
    first.sees("The last backup failed").await;
    first.sees("What was read back is not what was written").await;
    google.state.lock().unwrap().lies = false;
    first.press("Back up now").await;
    verified(&first, "3 tokens").await;
    assert_eq!(google.file_names().len(), 1);

    google.state.lock().unwrap().revoked = true;
    first.run("location.reload()").await;
    first.unlock(PASSWORD).await;
    second.open(&address).await;
    second.unlock(PASSWORD).await;
    second.follow(&ADA.replace("Example", "Fifth").replace("GEZ", "MEZ")).await;
    second.sees("The last backup failed").await;
    second.sees("no longer knows this app").await;
    // The app speaks to its own server only, and neither side tells anybody a secret.
    for browser in [&first, &second] {
        let reached =
            "return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).host)";
        let here = address.split('/').nth(2).unwrap();
        let hosts: Vec<String> = serde_json::from_value(browser.run(reached).await).unwrap();
        assert!(hosts.iter().all(|host| host == here), "{hosts:?}");
    }
    for secret in [google::SECRET, google::REFRESH, "ya29.access", "4/code", "4%2Fcode"] {
        assert!(!server.log().contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn what_comes_back_of_another_signing_in_than_the_one_that_was_begun_is_not_taken() {
    let google = Google::start();
    let (_server, address, _config) = serving(&google.configuration());
    let browser = Browser::start(None).await;
    begin(&browser, &address, PLACE).await;
    // A link of somebody else's brings a window back with a code of theirs.
    let elsewhere = "new BroadcastChannel('countersign-return').postMessage('?state=theirs&code=4%2Ftheirs')";
    browser
        .wait("it listens", || async {
            browser.run(elsewhere).await;
            browser.text().await.contains("does not take the name and password").then_some(())
        })
        .await;
    assert_eq!(google.state.lock().unwrap().granted, 0);
    // Nor is anything when the person says no.
    google.state.lock().unwrap().denies = true;
    sign_in(&browser, "code_challenge=").await;
    browser.press("Continue").await;
    browser.sees("Sign in there").await;
    assert!(!browser.text().await.contains("Signed in."));
    google.state.lock().unwrap().denies = false;
    sign_in(&browser, "code_challenge=").await;
    browser.sees("Signed in.").await;
    assert_eq!(google.state.lock().unwrap().granted, 1);
    assert_eq!(browser.run("return document.querySelectorAll('a[target=_blank]').length").await, json!(1));
}
