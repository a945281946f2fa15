//! Tokens from the files and QR codes of other authenticators.
//!
//! Apart from the rest of the crate, since everything here reads what strangers wrote: one file for each format, on
//! top of `json` (a bounded tree), `kdf` (bounded work), `cipher` (what opens sealed bytes) and `entry` (the one place
//! that judges a token). A file's format is told by its content, never by its name.
//!
//! A new format is a variant of [`Format`], a file with what tells it from others and its reader, and a line each in
//! `sniff` and [`read`]; its tests stand in `tests/import`.
//!
//! INVARIANT: every entry of a file is in [`Import::found`], with a token or with the reason why there is none.

mod aegis;
mod andotp;
mod base64;
mod bitwarden;
mod bitwarden_csv;
mod cipher;
mod cotp;
mod countersign;
mod ente;
mod entry;
mod freeotp_plus;
mod google;
mod json;
mod kdf;
mod lastpass;
mod otpauth;
mod protobuf;
mod proton;
mod raivo;
mod refusal;
mod sniff;
mod stratum;
mod twofas;
mod zip;

pub use google::{BatchProgress, GoogleParts};
pub use refusal::{CannotImport, NotAToken, OtherFile, Refused, Unsupported};

use crate::Draft;
use entry::Names;
use json::Json;
use model::Secret;
use std::fmt;

/// Largest foreign file that is looked at, in bytes. Aegis puts pictures into its files, the others have far less.
pub const MAX_BYTES: usize = 32 << 20;

/// Most entries of one file.
pub const MAX_ENTRIES: usize = 10_000;

/// Whose file it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// Our own sealed vault.
    Countersign,
    /// `otpauth://` addresses, one a line or with commas between.
    OtpauthList,
    /// The text of Google Authenticator's export codes.
    Google,
    /// Aegis: plain or encrypted.
    Aegis,
    /// 2FAS: plain or encrypted.
    TwoFas,
    /// Ente Auth: plain or encrypted.
    Ente,
    /// A Bitwarden vault or Bitwarden Authenticator: JSON, plain or with a password, or CSV.
    Bitwarden,
    /// Proton Authenticator: plain or encrypted.
    Proton,
    /// Stratum, which was Authenticator Pro: plain, encrypted, and encrypted as it was earlier.
    Stratum,
    /// andOTP: plain, or encrypted with a password.
    AndOtp,
    /// FreeOTP+.
    FreeOtpPlus,
    /// LastPass Authenticator.
    LastPass,
    /// Raivo OTP: its JSON, or the archive with a password around it.
    Raivo,
    /// cotp: plain or encrypted.
    Cotp,
}

