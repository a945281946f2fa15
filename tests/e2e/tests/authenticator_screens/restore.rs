use super::{
    ADA, BOB, PASSWORD,
    files::{FILE_PASSWORD, backup_of, choose},
    lists, nothing_is_kept,
};
use countersign_e2e::{Browser, Server, Site, app_folder};

#[tokio::test]
async fn a_backup_that_a_slip_of_the_fingers_does_not_find_is_not_replaced_by_an_empty_one() {
    let server = Server::start();
    let address = format!("https://localhost:{}/app/", server.address().port());
    let browser = Browser::start(None).await;
    browser.open(&address).await;
    browser.press("Continue").await;
    browser.sees("Is there a backup already?").await;
    browser.fill("Name of the backup", "ada").await;
    browser.fill("Backup password", PASSWORD).await;
    browser.fill("Repeat the password", PASSWORD).await;
    browser.press("Continue").await;
    browser.sees("A new one was begun").await;
    browser.follow(ADA).await;
    browser.sees("1 token").await;
    browser.sees("Backed up and verified").await;

    let other = Browser::start(None).await;
    other.open(&address).await;
    other.press("I have a backup already").await;
    for (name, password) in [("ada", "correct horse batery"), ("eda", PASSWORD)] {
        other.fill("Name of the backup", name).await;
        other.fill("Backup password", password).await;
        assert!(!other.text().await.contains("No backup has this name"), "from the attempt before");
        other.press("Continue").await;
        other.sees("No backup has this name and this password. Check both").await;
        assert!(nothing_is_kept(&other).await, "a vault with the mistyped password is on the device");
        // As if the person had given up here.
        other.open(&address).await;
        other.sees("One-time passwords, kept safe").await;
        other.press("I have a backup already").await;
    }
    other.fill("Name of the backup", "ada").await;
    other.fill("Backup password", PASSWORD).await;
    other.press("Continue").await;
    other.sees("A backup with 1 token was found and merged in").await;
    lists(&other, &["Example"]).await;
    other.sees("Backed up and verified").await;

    // Who wanted a new one and meets one that is there is told so, and loses nothing.
    let third = Browser::start(None).await;
    third.open(&address).await;
    third.press("Continue").await;
    third.fill("Name of the backup", "ada").await;
    third.fill("Backup password", PASSWORD).await;
    third.fill("Repeat the password", PASSWORD).await;
    third.press("Continue").await;
    third.sees("A backup with this name and password is there already. Its tokens are merged in").await;
    lists(&third, &["Example"]).await;

    // What the server says no with, in words that say what to do.
    for (answer, said) in [
        ("Promise.resolve(new Response('', { status: 401 }))", "takes no backup from the app (HTTP 401)"),
        ("Promise.resolve(new Response('', { status: 413 }))", "Empty the trash and shorten long notes"),
        ("Promise.resolve(new Response('', { status: 429 }))", "Wait an hour"),
        ("Promise.resolve(new Response('', { status: 507 }))", "save an encrypted file: Settings, Export"),
        ("Promise.resolve(new Response('', { status: 500 }))", "Tell your administrator: HTTP 500"),
        ("Promise.reject(new TypeError('no network'))", "The server can't be reached"),
        (
            "new Promise((_, fail) => options.signal.addEventListener('abort', () => \
          fail(options.signal.reason)))",
            "did not answer in time",
        ),
    ] {
        let refuse = format!(
            "window.realFetch ??= window.fetch;
             window.realTimeout ??= window.setTimeout;
             window.fetch = (address, options) =>
                 options?.method === 'PUT' ? {answer} : window.realFetch(address, options);
             // The time an answer is waited for passes a hundred times as fast.
             window.setTimeout = (work, ms) => window.realTimeout(work, ms === 15000 ? 150 : ms);"
        );
        third.run(&refuse).await;
        if !third.text().await.contains("Back up now") {
            third.follow(BOB).await;
        } else {
            third.press("Back up now").await;
        }
        third.sees(said).await;
        third.sees("The last backup failed").await;
    }
    third.run("window.fetch = window.realFetch").await;
    third.press("Back up now").await;
    third.sees("Backed up and verified").await;
    third.sees("2 tokens").await;
}

#[tokio::test]
async fn a_backup_in_a_file_comes_in_at_the_first_screens_after_its_password_and_opens_the_app_from_then_on()
{
    let folder = tempfile::tempdir().unwrap();
    let backup = backup_of(folder.path(), &[ADA, BOB]);
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.press("I have a backup already").await;
    browser.check("A file").await;
    browser.fill("Backup password", PASSWORD).await;
    browser.press("Continue").await;
    browser.sees("Choose the file with the backup").await;
    choose(&browser, "#backup-file", &folder.path().join("list.txt")).await;
    browser.press("Continue").await;
    browser.sees("This file is no backup of Countersign").await;
    choose(&browser, "#backup-file", &backup).await;
    browser.press("Continue").await;
    browser.sees("This password does not open the file").await;
    assert!(nothing_is_kept(&browser).await, "a vault with the mistyped password is on the device");
    browser.fill("Backup password", FILE_PASSWORD).await;
    browser.press("Continue").await;
    browser.sees("A backup with 2 tokens was found and merged in").await;
    lists(&browser, &["Example", "Other"]).await;
    browser.open(&site.address()).await;
    browser.fill("Password", FILE_PASSWORD).await;
    browser.press("Unlock").await;
    lists(&browser, &["Example", "Other"]).await;
}
