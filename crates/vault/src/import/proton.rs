//! Proton Authenticator: `{version, entries}`, or the same sealed with a password as `{version, salt, content}`.

use super::entry::{Extra, Names};
use super::json::Json;
use super::{
    CannotImport, Format, Found, Password, Refused, base64, cipher, judged, kdf, opened_tree, otpauth,
};

const UNREADABLE: CannotImport = CannotImport::Unreadable(Format::Proton);

/// What the sealed text is bound to.
const BOUND: &[u8] = b"proton.authenticator.export.v1";

pub(super) fn fits(tree: &Json) -> bool {
    let plain = tree.list("entries").iter().take(1).any(|entry| entry.get("content").is_some());
    let empty = tree.get("entries").and_then(Json::as_list).is_some_and(<[Json]>::is_empty);
    let sealed = tree.get("salt").is_some() && tree.get("content").is_some();
    tree.has("version") && (plain || empty || sealed)
}

pub(super) fn read(tree: &Json, password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    if tree.has("entries") { entries(tree) } else { entries(&opened(tree, password)?) }
}

fn opened(tree: &Json, password: Password<'_>) -> Result<Json, CannotImport> {
    let salt = base64::parameter(tree.text("salt"))?;
    let sealed = base64::parameter(tree.text("content"))?;
    let (nonce, sealed) = sealed.split_at_checked(12).ok_or(UNREADABLE)?;
    let key = kdf::argon2id(password.needed()?, &salt, 19 * 1024, 2, 1)?;
    opened_tree(Format::Proton, &cipher::aes_gcm(&key, nonce, sealed, BOUND)?)
}

fn entries(tree: &Json) -> Result<Vec<Found>, CannotImport> {
    judged(tree.get("entries").and_then(Json::as_list).ok_or(UNREADABLE)?, |at, entry| {
        let Some(content) = entry.get("content") else {
            return Names::default().found(at, || Err(Refused::Damaged));
        };
        let steam = content.text("entry_type").eq_ignore_ascii_case("steam");
        let name = content.text("name");
        let names = if steam {
            Names { issuer: "Steam", account: name }
        } else {
            Names { issuer: "", account: name }
        };
        let mut extra = Extra::default();
        extra.note(entry.text("note"));
        otpauth::read(at, content.text("uri"), names, extra)
    })
}
