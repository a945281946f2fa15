use super::LeftOut;
use crate::{Entry, Exporting, Token};
use model::Secret;
use otp::{TokenKind, TokenParameters, TokenUri};

/// One token as an `otpauth://` address, to be shown as a QR code to another phone.
///
/// TOTP and HOTP as everybody writes them; Steam as `otpauth://steam/`, as Aegis and Stratum do; OCRA, for which nobody
/// has a form, as `otpauth://ocra/…&suite=…&counter=…`.
///
/// # Errors
/// [`LeftOut::NeverExport`].
pub fn uri(entry: &Entry) -> Result<Secret, LeftOut> {
    match entry.exporting {
        Exporting::Allowed => Ok(write(entry)),
        Exporting::Never => Err(LeftOut::NeverExport),
    }
}

pub(super) fn write(entry: &Entry) -> Secret {
    let parameters = match &entry.token {
        Token::Totp { algorithm, digits, period, .. } => TokenParameters {
            algorithm: *algorithm,
            digits: *digits,
            kind: TokenKind::Totp { period: *period },
        },
        Token::Hotp { algorithm, digits, counter, .. } => TokenParameters {
            algorithm: *algorithm,
            digits: *digits,
            kind: TokenKind::Hotp { counter: *counter },
        },
        Token::Steam { .. } | Token::Ocra { .. } => TokenParameters::default(),
    };
    let written = TokenUri {
        issuer: Some(entry.issuer.clone()).filter(|issuer| !issuer.is_empty()),
        account: entry.account.clone(),
        label: None,
        seed: entry.token.seed().duplicate(),
        parameters,
    }
    .write();
    match &entry.token {
        Token::Totp { .. } | Token::Hotp { .. } => written,
        Token::Steam { .. } => of_kind("steam", &written, ""),
        Token::Ocra { suite, counter, .. } => {
            of_kind("ocra", &written, &format!("&suite={suite}&counter={}", counter.value()))
        }
    }
}

/// The same address of another kind, with something more behind it.
fn of_kind(kind: &str, totp: &Secret, more: &str) -> Secret {
    const SCHEME: &[u8] = b"otpauth://";
    let rest = totp.expose().strip_prefix(b"otpauth://totp").unwrap_or_default();
    let mut text = Vec::with_capacity(totp.len() + kind.len() + more.len());
    for part in [SCHEME, kind.as_bytes(), rest, more.as_bytes()] {
        text.extend_from_slice(part);
    }
    Secret::new(text)
}
