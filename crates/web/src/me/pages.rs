//! What the pages of self-service are made from.

use super::admit::Visit;
use crate::{
    console::views::{ago, when},
    session_cookie::{self, Kind},
};
use askama::Template;
use domain::{Origin, Token, TokenState};
use model::UnixTime;
use service::me::{Overview, Seen};

/// What is around every page of a session.
pub(super) struct Chrome<'a> {
    pub(super) person: &'a str,
    pub(super) form: String,
    pub(super) done: Option<&'static str>,
}

impl<'a> Chrome<'a> {
    pub(super) fn of(visit: &'a Visit) -> Self {
        Self {
            person: &visit.signed.person.name,
            form: session_cookie::form_token(Kind::SelfService, &visit.signed.secret),
            done: visit.done.as_deref().and_then(done),
        }
    }
}

/// What an address says was done, in a sentence.
fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "confirmed" => "Confirmed for 5 minutes. Do again what you were about to do.",
        "renamed" => "The token has its new name.",
        "removed" => "The token is gone: its codes are never taken again.",
        "lost" => {
            "The token is blocked: its codes are never taken again, and your administrators can see that you lost it. \
             If the phone had a backup of your tokens, set up new ones in place of all others in it, too."
        }
        _ => return None,
    })
}

#[derive(Template)]
#[template(path = "me/sign_in.html")]
pub(super) struct SignIn<'a> {
    pub(super) form: &'a str,
    pub(super) name: &'a str,
    pub(super) note: Option<&'a str>,
    pub(super) bad: bool,
}

#[derive(Template)]
#[template(path = "me/step_up.html")]
pub(super) struct StepUp<'a> {
    pub(super) chrome: Chrome<'a>,
    pub(super) note: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "me/codes.html")]
pub(super) struct Codes<'a> {
    pub(super) chrome: Chrome<'a>,
    pub(super) codes: Vec<&'a str>,
}

#[derive(Template)]
#[template(path = "me/overview.html")]
pub(super) struct Mine<'a> {
    chrome: Chrome<'a>,
    fresh: bool,
    tokens: Vec<TokenRow>,
    codes: usize,
    sign_ins: Vec<Row>,
}

struct TokenRow {
    title: String,
    serial: String,
    label: String,
    disabled: bool,
    created: String,
    place: &'static str,
    used: String,
}

struct Row {
    when: String,
    what: &'static str,
    place: String,
}

impl<'a> Mine<'a> {
    pub(super) fn new(visit: &'a Visit, overview: Overview) -> Self {
        let now = visit.now;
        Self {
            chrome: Chrome::of(visit),
            fresh: visit.signed.is_fresh(now),
            tokens: overview.tokens.into_iter().map(|token| row(token, now)).collect(),
            codes: overview.recovery_codes,
            sign_ins: overview
                .sign_ins
                .into_iter()
                .map(|sign_in| Row {
                    when: when(sign_in.at),
                    what: said(sign_in.what),
                    place: sign_in.machine.unwrap_or_else(|| "in a browser".to_owned()),
                })
                .collect(),
        }
    }
}

fn row(token: Token, now: UnixTime) -> TokenRow {
    TokenRow {
        title: if token.label.is_empty() { token.serial.clone() } else { token.label.clone() },
        disabled: token.state == TokenState::Disabled,
        created: when(token.created_at),
        place: match token.origin {
            Origin::Machine(_) => "at a PC",
            Origin::Invitation(_) => "in a browser",
            Origin::Hardware => "by an administrator",
            Origin::Client(_) => "at another program",
        },
        used: token.last_used_at.map_or_else(|| "never".to_owned(), |at| ago(at, now)),
        serial: token.serial,
        label: token.label,
    }
}

const fn said(what: Seen) -> &'static str {
    match what {
        Seen::SignedIn => "Signed in to Windows",
        Seen::CodeRight => "Code accepted",
        Seen::CodeWrong => "Wrong or used code",
        Seen::OtherCode => "Recovery code used",
        Seen::Refused => "Sign-in refused",
        Seen::Enrolled => "Token set up",
        Seen::SelfService => "Opened this page",
    }
}
