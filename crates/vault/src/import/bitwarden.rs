//! Bitwarden: a vault or Bitwarden Authenticator in JSON, plain or sealed with a password. Of a vault only the logins
//! have tokens; everything else is named and refused.

use super::entry::{Entry, Extra, Given, Names};
use super::json::Json;
use super::kdf::{self, Hash, Key};
use super::{
    CannotImport, Format, Found, NotAToken, Password, Refused, base64, cipher, judged, opened_tree, otpauth,
};
use hkdf::Hkdf;
use model::Secret;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const UNREADABLE: CannotImport = CannotImport::Unreadable(Format::Bitwarden);

pub(super) fn fits(tree: &Json) -> bool {
    matches!(tree.get("encrypted"), Some(Json::Bool(_))) && (tree.has("items") || tree.has("data"))
}

/// Whether only the account the export comes from can open it.
pub(super) fn is_bound_to_account(tree: &Json) -> bool {
    tree.is_true("encrypted")
        && !tree.is_true("passwordProtected")
        && (tree.has("items") || tree.has("encKeyValidation_DO_NOT_EDIT"))
}

pub(super) fn read(tree: &Json, password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    if tree.is_true("encrypted") { items(&opened(tree, password)?) } else { items(tree) }
}

fn opened(tree: &Json, password: Password<'_>) -> Result<Json, CannotImport> {
    let number = |name| tree.count(name).ok().flatten().ok_or(CannotImport::BadParameters);
    let (salt, password) = (tree.text("salt").as_bytes(), password.needed()?);
    let key = match number("kdfType")? {
        0 => {
            let mut key = Key::default();
            kdf::pbkdf2(Hash::Sha256, password, salt, number("kdfIterations")?, key.as_mut_slice())?;
            key
        }
        1 => {
            let memory_kib = number("kdfMemory")?.saturating_mul(1024);
            kdf::argon2id(
                password,
                &Sha256::digest(salt),
                memory_kib,
                number("kdfIterations")?,
                number("kdfParallelism")?,
            )?
        }
        _ => return Err(CannotImport::BadParameters),
    };
    let (mut sealing, mut vouching) = (Key::default(), Key::default());
    let expand = Hkdf::<Sha256>::from_prk(key.as_slice()).map_err(|_| CannotImport::BadParameters)?;
    for (name, key) in [("enc", &mut sealing), ("mac", &mut vouching)] {
        expand.expand(name.as_bytes(), key.as_mut_slice()).map_err(|_| CannotImport::BadParameters)?;
    }
    opened_tree(Format::Bitwarden, &opened_text(&sealing, &vouching, tree.text("data"))?)
}

/// `2.nonce|text|mac`, each in base64. 2 is AES-256-CBC with HMAC-SHA-256 over nonce and text.
fn opened_text(sealing: &Key, vouching: &Key, sealed: &str) -> Result<Secret, CannotImport> {
    let mut parts = sealed.strip_prefix("2.").ok_or(CannotImport::BadParameters)?.splitn(3, '|');
    let mut next = || parts.next().map(base64::parameter).ok_or(CannotImport::BadParameters)?;
    let (nonce, text, mac) = (next()?, next()?, next()?);
    if !cipher::hmac_sha256_is(vouching, &[&nonce, &text], &mac) {
        return Err(CannotImport::WrongPassword);
    }
    cipher::aes_cbc(sealing, &nonce, &text)
}

fn items(tree: &Json) -> Result<Vec<Found>, CannotImport> {
    let items = tree.get("items").and_then(Json::as_list).ok_or(UNREADABLE)?;
    let folders: HashMap<&str, &str> =
        tree.list("folders").iter().map(|folder| (folder.text("id"), folder.text("name"))).collect();
    judged(items, |at, item| {
        let login = item.get("login");
        let names = Names {
            issuer: item.text("name"),
            account: login.map(|login| login.text("username")).unwrap_or_default(),
        };
        let what = match item.whole("type") {
            Ok(Some(1) | None) => match login.map(|login| login.text("totp").trim()) {
                Some(totp) if !totp.is_empty() => {
                    let mut extra = Extra::pinned(item.is_true("favorite"));
                    extra.note(item.text("notes"));
                    extra.tag(folders.get(item.text("folderId")).copied().unwrap_or_default());
                    return token(at, totp, names, extra);
                }
                _ => NotAToken::Login,
            },
            Ok(Some(2)) => NotAToken::Note,
            Ok(Some(3)) => NotAToken::Card,
            Ok(Some(4)) => NotAToken::Identity,
            Ok(Some(5)) => NotAToken::SshKey,
            _ => NotAToken::Other,
        };
        names.found(at, || Err(Refused::NotAToken(what)))
    })
}

/// What stands in the field for one-time passwords: an address, or a secret alone.
pub(super) fn token(at: usize, totp: &str, names: Names<'_>, extra: Extra) -> Found {
    if totp.contains("://") {
        return otpauth::read(at, totp, names, extra);
    }
    names.found(at, || Entry { names, secret: Given::Base32(totp), extra, ..Entry::default() }.token())
}
