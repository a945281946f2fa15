//! The lab page as a browser sees it: the real server, the real engine, codes by `oathtool`.

use countersign_e2e::{Account, FakeWindows, Lab, Oath, Server};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

const MACHINE: &str = "S-1-5-21-1000-2000-3000";
const PASSWORD: &str = "correct-horse";
const PATIENCE: Duration = Duration::from_secs(30);

fn client() -> Client {
    // No TLS is spoken here, and the library wants to know by whom. A second test finds it there.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

async fn get(lab: &Lab, path: &str) -> Response {
    client().get(format!("{}{path}", lab.origin)).send().await.unwrap()
}

/// Whether it ends by itself.
fn ends(lab: &mut Lab) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        if lab.child.try_wait().unwrap().is_some() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// A lab page that somebody has opened.
struct Page {
    client: Client,
    origin: String,
    path: String,
    events: Response,
    read: String,
    /// What is on the screen, once it has settled.
    scene: Value,
}

impl Page {
    async fn open(lab: &Lab) -> Self {
        let html = get(lab, "/lab").await.text().await.unwrap();
        let token =
            html.split("name=\"lab\" content=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let path = format!("/lab/{token}/screen");
        let events = get(lab, &path).await;
        assert_eq!(events.status(), StatusCode::OK);
        let (client, origin) = (client(), lab.origin.clone());
        let mut page = Self { client, origin, path, events, read: String::new(), scene: Value::Null };
        page.next().await;
        page.path = format!("{}/{}", page.path, page.scene["number"]);
        page.next().await;
        assert_eq!(page.scene["stage"], "lock");
        page
    }

    /// The next scene in which nothing is under way.
    async fn next(&mut self) {
        loop {
            while let Some((event, rest)) = self.read.split_once("\n\n") {
                let scene =
                    event.strip_prefix("data: ").map(|data| serde_json::from_str::<Value>(data).unwrap());
                self.read = rest.to_owned();
                if let Some(scene) = scene.filter(|scene| scene["screen"]["busy"] != true) {
                    self.scene = scene;
                    return;
                }
            }
            let part = tokio::time::timeout(PATIENCE, self.events.chunk()).await;
            let part = part.unwrap_or_else(|_| panic!("nothing comes after {}", self.scene));
            self.read.push_str(&String::from_utf8_lossy(&part.unwrap().expect("the screen goes on")));
        }
    }

    /// Does something and waits for the screen that comes of it.
    async fn act(&mut self, what: Value) {
        let request =
            self.client.post(format!("{}{}", self.origin, self.path)).header("origin", &self.origin);
        let answer = request.header("content-type", "application/json").body(what.to_string()).send().await;
        assert_eq!(answer.unwrap().status(), StatusCode::NO_CONTENT);
        self.next().await;
    }

    async fn choose(&mut self, account: Option<&str>) {
        self.act(json!({ "did": "choose", "account": account })).await;
        assert_eq!(self.view(), "password", "{}", self.scene);
    }

    async fn submit(&mut self, typed: &[(&str, &str)]) {
        let typed: Value =
            typed.iter().map(|(field, text)| (format!("field-{field}"), json!(text))).collect();
        self.act(json!({ "did": "submit", "typed": typed })).await;
    }

    async fn press(&mut self, command: &str) {
        self.act(json!({ "did": "press", "command": format!("command-{command}") })).await;
    }

    fn view(&self) -> &str {
        self.scene["screen"]["view"].as_str().unwrap_or_default()
    }

    fn reason(&self) -> &str {
        self.scene["screen"]["reason"].as_str().unwrap_or_default()
    }

    /// What the QR code on the page says, read from its picture as a phone does.
    fn scan(&self) -> String {
        const SCALE: usize = 4;
        const QUIET: usize = 4;
        let qr = &self.scene["screen"]["qr"];
        let size = usize::try_from(qr["size"].as_u64().expect("a QR code")).unwrap();
        let modules = qr["modules"].as_str().unwrap().as_bytes();
        let side = (size + 2 * QUIET) * SCALE;
        let mut gray = vec![255; side * side];
        for (y, x) in (0..size * SCALE).flat_map(|y| (0..size * SCALE).map(move |x| (y, x))) {
            if modules[y / SCALE * size + x / SCALE] == b'1' {
                gray[(y + QUIET * SCALE) * side + x + QUIET * SCALE] = 0;
            }
        }
        let texts = qr::read(&gray, side, side);
        assert_eq!(texts.len(), 1);
        texts[0].to_string()
    }
}

fn joined(server: &Server) -> FakeWindows {
    let account =
        |name: &str, number: u32| Account::new("LAB", name, &format!("{MACHINE}-{number}"), PASSWORD);
    let windows =
        FakeWindows::new("LAB", MACHINE, &[account("mara", 1001), account("otto", 1002).but("locked")]);
    windows.join(&server.join_code("default"));
    windows
}

#[tokio::test]
async fn somebody_signs_in_on_the_page_the_first_time_and_the_second() {
    let server = Server::start();
    let windows = joined(&server);
    let lab = Lab::start(&windows);
    let mut page = Page::open(&lab).await;
    assert_eq!(page.scene["accounts"][0]["password"], PASSWORD, "the page says who can sign in");

    page.choose(Some("LAB\\mara")).await;
    page.submit(&[("password", PASSWORD)]).await;
    assert_eq!((page.view(), page.reason()), ("enroll", "enroll-start"));
    assert!(page.scene["screen"]["message"].as_str().unwrap().contains(&format!("{}/app", lab.origin)));
    assert_eq!((&page.scene["screen"]["qr"], &page.scene["screen"]["key"]), (&Value::Null, &Value::Null));
    assert!(
        server.audit(&["--kind", "enrollment_started"]).is_empty(),
        "nothing exists before it is asked for"
    );

    page.press("show-qr").await;
    let token = Oath::scan(&page.scan());
    page.press("hide-qr").await;
    assert_eq!(page.scene["screen"]["qr"], Value::Null);
    page.submit(&[("one-time-password", &token.wrong_code())]).await;
    assert_eq!((page.view(), page.reason()), ("enroll", "enroll-code-wrong"));
    assert_eq!(server.json(&["token", "list"]).as_array().map(Vec::len), Some(0));
    page.submit(&[("one-time-password", &token.code(0))]).await;
    assert_eq!((&page.scene["stage"], &page.scene["person"]), (&json!("desktop"), &json!("LAB\\mara")));
    assert_eq!(server.json(&["token", "list"]).as_array().map(Vec::len), Some(1));

    page.act(json!({ "did": "sign_out" })).await;
    assert_eq!(page.scene["stage"], "lock");
    page.choose(None).await;
    page.submit(&[("user-name", "mara"), ("password", PASSWORD)]).await;
    assert_eq!((page.view(), page.reason()), ("code", "code-asked"));
    page.submit(&[("one-time-password", &token.code(0))]).await;
    assert_eq!((page.view(), page.reason()), ("code", "code-used"));
    page.submit(&[("one-time-password", &token.wrong_code())]).await;
    assert_eq!((page.view(), page.reason()), ("code", "code-wrong"));
    let message = page.scene["screen"]["message"].as_str().unwrap();
    assert!(message.contains("did not match") && message.contains("more tries"), "{message}");
    page.submit(&[("one-time-password", &token.code(1))]).await;
    assert_eq!(page.scene["stage"], "desktop");

    let logs = format!("{}{}", server.log(), lab.log.lock().unwrap());
    for secret in [PASSWORD, "otpauth", token.code(1).as_str(), page.path.split('/').nth(2).unwrap()] {
        assert!(!logs.contains(secret), "{secret} is in a log:\n{logs}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_locked_account_read_the_same_on_the_page_and_cancel_leads_back() {
    let server = Server::start();
    let windows = joined(&server);
    let lab = Lab::start(&windows);
    let mut page = Page::open(&lab).await;
    let mut screens = Vec::new();
    for (name, password) in [("mara", "wrong"), ("otto", PASSWORD), ("nobody", PASSWORD)] {
        page.choose(None).await;
        page.submit(&[("user-name", name), ("password", password)]).await;
        screens.push(page.scene.clone());
    }
    assert_eq!(screens[0]["screen"]["reason"], "sign-in-failed");
    assert!(screens.iter().all(|screen| *screen == screens[0]), "{screens:#?}");

    page.choose(Some("LAB\\mara")).await;
    page.submit(&[("password", PASSWORD)]).await;
    assert_eq!(page.view(), "enroll");
    page.press("cancel").await;
    assert_eq!((page.view(), page.reason()), ("password", ""));
    page.act(json!({ "did": "leave" })).await;
    assert_eq!(page.scene["stage"], "lock");
}

#[tokio::test]
async fn while_the_server_is_stopped_the_page_says_so_and_goes_on_afterwards() {
    let mut server = Server::start();
    let windows = joined(&server);
    let lab = Lab::start(&windows);
    let mut page = Page::open(&lab).await;
    server.kill();
    page.choose(Some("LAB\\mara")).await;
    page.submit(&[("password", PASSWORD)]).await;
    assert_eq!(page.reason(), "unreachable", "{}", page.scene);
    assert!(page.scene["screen"]["message"].as_str().unwrap().contains("can't be reached"));
    assert_eq!(get(&lab, "/app/").await.status(), StatusCode::BAD_GATEWAY);

    server.restart();
    page.choose(Some("LAB\\mara")).await;
    page.submit(&[("password", PASSWORD)]).await;
    assert_eq!(page.view(), "enroll", "{}", page.scene);
}

#[tokio::test]
async fn only_what_the_app_needs_is_passed_on_and_only_from_the_labs_own_page() {
    let server = Server::start();
    let windows = joined(&server);
    let lab = Lab::start(&windows);
    for path in ["/healthz", "/metrics", "/api/v1/statement", "/api/v1/hello", "/api/openapi.json", "/admin"]
    {
        assert_eq!(get(&lab, path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let ask = |path: &str| client().get(format!("{}{path}", lab.origin));
    for path in ["/lab", "/app/", "/api/v1/time"] {
        for (name, value) in
            [("host", "evil.example"), ("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")]
        {
            let answer = ask(path).header(name, value).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {name}");
        }
    }
    let delete = client().delete(format!("{}/api/v1/backup", lab.origin)).send().await.unwrap();
    assert_eq!(delete.status(), StatusCode::FORBIDDEN, "no origin");
}

#[tokio::test]
async fn the_page_ends_with_whoever_started_it_though_somebody_has_it_open() {
    let server = Server::start();
    let windows = joined(&server);
    let mut lab = Lab::start(&windows);
    let page = Page::open(&lab).await;
    assert!(lab.child.try_wait().unwrap().is_none());
    drop(lab.input.take());
    assert!(ends(&mut lab));
    drop(page);
}
