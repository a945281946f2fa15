use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::Signer;
use model::{MachineId, Secret};
use rand_core::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

/// A text or a row of bytes is not what it was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Not 32 bytes, or not in the text form of a key.
    #[error("not an Ed25519 key")]
    Malformed,
    /// A public key of small order, under which one signature fits many messages.
    #[error("an Ed25519 key of small order")]
    Weak,
    /// Not a SHA-256 fingerprint in hexadecimal.
    #[error("not a fingerprint: expected 64 lower-case hexadecimal digits")]
    Fingerprint,
    /// Not `mch_…` or `new:…`.
    #[error("not a key id")]
    KeyId,
    /// Not `sig=:…:` with 64 bytes.
    #[error("not a signature")]
    Signature,
}

/// An Ed25519 private key (RFC 8032). Wiped on drop; prints as a placeholder.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A new key. `rng` must be fit for keys.
    pub fn random(rng: &mut dyn Rng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The key with this 32-byte seed, as [`Self::to_secret`] gave it.
    ///
    /// # Errors
    ///
    /// [`InvalidKey::Malformed`] when it is not 32 bytes.
    pub fn from_secret(secret: &Secret) -> Result<Self, InvalidKey> {
        let seed = secret.expose().try_into().map_err(|_| InvalidKey::Malformed)?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// The 32-byte seed, to be sealed and stored.
    pub fn to_secret(&self) -> Secret {
        Secret::new(self.0.as_bytes().to_vec())
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs a message that is not HTTP.
    ///
    /// `purpose` is signed before it, so that a signature made for one purpose fits no other. A purpose starts
    /// with a letter; a signature base starts with a quotation mark, so it is never one.
    pub fn sign(&self, purpose: &'static str, message: &[u8]) -> SignatureValue {
        self.sign_raw(&with_purpose(purpose, message))
    }

    pub(super) fn sign_raw(&self, message: &[u8]) -> SignatureValue {
        SignatureValue(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// An Ed25519 public key (RFC 8032).
///
/// Text form: base64url without padding. INVARIANT: a point of the curve, not of small order.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// The key with these bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidKey::Malformed`] for bytes that are no key, [`InvalidKey::Weak`] for one of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, InvalidKey> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| InvalidKey::Malformed)?;
        if key.is_weak() { Err(InvalidKey::Weak) } else { Ok(Self(key)) }
    }

    /// The 32 bytes, as stored.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// SHA-256 over the 32 bytes.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(self.0.as_bytes()).into())
    }

    /// Whether `signature` was made by [`SigningKey::sign`] with this key for this purpose and message.
    #[must_use]
    pub fn verifies(&self, purpose: &'static str, message: &[u8], signature: &SignatureValue) -> bool {
        self.verifies_raw(&with_purpose(purpose, message), signature)
    }

    /// Strict: a signature that only some verifiers would take is refused.
    pub(super) fn verifies_raw(&self, message: &[u8], signature: &SignatureValue) -> bool {
        self.0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
    }
}

fn with_purpose(purpose: &str, message: &[u8]) -> Vec<u8> {
    [purpose.as_bytes(), &[0], message].concat()
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

impl FromStr for VerifyingKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        Self::from_bytes(&decode(&BASE64URL_NOPAD, text).ok_or(InvalidKey::Malformed)?)
    }
}

/// SHA-256 of a public key. Text form: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint with these bytes, as stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        decode(&HEXLOWER, text).map(Self).ok_or(InvalidKey::Fingerprint)
    }
}

/// Whose key signed a request: the parameter `keyid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyId {
    /// A joined machine, `mch_…`: its key is on record.
    Machine(MachineId),
    /// A machine that is about to join, `new:` and its key's fingerprint: the key is in the body.
    New(Fingerprint),
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(id) => id.fmt(f),
            Self::New(fingerprint) => write!(f, "new:{fingerprint}"),
        }
    }
}

impl FromStr for KeyId {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let id = match text.strip_prefix("new:") {
            Some(fingerprint) => Self::New(fingerprint.parse().map_err(|_| InvalidKey::KeyId)?),
            None => Self::Machine(text.parse().map_err(|_| InvalidKey::KeyId)?),
        };
        Ok(id)
    }
}

/// The 64 bytes of an Ed25519 signature. Text form: the value of a `Signature` field, `sig=:…:`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignatureValue([u8; 64]);

impl SignatureValue {
    /// The signature with these bytes, as stored. Whether it fits anything is not checked.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub const fn to_bytes(self) -> [u8; 64] {
        self.0
    }
}

impl fmt::Display for SignatureValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sig=:{}:", BASE64.encode(&self.0))
    }
}

impl fmt::Debug for SignatureValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SignatureValue {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        text.strip_prefix("sig=:")
            .and_then(|rest| rest.strip_suffix(':'))
            .and_then(|text| decode(&BASE64, text))
            .map(Self)
            .ok_or(InvalidKey::Signature)
    }
}

macro_rules! text_form {
    ($($name:ident)*) => {$(
        impl TryFrom<String> for $name {
            type Error = InvalidKey;

            fn try_from(text: String) -> Result<Self, InvalidKey> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    )*};
}

text_form! { VerifyingKey Fingerprint SignatureValue }

/// At most `max` bytes in the given encoding; the length is checked before anything is decoded.
pub(crate) fn decode_vec(encoding: &data_encoding::Encoding, text: &str, max: usize) -> Option<Vec<u8>> {
    if text.len() > encoding.encode_len(max) {
        return None;
    }
    encoding.decode(text.as_bytes()).ok()
}

/// Exactly `N` bytes in the given encoding; the length is checked before anything is decoded.
pub(crate) fn decode<const N: usize>(encoding: &data_encoding::Encoding, text: &str) -> Option<[u8; N]> {
    if text.len() != encoding.encode_len(N) {
        return None;
    }
    encoding.decode(text.as_bytes()).ok()?.try_into().ok()
}
