//! An operator with a browser, as far as forms go.

use crate::server::{Answer, HOST, Server};
use axum::{body::Body, http::Request};
use domain::{Access, Role, Scope};
use model::Secret;
use otp::{TimeStep, TokenKind, TokenUri};
use service::operators;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A browser: what it holds, and the token of whoever sits before it.
pub(crate) struct Browser<'s> {
    pub(crate) server: &'s Server,
    pub(crate) cookies: Vec<(String, String)>,
    /// The token of the form on the page it shows.
    pub(crate) form: String,
    pub(crate) token: Option<TokenUri>,
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl<'s> Browser<'s> {
    pub(crate) fn new(server: &'s Server) -> Self {
        Self { server, cookies: Vec::new(), form: String::new(), token: None }
    }

    /// The first operator, signed in.
    pub(crate) async fn owner(server: &'s Server) -> Self {
        let link = server.admin(|work| Ok(operators::set_up_link(work)?)).await.unwrap().secret;
        let mut browser = Self::new(server);
        browser.set_up(&link, "Mara").await;
        browser
    }

    /// Another operator, signed in.
    pub(crate) async fn operator(server: &'s Server, role: Role, scope: Scope) -> Self {
        let there = server.admin(|work| Ok(operators::list(work.tx)?)).await.len();
        let name = format!("{} {there}", role.as_str());
        let access = Access { role, scope };
        let link = server.admin(move |work| operators::invite(work, &name, access)).await.secret;
        let mut browser = Self::new(server);
        browser.set_up(&link, "").await;
        browser
    }

    async fn set_up(&mut self, link: &Secret, name: &str) {
        let path = format!("/setup/{}", link.expose_text().unwrap());
        let page = self.get(&path).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text());
        let (_, rest) = page.text().split_once("class=\"key\">").unwrap();
        let key: String = rest.split('<').next().unwrap().split(' ').collect();
        self.token = Some(TokenUri::read(&format!("otpauth://totp/x?secret={key}")).unwrap());
        let typed = format!(
            "name={}&password={p}&repeated={p}&code={}",
            encoded(name),
            self.code(),
            p = encoded(PASSWORD)
        );
        let answer = self.post(&path, &typed).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, Some("/admin")),
            "{}",
            answer.text()
        );
        self.get("/admin").await;
    }

    /// The code that the token shows now.
    pub(crate) fn code(&self) -> String {
        let uri = self.token.as_ref().unwrap();
        let TokenKind::Totp { period } = uri.parameters.kind else { panic!("not a TOTP token") };
        let step = TimeStep::at(self.server.now(), period);
        otp::totp(&uri.seed, uri.parameters.algorithm, uri.parameters.digits, step).expose().to_owned()
    }

    pub(crate) fn cookie(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub(crate) fn session_cookie(&self) -> Option<&str> {
        let found = self.cookies.iter().find(|(name, _)| name == "__Host-countersign-console");
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let request = request.header("host", HOST).header("cookie", self.cookie());
        let answer = self.server.send(request.body(Body::from(body)).unwrap()).await;
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            for needed in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/", "__Host-"] {
                assert!(set.contains(needed), "{set}");
            }
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        if let Ok(text) = std::str::from_utf8(&answer.body)
            && let Some((_, rest)) = text.split_once("name=\"form\" value=\"")
        {
            self.form = rest.split('"').next().unwrap().to_owned();
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    pub(crate) async fn post(&mut self, path: &str, typed: &str) -> Answer {
        let body = format!("form={}&{typed}", self.form);
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body).await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str, code: &str, next: &str) -> Answer {
        self.get("/admin/sign-in").await;
        let typed = format!(
            "name={}&password={}&code={code}&next={}",
            encoded(name),
            encoded(password),
            encoded(next)
        );
        self.post("/admin/sign-in", &typed).await
    }
}
