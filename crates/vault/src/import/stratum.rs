//! Stratum, which was Authenticator Pro: JSON, or the same sealed after one of two magic words.

use super::entry::{Entry, Extra, Given, Kind, Names, number};
use super::json::Json;
use super::kdf::{self, Hash, Key};
use super::{CannotImport, Format, Found, Password, Refused, Unsupported, cipher, judged, opened_tree};
use otp::UriField;
use std::collections::HashMap;

const UNREADABLE: CannotImport = CannotImport::Unreadable(Format::Stratum);
const SEALED: &[u8] = b"AUTHENTICATORPRO";
const SEALED_EARLIER: &[u8] = b"AuthenticatorPro";

pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(SEALED) || bytes.starts_with(SEALED_EARLIER)
}

pub(super) fn fits(tree: &Json) -> bool {
    tree.get("Authenticators").is_some()
}

pub(super) fn read_sealed(bytes: &[u8], password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    let password = password.needed()?;
    let text = if let Some(rest) = bytes.strip_prefix(SEALED) {
        let (salt, rest) = rest.split_at_checked(16).ok_or(UNREADABLE)?;
        let (nonce, sealed) = rest.split_at_checked(12).ok_or(UNREADABLE)?;
        let key = kdf::argon2id(password, salt, 64 * 1024, 3, 4)?;
        cipher::aes_gcm(&key, nonce, sealed, &[])?
    } else {
        let rest = bytes.strip_prefix(SEALED_EARLIER).ok_or(UNREADABLE)?;
        let (salt, rest) = rest.split_at_checked(20).ok_or(UNREADABLE)?;
        let (iv, sealed) = rest.split_at_checked(16).ok_or(UNREADABLE)?;
        let mut key = Key::default();
        kdf::pbkdf2(Hash::Sha1, password, salt, 64_000, key.as_mut_slice())?;
        let text = cipher::aes_cbc(&key, iv, sealed)?;
        // Nothing vouches for the text: one in 256 wrong passwords leaves padding that is right.
        if !text.expose().trim_ascii_start().starts_with(b"{") {
            return Err(CannotImport::WrongPassword);
        }
        text
    };
    read(&opened_tree(Format::Stratum, &text)?)
}

pub(super) fn read(tree: &Json) -> Result<Vec<Found>, CannotImport> {
    let categories: HashMap<&str, &str> =
        tree.list("Categories").iter().map(|category| (category.text("Id"), category.text("Name"))).collect();
    // An authenticator is named by its secret.
    let mut tags: HashMap<&str, Vec<&str>> = HashMap::new();
    for link in tree.list("AuthenticatorCategories") {
        if let Some(name) = categories.get(link.text("CategoryId")) {
            tags.entry(link.text("AuthenticatorSecret")).or_default().push(name);
        }
    }
    judged(tree.get("Authenticators").and_then(Json::as_list).ok_or(UNREADABLE)?, |at, entry| {
        let names = Names { issuer: entry.text("Issuer"), account: entry.text("Username") };
        names.found(at, || {
            let use_count = entry.count("CopyCount").ok().flatten().unwrap_or(0);
            let mut extra = Extra::default();
            extra.use_count = use_count;
            extra.icon(entry.text("Icon"));
            for tag in tags.get(entry.text("Secret")).into_iter().flatten().take(100) {
                extra.tag(tag);
            }
            Entry {
                kind: match number(entry, "Type", UriField::Type)? {
                    Some(1) => Kind::Hotp,
                    Some(2) => Kind::Totp,
                    Some(3) => Kind::Unsupported(Unsupported::Motp),
                    Some(4) => Kind::Steam,
                    Some(5) => Kind::Unsupported(Unsupported::Yandex),
                    Some(_) => Kind::Unknown,
                    None => return Err(Refused::Missing(UriField::Type)),
                },
                names,
                secret: Given::Base32(entry.text("Secret")),
                algorithm: match number(entry, "Algorithm", UriField::Algorithm)? {
                    None | Some(0) => "SHA1",
                    Some(1) => "SHA256",
                    Some(2) => "SHA512",
                    Some(_) => return Err(Refused::Bad(UriField::Algorithm)),
                },
                digits: number(entry, "Digits", UriField::Digits)?,
                period: number(entry, "Period", UriField::Period)?,
                counter: number(entry, "Counter", UriField::Counter)?,
                extra,
            }
            .token()
        })
    })
}
