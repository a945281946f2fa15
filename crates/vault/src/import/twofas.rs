//! 2FAS: `{services, groups, schemaVersion}`, versions 1 to 4; with a password, `servicesEncrypted` holds the
//! services.

use super::entry::{Entry, Extra, Given, Kind, Names, number};
use super::json::Json;
use super::kdf::{self, Hash, Key};
use super::{CannotImport, Format, Found, Password, base64, cipher, judged, opened_tree};
use otp::UriField;
use std::collections::HashMap;

const UNREADABLE: CannotImport = CannotImport::Unreadable(Format::TwoFas);

/// Rounds of PBKDF2; the file does not say.
const ROUNDS: u64 = 10_000;

pub(super) fn fits(tree: &Json) -> bool {
    (tree.get("services").is_some() || tree.get("servicesEncrypted").is_some()) && tree.has("schemaVersion")
}

pub(super) fn read(tree: &Json, password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    let groups: HashMap<&str, &str> =
        tree.list("groups").iter().map(|group| (group.text("id"), group.text("name"))).collect();
    match tree.text("servicesEncrypted") {
        "" => services(tree.get("services").ok_or(UNREADABLE)?, &groups),
        sealed => services(&opened(sealed, password)?, &groups),
    }
}

/// `text:salt:nonce`, each in base64, the tag at the end of the text.
fn opened(sealed: &str, password: Password<'_>) -> Result<Json, CannotImport> {
    let mut parts = sealed.splitn(3, ':');
    let mut next = || parts.next().map(base64::parameter).ok_or(UNREADABLE)?;
    let (sealed, salt, nonce) = (next()?, next()?, next()?);
    let mut key = Key::default();
    kdf::pbkdf2(Hash::Sha256, password.needed()?, &salt, ROUNDS, key.as_mut_slice())?;
    opened_tree(Format::TwoFas, &cipher::aes_gcm(&key, &nonce, &sealed, &[])?)
}

fn services(services: &Json, groups: &HashMap<&str, &str>) -> Result<Vec<Found>, CannotImport> {
    judged(services.as_list().ok_or(UNREADABLE)?, |at, service| {
        let nothing = Json::Null;
        let otp = service.get("otp").unwrap_or(&nothing);
        let issuer = first([otp.text("issuer"), service.text("name")]);
        let account = match otp.text("account").trim() {
            "" => Names::of_label(issuer, otp.text("label")).account,
            account => account,
        };
        // Where there is nothing else, the label repeats the issuer.
        let names = Names { issuer, account: if account == issuer { "" } else { account } };
        names.found(at, || {
            let mut extra = Extra::default();
            extra.tag(groups.get(service.text("groupId")).copied().unwrap_or_default());
            Entry {
                kind: Kind::named(otp.text("tokenType")),
                names,
                secret: Given::Base32(service.text("secret")),
                algorithm: otp.text("algorithm"),
                digits: number(otp, "digits", UriField::Digits)?,
                period: number(otp, "period", UriField::Period)?,
                counter: number(otp, "counter", UriField::Counter)?,
                extra,
            }
            .token()
        })
    })
}

/// The first text that is not blank.
fn first<const N: usize>(texts: [&str; N]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or_default()
}
