//! What a page looks like, and to whom it is closed: pictures, appearances, axe-core.

use super::Browser;
use data_encoding::BASE64;
use serde_json::{Value, json};
use std::{
    env, fs,
    io::Write,
    process::{Command, Stdio},
    thread,
};

/// Names the file of axe-core, which `cargo xtask test --setup` fetches.
const AXE: &str = "COUNTERSIGN_AXE";

impl Browser {
    /// From the next page on it is always this moment, in milliseconds since 1970, on this device and for the app's
    /// server: codes stay, and so do pictures of them. Times are told in UTC.
    ///
    /// # Panics
    /// When the browser refuses.
    pub async fn stop_the_clock(&self, now_ms: u64) {
        let script = format!(
            "Date.now = () => {now_ms};
             const realFetch = window.fetch;
             window.fetch = (address, options) => String(address).includes('/api/v1/time')
                 ? Promise.resolve(new Response(JSON.stringify({{ now_ms: {now_ms} }})))
                 : realFetch(address, options);"
        );
        self.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
        self.command("Emulation.setTimezoneOverride", json!({ "timezoneId": "UTC" })).await;
    }

    /// As on a device that is set to `light` or `dark`, and to less motion, so that nothing is on its way when it is
    /// looked at.
    ///
    /// # Panics
    /// When the browser refuses.
    pub async fn set_appearance(&self, scheme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.command("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// What axe-core finds on the page as it is, one sentence for each thing.
    ///
    /// # Panics
    /// When axe-core is missing or cannot look.
    pub async fn barriers(&self) -> Vec<String> {
        if self.run("return typeof axe").await == "undefined" {
            let file = env::var_os(AXE).unwrap_or_default();
            let script = fs::read_to_string(&file).unwrap_or_else(|error| {
                panic!("{AXE}: {error}; run the tests with `cargo xtask test --setup`")
            });
            // Brought in by the driver, which the page's content policy does not bind.
            let answer = self.command("Runtime.evaluate", json!({ "expression": script })).await;
            assert_eq!(answer["exceptionDetails"], Value::Null);
        }
        let found = self.run(include_str!("axe.js")).await;
        serde_json::from_value(found).expect("a list of sentences")
    }

    /// A picture of what is to be seen of the page, as PNG with so many colors at most: the fewer, the smaller. Letters
    /// have soft edges and look broken with fewer than 32.
    ///
    /// # Panics
    /// When it cannot be taken.
    pub async fn picture(&self, colors: u32) -> Vec<u8> {
        // A message is about to go.
        self.wait("no message is shown", || async {
            let toast = "return document.querySelector('.toast')?.textContent ?? ''";
            (self.run(toast).await == "").then_some(())
        })
        .await;
        // A phone draws its scroll bar only while somebody scrolls.
        self.command("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
        let shot = self.command("Page.captureScreenshot", json!({ "format": "png" })).await;
        let png = BASE64.decode(shot["data"].as_str().expect("a picture").as_bytes()).expect("base64");
        let mut child = Command::new("convert")
            .args(["png:-", "+dither", "-treedepth", "8", "-colors", &colors.to_string(), "-strip"])
            .args(["-define", "png:exclude-chunks=all", "-define", "png:compression-level=9", "png8:-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("convert starts; `cargo xtask test --setup` installs it");
        let mut input = child.stdin.take().expect("piped");
        let writing = thread::spawn(move || input.write_all(&png));
        let output = child.wait_with_output().expect("convert ends");
        writing.join().expect("no panic").expect("convert reads");
        assert!(output.status.success());
        output.stdout
    }
}
