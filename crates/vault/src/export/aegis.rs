//! The backup file of Aegis: a master key under a password by scrypt, and AES-256-GCM. It is the encrypted format that
//! most other authenticators read.

use super::{Export, LeftOut};
use crate::{Entry, EntryId, Token, Vault, wiped_json};
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, Nonce};
use data_encoding::{BASE64, HEXLOWER};
use model::Secret;
use rand_core::Rng;
use serde::Serialize;
use zeroize::Zeroizing;

/// Cost, block size and parallelization of scrypt, as Aegis has them: 32 MiB.
const SCRYPT: (u8, u32, u32) = (15, 8, 1);

/// Why there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotExport {
    /// An empty password protects nothing.
    #[error("the password is empty")]
    NoPassword,
    /// More than the cipher takes.
    #[error("the export is too large")]
    TooLarge,
}

#[derive(Serialize)]
struct File<'a> {
    version: u8,
    header: Header<'a>,
    db: &'a str,
}

#[derive(Serialize)]
struct Header<'a> {
    slots: [Slot<'a>; 1],
    params: &'a Params,
}

#[derive(Serialize)]
struct Slot<'a> {
    r#type: u8,
    uuid: String,
    key: String,
    key_params: &'a Params,
    n: u32,
    r: u32,
    p: u32,
    salt: String,
    repaired: bool,
    is_backup: bool,
}

#[derive(Serialize)]
struct Params {
    nonce: String,
    tag: String,
}

#[derive(Serialize)]
struct Database<'a> {
    version: u8,
    entries: Vec<Row<'a>>,
    groups: &'a [Group<'a>],
    icons_optimized: bool,
}

#[derive(Serialize)]
struct Group<'a> {
    uuid: String,
    name: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    r#type: &'a str,
    uuid: String,
    name: &'a str,
    issuer: &'a str,
    note: &'a str,
    favorite: bool,
    icon: (),
    info: Info<'a>,
    groups: Vec<&'a str>,
}

#[derive(Serialize)]
struct Info<'a> {
    secret: &'a str,
    algo: &'a str,
    digits: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
}

/// Every token but those of OCRA in an encrypted backup of Aegis. Slow on purpose: scrypt with 32 MiB.
///
/// `rng` must be fit for keys.
///
/// # Errors
/// For an empty password, or more than the cipher takes.
pub fn aegis(vault: &Vault, password: &Secret, rng: &mut dyn Rng) -> Result<Export, CannotExport> {
    if password.is_empty() {
        return Err(CannotExport::NoPassword);
    }
    let (entries, mut left_out) = super::entries(vault);
    let (entries, others): (Vec<&Entry>, Vec<&Entry>) =
        entries.into_iter().partition(|entry| !matches!(entry.token, Token::Ocra { .. }));
    left_out.extend(others.into_iter().map(|entry| (entry.name(), LeftOut::NotInThisFormat)));
    let mut master = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *master);
    let (sealed, params) = seal(&master, database(&entries, rng), rng)?;

    let mut salt = [0; 32];
    rng.fill_bytes(&mut salt);
    let (cost, r, p) = SCRYPT;
    let mut key = Zeroizing::new([0; 32]);
    let derived = scrypt::Params::new(cost, r, p)
        .is_ok_and(|params| scrypt::scrypt(password.expose(), &salt, &params, &mut *key).is_ok());
    // These parameters are right for every password (RFC 7914 §2).
    debug_assert!(derived);
    let (wrapped, key_params) = seal(&key, Zeroizing::new(master.to_vec()), rng)?;
    let file = File {
        version: 1,
        header: Header {
            slots: [Slot {
                r#type: 1,
                uuid: random_uuid(rng),
                key: HEXLOWER.encode(&wrapped),
                key_params: &key_params,
                n: 1 << cost,
                r,
                p,
                salt: HEXLOWER.encode(&salt),
                repaired: true,
                is_backup: false,
            }],
            params: &params,
        },
        db: &BASE64.encode(&sealed),
    };
    Ok(Export { text: Secret::new(wiped_json::write(&file).to_vec()), count: entries.len(), left_out })
}

fn database(entries: &[&Entry], rng: &mut dyn Rng) -> Zeroizing<Vec<u8>> {
    let mut names: Vec<&str> =
        entries.iter().flat_map(|entry| entry.tags.iter().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    let groups: Vec<Group<'_>> =
        names.into_iter().map(|name| Group { uuid: random_uuid(rng), name }).collect();
    let secrets: Vec<Secret> = entries.iter().map(|entry| entry.token.seed().to_base32()).collect();
    let rows = entries.iter().zip(&secrets).map(|(entry, secret)| Row {
        r#type: entry.token.kind().as_str(),
        uuid: uuid(entry.id.to_bytes()),
        name: &entry.account,
        issuer: &entry.issuer,
        note: &entry.note,
        favorite: entry.pinned,
        icon: (),
        info: info(&entry.token, secret),
        groups: groups
            .iter()
            .filter(|group| entry.tags.iter().any(|tag| tag == group.name))
            .map(|g| &*g.uuid)
            .collect(),
    });
    let entries = rows.collect();
    wiped_json::write(&Database { version: 3, entries, groups: &groups, icons_optimized: true })
}

fn info<'a>(token: &'a Token, secret: &'a Secret) -> Info<'a> {
    let secret = secret.expose_text().unwrap_or_default();
    match token {
        Token::Totp { algorithm, digits, period, .. } => Info {
            secret,
            algo: algorithm.as_str(),
            digits: digits.count(),
            period: Some(period.as_secs()),
            counter: None,
        },
        Token::Hotp { algorithm, digits, counter, .. } => Info {
            secret,
            algo: algorithm.as_str(),
            digits: digits.count(),
            period: None,
            counter: Some(counter.value()),
        },
        Token::Steam { .. } | Token::Ocra { .. } => {
            Info { secret, algo: "SHA1", digits: 5, period: Some(30), counter: None }
        }
    }
}

/// Ciphertext, and what Aegis keeps beside it.
fn seal(
    key: &[u8; 32],
    mut plain: Zeroizing<Vec<u8>>,
    rng: &mut dyn Rng,
) -> Result<(Vec<u8>, Params), CannotExport> {
    let mut nonce = [0; 12];
    rng.fill_bytes(&mut nonce);
    let tag = Aes256Gcm::new(&(*key).into())
        .encrypt_inout_detached(&Nonce::from(nonce), b"", plain.as_mut_slice().into())
        .map_err(|_| CannotExport::TooLarge)?;
    let params = Params { nonce: HEXLOWER.encode(&nonce), tag: HEXLOWER.encode(&tag) };
    Ok((std::mem::take(&mut *plain), params))
}

fn random_uuid(rng: &mut dyn Rng) -> String {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    uuid(bytes)
}

/// Random bytes in the form of a UUID of version 4 (RFC 9562 §5.4), which readers check.
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = EntryId::from_bytes(bytes).to_string();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
