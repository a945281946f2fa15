//! What others try through the browser of somebody who is signed in, or with an address they sent.

use super::browser::{Browser, PASSWORD, encoded};
use crate::server::{Answer, HOST, Server};
use axum::{body::Body, http::Request};
use service::people;

async fn name_of_everybody(server: &Server) -> Vec<String> {
    let all = server.admin(|work| Ok(people::list(work.tx)?)).await;
    all.into_iter().map(|described| described.person.name).collect()
}

/// A form that adds somebody, as it might come.
async fn add(browser: &Browser<'_>, form: &str, fields: &[(&str, &str)]) -> Answer {
    let mut request = Request::post("/admin/people")
        .header("host", HOST)
        .header("cookie", browser.cookie())
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let body = format!("{form}name=Eve");
    browser.server.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_form_that_does_not_come_from_a_page_of_this_session_does_nothing() {
    let server = Server::new();
    let owner = Browser::owner(&server).await;
    let other = Browser::operator(&server, domain::Role::Owner, domain::Scope::All).await;
    let ours = format!("form={}&", owner.form);
    for form in ["", "form=&", "form=x&", &format!("form={}&", other.form), &format!("form={}x&", owner.form)]
    {
        let answer = add(&owner, form, &[("sec-fetch-site", "same-origin")]).await;
        assert_eq!(answer.status.as_u16(), 403, "{form}");
    }
    for fields in [
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        [("sec-fetch-site", "same-site"), ("origin", "https://app.countersign.example")],
        [("x-nothing", ""), ("origin", "https://evil.example")],
        [("x-nothing", ""), ("origin", "null")],
    ] {
        let answer = add(&owner, &ours, &fields).await;
        assert_eq!(answer.status.as_u16(), 403, "{fields:?}");
    }
    assert!(name_of_everybody(&server).await.is_empty());
    for fields in [
        &[("sec-fetch-site", "same-origin"), ("origin", "https://countersign.example")][..],
        &[("origin", "https://countersign.example")],
        &[],
    ] {
        assert_eq!(add(&owner, &ours, fields).await.status.as_u16(), 303, "{fields:?}");
    }
    assert_eq!(name_of_everybody(&server).await.len(), 3);
}

#[tokio::test]
async fn a_sign_in_form_of_somebody_else_signs_nobody_in() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    server.pass(60);
    let typed = format!("name=Mara&password={}&code={}", encoded(PASSWORD), owner.code());
    let mut victim = Browser::new(&server);
    victim.get("/admin/sign-in").await;
    // The form of the attacker's own browser.
    owner.cookies.clear();
    owner.get("/admin/sign-in").await;
    victim.form = owner.form.clone();
    assert_eq!(victim.post("/admin/sign-in", &typed).await.status.as_u16(), 403);
    assert!(victim.session_cookie().is_none());
    victim.get("/admin/sign-in").await;
    assert_eq!(victim.post("/admin/sign-in", &typed).await.status.as_u16(), 303);
}

#[tokio::test]
async fn a_session_begun_before_signing_in_is_none_after_it() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let before = owner.session_cookie().unwrap().to_owned();
    server.pass(60);
    // What an attacker planted, whether it looks like one or is another's.
    let planted = "A".repeat(43);
    let mut browser = Browser::new(&server);
    browser.cookies.push(("__Host-countersign-console".into(), planted.clone()));
    browser.token = owner.token.take();
    let code = browser.code();
    assert_eq!(browser.sign_in("Mara", PASSWORD, &code, "").await.status.as_u16(), 303);
    let after = browser.session_cookie().unwrap();
    assert_ne!(after, planted);
    assert_ne!(after, before);
    let mut thief = Browser::new(&server);
    thief.cookies.push(("__Host-countersign-console".into(), planted));
    assert_eq!(thief.get("/admin").await.status.as_u16(), 303);
}

#[tokio::test]
async fn showing_the_code_again_changes_the_cookie_and_the_old_one_is_dead() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let before = owner.cookies.clone();
    server.pass(301);
    owner.get("/admin/step-up?next=%2Fadmin%2Fpeople").await;
    let typed = format!("next=%2Fadmin%2Fpeople&code={}", owner.code());
    let answer = owner.post("/admin/step-up", &typed).await;
    assert_eq!(answer.header("location"), Some("/admin/people?done=stepped-up"), "{}", answer.text());
    assert_ne!(owner.cookies, before);
    assert!(owner.get("/admin/people?done=stepped-up").await.text().contains("Confirmed for 5 minutes"));
    let mut thief = Browser::new(&server);
    thief.cookies = before;
    assert_eq!(thief.get("/admin").await.status.as_u16(), 303);
}

