//! The authenticator of somebody in a test: a key that was typed in, and the codes it shows (RFC 6238).
//!
//! Written anew rather than taken from the product, which is what is being tested.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::time::{SystemTime, UNIX_EPOCH};

/// Digits of a code.
const DIGITS: usize = 6;

/// The code of a time step. `None` for a key that is no base32.
pub(crate) fn code(key: &str, step: u64) -> Option<String> {
    let plain: String = key.chars().filter(|c| !c.is_whitespace()).collect();
    let secret = data_encoding::BASE32_NOPAD.decode(plain.to_ascii_uppercase().as_bytes()).ok()?;
    let mut mac = Hmac::<Sha1>::new_from_slice(&secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let start = usize::from(digest.last()? & 15);
    let four: [u8; 4] = digest.get(start..start + 4)?.try_into().ok()?;
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    Some(format!("{:0DIGITS$}", number % 10_u32.pow(DIGITS as u32)))
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the person's phone has its own clock")]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_norm() {
        // RFC 6238, appendix B, the last six digits; the key is "12345678901234567890".
        let key = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code(key, seconds / 30).as_deref(), Some(expected));
        }
        assert_eq!(code("no key!", 1), None);
    }
}
