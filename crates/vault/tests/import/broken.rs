//! Files that cannot be read, and what is said about each.

use crate::show::{PASSWORD, file, read};
use countersign_vault::import::{CannotImport, Format, OtherFile, recognize};
use std::collections::BTreeSet;

fn why(bytes: &[u8], password: Option<&str>) -> CannotImport {
    read(bytes, password).map(|import| panic!("read as {}", import.format)).unwrap_err()
}

#[test]
fn what_is_no_export_is_said_to_be_none() {
    for text in [
        "",
        " \n\u{feff}",
        "hello",
        "NVQWIZJNOVYC243F",
        "null",
        "7",
        "{}",
        "[]",
        "[[]]",
        "[{}]",
        "{\"version\":1}",
        "{\"items\":[]}",
        "{\"entries\":{}}",
        "{\"db\":{}}",
        "{\"header\":{},\"db\":null}",
        "{\"services\":[]}",
        "{\"salt\":\"\",\"content\":\"\"}",
        "{\"version\":1,\"entries\":[{\"id\":1}]}",
        "{\"accounts\":[{}]}",
        "{\"tokens\":[{}]}",
        "[{\"secret\":\"\"}]",
        "{",
        "[1,]",
        "{\"version\":1} trailing",
        "folder,favorite,type,name",
        "hotp://x",
        "otpauth:totp/x",
    ] {
        assert_eq!(recognize(text.as_bytes()), None, "{text}");
        assert_eq!(why(text.as_bytes(), Some(PASSWORD)), CannotImport::Unknown, "{text}");
    }
    assert_eq!(why(b"\xff\xfe", None), CannotImport::Unknown);
    assert_eq!(
        why(&[b"{\"version\":\"\xff\"}".as_slice(), &[0xff; 5000]].concat(), None),
        CannotImport::Unknown
    );
}