#[tokio::test]
async fn no_page_of_the_console_is_in_a_frame_in_a_cache_or_runs_a_script() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let mut pages = vec!["/setup/nothing", "/admin/sign-in", "/admin/nothing-of-ours"];
    let table = server.console_routes();
    pages.extend(table.iter().map(|declared| declared.path).filter(|path| !path.contains('{')));
    for path in pages {
        let answer = owner.get(path).await;
        if answer.status.as_u16() == 404 && path.ends_with("ours") || answer.status.as_u16() == 405 {
            continue;
        }
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path}"));
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("script") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        for blocked in ["<script", " style=", "<style", "onclick"] {
            assert!(!answer.text().contains(blocked), "{blocked} in {path}");
        }
    }
}

#[tokio::test]
async fn a_sign_in_leads_nowhere_but_to_the_console() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    for (next, to) in [
        ("https://evil.example", "/admin"),
        ("//evil.example/admin", "/admin"),
        ("/admin//evil.example", "/admin"),
        ("/admin/\r\nset-cookie: a=b", "/admin"),
        ("/admin/people?q=mara", "/admin/people?q=mara"),
    ] {
        server.pass(60);
        let code = owner.code();
        let answer = owner.sign_in("Mara", PASSWORD, &code, next).await;
        assert_eq!(answer.header("location"), Some(to), "{next}");
        assert!(!answer.headers.contains_key("a"));
    }
}

#[tokio::test]
async fn a_page_that_needs_a_session_is_gone_on_to_after_the_sign_in() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    owner.cookies.clear();
    let answer = owner.get("/admin/people?q=mara").await;
    assert_eq!(answer.header("location"), Some("/admin/sign-in?next=%2Fadmin%2Fpeople%3Fq%3Dmara"));
    let answer = owner.get("/admin/sign-in?next=https%3A%2F%2Fevil.example%22%3E").await;
    assert!(!answer.text().contains("evil"), "{}", answer.text());
}

#[tokio::test]
async fn paths_and_texts_of_others_are_shown_as_text_or_not_at_all() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let evil = "<b>\"'&</b><script>alert(1)</script>";
    owner.post("/admin/people", &format!("name={}", encoded(evil))).await;
    let page = owner.get(&format!("/admin/people?q={}", encoded("<b>"))).await;
    assert!(page.text().contains("&#60;b&#62;") && !page.text().contains("<b>"), "{}", page.text());
    for path in [
        "/admin/people/..%2f..%2fetc%2fpasswd",
        "/admin/people/%00",
        "/admin/people/%FF",
        "/admin/people/per_%0d%0aset-cookie:a=b",
        "/admin/people/../../metrics",
        "/setup/..%2f..%2fetc",
        "/setup/%FF",
    ] {
        let answer = owner.get(path).await;
        assert!([400, 404].contains(&answer.status.as_u16()), "{path} {}", answer.status);
        assert!(!answer.text().contains("root:"));
    }
}

#[tokio::test]
async fn forms_that_are_too_large_or_none_are_refused_before_anything_is_done() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let large = format!("name={}", "x".repeat(64 * 1024));
    for path in ["/admin/people", "/admin/sign-in", "/setup/nothing"] {
        assert_eq!(owner.post(path, &large).await.status.as_u16(), 413, "{path}");
    }
    for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain", ""] {
        let form = owner.form.clone();
        let request = Request::post("/admin/people").header("content-type", kind);
        let answer = owner.send(request, format!("form={form}&name=Eve")).await;
        assert_eq!(answer.status.as_u16(), 415, "{kind}");
    }
    assert!(name_of_everybody(&server).await.is_empty());
}

#[tokio::test]
async fn signing_out_ends_the_session_and_forgets_the_cookie() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let held = owner.cookies.clone();
    let answer = owner.post("/admin/sign-out", "").await;
    assert_eq!(answer.header("location"), Some("/admin/sign-in?out=1"));
    assert!(owner.session_cookie().is_none());
    owner.cookies = held;
    assert_eq!(owner.get("/admin").await.status.as_u16(), 303);
}

#[tokio::test]
async fn whoever_is_disabled_or_changed_is_so_at_the_next_page() {
    let server = Server::new();
    let _owner = Browser::owner(&server).await;
    let mut noor = Browser::operator(&server, domain::Role::Owner, domain::Scope::All).await;
    assert_eq!(noor.get("/admin/people").await.status.as_u16(), 200);
    let id = server
        .admin(|work| Ok(service::operators::list(work.tx)?))
        .await
        .into_iter()
        .find(|operator| operator.name != "Mara")
        .unwrap()
        .id;
    let lesser = domain::Access { role: domain::Role::Auditor, scope: domain::Scope::All };
    server.admin(move |work| service::operators::set_access(work, id, lesser)).await;
    assert_eq!(noor.post("/admin/people", "name=Eve").await.status.as_u16(), 403);
    server.admin(move |work| service::operators::disable(work, id)).await;
    assert_eq!(noor.get("/admin").await.status.as_u16(), 303);
}
