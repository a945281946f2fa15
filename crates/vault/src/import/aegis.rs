//! Aegis: `{version, header, db}`, where `db` is the vault itself, or its text sealed with a master key that every
//! slot seals with a key of its own. Databases of the versions 1 to 3.

use super::entry::{Entry, Extra, Given, Kind, Names, number};
use super::json::Json;
use super::kdf::{Key, Patience};
use super::{CannotImport, Format, Found, Password, base64, cipher, judged, opened_tree};
use otp::UriField;
use std::collections::HashMap;
use zeroize::Zeroizing;

const UNREADABLE: CannotImport = CannotImport::Unreadable(Format::Aegis);

/// What a slot is opened with.
const PASSWORD: i64 = 1;

pub(super) fn fits(tree: &Json) -> bool {
    tree.get("db").is_some() && tree.get("header").is_some_and(Json::is_object)
}

pub(super) fn read(tree: &Json, password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    match tree.get("db") {
        Some(Json::Text(sealed)) => {
            let header = tree.get("header").ok_or(UNREADABLE)?;
            entries(&opened(header, sealed, password)?)
        }
        Some(database) => entries(database),
        None => Err(UNREADABLE),
    }
}

fn opened(header: &Json, sealed: &str, password: Password<'_>) -> Result<Json, CannotImport> {
    let sealed = base64::decode(sealed).ok_or(UNREADABLE)?;
    let password = password.needed()?;
    let mut patience = Patience::default();
    let mut slots =
        header.list("slots").iter().filter(|slot| slot.whole("type") == Ok(Some(PASSWORD))).peekable();
    if slots.peek().is_none() {
        return Err(UNREADABLE);
    }
    // A slot that is damaged must not keep another one from opening the vault.
    let mut why = CannotImport::WrongPassword;
    for slot in slots {
        match master_key(slot, password, &mut patience) {
            Ok(key) => {
                let params = header.get("params").ok_or(UNREADABLE)?;
                let text = gcm(&key, params, &sealed)?;
                return opened_tree(Format::Aegis, &text);
            }
            Err(CannotImport::WrongPassword) => {}
            Err(other) => why = other,
        }
    }
    Err(why)
}

fn master_key(slot: &Json, password: &[u8], patience: &mut Patience) -> Result<Key, CannotImport> {
    let cost = |name| slot.count(name).ok().flatten().ok_or(CannotImport::BadParameters);
    let salt = base64::hex_parameter(slot.text("salt"))?;
    let sealed = base64::hex_parameter(slot.text("key"))?;
    let params = slot.get("key_params").ok_or(CannotImport::BadParameters)?;
    let key = patience.scrypt(password, &salt, cost("n")?, cost("r")?, cost("p")?)?;
    let master = gcm(&key, params, &sealed)?;
    let master = <[u8; 32]>::try_from(master.expose()).map_err(|_| CannotImport::BadParameters)?;
    Ok(Zeroizing::new(master))
}

/// Nonce and tag stand beside what they seal.
fn gcm(key: &Key, params: &Json, sealed: &[u8]) -> Result<model::Secret, CannotImport> {
    let nonce = base64::hex_parameter(params.text("nonce"))?;
    let tag = base64::hex_parameter(params.text("tag"))?;
    cipher::aes_gcm(key, &nonce, &[sealed, &tag].concat(), &[])
}

fn entries(database: &Json) -> Result<Vec<Found>, CannotImport> {
    let entries = database.get("entries").and_then(Json::as_list).ok_or(UNREADABLE)?;
    let groups: HashMap<&str, &str> =
        database.list("groups").iter().map(|group| (group.text("uuid"), group.text("name"))).collect();
    judged(entries, |at, entry| {
        let names = Names { issuer: entry.text("issuer"), account: entry.text("name") };
        names.found(at, || {
            let info = entry.get("info").ok_or(super::Refused::Damaged)?;
            let mut extra = Extra::pinned(entry.is_true("favorite"));
            extra.note(entry.text("note"));
            // Version 3 has a list of ids, earlier ones the name itself.
            extra.tag(entry.text("group"));
            for id in entry.list("groups").iter().filter_map(Json::as_text) {
                extra.tag(groups.get(id).copied().unwrap_or_default());
            }
            Entry {
                kind: Kind::named(entry.text("type")),
                names,
                secret: Given::Base32(info.text("secret")),
                algorithm: info.text("algo"),
                digits: number(info, "digits", UriField::Digits)?,
                period: number(info, "period", UriField::Period)?,
                counter: number(info, "counter", UriField::Counter)?,
                extra,
            }
            .token()
        })
    })
}
