//! What an operator's browser holds.

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use model::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The prefix keeps other hosts of the domain from setting it, and scripts and plain HTTP from having it.
const NAME: &str = "__Host-countersign-console";
/// Characters of a session's secret: 256 bits in base64url.
const LENGTH: usize = 43;

/// The value of a cookie the browser sent, if it is one of ours by its looks.
pub(super) fn of(headers: &HeaderMap) -> Option<Secret> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == NAME)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (value.len() == LENGTH && value.bytes().all(plain)).then(|| Secret::from_text(value.to_owned()))
}

/// Has the browser hold a session. Until it is closed: the server says when it is over.
pub(super) fn set(secret: &Secret) -> Option<HeaderValue> {
    let text = format!(
        "{NAME}={}; Path=/; Secure; HttpOnly; SameSite=Strict",
        secret.expose_text().unwrap_or_default()
    );
    HeaderValue::try_from(text).ok()
}

/// Has the browser forget it.
pub(super) fn forget() -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict")).ok()
}

/// What the forms of a session carry. Whoever cannot read the cookie cannot make it.
pub(super) fn form_token(secret: &Secret) -> String {
    let mut hash = Sha256::new();
    hash.update(b"countersign console form\0");
    hash.update(secret.expose());
    BASE64URL_NOPAD.encode(&hash.finalize())
}

/// Whether a form carries the right thing.
pub(super) fn fits(secret: &Secret, token: &str) -> bool {
    form_token(secret).as_bytes().ct_eq(token.as_bytes()).into()
}
