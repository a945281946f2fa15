//! andOTP: a list in JSON, or the same sealed with a password in one of two ways. A sealed file has no mark to tell it
//! by. cotp's first version wrote the same list.

use super::entry::{Entry, Extra, Given, Kind, Names, number};
use super::json::Json;
use super::kdf::{self, Hash, Key};
use super::{CannotImport, Format, Found, Password, cipher, judged, opened_tree};
use model::Secret;
use otp::UriField;
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

const NONCE: usize = 12;
const SALT: usize = 12;
const TAG: usize = 16;

/// Rounds in a file that says how many. The app wrote 140,000 to 160,000.
const ROUNDS: RangeInclusive<u32> = 1000..=500_000;

/// Largest sealed file. The app kept nothing but text.
const MAX_SEALED: usize = 8 << 20;

pub(super) fn fits(tree: &Json) -> bool {
    let first = tree.as_list().and_then(<[Json]>::first);
    first.is_some_and(|entry| entry.has("secret") && (entry.has("label") || entry.has("type")))
}

/// Whether bytes can be a sealed file: they look random, as those of nearly no other kind of file do.
pub(super) fn may_be_sealed(bytes: &[u8]) -> bool {
    (NONCE + TAG + 2..=MAX_SEALED).contains(&bytes.len()) && look_random(bytes)
}

/// Pearson's test whether all values are equally frequent. With fewer than 256 bytes it says nothing.
fn look_random(bytes: &[u8]) -> bool {
    if bytes.len() < 256 {
        return true;
    }
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let expected = bytes.len() as f64 / 256.0;
    let sum: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
    // 255 degrees of freedom: mean 255, standard deviation 22.6; this is ten of them above.
    sum < 481.0
}

pub(super) fn read_sealed(bytes: &[u8], password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    let password = password.needed()?;
    let text = match opened(bytes, password) {
        Err(CannotImport::WrongPassword) => opened_earlier(bytes, password)?,
        text => text?,
    };
    read(&opened_tree(Format::AndOtp, &text)?)
}

/// `rounds ‖ salt ‖ nonce ‖ text ‖ tag`, the rounds in four bytes, the highest first.
fn opened(bytes: &[u8], password: &[u8]) -> Result<Secret, CannotImport> {
    let parts = bytes.split_first_chunk::<4>().and_then(|(rounds, rest)| {
        let (salt, rest) = rest.split_at_checked(SALT)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        Some((u32::from_be_bytes(*rounds), salt, nonce, sealed))
    });
    let Some((rounds, salt, nonce, sealed)) = parts else { return Err(CannotImport::WrongPassword) };
    let mut key = Key::default();
    // A file of the earlier kind has a random number there, which is nearly always out of the range.
    if !ROUNDS.contains(&rounds)
        || kdf::pbkdf2(Hash::Sha1, password, salt, rounds.into(), key.as_mut_slice()).is_err()
    {
        return Err(CannotImport::WrongPassword);
    }
    cipher::aes_gcm(&key, nonce, sealed, &[])
}

/// `nonce ‖ text ‖ tag`, the key the hash of the password.
fn opened_earlier(bytes: &[u8], password: &[u8]) -> Result<Secret, CannotImport> {
    let (nonce, sealed) = bytes.split_at_checked(NONCE).ok_or(CannotImport::WrongPassword)?;
    let key: Key = Zeroizing::new(Sha256::digest(password).into());
    cipher::aes_gcm(&key, nonce, sealed, &[])
}

pub(super) fn read(tree: &Json) -> Result<Vec<Found>, CannotImport> {
    let entries = tree.as_list().ok_or(CannotImport::Unreadable(Format::AndOtp))?;
    judged(entries, |at, entry| {
        let names = Names::of_label(entry.text("issuer"), entry.text("label"));
        names.found(at, || {
            let count = |name| entry.count(name).ok().flatten().unwrap_or(0);
            let mut extra = Extra::default();
            extra.use_count = count("used_frequency");
            // Milliseconds.
            extra.last_used(count("last_used") / 1000);
            extra.icon(entry.text("thumbnail"));
            entry.list("tags").iter().filter_map(Json::as_text).for_each(|tag| extra.tag(tag));
            Entry {
                kind: Kind::named(entry.text("type")),
                names,
                secret: Given::Base32(entry.text("secret")),
                algorithm: entry.text("algorithm"),
                digits: number(entry, "digits", UriField::Digits)?,
                period: number(entry, "period", UriField::Period)?,
                counter: number(entry, "counter", UriField::Counter)?,
                extra,
            }
            .token()
        })
    })
}
