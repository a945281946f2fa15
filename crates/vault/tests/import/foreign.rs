//! Files that the apps themselves wrote, where they are at hand. They are not ours to keep in this repository: set
//! `COUNTERSIGN_IMPORT_FILES` to their folder.

use crate::show::{lines, read};
use countersign_vault::import::{CannotImport, Format, OtherFile, recognize};
use std::fs;
use std::path::PathBuf;

const LONG: &str = "Long|Period|totp SHA1 6 60|440725";
const MANY: &str = "Many|Digits|totp SHA1 9 30|683601847";
const SHA_256: &str = "Sha|256|totp SHA256 6 30|414410";
const SHA_512: &str = "Sha|512|totp SHA512 6 30|228515";
const HOTP: &str = "Standard|Hotp|hotp SHA1 6 10|651512";
const TOTP: &str = "Standard|Totp|totp SHA1 6 30|548791";
const SAME: &str = "NoIssuer|NoIssuer|totp SHA1 6 30|961004";
const ISSUER_ALONE: &str = "NoIssuer||totp SHA1 6 30|961004";
const ACCOUNT_ALONE: &str = "|NoIssuer|totp SHA1 6 30|961004";

/// The folder, or `None` with a word why the test has nothing to do.
fn folder() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/importers");
    let folder = std::env::var_os("COUNTERSIGN_IMPORT_FILES").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: COUNTERSIGN_IMPORT_FILES names no folder with files of other authenticators");
    None
}

fn check(name: &str, password: &str, format: Format, expected: &[&str]) {
    let Some(folder) = folder() else { return };
    let bytes = fs::read(folder.join(name)).unwrap();
    assert_eq!(recognize(&bytes), Some(format), "{name}");
    let password = (!password.is_empty()).then_some(password);
    if password.is_some() {
        assert_eq!(read(&bytes, None).unwrap_err(), CannotImport::NeedsPassword(format), "{name}");
    }
    let import = read(&bytes, password).unwrap_or_else(|why| panic!("{name}: {why}"));
    let lines: Vec<String> =
        lines(&import).iter().map(|line| line.split(" [").next().unwrap_or_default().to_owned()).collect();
    assert_eq!(lines, expected, "{name}");
}

fn motp(label: &str) -> String {
    format!(
        "{label}: mOTP codes cannot be made here: keep this entry in the app it comes from, or ask its issuer for a \
         token with standard codes (TOTP)"
    )
}

#[test]
fn aegis_own_files_are_read() {
    let yandex = "Yandex: Yandex codes cannot be made here: keep this entry in the app it comes from, or ask for \
                  codes by SMS in the Yandex ID settings";
    let (motp, username, steam) =
        (motp("Motp"), "|Username|totp SHA1 6 30|789723", "Steam|Steam|steam|JWNC5");
    let all = [LONG, MANY, SHA_256, SHA_512, HOTP, TOTP, SAME, &motp, yandex, username, steam];
    check("aegis.unencrypted.json", "", Format::Aegis, &all);
    check("aegis.encrypted.json", "test", Format::Aegis, &all);
}

#[test]
fn twofas_own_files_are_read() {
    let all = [TOTP, ISSUER_ALONE, SHA_256, SHA_512, LONG, HOTP];
    check("twofas.unencrypted.2fas", "", Format::TwoFas, &all);
    check("twofas.encrypted.2fas", "test", Format::TwoFas, &all);
}

#[test]
fn ente_own_files_are_read_with_a_gibibyte_of_memory() {
    let all = [LONG, MANY, SAME, SHA_256, SHA_512, HOTP, TOTP];
    // Without a parameter of Ente's it is a list like any other.
    check("ente.unencrypted.txt", "", Format::OtpauthList, &all);
    check("ente.encrypted.json", "test", Format::Ente, &all);
}

