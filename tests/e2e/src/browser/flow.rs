//! What a person does in the authenticator again and again.

use super::{Browser, Site, app_folder};
use crate::Oath;
use serde_json::json;
use thirtyfour::By;

impl Browser {
    /// From the welcome to the button that makes the vault, without a backup.
    pub async fn skip_the_backup(&self, password: &str) {
        self.press("Continue").await;
        self.sees("Activate cloud backup").await;
        self.press("Skip for now").await;
        self.check("I understand that lost tokens cannot be restored").await;
        self.fill("Password for this app", password).await;
        self.fill("Repeat the password", password).await;
        self.press("Continue").await;
    }

    /// From the welcome to the empty list, without a backup.
    pub async fn begin_without_backup(&self, password: &str) {
        self.skip_the_backup(password).await;
        self.sees("No tokens yet").await;
    }

    /// Puts a link into the address, as when it is followed, and adds its token.
    pub async fn follow(&self, uri: &str) {
        self.run(&format!("location.hash = 'enroll=' + encodeURIComponent({})", json!(uri))).await;
        self.sees("Add this token?").await;
        self.press("Add new token").await;
    }

    /// A browser in which the app has been begun on a static host, without a backup and with an empty list.
    pub async fn begun(password: &str) -> (Site, Self) {
        let site = Site::serve(&app_folder());
        let browser = Self::start(None).await;
        browser.open(&site.address()).await;
        browser.begin_without_backup(password).await;
        (site, browser)
    }

    /// Opens a locked app.
    pub async fn unlock(&self, password: &str) {
        self.fill("Password", password).await;
        self.press("Unlock").await;
    }

    /// Waits until the app is kept by the browser and needs no network any more.
    pub async fn can_be_used_offline(&self) {
        let ready = "return navigator.serviceWorker.getRegistration().then(r => !!(r && r.active))";
        self.wait("the app can be used offline", || async { (self.run(ready).await == true).then_some(()) })
            .await;
    }

    /// Waits until the first token shows a code that is the right one. `what` says in words what is waited for.
    pub async fn shows_code(&self, what: &str, is_right: impl Fn(&str) -> bool) {
        self.wait(what, || async {
            let code = self.text_of(".code").await?.replace(' ', "");
            is_right(&code).then_some(())
        })
        .await;
    }

    /// Waits until the first token shows the code that `oathtool` computes.
    pub async fn shows_code_of(&self, uri: &str) {
        let oath = Oath::scan(uri);
        self.shows_code("the code is the one of oathtool", |code| code == oath.code(0)).await;
    }

    /// Opens the screen of the token with this name.
    pub async fn open_token(&self, issuer: &str) {
        let path = format!("//li[.//*[@class='issuer' and .='{issuer}']]//button[normalize-space(.)='More']");
        self.wait(&format!("{issuer} can be opened"), || async {
            self.driver.find(By::XPath(&path)).await.ok()?.click().await.ok()
        })
        .await;
        self.sees("Move to trash").await;
    }

    /// Pastes a text; whether the app took it.
    pub async fn paste(&self, text: &str) -> bool {
        let script = format!(
            "const clipboardData = new DataTransfer();
             clipboardData.setData('text/plain', {});
             const event = new ClipboardEvent('paste', {{ clipboardData, bubbles: true, cancelable: true }});
             return !document.body.dispatchEvent(event);",
            json!(text)
        );
        self.run(&script).await == true
    }

    /// Changes one byte of the `newest` saved state, or of `both`.
    ///
    /// # Panics
    /// When there is none.
    pub async fn damage_saved(&self, which: &str) {
        let script = format!(
            "return new Promise((done, fail) => {{
                const open = indexedDB.open('countersign');
                open.onerror = fail;
                open.onsuccess = () => {{
                    const store = open.result.transaction('vault', 'readwrite').objectStore('vault');
                    const slots = {{}};
                    for (const slot of ['a', 'b']) store.get(slot).onsuccess = (e) => {{ slots[slot] = e.target.result; }};
                    store.count().onsuccess = () => {{
                        const newest = slots.a.number > slots.b.number ? 'a' : 'b';
                        for (const slot of ['a', 'b']) {{
                            if (slot !== newest && '{which}' === 'newest') continue;
                            slots[slot].bytes[slots[slot].bytes.length - 1] ^= slot === newest && '{which}' === 'both' ? 0 : 1;
                            store.put(slots[slot], slot);
                        }}
                        store.transaction.oncomplete = () => {{ open.result.close(); done(true); }};
                    }};
                }};
            }})"
        );
        assert_eq!(self.run(&script).await, true);
    }
}
