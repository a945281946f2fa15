//! Every format and version, in files made by independent programs.

use crate::show::{PASSWORD, file, lines, read};
use countersign_vault::container::{Keyring, NewSlot, PasswordParameters, derive};
use countersign_vault::import::{CannotImport, Format, GoogleParts, recognize};
use countersign_vault::{EntryId, Vault};
use model::{Secret, UnixTime};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const ALPHA: &str = "Alpha|anna@example.org|totp SHA1 6 30|018894";
const BETA: &str = "Beta|ben|totp SHA256 8 60|16767548";
const BETA_30: &str = "Beta|ben|totp SHA256 8 30|65876381";
const GAMMA: &str = "Gämma|gül : home|totp SHA512 7 30|0388257";
const DELTA: &str = "Delta|dora|hotp SHA1 6 41|877706";
const STEAM: &str = "Steam|eve|steam|GGKP4";
const MOTP: &str = "M: m: mOTP codes cannot be made here: keep this entry in the app it comes from, or ask its issuer \
                    for a token with standard codes (TOTP)";
const YANDEX: &str = "Y: y: Yandex codes cannot be made here: keep this entry in the app it comes from, or ask for \
                      codes by SMS in the Yandex ID settings";

/// Extras after a line.
fn with(line: &str, extras: &str) -> String {
    format!("{line} {extras}")
}

fn check(name: &str, format: Format, expected: &[&str]) {
    let bytes = file(name);
    assert_eq!(recognize(&bytes), Some(format), "{name}");
    let import = read(&bytes, Some(PASSWORD)).unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(lines(&import), expected, "{name}");
    assert!(import.incomplete.is_empty(), "{name}");
}

fn check_sealed(name: &str, format: Format, expected: &[&str]) {
    check(name, format, expected);
    assert_eq!(read(&file(name), None).unwrap_err(), CannotImport::NeedsPassword(format), "{name}");
    for wrong in ["", "passwort", "pässwörd"] {
        assert_eq!(read(&file(name), Some(wrong)).unwrap_err(), CannotImport::WrongPassword, "{name}");
    }
}

#[test]
fn our_own_vault_is_read_with_its_trash() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let now = UnixTime::from_secs(1_700_000_000);
    let mut vault = Vault::new();
    for (at, found) in read(&file("list.txt"), None).unwrap().found.into_iter().enumerate() {
        let id = EntryId::from_bytes([at as u8; 16]);
        vault.add(found.outcome.unwrap(), id, now).unwrap();
    }
    vault.trash(EntryId::from_bytes([0; 16]), now).unwrap();
    vault.set_pinned(EntryId::from_bytes([1; 16]), true, now).unwrap();
    let parameters = PasswordParameters::new([7; 16], 64, 1, 1).unwrap();
    let key = derive(&Secret::from_text(PASSWORD.into()), &parameters).unwrap();
    let ring = Keyring::create(NewSlot::password(parameters, key), now, &mut rng).unwrap();
    let sealed = ring.seal(&mut vault, &mut rng).unwrap();

    let bytes = sealed.bytes();
    assert_eq!(recognize(bytes), Some(Format::Countersign));
    let import = read(bytes, Some(PASSWORD)).unwrap();
    let expected = [&with(BETA, "[pinned]"), GAMMA, DELTA, STEAM, &with(ALPHA, "[trashed]")];
    assert_eq!(lines(&import), expected);
    assert_eq!(read(bytes, None).unwrap_err(), CannotImport::NeedsPassword(Format::Countersign));
    assert_eq!(read(bytes, Some("wrong")).unwrap_err(), CannotImport::WrongPassword);
    let cut = read(&bytes[..100], Some(PASSWORD)).unwrap_err();
    assert_eq!(cut.to_string(), "this vault is damaged or incomplete");
}

#[test]
fn lists_of_addresses_are_read_with_lines_or_commas_between() {
    let all = [ALPHA, BETA, GAMMA, DELTA, STEAM];
    check("list.txt", Format::OtpauthList, &all);
    check("list-commas.txt", Format::OtpauthList, &all);
}

