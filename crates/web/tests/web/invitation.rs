use crate::{
    pc::code,
    server::{Answer, HOST, Server},
};
use axum::{body::Body, http::Request};
use countersign_web::Settings;
use domain::AuditKind;
use model::PersonId;
use otp::TokenUri;
use service::{AdminError, audit, enroll, people};
use std::time::Duration;

/// A browser with one invitation.
struct Browser<'s> {
    server: &'s Server,
    link: String,
    cookie: Option<String>,
    form: String,
}

impl<'s> Browser<'s> {
    async fn invited(server: &'s Server) -> (Self, PersonId) {
        let (person, secret) = server
            .admin(|work| {
                let person = people::add(work, "Mara <Müller>")?;
                Ok((person, enroll::invite(work, person, Duration::from_secs(3_600))?))
            })
            .await;
        let link = format!("/invite/{}", secret.expose_text().unwrap());
        (Self { server, link, cookie: None, form: String::new() }, person)
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let mut request = request.header("host", HOST);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("other=1; {cookie}"));
        }
        let answer = self.server.send(request.body(Body::from(body)).unwrap()).await;
        if let Some(set) = answer.header("set-cookie") {
            for needed in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
                assert!(set.contains(needed), "{set}");
            }
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        if let Some((_, rest)) = answer.text().split_once("name=\"form\" value=\"") {
            self.form = rest.split('"').next().unwrap().to_owned();
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        answer
    }

    async fn open(&mut self) -> Answer {
        let request = Request::get(&self.link);
        self.send(request, String::new()).await
    }

    async fn post(&mut self, what: &str, more: &str) -> Answer {
        let body = format!("form={}{more}", self.form);
        let request = Request::post(format!("{}/{what}", self.link))
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request, body).await
    }

    async fn show(&mut self) -> (Answer, TokenUri) {
        let answer = self.post("show", "").await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
        let (_, rest) = answer.text().split_once("class=\"key\">").unwrap();
        let key: String = rest.split('<').next().unwrap().split(' ').collect();
        (answer, TokenUri::read(&format!("otpauth://totp/x?secret={key}")).unwrap())
    }
}

async fn tokens(server: &Server, person: PersonId) -> usize {
    let name = person.to_string();
    server.admin(move |work| Ok(people::show(work.tx, &name)?.tokens.len())).await
}

fn events(server: &Server, kind: AuditKind) -> usize {
    let wanted = audit::Wanted { kind: Some(kind), ..audit::Wanted::default() };
    server.service.read(|rx| Ok::<_, AdminError>(audit::list(rx, &wanted, 100)?.len())).unwrap()
}

#[tokio::test]
async fn an_invited_person_enrolls_in_a_browser_and_the_link_is_used_up() {
    let server = Server::new();
    let (mut browser, person) = Browser::invited(&server).await;
    let page = browser.open().await;
    assert_eq!(page.status.as_u16(), 200);
    let text = page.text();
    assert!(text.contains("Mara &#60;Müller&#62;") && text.contains("Show QR"), "{text}");
    assert!(!text.contains("<svg xmlns") && text.contains("any authenticator app"), "{text}");

    let (page, uri) = browser.show().await;
    assert!(page.text().contains("<svg xmlns") && page.text().contains("autocomplete=\"one-time-code\""));
    assert_eq!(tokens(&server, person).await, 0);
    let right = code(&uri, server.now());
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let page = browser.post("confirm", &format!("&code={wrong}")).await;
    assert!(
        page.text().contains("That code is not right") && page.text().contains("4 tries"),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("class=\"key\""), "the key was shown unasked");
    assert_eq!(tokens(&server, person).await, 0);

    let page = browser.post("confirm", &format!("&code={right}")).await;
    assert!(page.text().contains("Your token is set up"), "{}", page.text());
    assert_eq!(tokens(&server, person).await, 1);
    for page in
        [browser.open().await, browser.post("show", "").await, browser.post("confirm", "&code=1").await]
    {
        assert_eq!(page.status.as_u16(), 404);
        assert!(page.text().contains("has been used or has expired"));
    }
}

