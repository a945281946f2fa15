//! Files of hardware tokens, a target for each format. Those of PSKC are opened with a key or a password, too.

use hardware::{FileKey, Format, MAX_TOKENS, Options, read};
use model::Secret;
use otp::Digits;
use std::collections::BTreeSet;

/// OATH CSV.
pub fn csv(data: &[u8]) -> bool {
    file(data, Format::OathCsv, None)
}

/// PSKC, in the clear, with the key of the norm's example, and with the password of another.
pub fn pskc(data: &[u8]) -> bool {
    // Rounds are what the file says; a fuzzer has no time for them.
    let slow = data.windows(14).any(|part| part == b"IterationCount") && !holds(data, b">1000<");
    let key = (0..16).map(|at| [0x12, 0x34, 0x56, 0x78, 0x90][at % 5]).collect();
    let with_key = file(data, Format::Pskc, Some(FileKey::Key(Secret::new(key))));
    let with_password =
        !slow && file(data, Format::Pskc, Some(FileKey::Password(Secret::from_text("qwerty".into()))));
    file(data, Format::Pskc, None) || with_key || with_password
}

/// What Yubico's tool logs.
pub fn yubico(data: &[u8]) -> bool {
    file(data, Format::Yubico, None)
}

fn holds(data: &[u8], part: &[u8]) -> bool {
    data.windows(part.len()).any(|window| window == part)
}

/// Whether a file has at least one token and no line that is bad.
fn file(data: &[u8], format: Format, key: Option<FileKey>) -> bool {
    let options = Options { format: Some(format), key, digits: Digits::SIX };
    let Ok(found) = read(&Secret::new(data.to_vec()), &options) else { return false };
    let lines = 1 + data.iter().filter(|&&byte| byte == b'\n').count() as u64;
    let mut serials = BTreeSet::new();
    for token in &found.tokens {
        assert!(serials.insert(token.serial.as_str()), "a serial comes twice");
        assert_eq!(token.serial.as_str().parse().as_ref(), Ok(&token.serial), "a serial that is none");
        assert!((1..=lines).contains(&token.line), "line {} of {lines}", token.line);
        assert!(token.parameters.digits.count() <= Digits::MAX_ISSUED, "codes that nobody can type");
    }
    for bad in &found.bad {
        assert!((1..=lines).contains(&bad.line), "line {} of {lines}", bad.line);
        assert!(!bad.problem.to_string().chars().any(char::is_control), "a problem that moves the cursor");
    }
    assert!(found.tokens.len() <= MAX_TOKENS && found.tokens.len() + found.bad.len() > 0);
    !found.tokens.is_empty() && found.bad.is_empty()
}