#[test]
fn stratum_own_files_are_read() {
    let all = [LONG, MANY, SHA_256, SHA_512, HOTP, TOTP, ISSUER_ALONE];
    check("backup.strong.authpro", "test", Format::Stratum, &all);
    check("backup.legacy.authpro", "test", Format::Stratum, &all);
    let of = |names: &str, code: &str| format!("{names}|totp SHA1 6 30|{code}");
    let examples = [
        of("Amazon|john@example.com", "738571"),
        of("Facebook|john@example.com", "303779"),
        of("Instagram|john@example.com", "704436"),
        of("PayPal|john@example.com", "549784"),
        of("Slack|john@example.com", "402724"),
        of("DigitalOcean|john@example.com", "591127"),
        of("Microsoft|example@live.com", "242519"),
        of("Epic Games|john@example.com", "382337"),
        of("GitHub|github", "477254"),
        of("Dropbox|john@example.com", "463680"),
        of("Twitter|@jack", "442355"),
        "HOTP example|john@example.com|hotp SHA1 6 4|391367".to_owned(),
        "Steam|example|steam|38W4B".to_owned(),
        motp("Company VPN: john@example.com"),
        "Blizzard|example|totp SHA1 8 30|57314979".to_owned(),
    ];
    check("backup.unencrypted.authpro", "", Format::Stratum, &examples.each_ref().map(String::as_str));
}

#[test]
fn andotp_own_files_are_read() {
    let (motp, steam) = (motp("Motp: motp"), "Steam|Steam|steam|J5JV8");
    let all = [LONG, MANY, ACCOUNT_ALONE, SHA_256, SHA_512, HOTP, TOTP, &motp, steam];
    check("andotp.unencrypted.json", "", Format::AndOtp, &all);
    check("andotp.encrypted.bin", "testtest", Format::AndOtp, &all);
}

#[test]
fn bitwarden_own_files_are_read() {
    let all = [
        "Card: not a token: a payment card",
        "Identity: not a token: an identity",
        LONG,
        MANY,
        SAME,
        "Secret|Only|totp SHA1 6 30|837915",
        "Secure Note: not a token: a note",
        SHA_256,
        SHA_512,
        TOTP,
        "Steam|john@example.com|steam|689YN",
    ];
    check("bitwarden.unencrypted.json", "", Format::Bitwarden, &all);
    check("bitwarden.encrypted.pbkdf2.json", "rud9^5S6$^Ewmr%d", Format::Bitwarden, &all);
    check("bitwarden.encrypted.argon2id.json", "rud9^5S6$^Ewmr%d", Format::Bitwarden, &all);
    let authenticator = [TOTP, SAME, SHA_256, SHA_512, MANY, LONG];
    check("bitwardenauthenticator.json", "", Format::Bitwarden, &authenticator);
    let Some(folder) = folder() else { return };
    let bound = fs::read(folder.join("bitwarden.encrypted.accountrestricted.json")).unwrap();
    let why = read(&bound, Some("rud9^5S6$^Ewmr%d")).unwrap_err();
    assert_eq!(why, CannotImport::OtherFile(OtherFile::BitwardenAccount));
}

#[test]
fn the_other_apps_own_files_are_read() {
    let eight = "Many|Digits|totp SHA1 8 30|83601847";
    check("freeotpplus.json", "", Format::FreeOtpPlus, &[LONG, eight, SHA_256, SHA_512, HOTP, TOTP, SAME]);
    // Google's export has no period.
    let half = "Long|Period|totp SHA1 6 30|045963";
    check(
        "googleauthenticator.txt",
        "",
        Format::Google,
        &[SHA_512, SHA_256, TOTP, HOTP, ACCOUNT_ALONE, half],
    );
    check("lastpass.json", "", Format::LastPass, &[TOTP, LONG, MANY, ACCOUNT_ALONE, SHA_256, SHA_512]);
    let steam = "Steam|Steam|steam|335GK";
    check(
        "protonauthenticator.json",
        "",
        Format::Proton,
        &[TOTP, ACCOUNT_ALONE, SHA_256, SHA_512, LONG, MANY, steam],
    );
    check("urilist.txt", "", Format::OtpauthList, &[LONG, MANY, SHA_256, SHA_512, HOTP, TOTP, SAME]);
}