#[test]
fn aegis_is_read_in_every_version_of_its_database() {
    let (pinned, note) = (with(BETA, "[pinned]"), with(ALPHA, "[#Work] [note a note]"));
    let (group, both) = (with(ALPHA, "[#Work]"), with(ALPHA, "[#Work] [#Home] [note a note]"));
    fn of<'a>(alpha: &'a str, beta: &'a str) -> [&'a str; 7] {
        [alpha, beta, GAMMA, DELTA, STEAM, MOTP, YANDEX]
    }
    check("aegis-v1.json", Format::Aegis, &of(&group, BETA));
    check("aegis-v2.json", Format::Aegis, &of(&note, &pinned));
    check("aegis-v3.json", Format::Aegis, &of(&both, &pinned));
    // A biometric slot and one with another password come before ours.
    check_sealed("aegis-encrypted.json", Format::Aegis, &of(&both, &pinned));
    let other = read(&file("aegis-encrypted.json"), Some("another password")).unwrap();
    assert_eq!(lines(&other), of(&both, &pinned));
}

#[test]
fn twofas_is_read_in_every_schema() {
    let alpha = &with(ALPHA, "[#Work]");
    check("twofas-v1.2fas", Format::TwoFas, &[alpha]);
    check("twofas-v2.2fas", Format::TwoFas, &[alpha, BETA, GAMMA]);
    check("twofas-v3.2fas", Format::TwoFas, &[alpha, BETA, GAMMA, DELTA]);
    check("twofas-v4.2fas", Format::TwoFas, &[alpha, BETA, GAMMA, DELTA, STEAM]);
    check_sealed("twofas-encrypted.2fas", Format::TwoFas, &[alpha, BETA, GAMMA, DELTA, STEAM]);
}

#[test]
fn ente_is_read_with_what_lies_in_its_trash() {
    let alpha = &with(
        ALPHA,
        "[#work] [#two words] [pinned] [note a note, with 100% & ünicode\nof two lines] [used 7] [last 1699999000]",
    );
    let all = [alpha.as_str(), &with(BETA, "[trashed]"), GAMMA, DELTA, STEAM];
    check("ente.txt", Format::Ente, &all);
    check_sealed("ente-encrypted.json", Format::Ente, &all);
    check_sealed("ente-encrypted-message.json", Format::Ente, &all);
}

#[test]
fn bitwarden_is_read_and_what_is_no_token_is_named() {
    let (alpha, beta) = (with(ALPHA, "[#Work] [note a note]"), with(BETA, "[pinned]"));
    let all = [
        "Diary: not a token: a note",
        "Gold card: not a token: a payment card",
        "Me: not a token: an identity",
        "Key: not a token: an SSH key",
        "News: not a token: an item of another kind",
        "No code: u: not a token: a login without a one-time password",
        "No login: not a token: a login without a one-time password",
        &alpha,
        &beta,
        GAMMA,
        DELTA,
        STEAM,
    ];
    check("bitwarden.json", Format::Bitwarden, &all);
    check_sealed("bitwarden-pbkdf2.json", Format::Bitwarden, &all);
    check_sealed("bitwarden-argon2id.json", Format::Bitwarden, &all);
    let rows = [
        "Diary: not a token: a note",
        "No code: u: not a token: a login without a one-time password",
        &alpha,
        &beta,
        GAMMA,
        DELTA,
        STEAM,
    ];
    check("bitwarden.csv", Format::Bitwarden, &rows);
}

#[test]
fn proton_is_read() {
    let all = [&with(ALPHA, "[note a note]"), BETA, GAMMA, STEAM];
    check("proton.json", Format::Proton, &all);
    check_sealed("proton-encrypted.json", Format::Proton, &all);
}

