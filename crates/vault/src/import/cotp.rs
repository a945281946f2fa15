//! cotp: `{version, elements}`, or the same sealed as `{version, nonce, salt, cipher}`.

use super::entry::{Entry, Extra, Given, Kind, Names, number};
use super::json::Json;
use super::{CannotImport, Format, Found, Password, base64, cipher, judged, kdf, opened_tree};
use otp::UriField;

pub(super) fn fits(tree: &Json) -> bool {
    tree.has("version")
        && (tree.has("elements") || (tree.has("nonce") && tree.has("salt") && tree.has("cipher")))
}

pub(super) fn read(tree: &Json, password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    if tree.has("elements") { entries(tree) } else { entries(&opened(tree, password)?) }
}

fn opened(tree: &Json, password: Password<'_>) -> Result<Json, CannotImport> {
    let [salt, nonce, sealed] = ["salt", "nonce", "cipher"].map(|name| base64::parameter(tree.text(name)));
    let (salt, nonce, sealed) = (salt?, nonce?, sealed?);
    let key = kdf::argon2id(password.needed()?, &salt, 32 * 1024, 4, 4)?;
    opened_tree(Format::Cotp, &cipher::xchacha(&key, &nonce, &sealed)?)
}

fn entries(tree: &Json) -> Result<Vec<Found>, CannotImport> {
    // The first version was the list alone.
    let entries =
        tree.get("elements").unwrap_or(tree).as_list().ok_or(CannotImport::Unreadable(Format::Cotp))?;
    judged(entries, |at, entry| {
        let names = Names { issuer: entry.text("issuer"), account: entry.text("label") };
        names.found(at, || {
            Entry {
                kind: Kind::named(entry.text("type")),
                names,
                secret: Given::Base32(entry.text("secret")),
                algorithm: entry.text("algorithm"),
                digits: number(entry, "digits", UriField::Digits)?,
                period: number(entry, "period", UriField::Period)?,
                counter: number(entry, "counter", UriField::Counter)?,
                extra: Extra::default(),
            }
            .token()
        })
    })
}
