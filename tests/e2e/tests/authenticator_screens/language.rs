use super::{
    ADA, PASSWORD,
    files::{choose, downloaded, downloads_into},
    list, nothing_is_kept,
};
use countersign_e2e::{Browser, Site, app_folder};
use serde_json::json;
use std::fs;
use texts::app::{AppLanguage, Key, say};

/// Opens the app in a language, with one token in it, at its list.
async fn begin_in(browser: &Browser, site: &Site, language: AppLanguage) {
    browser.open(&site.address()).await;
    browser.begin_without_backup(PASSWORD).await;
    browser.follow(ADA).await;
    browser.wait("there is a token", || async { (list(browser).await == ["Example"]).then_some(()) }).await;
    browser.run(&format!("localStorage.setItem('language', '{}')", language.tag())).await;
    browser.open(&site.address()).await;
    browser.fill(&say(language, Key::Password, &[]), PASSWORD).await;
    browser.press(&say(language, Key::Unlock, &[])).await;
    browser.wait("there is a token", || async { (list(browser).await == ["Example"]).then_some(()) }).await;
}

#[tokio::test]
async fn on_320_pixels_no_screen_is_too_narrow_for_any_language() {
    let site = Site::serve(&app_folder());
    for language in AppLanguage::ALL {
        let browser = Browser::start(None).await;
        browser.set_size(320, 640).await;
        begin_in(&browser, &site, language).await;
        let say = |key| say(language, key, &[]);
        let looks = async |screen: &str| {
            let found = browser.obstacles().await;
            assert!(found.is_empty(), "{language:?}, {screen}: {found:#?}");
        };
        looks("tokens").await;
        browser.press(&say(Key::AddNewToken)).await;
        looks("add").await;
        for key in [Key::ScanQrCode, Key::EnterKeyManually] {
            browser.press(&say(key)).await;
            browser.button(&say(Key::Back)).await;
            looks(&say(key)).await;
            browser.press(&say(Key::Back)).await;
        }
        browser.press(&say(Key::Back)).await;
        browser.press(&say(Key::Settings)).await;
        looks("settings").await;
        for key in [Key::Import, Key::Export, Key::Trash, Key::BackupChange] {
            browser.press(&say(key)).await;
            browser.button(&say(Key::Back)).await;
            looks(&say(key)).await;
            browser.press(&say(Key::Back)).await;
        }
        browser.press(&say(Key::Back)).await;
        browser.press(&say(Key::Menu)).await;
        looks("token").await;
        browser.press(&say(Key::ShowAsQr)).await;
        browser.press(&say(Key::Show)).await;
        looks("QR code").await;
        browser.press(&say(Key::Back)).await;
        browser.press(&say(Key::Back)).await;
        browser.press(&say(Key::Lock)).await;
        browser.button(&say(Key::Unlock)).await;
        looks("locked").await;
    }
}

