//! Files of other authenticators, a target for each format, and one for what is sealed with a password.

use model::Secret;
use otp::TokenUri;
use vault::import::{self, CannotImport, Format, Import, MAX_ENTRIES};
use vault::{Draft, Token};

/// The password of the corpus of [`sealed`].
pub const PASSWORD: &str = "pässwörd ✓";

/// Aegis.
pub fn aegis(data: &[u8]) -> bool {
    plain(data, Format::Aegis)
}

/// andOTP.
pub fn andotp(data: &[u8]) -> bool {
    plain(data, Format::AndOtp)
}

/// Bitwarden, JSON and CSV.
pub fn bitwarden(data: &[u8]) -> bool {
    plain(data, Format::Bitwarden)
}

/// cotp.
pub fn cotp(data: &[u8]) -> bool {
    plain(data, Format::Cotp)
}

/// Ente Auth.
pub fn ente(data: &[u8]) -> bool {
    plain(data, Format::Ente)
}

/// FreeOTP+.
pub fn freeotp_plus(data: &[u8]) -> bool {
    plain(data, Format::FreeOtpPlus)
}

/// Google Authenticator.
pub fn google(data: &[u8]) -> bool {
    plain(data, Format::Google)
}

/// LastPass Authenticator.
pub fn lastpass(data: &[u8]) -> bool {
    plain(data, Format::LastPass)
}

/// Lists of `otpauth` addresses.
pub fn list(data: &[u8]) -> bool {
    plain(data, Format::OtpauthList)
}

/// Proton Authenticator.
pub fn proton(data: &[u8]) -> bool {
    plain(data, Format::Proton)
}

/// Raivo OTP, its list and its archive.
pub fn raivo(data: &[u8]) -> bool {
    plain(data, Format::Raivo)
}

/// Stratum.
pub fn stratum(data: &[u8]) -> bool {
    plain(data, Format::Stratum)
}

/// 2FAS.
pub fn twofas(data: &[u8]) -> bool {
    plain(data, Format::TwoFas)
}

/// A file without a password: whether it is taken as one of this format, with at least one token.
fn plain(data: &[u8], format: Format) -> bool {
    match import::read(data, None) {
        Ok(import) => {
            check(data, &import);
            import.format == format && import.found.iter().any(|found| found.outcome.is_ok())
        }
        Err(CannotImport::NeedsPassword(asked)) => {
            assert_eq!(import::recognize(data), Some(asked), "a password is asked for another format");
            false
        }
        Err(why) => {
            assert!(!why.to_string().is_empty(), "a refusal without a sentence");
            false
        }
    }
}

/// A sealed file with its password: whether it opens and has a token.
///
/// Formats whose key derivation costs too much to be tried thousands of times a second are left out.
pub fn sealed(data: &[u8]) -> bool {
    let cheap =
        [Format::Aegis, Format::TwoFas, Format::Ente, Format::Bitwarden, Format::AndOtp, Format::Raivo];
    if data.len() > 64 << 10 || !import::recognize(data).is_some_and(|format| cheap.contains(&format)) {
        return false;
    }
    let Ok(import) = import::read(data, Some(&Secret::from_text(PASSWORD.to_owned()))) else { return false };
    check(data, &import);
    import.found.iter().any(|found| found.outcome.is_ok())
}

/// What holds for everything that is read.
fn check(data: &[u8], import: &Import) {
    assert_eq!(
        import::recognize(data),
        Some(import.format),
        "a file is read as another format than it is told to be"
    );
    assert!(import.found.len() <= MAX_ENTRIES, "more entries than a file may have");
    for batch in &import.incomplete {
        assert_eq!(
            batch.have as usize + batch.missing.len(),
            batch.of as usize,
            "parts that are not counted"
        );
    }
    for found in &import.found {
        let length = found.label.chars().count();
        assert!((1..=120).contains(&length), "a label of {length} characters");
        match &found.outcome {
            Ok(draft) => keeps(draft),
            Err(why) => assert!(!why.to_string().is_empty(), "a refusal without a sentence"),
        }
    }
}

/// A draft can be kept, and its token travels in an address without a change.
fn keeps(draft: &Draft) {
    assert_eq!(draft.check(), Ok(()), "a draft that a vault does not keep");
    let parameters = match &draft.token {
        Token::Totp { algorithm, digits, period, .. } => otp::TokenParameters {
            algorithm: *algorithm,
            digits: *digits,
            kind: otp::TokenKind::Totp { period: *period },
        },
        Token::Hotp { algorithm, digits, counter, .. } => otp::TokenParameters {
            algorithm: *algorithm,
            digits: *digits,
            kind: otp::TokenKind::Hotp { counter: *counter },
        },
        _ => return,
    };
    let seed = draft.token.seed().duplicate();
    let uri = TokenUri { issuer: None, account: String::new(), label: None, seed, parameters };
    let written = uri.write();
    let again =
        TokenUri::read(written.expose_text().expect("an address is text")).expect("a token is read again");
    assert_eq!((again.seed, again.parameters), (uri.seed, uri.parameters), "a token changed on its way");
}
