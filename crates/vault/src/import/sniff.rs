//! Whose file it is, by its content alone.

use super::json::Json;
use super::{
    CannotImport, Format, MAX_BYTES, OtherFile, aegis, andotp, bitwarden, bitwarden_csv, cotp, countersign,
    ente, freeotp_plus, google, lastpass, otpauth, proton, raivo, stratum, twofas,
};

/// A file whose format is known, as its reader wants it.
pub(super) enum Source<'a> {
    Json(Format, Json),
    Text(Format, &'a str),
    Bytes(Format, &'a [u8]),
}

impl<'a> Source<'a> {
    pub(super) fn format(&self) -> Format {
        match self {
            Self::Json(format, _) | Self::Text(format, _) | Self::Bytes(format, _) => *format,
        }
    }

    /// The text, when it is one.
    pub(super) fn text(&self) -> &'a str {
        if let Self::Text(_, text) = self { text } else { "" }
    }
}

/// How files begin that are known and cannot be read.
const OTHERS: [(&[u8], OtherFile); 16] = [
    (b"\xac\xed", OtherFile::FreeOtp),
    (b"SQLite format 3\0", OtherFile::Database),
    (b"\x03\xd9\xa2\x9a", OtherFile::KeePass),
    (b"\x89PNG", OtherFile::Picture),
    (b"\xff\xd8\xff", OtherFile::Picture),
    (b"GIF8", OtherFile::Picture),
    (b"RIFF", OtherFile::Picture),
    (b"BM", OtherFile::Picture),
    (b"%PDF", OtherFile::Pdf),
    (b"age-encryption.org", OtherFile::OtherEncryption),
    (b"-----BEGIN ", OtherFile::OtherEncryption),
    (b"Salted__", OtherFile::OtherEncryption),
    (b"\x1f\x8b", OtherFile::Archive),
    (b"7z\xbc\xaf", OtherFile::Archive),
    (b"Rar!", OtherFile::Archive),
    (b"<", OtherFile::Markup),
];

const ARCHIVE: CannotImport = CannotImport::OtherFile(OtherFile::Archive);

pub(super) fn sniff(bytes: &[u8]) -> Result<Source<'_>, CannotImport> {
    if countersign::fits(bytes) {
        return Ok(Source::Bytes(Format::Countersign, bytes));
    }
    if bytes.len() > MAX_BYTES {
        return Err(CannotImport::TooLarge);
    }
    if stratum::is_sealed(bytes) {
        return Ok(Source::Bytes(Format::Stratum, bytes));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let ours = raivo::is_archive(bytes);
        return if ours { Ok(Source::Bytes(Format::Raivo, bytes)) } else { Err(ARCHIVE) };
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    if let Some((_, what)) = OTHERS.iter().find(|(start, _)| text.starts_with(start)) {
        return Err(CannotImport::OtherFile(*what));
    }
    match std::str::from_utf8(text) {
        Ok(text) if text.starts_with(['{', '[']) => sniff_json(text),
        Ok(text) => sniff_text(text),
        Err(_) if andotp::may_be_sealed(bytes) => Ok(Source::Bytes(Format::AndOtp, bytes)),
        Err(_) => Err(CannotImport::Unknown),
    }
}

fn sniff_text(text: &str) -> Result<Source<'_>, CannotImport> {
    if bitwarden_csv::fits(text) {
        return Ok(Source::Text(Format::Bitwarden, text));
    }
    if text.lines().all(|line| line.trim().is_empty() || starts_with(line.trim_start(), google::SCHEME))
        && !text.is_empty()
    {
        return Ok(Source::Text(Format::Google, text));
    }
    if otpauth::fits(text) {
        let format = if otpauth::is_ente(text) { Format::Ente } else { Format::OtpauthList };
        return Ok(Source::Text(format, text));
    }
    Err(CannotImport::Unknown)
}

type Fits = fn(&Json) -> bool;

fn sniff_json(text: &str) -> Result<Source<'_>, CannotImport> {
    let tree = Json::read(text.as_bytes())?.ok_or(CannotImport::Unknown)?;
    if bitwarden::is_bound_to_account(&tree) {
        return Err(CannotImport::OtherFile(OtherFile::BitwardenAccount));
    }
    // From marks that nobody else has to those that are less telling.
    let known: [(Format, Fits); 11] = [
        (Format::Aegis, aegis::fits),
        (Format::Stratum, stratum::fits),
        (Format::TwoFas, twofas::fits),
        (Format::Ente, ente::fits),
        (Format::Bitwarden, bitwarden::fits),
        (Format::FreeOtpPlus, freeotp_plus::fits),
        (Format::LastPass, lastpass::fits),
        (Format::Cotp, cotp::fits),
        (Format::Proton, proton::fits),
        (Format::Raivo, raivo::fits),
        (Format::AndOtp, andotp::fits),
    ];
    let (format, _) = known.into_iter().find(|(_, fits)| fits(&tree)).ok_or(CannotImport::Unknown)?;
    Ok(Source::Json(format, tree))
}

/// Whether a text begins with another, in any case.
pub(super) fn starts_with(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|first| first.eq_ignore_ascii_case(start.as_bytes()))
}
