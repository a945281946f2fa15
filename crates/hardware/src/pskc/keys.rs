//! What the values of a file are encrypted with (RFC 6030 §6): a key that was agreed on, or one from a password.

use super::{
    value::{base64, decrypt},
    xml::{child, text},
};
use crate::{CannotRead, FileKey, Problem, token::shown};
use hmac::{Hmac, KeyInit, Mac};
use model::Secret;
use pbkdf2::pbkdf2_hmac;
use roxmltree::Node;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

/// The most rounds of a derivation: some seconds.
const MAX_ROUNDS: u32 = 10_000_000;
/// The longest derived key, and the longest of any, in bytes.
const MAX_KEY: usize = 64;

/// The key of a file and that of its check values.
pub(super) struct Keys {
    key: Option<Secret>,
    mac: Option<MacKey>,
}

struct MacKey {
    method: MacMethod,
    /// `None`: where the file has no key for it, that of the encryption serves.
    key: Option<Result<Secret, Problem>>,
}

enum MacMethod {
    Sha1,
    Sha256,
    Other(String),
}

impl Keys {
    pub(super) fn of(container: Node<'_, '_>, given: Option<&FileKey>) -> Result<Self, CannotRead> {
        let key = match child(container, "EncryptionKey") {
            Some(wanted) => given.map(|given| key(wanted, given)).transpose()?,
            None => None,
        };
        let mac = child(container, "MACMethod").map(|method| MacKey {
            method: match method.attribute("Algorithm").unwrap_or_default() {
                "http://www.w3.org/2000/09/xmldsig#hmac-sha1" => MacMethod::Sha1,
                "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256" => MacMethod::Sha256,
                other => MacMethod::Other(shown(other)),
            },
            key: child(method, "MACKey").map(|value| decrypt(value, key.as_ref())),
        });
        Ok(Self { key, mac })
    }

    /// The key of the encryption, if one was given.
    pub(super) fn key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// Whether this is the check value of bytes as they are encrypted.
    pub(super) fn check(&self, sealed: &[u8], expected: &[u8]) -> Result<(), Problem> {
        let mac = self.mac.as_ref().ok_or(Problem::NoMac)?;
        let key = match &mac.key {
            Some(Ok(key)) => key,
            Some(Err(problem)) => return Err(problem.clone()),
            None => self.key.as_ref().ok_or(Problem::Encrypted)?,
        };
        let fits = match &mac.method {
            MacMethod::Sha1 => Hmac::<Sha1>::new_from_slice(key.expose())
                .is_ok_and(|mac| mac.chain_update(sealed).verify_slice(expected).is_ok()),
            MacMethod::Sha256 => Hmac::<Sha256>::new_from_slice(key.expose())
                .is_ok_and(|mac| mac.chain_update(sealed).verify_slice(expected).is_ok()),
            MacMethod::Other(name) => return Err(Problem::Cipher(name.clone())),
        };
        if fits { Ok(()) } else { Err(Problem::MacMismatch) }
    }
}

fn key(wanted: Node<'_, '_>, given: &FileKey) -> Result<Secret, CannotRead> {
    let derived = child(wanted, "DerivedKey");
    match (derived, given) {
        (Some(derived), FileKey::Password(password)) => derive(derived, password),
        (Some(_), FileKey::Key(_)) => {
            Err(CannotRead::OtherKey("the file is encrypted with a password, and a key was given"))
        }
        (None, FileKey::Password(_)) => {
            Err(CannotRead::OtherKey("the file is encrypted with a key, and a password was given"))
        }
        (None, FileKey::Key(key)) => Ok(key.duplicate()),
    }
}

/// PBKDF2 with what the file says (RFC 6030 §6.2).
fn derive(derived: Node<'_, '_>, password: &Secret) -> Result<Secret, CannotRead> {
    let other = |what: &str| CannotRead::Derivation(what.to_owned());
    let method = child(derived, "KeyDerivationMethod").ok_or_else(|| other("it does not say how"))?;
    let name = method.attribute("Algorithm").unwrap_or_default();
    if !name.ends_with("#pbkdf2") {
        return Err(other(&shown(name)));
    }
    let parameters = child(method, "PBKDF2-params").ok_or_else(|| other("it has no parameters"))?;
    let salt = child(parameters, "Salt").and_then(|salt| child(salt, "Specified")).map(text);
    let salt = salt.and_then(base64).ok_or_else(|| other("it has no salt"))?;
    let rounds = child(parameters, "IterationCount").and_then(|count| text(count).parse::<u32>().ok());
    let rounds = rounds.filter(|rounds| (1..=MAX_ROUNDS).contains(rounds));
    let rounds = rounds.ok_or_else(|| other("its number of rounds is not one up to 10,000,000"))?;
    let length = match child(parameters, "KeyLength") {
        Some(length) => text(length).parse().ok(),
        None => Some(16),
    };
    let length = length.filter(|length| (1..=MAX_KEY).contains(length));
    let mut key = Zeroizing::new(vec![0; length.ok_or_else(|| other("its length is not 1 to 64"))?]);
    let prf = child(parameters, "PRF").and_then(|prf| prf.attribute("Algorithm")).unwrap_or_default();
    let (password, salt) = (password.expose(), salt.expose());
    match prf.rsplit(['#', '/']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
        // The default of PKCS #5.
        "" | "hmac-sha1" => pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut key),
        "hmac-sha256" => pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut key),
        "hmac-sha512" => pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut key),
        _ => return Err(other(&shown(prf))),
    }
    Ok(Secret::new(std::mem::take(&mut *key)))
}