#[test]
fn stratum_is_read_as_it_is_written_now_and_was_earlier() {
    let used = |line| with(line, "[used 3]");
    let (alpha, beta, gamma) = (with(ALPHA, "[#Work] [used 3]"), used(BETA), used(GAMMA));
    let all = [&alpha, &beta, &gamma, &used(DELTA), &used(STEAM), MOTP, YANDEX];
    check("stratum.authpro", Format::Stratum, &all);
    check_sealed("stratum-encrypted.authpro", Format::Stratum, &all);
    check_sealed("stratum-legacy.authpro", Format::Stratum, &all);
}

#[test]
fn andotp_is_read_in_both_ways_it_was_encrypted() {
    let used = |line| with(line, "[used 9] [last 1699999000]");
    let alpha = with(ALPHA, "[#Work] [used 9] [last 1699999000]");
    let all = [&alpha, &used(BETA), &used(GAMMA), &used(DELTA), &used(STEAM), MOTP];
    check("andotp.json", Format::AndOtp, &all);
    check_sealed("andotp-new.bin", Format::AndOtp, &all);
    check_sealed("andotp-old.bin", Format::AndOtp, &all);
}

#[test]
fn freeotp_plus_is_read_with_the_counter_that_comes_next() {
    // -1, -128, 127, 0 to 6 as signed bytes; oathtool --totp=SHA1 -d 6 -N @1700000000 76AH6AABAIBQIBIG.
    let signed = "Alpha|signed bytes|totp SHA1 6 30|910366";
    check("freeotp-plus.json", Format::FreeOtpPlus, &[ALPHA, BETA, GAMMA, DELTA, STEAM, signed]);
}

#[test]
fn lastpass_is_read() {
    check("lastpass.json", Format::LastPass, &[&with(ALPHA, "[#Work]"), &with(BETA, "[pinned]"), GAMMA]);
}

#[test]
fn raivo_is_read_from_its_list_and_from_its_archive() {
    let all = [ALPHA, &with(BETA, "[pinned]"), GAMMA, DELTA];
    check("raivo.json", Format::Raivo, &all);
    check("raivo-open.zip", Format::Raivo, &all);
    check_sealed("raivo.zip", Format::Raivo, &all);
    check_sealed("raivo-stored.zip", Format::Raivo, &all);
}

#[test]
fn cotp_is_read() {
    let all = [ALPHA, BETA, GAMMA, DELTA, STEAM, MOTP];
    check("cotp.json", Format::Cotp, &all);
    check_sealed("cotp-encrypted.json", Format::Cotp, &all);
}

#[test]
fn the_parts_of_googles_export_are_collected_in_any_order_and_the_missing_ones_named() {
    let [first, second, third] = ["google-1.txt", "google-2.txt", "google-3.txt"].map(file);
    let alone = read(&second, None).unwrap();
    assert_eq!((alone.format, lines(&alone)), (Format::Google, vec![BETA_30.to_owned()]));
    assert_eq!((alone.incomplete[0].have, alone.incomplete[0].of), (1, 3));
    assert_eq!(alone.incomplete[0].missing, [1, 3]);

    let mut parts = GoogleParts::default();
    assert!(!parts.is_complete() && parts.progress().is_empty());
    for part in [&third, &third, &first] {
        parts.add(part).unwrap();
        assert!(!parts.is_complete());
    }
    assert_eq!(parts.progress()[0].missing, [2]);
    assert!(parts.add(b"otpauth-migration://offline?data=%%%").is_err());
    parts.add(&second).unwrap();
    assert!(parts.is_complete());
    let whole = parts.finish().unwrap();
    assert_eq!(lines(&whole), [ALPHA, BETA_30, DELTA]);
    assert!(whole.incomplete.is_empty());

    // The same in one file, a part a line, with the `+` of base64 turned into blanks on the way.
    let text = [third, second, first].map(|part| String::from_utf8(part).unwrap()).join("\r\n");
    let text = text.replace("%2B", " ").replace("%3D", "=").replace("%2F", "/");
    let import = read(text.as_bytes(), None).unwrap();
    assert_eq!(lines(&import), [ALPHA, BETA_30, DELTA]);
    assert!(import.incomplete.is_empty());
}
