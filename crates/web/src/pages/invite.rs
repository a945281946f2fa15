//! Invitations: open the link, show the QR, type the first code.
//!
//! Opening the link changes nothing, since mail scanners and previews do it too; a seed is made when somebody presses
//! *Show QR*.

use super::{
    form::FormCookie,
    page,
    views::{Invite, Message, Qr},
};
use crate::state::App;
use axum::{
    Form, Router,
    extract::{
        Path, State,
        rejection::{FormRejection, PathRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::Response,
    routing::get,
};
use model::{Secret, UnixTime};
use serde::Deserialize;
use service::{
    Actor, Trouble,
    enroll::{InvitedAnswer, confirm_invited, invited, show_invited},
};
use std::sync::Arc;

const QR_LABEL: &str = "QR code with the key of your new token";
const FORM_LOST: &str = "Your browser did not send back what this page gave it. Try again; if it happens again, \
                         allow cookies for this page.";

pub(super) fn routes() -> Router<Arc<App>> {
    // Going back in the browser, or reloading, asks for the address of a form with GET.
    Router::new()
        .route("/invite/{link}", get(start))
        .route("/invite/{link}/show", get(start).post(show))
        .route("/invite/{link}/confirm", get(start).post(confirm))
}

type Link = Result<Path<String>, PathRejection>;

#[derive(Deserialize)]
struct ShowForm {
    form: String,
}

#[derive(Deserialize)]
struct ConfirmForm {
    form: String,
    code: String,
}

async fn start(State(app): State<Arc<App>>, link: Link, headers: HeaderMap) -> Response {
    let Some(visit) = Visit::new(&app, link, &headers) else { return gone() };
    visit.start(None, StatusCode::OK).await
}

async fn show(
    State(app): State<Arc<App>>,
    link: Link,
    headers: HeaderMap,
    form: Result<Form<ShowForm>, FormRejection>,
) -> Response {
    let Some(visit) = Visit::new(&app, link, &headers) else { return gone() };
    if !form.is_ok_and(|Form(form)| visit.is_ours(&form.form)) {
        return visit.start(Some(FORM_LOST), StatusCode::FORBIDDEN).await;
    }
    let link = visit.link.duplicate();
    let shown = app.service.work(app.now(), Actor::Invitation, move |work| {
        let Some(invited) = invited(work, &link)? else { return Ok(None) };
        let uri = show_invited(work, &invited)?;
        Ok::<_, Trouble>(Some((invited.name, uri)))
    });
    match shown.await {
        Ok(Some((person, uri))) => visit.picture(&person, &uri),
        Ok(None) => gone(),
        Err(trouble) => visit.trouble(&trouble),
    }
}

async fn confirm(
    State(app): State<Arc<App>>,
    link: Link,
    headers: HeaderMap,
    form: Result<Form<ConfirmForm>, FormRejection>,
) -> Response {
    let Some(visit) = Visit::new(&app, link, &headers) else { return gone() };
    let code = match form {
        Ok(Form(form)) if visit.is_ours(&form.form) => Secret::from_text(form.code),
        Ok(_) | Err(_) => return visit.start(Some(FORM_LOST), StatusCode::FORBIDDEN).await,
    };
    let (now, link) = (app.now(), visit.link.duplicate());
    let confirmed = app.service.work(now, Actor::Invitation, move |work| {
        let Some(invited) = invited(work, &link)? else { return Ok(None) };
        // What cannot be a code is a wrong one, and counts.
        let code = code.expose_text().and_then(|text| text.parse().ok());
        let answer = confirm_invited(work, &invited, code.as_ref())?;
        Ok::<_, Trouble>(Some((invited.name, answer)))
    });
    match confirmed.await {
        Ok(Some((_, InvitedAnswer::Enrolled))) => page(StatusCode::OK, &Message::DONE),
        Ok(Some((person, answer))) => {
            let (note, asks_code) = said(&answer, now);
            visit.view(&person, Some(&note), None, asks_code, StatusCode::OK)
        }
        Ok(None) => gone(),
        Err(trouble) => visit.trouble(&trouble),
    }
}

/// What happened and what to do, and whether another code may be typed.
fn said(answer: &InvitedAnswer, now: UnixTime) -> (String, bool) {
    match answer {
        InvitedAnswer::Enrolled => (Message::DONE.text.to_owned(), false),
        InvitedAnswer::Wrong { left } => {
            let tries =
                if *left == 1 { "1 try is left".to_owned() } else { format!("{left} tries are left") };
            let text = format!(
                "That code is not right. Check that your phone sets its clock by itself, wait for the next code and \
                 type that one; {tries}."
            );
            (text, true)
        }
        InvitedAnswer::Expired => {
            let text = "The QR code ran out before its first code was typed. Press Show QR for a new one, and \
                        remove the old entry from your app.";
            (text.to_owned(), false)
        }
        InvitedAnswer::Lost { place, .. } => {
            let text = format!(
                "A token of yours was set up on {place} meanwhile, so the QR code shown here is void. Remove it from \
                 your app. If you want a second token, press Show QR. If it was not you on {place}, tell your \
                 administrator at once."
            );
            (text, false)
        }
        InvitedAnswer::Blocked { until } => {
            let minutes = until.since(now).as_secs().div_ceil(60).max(1);
            let wait = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
            (format!("Too many codes were not right. Wait {wait}, then press Show QR and try again."), false)
        }
    }
}

fn gone() -> Response {
    page(StatusCode::NOT_FOUND, &Message::GONE)
}

/// Somebody with a link.
struct Visit<'a> {
    app: &'a App,
    link: Secret,
    cookie: FormCookie,
    is_new: bool,
}

impl<'a> Visit<'a> {
    /// `None`: not a link at all.
    fn new(app: &'a App, link: Link, headers: &HeaderMap) -> Option<Self> {
        let Path(link) = link.ok()?;
        let known = FormCookie::of(headers);
        let is_new = known.is_none();
        let cookie = known.unwrap_or_else(|| FormCookie::random(&mut *app.service.rng()));
        Some(Self { app, link: Secret::from_text(link), cookie, is_new })
    }

    fn is_ours(&self, form: &str) -> bool {
        self.cookie.fits(&self.link, form)
    }

    async fn start(&self, note: Option<&str>, status: StatusCode) -> Response {
        let link = self.link.duplicate();
        let found =
            self.app.service.work(self.app.now(), Actor::Invitation, move |work| invited(work, &link));
        match found.await {
            Ok(Some(invited)) => self.view(&invited.name, note, None, false, status),
            Ok(None) => gone(),
            Err(trouble) => self.trouble(&trouble),
        }
    }

    fn picture(&self, person: &str, uri: &Secret) -> Response {
        let text = uri.expose_text().unwrap_or_default();
        let Ok(matrix) = qr::Matrix::encode(text) else {
            return self.trouble(&Trouble::Failed("an address does not fit into a QR code".into()));
        };
        let svg = matrix.svg(QR_LABEL);
        let key = key_in(text).map(|key| Secret::from_text(in_fours(key)));
        let qr = Qr { svg: &svg, key: key.as_ref().and_then(Secret::expose_text) };
        self.view(person, None, Some(qr), true, StatusCode::OK)
    }

    fn view(
        &self,
        person: &str,
        note: Option<&str>,
        qr: Option<Qr<'_>>,
        asks_code: bool,
        status: StatusCode,
    ) -> Response {
        let view = Invite {
            person,
            link: self.link.expose_text().unwrap_or_default(),
            form: &self.cookie.token(&self.link),
            app_url: self.app.settings.app_url.as_deref(),
            note,
            qr,
            asks_code,
        };
        let mut response = page(status, &view);
        if self.is_new
            && let Some(cookie) = self.cookie.set()
        {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }

    fn trouble(&self, trouble: &Trouble) -> Response {
        self.app.log(trouble);
        page(StatusCode::SERVICE_UNAVAILABLE, &Message::TROUBLE)
    }
}

/// The key in the address a QR code carries.
pub(crate) fn key_in(uri: &str) -> Option<&str> {
    let (_, query) = uri.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("secret="))
}

pub(crate) fn in_fours(key: &str) -> String {
    // Exactly as long as it gets: growing would leave copies behind that nobody wipes.
    let mut text = String::with_capacity(key.len() + key.len() / 4);
    for (i, letter) in key.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}