#[test]
fn what_is_known_and_cannot_be_read_is_named() {
    for (start, what) in [
        (&b"\xac\xed\x00\x05sr\x00\x11java.util.HashMap"[..], OtherFile::FreeOtp),
        (b"SQLite format 3\0........", OtherFile::Database),
        (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", OtherFile::KeePass),
        (b"\x89PNG\r\n\x1a\n", OtherFile::Picture),
        (b"\xff\xd8\xff\xe0", OtherFile::Picture),
        (b"%PDF-1.7", OtherFile::Pdf),
        (b"age-encryption.org/v1", OtherFile::OtherEncryption),
        (b"-----BEGIN PGP MESSAGE-----", OtherFile::OtherEncryption),
        (b"Salted__12345678", OtherFile::OtherEncryption),
        (b"PK\x03\x04 and no directory", OtherFile::Archive),
        (b"\x1f\x8b\x08", OtherFile::Archive),
        (b"<?xml version=\"1.0\"?>", OtherFile::Markup),
        (b"\n<html>", OtherFile::Markup),
        (b"{\"encrypted\":true,\"items\":[]}", OtherFile::BitwardenAccount),
        (b"{\"encrypted\":true,\"encKeyValidation_DO_NOT_EDIT\":\"2.a|b|c\"}", OtherFile::BitwardenAccount),
    ] {
        assert_eq!(recognize(start), None, "{what:?}");
        assert_eq!(why(start, Some(PASSWORD)), CannotImport::OtherFile(what), "{what:?}");
    }
}

#[test]
fn every_sentence_says_something_of_its_own() {
    let sentences = [
        CannotImport::Unknown,
        CannotImport::NeedsPassword(Format::Aegis),
        CannotImport::WrongPassword,
        CannotImport::Unreadable(Format::Aegis),
        CannotImport::BadParameters,
        CannotImport::TooLarge,
        CannotImport::TooExpensive,
        CannotImport::NotEnoughMemory,
        CannotImport::OtherFile(OtherFile::BitwardenAccount),
        CannotImport::OtherFile(OtherFile::FreeOtp),
        CannotImport::OtherFile(OtherFile::Database),
        CannotImport::OtherFile(OtherFile::KeePass),
        CannotImport::OtherFile(OtherFile::Picture),
        CannotImport::OtherFile(OtherFile::Pdf),
        CannotImport::OtherFile(OtherFile::OtherEncryption),
        CannotImport::OtherFile(OtherFile::Archive),
        CannotImport::OtherFile(OtherFile::Markup),
    ]
    .map(|why| why.to_string());
    assert_eq!(sentences.iter().collect::<BTreeSet<_>>().len(), sentences.len());
    for sentence in &sentences {
        let first = sentence.split(' ').next().unwrap_or_default();
        assert!(first == "KeePass" || first == first.to_lowercase(), "{sentence}");
        assert!(!sentence.ends_with('.') && sentence.len() > 20, "{sentence}");
    }
}

/// Every sealed file with a bit of its text turned over, and cut short.
#[test]
fn a_damaged_sealed_file_is_refused() {
    for (name, format) in [
        ("stratum-encrypted.authpro", Format::Stratum),
        ("stratum-legacy.authpro", Format::Stratum),
        ("andotp-new.bin", Format::AndOtp),
        ("andotp-old.bin", Format::AndOtp),
        ("raivo.zip", Format::Raivo),
    ] {
        let good = file(name);
        // The archive's directory is at its end; what is sealed stands before it.
        let at = if format == Format::Raivo { good.len() / 2 } else { good.len() - 20 };
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(refusal(&bad), "{name}");
        for length in [16, 40, good.len() - 1] {
            assert!(read(&good[..length], Some(PASSWORD)).is_err(), "{name} cut to {length}");
        }
    }
    for (name, field) in [
        ("aegis-encrypted.json", "\"db\": \""),
        ("aegis-encrypted.json", "\"tag\": \""),
        ("twofas-encrypted.2fas", "\"servicesEncrypted\": \""),
        ("ente-encrypted.json", "\"encryptedData\": \""),
        ("ente-encrypted.json", "\"encryptionNonce\": \""),
        ("bitwarden-pbkdf2.json", "\"data\": \"2."),
        ("proton-encrypted.json", "\"content\": \""),
        ("cotp-encrypted.json", "\"cipher\": \""),
        ("cotp-encrypted.json", "\"nonce\": \""),
    ] {
        let good = String::from_utf8(file(name)).unwrap();
        for (at, _) in good.match_indices(field) {
            let mut bad = good.clone().into_bytes();
            let place = at + field.len() + 5;
            bad[place] = if bad[place] == b'2' { b'3' } else { b'2' };
            // Of several slots of a vault only one is ours.
            assert!(refusal(&bad) || field.contains("tag"), "{name} {field}");
        }
    }
}

/// Its cipher alone would let a letter of a secret be exchanged for another.
#[test]
fn an_archive_in_which_a_letter_was_exchanged_is_refused() {
    let good = file("raivo-stored.zip");
    let name = b"raivo-otp-export.json";
    let at = good.windows(name.len()).position(|bytes| bytes == name).unwrap();
    let extra = usize::from(u16::from_le_bytes([good[at - 2], good[at - 1]]));
    // Salt and check come first; the first secret of the list begins some 60 letters into the text.
    let text = at + name.len() + extra + 18;
    for letter in 50..80 {
        let mut bad = good.clone();
        bad[text + letter] ^= 1;
        assert_eq!(why(&bad, Some(PASSWORD)), CannotImport::WrongPassword, "letter {letter}");
    }
}

/// Whether a damaged file is refused as such and not read.
fn refusal(bytes: &[u8]) -> bool {
    let bad =
        [CannotImport::WrongPassword, CannotImport::BadParameters, CannotImport::Unreadable(Format::Raivo)];
    read(bytes, Some(PASSWORD)).is_err_and(|why| bad.contains(&why))
}

#[test]
fn a_file_that_lies_about_its_encryption_is_refused() {
    let change = |name: &str, from: &str, to: &str| {
        let text = String::from_utf8(file(name)).unwrap();
        assert!(text.contains(from), "{name} {from}");
        why(text.replace(from, to).as_bytes(), Some(PASSWORD))
    };
    let (costly, bad) = (CannotImport::TooExpensive, CannotImport::BadParameters);
    for (name, from, to, expected) in [
        ("aegis-encrypted.json", "\"n\": 32768", "\"n\": 4294967296", costly),
        ("aegis-encrypted.json", "\"n\": 32768", "\"n\": 9223372036854775807", costly),
        ("aegis-encrypted.json", "\"p\": 1", "\"p\": 1000", costly),
        ("aegis-encrypted.json", "\"r\": 8", "\"r\": 0", bad),
        ("aegis-encrypted.json", "\"n\": 32768", "\"n\": 32767", bad),
        ("aegis-encrypted.json", "\"n\": 32768", "\"n\": \"many\"", bad),
        ("aegis-encrypted.json", "\"n\": 32768", "\"n\": -1", bad),
        ("aegis-encrypted.json", "\"salt\": \"", "\"salt\": \"x", bad),
        ("aegis-encrypted.json", "\"nonce\": \"", "\"nonce\": \"00", bad),
        ("aegis-encrypted.json", "\"type\": 1", "\"type\": 2", CannotImport::Unreadable(Format::Aegis)),
        ("ente-encrypted.json", "\"memLimit\": 8388608", "\"memLimit\": 1073742848", costly),
        ("ente-encrypted.json", "\"memLimit\": 8388608", "\"memLimit\": 9223372036854775807", costly),
        ("ente-encrypted.json", "\"opsLimit\": 2", "\"opsLimit\": 4294967296", costly),
        ("ente-encrypted.json", "\"opsLimit\": 2", "\"opsLimit\": 0", bad),
        ("ente-encrypted.json", "\"memLimit\": 8388608", "\"memLimit\": 0", bad),
        ("ente-encrypted.json", "\"encryptionNonce\": \"", "\"encryptionNonce\": \"AAAA", bad),
        ("bitwarden-pbkdf2.json", "\"kdfIterations\": 100000", "\"kdfIterations\": 2000001", costly),
        ("bitwarden-pbkdf2.json", "\"kdfIterations\": 100000", "\"kdfIterations\": 0", costly),
        ("bitwarden-pbkdf2.json", "\"kdfType\": 0", "\"kdfType\": 2", bad),
        ("bitwarden-pbkdf2.json", "\"kdfType\": 0", "\"kdfType\": null", bad),
        ("bitwarden-pbkdf2.json", "\"data\": \"2.", "\"data\": \"0.", bad),
        ("bitwarden-pbkdf2.json", "|", "!", bad),
        ("bitwarden-argon2id.json", "\"kdfMemory\": 16", "\"kdfMemory\": 1025", costly),
        ("bitwarden-argon2id.json", "\"kdfIterations\": 3", "\"kdfIterations\": 1000000", costly),
        ("bitwarden-argon2id.json", "\"kdfParallelism\": 4", "\"kdfParallelism\": 17", costly),
        ("bitwarden-argon2id.json", "\"kdfParallelism\": 4", "\"kdfParallelism\": 0", bad),
        ("cotp-encrypted.json", "\"salt\": \"", "\"salt\": \"!", bad),
        ("proton-encrypted.json", "\"content\": \"", "\"content\": \"-", bad),
        ("twofas-encrypted.2fas", ":", ";", CannotImport::Unknown),
    ] {
        assert_eq!(change(name, from, to), expected, "{name} {to}");
    }
}

#[test]
fn marks_of_a_format_without_its_content_are_refused() {
    for (text, expected) in [
        (r#"{"header":{},"db":{}}"#, CannotImport::Unreadable(Format::Aegis)),
        (r#"{"header":{},"db":[]}"#, CannotImport::Unreadable(Format::Aegis)),
        (r#"{"header":{"slots":[]},"db":"AAAA"}"#, CannotImport::Unreadable(Format::Aegis)),
        (r#"{"header":{"slots":[{"type":1}]},"db":"AAAA"}"#, CannotImport::BadParameters),
        (r#"{"services":{},"schemaVersion":4}"#, CannotImport::Unreadable(Format::TwoFas)),
        (
            r#"{"services":[],"schemaVersion":4,"servicesEncrypted":"AAAA"}"#,
            CannotImport::Unreadable(Format::TwoFas),
        ),
        (r#"{"kdfParams":{},"encryptedData":""}"#, CannotImport::BadParameters),
        (r#"{"encrypted":false,"items":{}}"#, CannotImport::Unreadable(Format::Bitwarden)),
        (r#"{"Authenticators":{}}"#, CannotImport::Unreadable(Format::Stratum)),
        (r#"{"tokenOrder":[]}"#, CannotImport::Unreadable(Format::FreeOtpPlus)),
        (r#"{"version":1,"elements":7}"#, CannotImport::Unreadable(Format::Cotp)),
        ("AUTHENTICATORPRO", CannotImport::Unreadable(Format::Stratum)),
        ("AuthenticatorPro and twenty bytes", CannotImport::Unreadable(Format::Stratum)),
        ("otpauth-migration://offline", CannotImport::Unreadable(Format::Google)),
        ("otpauth-migration://offline?data=!", CannotImport::Unreadable(Format::Google)),
        ("otpauth-migration://offline?data=CAE", CannotImport::Unreadable(Format::Google)),
    ] {
        assert_eq!(why(text.as_bytes(), Some(PASSWORD)), expected, "{text}");
    }
}