impl Format {
    /// The name as people know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Countersign => "Countersign",
            Self::OtpauthList => "list of otpauth addresses",
            Self::Google => "Google Authenticator",
            Self::Aegis => "Aegis",
            Self::TwoFas => "2FAS",
            Self::Ente => "Ente Auth",
            Self::Bitwarden => "Bitwarden",
            Self::Proton => "Proton Authenticator",
            Self::Stratum => "Stratum",
            Self::AndOtp => "andOTP",
            Self::FreeOtpPlus => "FreeOTP+",
            Self::LastPass => "LastPass Authenticator",
            Self::Raivo => "Raivo OTP",
            Self::Cotp => "cotp",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a file holds.
#[derive(Debug)]
pub struct Import {
    /// Whose file it is.
    pub format: Format,
    /// Every entry, in the order of the file: at most [`MAX_ENTRIES`].
    pub found: Vec<Found>,
    /// The parts that are not there of an export which goes over several QR codes; empty when all are there.
    pub incomplete: Vec<BatchProgress>,
}

/// One entry of a file.
#[derive(Debug)]
pub struct Found {
    /// What to call the entry before people: its names, or its place in the file. Never empty, at most 120 characters.
    pub label: String,
    /// Whether it lay in the trash of the other app.
    pub trashed: bool,
    /// Whether the note or the tags were longer than a vault keeps and were cut.
    pub shortened: bool,
    /// The token, or why there is none.
    pub outcome: Result<Draft, Refused>,
}

/// Whose file this is, or `None` when it is none that can be read, or is too large. A file of andOTP with a password
/// has nothing to tell it by: bytes that look random are taken for one.
pub fn recognize(bytes: &[u8]) -> Option<Format> {
    sniff::sniff(bytes).ok().map(|source| source.format())
}

/// Reads a file, or the text of a QR code. `password` is used when the file is encrypted, and otherwise ignored.
///
/// Takes the time of the file's own key derivation, which for Ente is many seconds and 1 GiB of memory; everything
/// else is a matter of milliseconds.
///
/// # Errors
/// When nothing of the file can be read; [`CannotImport`] says what to do. What is wrong with one entry is in
/// [`Found::outcome`] and costs no other entry.
pub fn read(bytes: &[u8], password: Option<&Secret>) -> Result<Import, CannotImport> {
    let source = sniff::sniff(bytes)?;
    let format = source.format();
    let password = Password { format, given: password };
    if format == Format::Google {
        let mut parts = GoogleParts::default();
        source
            .text()
            .lines()
            .filter(|line| !line.trim().is_empty())
            .try_for_each(|line| parts.add(line.as_bytes()))?;
        return parts.finish();
    }
    let found = match source {
        sniff::Source::Json(format, tree) => json_entries(format, &tree, password)?,
        sniff::Source::Text(Format::Bitwarden, text) => bitwarden_csv::read(text)?,
        sniff::Source::Text(_, text) => return read_list(format, text),
        sniff::Source::Bytes(Format::Countersign, bytes) => countersign::read(bytes, password)?,
        sniff::Source::Bytes(Format::Stratum, bytes) => stratum::read_sealed(bytes, password)?,
        sniff::Source::Bytes(Format::Raivo, bytes) => raivo::read_archive(bytes, password)?,
        sniff::Source::Bytes(_, bytes) => andotp::read_sealed(bytes, password)?,
    };
    Ok(Import { format, found, incomplete: Vec::new() })
}

/// Reads the text of a QR code or a link: addresses of tokens, and nothing else. What opens files stays out of a program
/// that uses this alone.
///
/// # Errors
/// When it is no address of a token.
pub fn read_scanned(text: &str) -> Result<Import, CannotImport> {
    if !otpauth::fits(text) {
        return Err(CannotImport::Unknown);
    }
    read_list(Format::OtpauthList, text)
}

fn read_list(format: Format, text: &str) -> Result<Import, CannotImport> {
    let otpauth::List { found, incomplete } = otpauth::read_list(text)?;
    Ok(Import { format, found, incomplete })
}

fn json_entries(format: Format, tree: &Json, password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    match format {
        Format::Aegis => aegis::read(tree, password),
        Format::TwoFas => twofas::read(tree, password),
        Format::Ente => ente::read(tree, password),
        Format::Bitwarden => bitwarden::read(tree, password),
        Format::Proton => proton::read(tree, password),
        Format::Stratum => stratum::read(tree),
        Format::AndOtp => andotp::read(tree),
        Format::FreeOtpPlus => freeotp_plus::read(tree),
        Format::LastPass => lastpass::read(tree),
        Format::Raivo => raivo::read(tree),
        Format::Cotp => cotp::read(tree, password),
        Format::Countersign | Format::OtpauthList | Format::Google => Err(CannotImport::Unreadable(format)),
    }
}

/// The password that was given, if any, and for what it is asked.
#[derive(Clone, Copy)]
struct Password<'a> {
    format: Format,
    given: Option<&'a Secret>,
}

impl<'a> Password<'a> {
    fn secret(self) -> Result<&'a Secret, CannotImport> {
        self.given.ok_or(CannotImport::NeedsPassword(self.format))
    }

    fn needed(self) -> Result<&'a [u8], CannotImport> {
        self.secret().map(Secret::expose)
    }
}

/// The tree in bytes that were opened.
fn opened_tree(format: Format, text: &Secret) -> Result<Json, CannotImport> {
    Json::read(text.expose())?.ok_or(CannotImport::Unreadable(format))
}

/// Judges every element of a list.
fn judged(
    entries: &[Json],
    mut judge: impl FnMut(usize, &Json) -> Found,
) -> Result<Vec<Found>, CannotImport> {
    if entries.len() > MAX_ENTRIES {
        return Err(CannotImport::TooLarge);
    }
    let verdict = |(at, entry): (usize, &Json)| {
        if entry.is_object() {
            judge(at, entry)
        } else {
            Names::default().found(at, || Err(Refused::Damaged))
        }
    };
    Ok(entries.iter().enumerate().map(verdict).collect())
}