#[tokio::test]
async fn opening_a_link_makes_no_seed_and_showing_twice_makes_one() {
    let server = Server::new();
    let (mut browser, _) = Browser::invited(&server).await;
    for _ in 0..3 {
        browser.open().await;
    }
    assert_eq!(events(&server, AuditKind::EnrollmentStarted), 0);
    let (_, first) = browser.show().await;
    let (_, second) = browser.show().await;
    assert_eq!(first.seed.expose(), second.seed.expose());
    assert_eq!(events(&server, AuditKind::EnrollmentStarted), 1);
}

#[tokio::test]
async fn a_form_that_does_not_come_from_the_page_does_nothing() {
    let server = Server::new();
    let (mut browser, person) = Browser::invited(&server).await;
    browser.open().await;
    let (form, cookie) = (browser.form.clone(), browser.cookie.clone());
    for (form, cookie) in [
        (String::new(), cookie.clone()),
        ("x".to_owned(), cookie.clone()),
        (form.clone(), None),
        (form.clone(), Some("__Host-countersign-form=AAAAAAAAAAAAAAAAAAAAAA".to_owned())),
        (form.clone(), Some("__Host-countersign-form=".to_owned())),
    ] {
        (browser.form, browser.cookie) = (form, cookie);
        let page = browser.post("show", "").await;
        assert_eq!(page.status.as_u16(), 403);
        assert!(!page.text().contains("class=\"key\""));
    }
    // Nor does one from the page of another invitation.
    let (mut other, _) = Browser::invited(&server).await;
    (other.form, other.cookie) = (form.clone(), cookie.clone());
    assert_eq!(other.post("show", "").await.status.as_u16(), 403);
    (browser.form, browser.cookie) = (form, cookie);
    browser.show().await;
    assert_eq!(tokens(&server, person).await, 0);
}

#[tokio::test]
async fn wrong_codes_block_the_link_for_a_while_and_a_qr_runs_out() {
    let server = Server::new();
    let (mut browser, _) = Browser::invited(&server).await;
    browser.open().await;
    let page = browser.post("confirm", "&code=123456").await;
    assert!(page.text().contains("ran out"), "{}", page.text());
    browser.show().await;
    for _ in 0..4 {
        browser.post("confirm", "&code=abc").await;
    }
    for _ in 0..2 {
        let page = browser.post("confirm", "&code=abc").await;
        assert!(page.text().contains("Wait 15 minutes"), "{}", page.text());
    }
    server.pass(901);
    let page = browser.post("confirm", "&code=abc").await;
    assert!(page.text().contains("ran out"), "{}", page.text());
    server.pass(3_600);
    assert_eq!(browser.open().await.status.as_u16(), 404);
}

#[tokio::test]
async fn links_that_are_none_read_like_used_ones() {
    let server = Server::new();
    let (mut browser, _) = Browser::invited(&server).await;
    for link in ["/invite/nothing", "/invite/%FF", "/invite/%00", "/invite/%3Cscript%3E"] {
        browser.link = link.to_owned();
        let page = browser.open().await;
        assert_eq!(page.status.as_u16(), 404, "{link}");
        assert!(page.text().contains("has been used or has expired") && !page.text().contains("script"));
    }
}

#[tokio::test]
async fn where_there_is_an_app_the_pages_say_so() {
    let server =
        Server::with(Settings { app_url: Some("https://app.example/app".into()), ..Settings::default() });
    let (mut browser, _) = Browser::invited(&server).await;
    let link = "<a href=\"https://app.example/app\">Get the app</a>";
    assert!(browser.open().await.text().contains(link));
    assert!(server.fetch("/").await.text().contains(link));
    for path in ["/assets/app.css", "/assets/mark.svg"] {
        assert_eq!(server.fetch(path).await.status.as_u16(), 200, "{path}");
    }
}