#[tokio::test]
async fn whoever_reads_russian_reads_no_english_sentence_and_types_no_english_word() {
    let language = AppLanguage::Russian;
    let folder = tempfile::tempdir().unwrap();
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    begin_in(&browser, &site, language).await;
    let text = |key| say(language, key, &[]);
    browser.press(&text(Key::Settings)).await;
    // What is wrong with a file, and with one of its tokens.
    browser.press(&text(Key::Import)).await;
    let file = folder.path().join("file");
    let other = folder.path().join("other");
    fs::write(&other, "otpauth://totp/Bad:mia?secret=GEZDGNBVGY3TQOJQ&issuer=Bad&digits=77").unwrap();
    choose(&browser, "#file", &other).await;
    let digits = text(Key::Digits);
    let why = say(language, Key::WhyField, &[("what", digits.as_str().into())]);
    browser.sees(&say(language, Key::ImportVerdictRefused, &[("why", why.as_str().into())])).await;
    fs::write(&file, "%PDF-1.7 and so on").unwrap();
    choose(&browser, "#file", &file).await;
    browser.sees(&text(Key::ImportPicture)).await;
    // A file that is gone by the time it is read.
    let gone = "Blob.prototype.arrayBuffer = async () => { throw new DOMException('', 'NotFoundError'); }";
    browser.run(gone).await;
    choose(&browser, "#file", &other).await;
    browser.sees(&text(Key::ImportNotRead)).await;
    browser.press(&text(Key::Back)).await;

    // The day as it is written there, whatever the browser's own language.
    browser.press(&text(Key::Export)).await;
    downloads_into(&browser, folder.path()).await;
    browser.fill(&text(Key::OldPassword), PASSWORD).await;
    browser.press(&text(Key::ExportPrint)).await;
    let page = downloaded(&browser, folder.path(), "countersign-page.html").await;
    let page = fs::read_to_string(page).unwrap();
    let day = browser.run("return new Date().toLocaleDateString('ru')").await;
    let day = day.as_str().unwrap();
    assert!(page.contains(day) && page.contains("lang=\"ru\""), "{day} is not on the page");
    browser.press(&text(Key::Back)).await;

    // Everything away, by a word that a Russian keyboard has.
    browser.press(&text(Key::Erase)).await;
    let word = text(Key::EraseWord);
    let label = say(language, Key::EraseConfirm, &[("word", word.as_str().into())]);
    browser.fill(&label, "DELETE").await;
    browser.press(&text(Key::Delete)).await;
    browser.sees(&text(Key::EraseNotTyped)).await;
    browser.fill(&label, &word.to_lowercase()).await;
    browser.press(&text(Key::Delete)).await;
    browser.sees(&text(Key::WelcomeTitle)).await;
    assert!(nothing_is_kept(&browser).await, "tokens are still on the device");
}

/// Chooses a language in the settings.
async fn choose_language(browser: &Browser, language: AppLanguage) {
    let script = format!(
        "const select = document.getElementById('language');
         select.value = '{}';
         select.dispatchEvent(new Event('change', {{ bubbles: true }}));",
        language.tag()
    );
    browser.run(&script).await;
}

#[tokio::test]
async fn only_the_language_that_is_wanted_is_loaded_and_each_is_there_without_a_network() {
    const LOADED: &str = "return performance.getEntriesByType('resource').map((entry) => entry.name)
        .filter((name) => name.includes('/assets/text-')).map((name) => name.split('/text-')[1].slice(0, 2))";
    let (site, browser) = Browser::begun(PASSWORD).await;
    browser.can_be_used_offline().await;
    assert_eq!(browser.run(LOADED).await, json!([]), "what English is shown with");
    let address = site.address();
    drop(site);
    browser.open(&address).await;
    browser.unlock(PASSWORD).await;
    browser.press("Settings").await;
    choose_language(&browser, AppLanguage::French).await;
    browser.sees(&say(AppLanguage::French, Key::SettingsTitle, &[])).await;
    assert_eq!(browser.run(LOADED).await, json!(["fr"]));
    // It is French from the first moment the next time.
    browser.open(&address).await;
    browser.sees(&say(AppLanguage::French, Key::UnlockTitle, &[])).await;
    assert_eq!(browser.run(LOADED).await, json!(["fr"]));

    // A file that cannot be had changes nothing, and is said.
    browser.fill(&say(AppLanguage::French, Key::Password, &[]), PASSWORD).await;
    browser.press(&say(AppLanguage::French, Key::Unlock, &[])).await;
    browser.press(&say(AppLanguage::French, Key::Settings, &[])).await;
    browser.run("window.fetch = async () => { throw new TypeError('no network'); }").await;
    choose_language(&browser, AppLanguage::Ukrainian).await;
    browser.sees(&say(AppLanguage::French, Key::LanguageUnreachable, &[])).await;
    browser.sees(&say(AppLanguage::French, Key::SettingsTitle, &[])).await;
    assert_eq!(browser.run("return localStorage.getItem('language')").await, "fr");
}
