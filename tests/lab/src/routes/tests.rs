use super::*;
use crate::machine::Work;
use agent::{
    agent::At,
    driver::{self, Backend, Releaser, ReplyFuture, View},
};
use axum::{
    body::Body,
    http::{Method, request::Builder},
};
use fake_os::FakeOs;
use http_body_util::BodyExt;
use model::{AccountClaim, AccountName, AttemptId, MachineId, Place, SignInKind};
use os::Os;
use protocol::http::ReportedEvent;
use signin::{Reply, Request as Question};
use tempfile::TempDir;
use tower::ServiceExt;

const ORIGIN: &str = "http://localhost:4242";
const HOST: &str = "localhost:4242";

/// A machine with one account and no server.
struct Alone(Arc<dyn Os>);

impl Machine for Alone {
    fn open(&self, user: Option<AccountName>, releaser: Box<dyn Releaser>) -> (View, Work) {
        let at = At { session: 1, kind: SignInKind::SignIn, place: Place::Console, user };
        let context = at.context(MachineId::from_bytes([1; 16]));
        let (view, work) = driver::open(context, Arc::new(NoServer(Arc::clone(&self.0))), releaser);
        (view, Box::pin(work))
    }

    fn closed(&self) {}
}

struct NoServer(Arc<dyn Os>);

impl Backend for NoServer {
    fn os(&self) -> &Arc<dyn Os> {
        &self.0
    }

    fn ask(&self, _: Question) -> ReplyFuture<'_> {
        Box::pin(async { Reply::Unreachable })
    }

    fn record(&self, _: Option<AttemptId>, _: Option<AccountClaim>, _: ReportedEvent) {}
}

struct Lab {
    door: Arc<Door>,
    router: Router,
    _folder: TempDir,
}

fn lab() -> Lab {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("windows.json");
    let windows = r#"{"machine": {"name": "LAB", "sid": "S-1-5-21-1-2-3"}, "accounts": [{"domain": "LAB", "name": "mara",
        "sid": "S-1-5-21-1-2-3-1001", "password": "correct-horse", "state": "ok"}]}"#;
    std::fs::write(&file, windows).unwrap();
    let machine = Alone(Arc::new(FakeOs::new(file.clone()).unwrap()));
    let door = Door::new(ORIGIN);
    let router = router(Arc::clone(&door), Arc::new(machine), Accounts::new(file), None);
    Lab { door, router, _folder: folder }
}

impl Lab {
    fn screen_path(&self) -> String {
        format!("/lab/{}/screen", self.door.token())
    }

    async fn send(&self, request: Builder, body: &str) -> Response {
        self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
    }

    async fn status(&self, request: Builder, body: &str) -> u16 {
        self.send(request, body).await.status().as_u16()
    }
}

fn get_page(path: &str) -> Builder {
    Request::builder().uri(path).header("host", HOST)
}

/// As the page itself sends it.
fn post_said(path: &str) -> Builder {
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", HOST)
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
}

const CHOOSE: &str = r#"{"did":"choose","account":"LAB\\mara"}"#;

async fn next_scene(body: &mut Body) -> Value {
    loop {
        let frame = body.frame().await.expect("the screen ended").unwrap();
        let data = frame.into_data().unwrap();
        let text = String::from_utf8(data.to_vec()).unwrap();
        if let Some(json) = text.strip_prefix("data: ") {
            return serde_json::from_str(json.trim()).unwrap();
        }
    }
}

