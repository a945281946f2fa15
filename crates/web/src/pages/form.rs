//! Did this form come from our page? A cookie that other sites cannot make a browser send, and in the form a hash of
//! it and of the invitation, which other sites cannot make since they can read neither.
//!
//! Holds no key, so that it works across restarts and nodes.

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use model::Secret;
use rand_core::Rng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The prefix keeps other hosts of the domain from setting it.
const COOKIE: &str = "__Host-countersign-form";
const BYTES: usize = 16;

/// What a browser keeps while a form is open.
pub(crate) struct FormCookie(String);

impl FormCookie {
    /// A new one.
    pub(crate) fn random(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; BYTES];
        rng.fill_bytes(&mut bytes);
        Self(BASE64URL_NOPAD.encode(&bytes))
    }

    /// The one the browser sent.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
        let plain = value.len() == BASE64URL_NOPAD.encode_len(BYTES)
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        plain.then(|| Self(value.to_owned()))
    }

    /// What it holds, for whoever shows one browser something that others are not shown.
    pub(crate) fn secret(&self) -> Secret {
        Secret::from_text(self.0.clone())
    }

    /// What the form of this invitation carries.
    pub(crate) fn token(&self, link: &Secret) -> String {
        let mut hash = Sha256::new();
        hash.update(b"countersign form\0");
        // The cookie's length is fixed, so that the two parts cannot be cut elsewhere.
        hash.update(self.0.as_bytes());
        hash.update(link.expose());
        BASE64URL_NOPAD.encode(&hash.finalize())
    }

    /// Whether a form of this invitation carries the right thing.
    pub(crate) fn fits(&self, link: &Secret, token: &str) -> bool {
        self.token(link).as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// The field that has the browser keep it.
    pub(crate) fn set(&self) -> Option<HeaderValue> {
        let text = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Strict", self.0);
        HeaderValue::try_from(text).ok()
    }
}
