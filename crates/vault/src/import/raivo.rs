//! Raivo OTP: a list in JSON in which every value is text, as it is or in an archive with a password.

use super::entry::{Entry, Extra, Given, Kind, Names, number};
use super::json::Json;
use super::{CannotImport, Format, Found, Password, judged, opened_tree, zip};
use otp::UriField;

/// What the list is called in the archive.
const NAME: &str = "raivo-otp-export.json";

pub(super) fn fits(tree: &Json) -> bool {
    let first = tree.as_list().and_then(<[Json]>::first);
    first.is_some_and(|entry| entry.has("secret") && entry.has("kind") && entry.has("timer"))
}

/// Whether an archive is Raivo's.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    zip::has_file(bytes, NAME)
}

pub(super) fn read_archive(bytes: &[u8], password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    read(&opened_tree(Format::Raivo, &zip::read_file(bytes, NAME, password)?)?)
}

pub(super) fn read(tree: &Json) -> Result<Vec<Found>, CannotImport> {
    judged(tree.as_list().ok_or(CannotImport::Unreadable(Format::Raivo))?, |at, entry| {
        let names = Names { issuer: entry.text("issuer"), account: entry.text("account") };
        names.found(at, || {
            Entry {
                kind: Kind::named(entry.text("kind")),
                names,
                secret: Given::Base32(entry.text("secret")),
                algorithm: entry.text("algorithm"),
                digits: number(entry, "digits", UriField::Digits)?,
                period: number(entry, "timer", UriField::Period)?,
                counter: number(entry, "counter", UriField::Counter)?,
                extra: Extra::pinned(entry.is_true("pinned")),
            }
            .token()
        })
    })
}