#[tokio::test]
async fn a_person_chosen_on_the_page_is_asked_for_the_password() {
    let lab = lab();
    let answer = lab.send(get_page(&lab.screen_path()), "").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let mut scenes = answer.into_body();
    let begin = next_scene(&mut scenes).await;
    let lock = next_scene(&mut scenes).await;
    assert_eq!((&lock["stage"], &lock["accounts"][0]["account"]), (&json!("lock"), &json!("LAB\\mara")));
    let say = format!("{}/{}", lab.screen_path(), begin["number"]);
    assert_eq!(lab.status(post_said(&say), CHOOSE).await, 204);
    let scene = next_scene(&mut scenes).await;
    assert_eq!((&scene["stage"], &scene["screen"]["view"]), (&json!("sign_in"), &json!("password")));
    assert_eq!(scene["screen"]["fields"][0]["name"], "field-password");
    // The page is closed: its screen ends, and nothing more can be said to it.
    drop(scenes);
    for _ in 0..100 {
        if lab.status(post_said(&say), r#"{"did":"leave"}"#).await == 410 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the screen of a page that is gone goes on");
}

#[tokio::test]
async fn another_name_for_this_machine_is_refused_so_that_rebinding_gets_nothing() {
    let lab = lab();
    for path in ["/lab", "/lab/lab.js", "/", &lab.screen_path()] {
        let good = lab.status(get_page(path), "").await;
        assert!(good < 400, "{path}: {good}");
        for host in ["evil.example", "evil.example:4242", "localhost", "localhost:4243", "127.0.0.1:4242", ""]
        {
            let request = Request::builder().uri(path).header("host", host);
            assert_eq!(lab.status(request, "").await, 403, "{path} {host}");
        }
        assert_eq!(lab.status(Request::builder().uri(path), "").await, 403, "{path}");
        assert_eq!(lab.status(get_page(path).header("host", "evil.example"), "").await, 403, "{path}");
        let absolute = format!("http://evil.example{path}");
        assert_eq!(lab.status(get_page(&absolute), "").await, 403, "{path}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_say_anything_even_with_the_right_path() {
    let lab = lab();
    // No screen has that number: who may speak is told so.
    let path = format!("{}/77", lab.screen_path());
    assert_eq!(lab.status(post_said(&path), CHOOSE).await, 410);
    let bare = || {
        Request::builder()
            .method(Method::POST)
            .uri(&path)
            .header("host", HOST)
            .header("content-type", "application/json")
    };
    assert_eq!(lab.status(bare(), CHOOSE).await, 403, "no origin");
    for origin in ["http://evil.example", "null", "http://localhost:4243", "https://localhost:4242", ""] {
        assert_eq!(lab.status(bare().header("origin", origin), CHOOSE).await, 403, "{origin}");
    }
    let twice = bare().header("origin", ORIGIN).header("origin", "http://evil.example");
    assert_eq!(lab.status(twice, CHOOSE).await, 403);
    for site in ["cross-site", "same-site"] {
        let request = bare().header("origin", ORIGIN).header("sec-fetch-site", site);
        assert_eq!(lab.status(request, CHOOSE).await, 403, "{site}");
    }
}

#[tokio::test]
async fn another_page_cannot_listen_to_a_screen_or_take_the_script() {
    let lab = lab();
    for path in [lab.screen_path().as_str(), "/lab", "/lab/lab.js"] {
        let from = |name, value| get_page(path).header(name, value);
        assert_eq!(lab.status(from("origin", "http://evil.example"), "").await, 403, "{path}");
        assert_eq!(lab.status(from("sec-fetch-site", "cross-site"), "").await, 403, "{path}");
        assert_eq!(lab.status(from("sec-fetch-site", "same-site"), "").await, 403, "{path}");
    }
    // Following a link from elsewhere to the page itself is a visit like any other.
    let visit = get_page("/lab").header("sec-fetch-site", "cross-site").header("sec-fetch-dest", "document");
    assert_eq!(lab.status(visit, "").await, 200);
    let framed = get_page("/lab").header("sec-fetch-site", "cross-site").header("sec-fetch-dest", "iframe");
    assert_eq!(lab.status(framed, "").await, 403);
}

#[tokio::test]
async fn without_the_random_part_of_the_path_no_screen_opens_and_none_is_driven() {
    let lab = lab();
    let token = lab.door.token().to_owned();
    let upper = token.to_uppercase();
    let wrong: String = token.chars().rev().collect();
    for guess in ["0", wrong.as_str(), upper.as_str(), &token[1..], "%00"] {
        assert_eq!(lab.status(get_page(&format!("/lab/{guess}/screen")), "").await, 404, "{guess}");
        assert_eq!(lab.status(post_said(&format!("/lab/{guess}/screen/1")), CHOOSE).await, 404, "{guess}");
    }
    assert_ne!(self::lab().door.token(), token, "each start has its own");
    // It is in the page, for the page alone, and in no answer that others could load as a script.
    let page = lab.send(get_page("/lab"), "").await.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&page).contains(&token));
    let script = lab.send(get_page("/lab/lab.js"), "").await.into_body().collect().await.unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&script).contains(&token));
}

#[tokio::test]
async fn what_a_form_can_send_and_what_nobody_types_is_refused() {
    let lab = lab();
    let path = format!("{}/1", lab.screen_path());
    let form = Request::builder()
        .method(Method::POST)
        .uri(&path)
        .header("host", HOST)
        .header("origin", ORIGIN)
        .header("content-type", "text/plain");
    assert_eq!(lab.status(form, CHOOSE).await, 415);
    assert_eq!(lab.status(post_said(&path), "{}").await, 400);
    let long = format!(r#"{{"did":"submit","typed":{{"field-password":"{}"}}}}"#, "a".repeat(MAX_SAID));
    assert_eq!(lab.status(post_said(&path), &long).await, 413);
}

#[tokio::test]
async fn the_page_has_a_policy_without_inline_script_and_stands_in_nobodys_frame() {
    let lab = lab();
    let answer = lab.send(get_page("/lab"), "").await;
    let headers = answer.headers().clone();
    let policy = headers["content-security-policy"].to_str().unwrap();
    for part in
        ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for"]
    {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    let page = answer.into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8_lossy(&page).into_owned();
    assert!(!page.contains("style=") && !page.contains("onclick"), "something inline");
    assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/lab/").count());
}

#[tokio::test]
async fn a_person_has_a_few_pages_open_and_a_flood_is_refused() {
    let lab = lab();
    let mut open = Vec::new();
    for _ in 0..MAX_SCREENS {
        let answer = lab.send(get_page(&lab.screen_path()), "").await;
        assert_eq!(answer.status(), StatusCode::OK);
        open.push(answer);
    }
    assert_eq!(lab.status(get_page(&lab.screen_path()), "").await, 503);
    open.clear();
    for _ in 0..100 {
        if lab.status(get_page(&lab.screen_path()), "").await == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("closed pages keep their place");
}
