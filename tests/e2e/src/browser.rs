//! A browser with a camera that plays what the test shows it, for tests of the authenticator.
//!
//! Chromium and its driver are those of the system; `cargo xtask test --setup` installs them.

mod flow;
mod looks;
mod site;
mod video;

pub use site::{Site, app_folder};
pub use video::{Clip, still};

use crate::Server;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    mem::ManuallyDrop,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use thirtyfour::{
    By, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver,
    WebElement, error::WebDriverResult,
};

/// How long anything on a page may take. Deriving a key takes seconds on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// Which certificates are taken that nobody known vouches for.
enum Trust {
    All,
    /// Those of the key with this SHA-256, in base64.
    Key(String),
}

/// What a browser can see besides its pages.
#[derive(Clone, Copy)]
enum Sight<'a> {
    Nothing,
    Camera(&'a Clip),
    TwoCameras,
    /// A tab of its own, by the title.
    Tab(&'a str),
}

impl<'a> Sight<'a> {
    fn of(camera: Option<&'a Clip>) -> Self {
        camera.map_or(Self::Nothing, Self::Camera)
    }
}

/// A running Chromium with a profile of its own.
pub struct Browser {
    /// What drives it. Never dropped: it would wait for a minute for a driver that is gone.
    pub driver: ManuallyDrop<WebDriver>,
    port: u16,
    process: Child,
    profile: PathBuf,
    _folder: Option<TempDir>,
}

impl Browser {
    /// Starts one with an empty profile, whose camera plays this clip.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(camera: Option<&Clip>) -> Self {
        Self::with_new_profile(Sight::of(camera), Trust::All).await
    }

    /// Starts one on a device with two cameras, which show a moving figure and no code.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with_two_cameras() -> Self {
        Self::with_new_profile(Sight::TwoCameras, Trust::All).await
    }

    /// Starts one in which the person, asked what of their screen a page may see, chooses the tab with this title.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn sharing_the_tab(title: &str) -> Self {
        Self::with_new_profile(Sight::Tab(title), Trust::All).await
    }

    /// The same, but of certificates that nobody known vouches for it takes only this server's, as a browser does that
    /// was told to trust it.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn trusting(server: &Server, camera: Option<&Clip>) -> Self {
        Self::with_new_profile(Sight::of(camera), Trust::Key(server.key_hash().await)).await
    }

    async fn with_new_profile(sight: Sight<'_>, trust: Trust) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut browser = Self::launch(folder.path().join("profile"), sight, &trust).await;
        browser._folder = Some(folder);
        browser
    }

    /// Starts one with a profile that another may have left.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with_profile(profile: PathBuf, camera: Option<&Clip>) -> Self {
        Self::launch(profile, Sight::of(camera), &Trust::All).await
    }

    async fn launch(profile: PathBuf, sight: Sight<'_>, trust: &Trust) -> Self {
        // The driver is spoken to without TLS, but its client wants to know a provider all the same.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let port = free_port();
        let mut process = Command::new("chromedriver")
            .env("LANGUAGE", "en")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts; `cargo xtask test --setup` installs it");
        let address = format!("http://localhost:{port}");
        let begun = Instant::now();
        let driver = loop {
            match WebDriver::new(&address, capabilities(&profile, sight, trust)).await {
                Ok(driver) => break driver,
                Err(error) if begun.elapsed() > PATIENCE => {
                    let _killed = process.kill();
                    panic!("no browser: {error}");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        Self { driver: ManuallyDrop::new(driver), port, process, profile, _folder: None }
    }

    /// Ends the browser in an orderly way and leaves its profile.
    pub async fn quit(mut self) -> (PathBuf, Option<TempDir>) {
        self.end();
        (self.profile.clone(), self._folder.take())
    }

    /// Opens a page.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn open(&self, address: &str) {
        self.driver.goto(address).await.expect("the page opens");
    }

    /// The first element that CSS names, as soon as it is there and shown.
    ///
    /// # Panics
    /// When it does not come; the message has what the page shows instead.
    pub async fn find(&self, css: &str) -> WebElement {
        self.wait(&format!("{css} appears"), || async {
            let element = self.driver.find(By::Css(css)).await.ok()?;
            element.is_displayed().await.unwrap_or_default().then_some(element)
        })
        .await
    }

    /// The button with exactly this text.
    ///
    /// # Panics
    /// As [`Self::find`].
    pub async fn button(&self, text: &str) -> WebElement {
        let path = format!("//button[normalize-space(.)='{text}' and not(@disabled)]");
        self.wait(&format!("the button {text} appears"), || async {
            let element = self.driver.find(By::XPath(&path)).await.ok()?;
            element.is_displayed().await.unwrap_or_default().then_some(element)
        })
        .await
    }

    /// Presses the button with exactly this text.
    ///
    /// # Panics
    /// As [`Self::find`].
    pub async fn press(&self, text: &str) {
        // It may be drawn anew between being found and being pressed.
        self.wait(&format!("{text} can be pressed"), || async { self.button(text).await.click().await.ok() })
            .await;
    }

    /// Types into the field with this label.
    ///
    /// # Panics
    /// As [`Self::find`].
    pub async fn fill(&self, label: &str, text: &str) {
        let path = format!("//label[normalize-space(.)='{label}']");
        self.wait(&format!("the field {label} appears"), || async {
            let label = self.driver.find(By::XPath(&path)).await.ok()?;
            let id = label.attr("for").await.ok()??;
            let field = self.driver.find(By::Id(&id)).await.ok()?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
        .await;
    }

    /// Ticks the box with this label.
    ///
    /// # Panics
    /// As [`Self::find`].
    pub async fn check(&self, label: &str) {
        let path = format!("//label[contains(normalize-space(.),'{label}')]//input");
        self.wait(&format!("the box {label} appears"), || async {
            self.driver.find(By::XPath(&path)).await.ok()?.click().await.ok()
        })
        .await;
    }

    /// The text of the first element that CSS names, when it is there.
    pub async fn text_of(&self, css: &str) -> Option<String> {
        self.driver.find(By::Css(css)).await.ok()?.text().await.ok()
    }

    /// Waits until the page shows a text.
    ///
    /// # Panics
    /// As [`Self::find`].
    pub async fn sees(&self, text: &str) {
        self.wait(&format!("“{text}” is shown"), || async {
            self.text().await.contains(text).then_some(())
        })
        .await;
    }

    /// All the page shows.
    pub async fn text(&self) -> String {
        match self.driver.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Runs JavaScript in the page, outside its content policy.
    ///
    /// # Panics
    /// When it throws.
    pub async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.expect("the script runs").json().clone()
    }

    /// What somebody with a screen reader, a keyboard, a small screen or weak eyes would stumble over on the page.
    ///
    /// # Panics
    /// When it cannot be looked at.
    pub async fn obstacles(&self) -> Vec<String> {
        let found = self.run(include_str!("browser/checks.js")).await;
        serde_json::from_value(found).expect("a list of sentences")
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn command(&self, method: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(method, parameters).await.expect(method)
    }

    /// An authenticator for passkeys that answers by itself and can derive keys (the PRF extension).
    ///
    /// # Panics
    /// When there cannot be one.
    pub async fn add_passkeys(&self) {
        self.command("WebAuthn.enable", json!({})).await;
        let options = json!({"options": {
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true, "hasPrf": true,
        }});
        self.command("WebAuthn.addVirtualAuthenticator", options).await;
    }

    /// Makes the page as large as a phone's screen, in CSS pixels.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn set_size(&self, width: u32, height: u32) {
        self.set_screen(width, height, 1).await;
    }

    /// The same on a screen with so many pixels for each CSS pixel.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn set_screen(&self, width: u32, height: u32, scale: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// What the browser complained about since it was asked last: errors of scripts, refused by the content policy, and
    /// the like.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.unwrap_or_default();
        // What is only a hint for whoever writes a page comes as "debug".
        log.into_iter()
            .filter(|entry| entry.level != "DEBUG")
            .map(|entry| format!("{}: {}", entry.level, entry.message))
            .collect()
    }

    /// Tries until something is there.
    ///
    /// # Panics
    /// When it does not come; the message has what the page shows instead.
    pub async fn wait<T, F: Future<Output = Option<T>>>(
        &self,
        what: &str,
        mut attempt: impl FnMut() -> F,
    ) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = attempt().await {
                return found;
            }
            if begun.elapsed() > PATIENCE {
                let (text, complaints) = (self.text().await, self.complaints().await);
                panic!(
                    "waited in vain until {what}; the page shows:\n{text}\nthe browser says:\n{}",
                    complaints.join("\n")
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends the session, which closes the browser, and then the driver.
    fn end(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let request = format!(
                "DELETE /session/{} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\r\n",
                self.driver.session_id(),
                self.port
            );
            let _limited = stream.set_read_timeout(Some(Duration::from_secs(20)));
            let _sent = stream.write_all(request.as_bytes());
            let _answer = stream.read(&mut [0; 1024]);
        }
        let _killed = self.process.kill();
        let _status = self.process.wait();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.end();
    }
}

fn capabilities(profile: &std::path::Path, sight: Sight<'_>, trust: &Trust) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-background-networking",
        "--no-first-run",
        "--lang=en-US",
        "--window-size=800,900",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    // The server's own certificate is nobody's.
    arguments.push(match trust {
        Trust::All => "--ignore-certificate-errors".to_owned(),
        Trust::Key(hash) => format!("--ignore-certificate-errors-spki-list={hash}"),
    });
    // Who is asked says yes.
    match sight {
        Sight::Nothing => arguments.push("--use-fake-ui-for-media-stream".to_owned()),
        Sight::Camera(clip) => arguments.extend([
            "--use-fake-ui-for-media-stream".to_owned(),
            "--use-fake-device-for-media-stream".to_owned(),
            format!("--use-file-for-fake-video-capture={}", clip.path().display()),
        ]),
        Sight::TwoCameras => arguments.extend([
            "--use-fake-ui-for-media-stream".to_owned(),
            "--use-fake-device-for-media-stream=device-count=2".to_owned(),
        ]),
        Sight::Tab(title) => arguments.push(format!("--auto-select-tab-capture-source-by-title={title}")),
    }
    let set = |capabilities: &mut ChromeCapabilities| -> WebDriverResult<()> {
        for argument in &arguments {
            capabilities.add_arg(argument)?;
        }
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)
    };
    set(&mut capabilities).expect("capabilities");
    capabilities
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
