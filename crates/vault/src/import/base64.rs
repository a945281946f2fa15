//! Base64 and hex as foreign files have them.

use super::CannotImport;
use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};

/// Standard base64; padding may be missing, line breaks are ignored.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let end = text.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
    BASE64_NOPAD.decode(text.get(..end)?).ok()
}

/// Base64 that a file says its encryption by.
pub(super) fn parameter(text: &str) -> Result<Vec<u8>, CannotImport> {
    decode(text).ok_or(CannotImport::BadParameters)
}

/// Hex that a file says its encryption by.
pub(super) fn hex_parameter(text: &str) -> Result<Vec<u8>, CannotImport> {
    HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).map_err(|_| CannotImport::BadParameters)
}
