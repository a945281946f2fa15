//! The page of a link with which somebody becomes an operator. Opening it changes nothing.

use super::{
    notes::Say,
    sign_in::{admitted, read},
    views::{self, page},
    visit::from,
};
use crate::{
    pages::{FormCookie, in_fours, key_in},
    state::App,
};
use askama::Template;
use axum::{
    Form,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use domain::Actor;
use model::Secret;
use serde::Deserialize;
use service::{
    Trouble,
    operators::{self, MIN_PASSWORD, Offer, Proof, SetUp},
};
use std::sync::Arc;

const QR_LABEL: &str = "QR code with the key of your token for the console";

#[derive(Template)]
#[template(path = "console/setup.html")]
struct Page<'a> {
    form: &'a str,
    /// For whom; `None`: they choose a name.
    invited: Option<&'a str>,
    role: &'static str,
    renews: bool,
    typed_name: &'a str,
    note: Option<&'a str>,
    svg: &'a str,
    key: &'a str,
    least: usize,
}

#[derive(Deserialize)]
struct Typed {
    form: String,
    #[serde(default)]
    name: String,
    password: String,
    repeated: String,
    code: String,
}

/// Somebody with a link.
struct Guest {
    app: Arc<App>,
    link: Secret,
    held: FormCookie,
    is_new: bool,
    host: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    link: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    match Guest::new(app, link, &headers) {
        Some(guest) => guest.page("", None, StatusCode::OK).await,
        None => gone(),
    }
}

fn gone() -> Response {
    views::say(StatusCode::NOT_FOUND, Say::LINK_GONE)
}

pub(super) async fn set_up(
    State(app): State<Arc<App>>,
    link: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let visitor = from(request.extensions(), &headers);
    let Some(guest) = Guest::new(Arc::clone(&app), link, &headers) else { return gone() };
    let typed = match read::<Typed>(request).await {
        Ok(Form(typed)) if guest.held.fits(&guest.link, &typed.form) => typed,
        Ok(_) | Err(_) => {
            let note = "Your browser did not send back what this page gave it. Scan the QR code again; if this happens \
                        again, allow cookies for this page.";
            return guest.page("", Some(note), StatusCode::FORBIDDEN).await;
        }
    };
    let (password, repeated) = (Secret::from_text(typed.password), Secret::from_text(typed.repeated));
    if password != repeated {
        let note = "The two passwords are not the same. Type both again.";
        return guest.page(&typed.name, Some(note), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let name = typed.name.clone();
    let (browser, code) = (guest.held.secret(), Secret::from_text(typed.code));
    let proof = Proof { browser, name: typed.name, password, code };
    match operators::set_up(&app.service, app.now(), visitor, guest.link.duplicate(), proof).await {
        Ok(SetUp::Done(signed_in)) => admitted(&signed_in.secret, "/admin"),
        Ok(SetUp::Gone) => gone(),
        Ok(SetUp::Again(note)) => guest.page(&name, Some(&note), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(trouble) => views::trouble(&app, &trouble),
    }
}

impl Guest {
    /// `None`: not a link at all.
    fn new(app: Arc<App>, link: Result<Path<String>, PathRejection>, headers: &HeaderMap) -> Option<Self> {
        let Path(link) = link.ok()?;
        let known = FormCookie::of(headers);
        let is_new = known.is_none();
        let held = known.unwrap_or_else(|| FormCookie::random(&mut *app.service.rng()));
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default().to_owned();
        Some(Self { app, link: Secret::from_text(link), held, is_new, host })
    }

    async fn page(&self, typed_name: &str, note: Option<&str>, status: StatusCode) -> Response {
        let (link, browser, host) = (self.link.duplicate(), self.held.secret(), self.host.clone());
        let offer = self
            .app
            .service
            .work(self.app.now(), Actor::Server, move |work| operators::offer(work, &link, &browser, &host));
        let offer = match offer.await {
            Ok(Some(offer)) => offer,
            Ok(None) => return gone(),
            Err(trouble) => return views::trouble(&self.app, &trouble),
        };
        let text = offer.uri.expose_text().unwrap_or_default();
        let Ok(matrix) = qr::Matrix::encode(text) else {
            let trouble = Trouble::Failed("an address does not fit into a QR code".into());
            return views::trouble(&self.app, &trouble);
        };
        let svg = matrix.svg(QR_LABEL);
        let key = Secret::from_text(in_fours(key_in(text).unwrap_or_default()));
        self.answer(&offer, typed_name, note, &svg, &key, status)
    }

    fn answer(
        &self,
        offer: &Offer,
        typed_name: &str,
        note: Option<&str>,
        svg: &str,
        key: &Secret,
        status: StatusCode,
    ) -> Response {
        let view = Page {
            form: &self.held.token(&self.link),
            invited: offer.name.as_deref(),
            role: views::role(offer.access.role),
            renews: offer.renews,
            typed_name,
            note,
            svg,
            key: key.expose_text().unwrap_or_default(),
            least: MIN_PASSWORD,
        };
        let mut response = page(status, &view);
        let headers = response.headers_mut();
        // The address of this page is a secret.
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        if self.is_new
            && let Some(cookie) = self.held.set()
        {
            headers.append(header::SET_COOKIE, cookie);
        }
        response
    }
}
