//! Self-service: who may ask what, and what a person does there.

use crate::{
    console::browser::{Browser, encoded},
    pc::{Pc, code},
    server::{Answer, HOST, Server},
};
use axum::{body::Body, http::Request};
use countersign_web::{
    console::Method,
    me::{Need, TABLE},
};
use otp::TokenUri;
use service::people;

/// A server that is set up, and somebody on it with a token: their name, and what their phone knows.
async fn server_with_somebody(server: &Server) -> (String, TokenUri) {
    Browser::owner(server).await;
    let pc = Pc::joined(server, 1).await;
    let token = pc.enroll(1).await;
    server.pass(300);
    let name = server.admin(|work| Ok(people::list(work.tx)?)).await.remove(0).person.name;
    (name, token)
}

async fn sign_in(browser: &mut Browser<'_>, name: &str, code: &str) -> Answer {
    browser.get("/me/sign-in").await;
    browser.post("/me/sign-in", &format!("name={}&code={code}", encoded(name))).await
}

/// Somebody's browser, signed in; with `fresh`, another code was shown.
async fn signed_in<'s>(server: &'s Server, name: &str, token: &TokenUri, fresh: bool) -> Browser<'s> {
    let mut browser = Browser::new(server);
    let answer = sign_in(&mut browser, name, &code(token, server.now())).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/me")), "{}", answer.text());
    browser.get("/me").await;
    if fresh {
        server.pass(30);
        let answer = browser.post("/me/step-up", &format!("code={}", code(token, server.now()))).await;
        assert_eq!(answer.header("location"), Some("/me?done=confirmed"), "{}", answer.text());
        browser.get("/me").await;
    }
    browser
}

async fn ask(browser: &mut Browser<'_>, method: Method, path: &str) -> Answer {
    let path = path.replace("{serial}", "CS-NOTHING0").replace("{end}", "lost");
    match method {
        Method::Get => browser.get(&path).await,
        Method::Post => browser.post(&path, "").await,
    }
}

#[tokio::test]
async fn every_route_asks_for_what_it_was_declared_with() {
    let server = Server::new();
    let (name, token) = server_with_somebody(&server).await;
    let mut nobody = Browser::new(&server);
    nobody.form = "x".into();
    let mut just_in = signed_in(&server, &name, &token, false).await;
    for (method, path, need) in TABLE {
        let to = |answer: &Answer| answer.header("location").unwrap_or_default().to_owned();
        let answer = ask(&mut nobody, method, path).await;
        assert!(answer.status.as_u16() != 404 && answer.status.as_u16() < 500, "{path} is not there");
        assert_eq!(to(&answer) == "/me/sign-in", need != Need::Nothing, "{path} without a session");
        if path == "/me/sign-out" {
            continue;
        }
        let answer = ask(&mut just_in, method, path).await;
        assert_eq!(to(&answer) == "/me/step-up", need == Need::Fresh, "{path} after one code");
    }
}

#[tokio::test]
async fn nothing_is_there_before_the_server_is_set_up() {
    let server = Server::new();
    let mut browser = Browser::new(&server);
    for (method, path, _) in TABLE {
        assert_eq!(ask(&mut browser, method, path).await.status.as_u16(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_session_of_the_console_is_none_here_and_the_other_way_round() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let secret = owner.session_cookie().unwrap().to_owned();
    owner.cookies.push(("__Host-countersign-me".to_owned(), secret));
    assert_eq!(owner.get("/me").await.header("location"), Some("/me/sign-in"));
}

#[tokio::test]
async fn forms_of_others_and_of_other_sessions_do_nothing() {
    let server = Server::new();
    let (name, token) = server_with_somebody(&server).await;
    let mut browser = signed_in(&server, &name, &token, true).await;
    let form = browser.form.clone();
    let post = async |site: &str, form: &str| {
        let request = Request::post("/me/recovery-codes")
            .header("host", HOST)
            .header("cookie", browser.cookie())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        server.send(request.body(Body::from(format!("form={form}"))).unwrap()).await.status.as_u16()
    };
    assert_eq!(post("cross-site", &form).await, 403);
    assert_eq!(post("same-origin", "x").await, 403);
    assert_eq!(post("same-origin", &form).await, 200);
    let answer = browser.post("/me/recovery-codes", &"x".repeat(5_000)).await;
    assert_eq!(answer.status.as_u16(), 413);
    // A form to sign in, filled in by another website.
    let mut other = Browser::new(&server);
    other.get("/me/sign-in").await;
    other.form = "x".into();
    let typed = format!("name={}&code={}", encoded(&name), code(&token, server.now()));
    assert_eq!(other.post("/me/sign-in", &typed).await.status.as_u16(), 403);
}

#[tokio::test]
async fn pages_are_in_no_frame_in_no_cache_and_run_no_script() {
    let server = Server::new();
    let (name, token) = server_with_somebody(&server).await;
    let mut browser = signed_in(&server, &name, &token, true).await;
    for path in ["/me", "/me/sign-in", "/me/step-up"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!answer.text().contains("<script"), "{path}");
    }
}

#[tokio::test]
async fn somebody_names_a_token_adds_one_and_gets_recovery_codes() {
    let server = Server::new();
    let (name, token) = server_with_somebody(&server).await;
    let mut browser = signed_in(&server, &name, &token, true).await;
    let page = browser.get("/me").await.text().to_owned();
    let serial = page.split("/me/tokens/").nth(1).unwrap().split('/').next().unwrap().to_owned();

    let answer = browser.post(&format!("/me/tokens/{serial}/rename"), "label=My%20%3Cphone%3E").await;
    assert_eq!(answer.header("location"), Some("/me?done=renamed"));
    let page = browser.get("/me?done=renamed").await.text().to_owned();
    assert!(page.contains("My &#60;phone&#62;") && !page.contains("My <phone>"), "{page}");
    assert!(page.contains("has its new name"));

    let answer = browser.post(&format!("/me/tokens/{serial}/lost"), "").await;
    assert_eq!(answer.status.as_u16(), 409);
    assert!(answer.text().contains("your only token"), "{}", answer.text());

    browser.get("/me").await;
    let answer = browser.post("/me/tokens", "").await;
    let link = answer.header("location").unwrap().to_owned();
    assert!(link.starts_with("/invite/"), "{link}");
    assert!(browser.get(&link).await.text().contains(&encoded_html(&name)));

    browser.get("/me").await;
    let codes = browser.post("/me/recovery-codes", "").await;
    assert_eq!(codes.text().matches("<li><code>").count(), 10);
    assert!(browser.get("/me").await.text().contains("10 are unused"));
}

fn encoded_html(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;")
}

#[tokio::test]
async fn whoever_signs_out_is_out() {
    let server = Server::new();
    let (name, token) = server_with_somebody(&server).await;
    let mut browser = signed_in(&server, &name, &token, false).await;
    let before = browser.cookies.clone();
    assert_eq!(browser.post("/me/sign-out", "").await.header("location"), Some("/me/sign-in"));
    browser.cookies = before;
    assert_eq!(browser.get("/me").await.header("location"), Some("/me/sign-in"), "the old cookie is dead");
}
