//! What a browser holds of a session, and what the forms of the session carry.

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use model::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Which sessions. Each kind has a cookie of its own, so that both can be held at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Of an operator.
    Console,
    /// Of a person.
    SelfService,
}

impl Kind {
    /// The cookie. The prefix keeps other hosts of the domain from setting it, and scripts and plain HTTP from having it.
    const fn name(self) -> &'static str {
        match self {
            Self::Console => "__Host-countersign-console",
            Self::SelfService => "__Host-countersign-me",
        }
    }

    const fn form(self) -> &'static [u8] {
        match self {
            Self::Console => b"countersign console form\0",
            Self::SelfService => b"countersign self-service form\0",
        }
    }
}

/// Characters of a session's secret: 256 bits in base64url.
const LENGTH: usize = 43;

/// The value of a cookie the browser sent, if it is one of ours by its looks.
pub(crate) fn of(kind: Kind, headers: &HeaderMap) -> Option<Secret> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == kind.name())?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (value.len() == LENGTH && value.bytes().all(plain)).then(|| Secret::from_text(value.to_owned()))
}

/// Has the browser hold a session. Until it is closed: the server says when it is over.
pub(crate) fn set(kind: Kind, secret: &Secret) -> Option<HeaderValue> {
    let text = format!(
        "{}={}; Path=/; Secure; HttpOnly; SameSite=Strict",
        kind.name(),
        secret.expose_text().unwrap_or_default()
    );
    HeaderValue::try_from(text).ok()
}

/// Has the browser forget it.
pub(crate) fn forget(kind: Kind) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict", kind.name()))
        .ok()
}

/// What the forms of a session carry. Whoever cannot read the cookie cannot make it.
pub(crate) fn form_token(kind: Kind, secret: &Secret) -> String {
    let mut hash = Sha256::new();
    hash.update(kind.form());
    hash.update(secret.expose());
    BASE64URL_NOPAD.encode(&hash.finalize())
}

/// Whether a form carries the right thing.
pub(crate) fn fits(kind: Kind, secret: &Secret, token: &str) -> bool {
    form_token(kind, secret).as_bytes().ct_eq(token.as_bytes()).into()
}
