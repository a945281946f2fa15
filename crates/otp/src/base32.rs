//! Base32 as seeds are written (RFC 4648 §6), read tolerantly. By hand, since a seed must pass through no buffer that
//! is not wiped and through no table that it indexes.

use model::Secret;
use zeroize::Zeroizing;

/// Upper case, without padding.
pub(crate) fn encode(bytes: &[u8]) -> Secret {
    let mut text = Vec::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut bits, mut count) = (0u32, 0);
    for &byte in bytes {
        bits = bits << 8 | u32::from(byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(letter(bits >> count));
        }
    }
    if count > 0 {
        text.push(letter(bits << (5 - count)));
    }
    Secret::new(text)
}

/// Ignores blanks, `-`, `_`, padding at the end and case. Bits left over at the end are dropped, however many and
/// whatever their value, as other readers do: services hand such secrets out. `None` when anything else stands there.
pub(crate) fn decode(text: &str) -> Option<Secret> {
    let text = text.trim_end_matches(|c: char| c == '=' || c.is_whitespace());
    // The capacity is final: growing would leave a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() * 5 / 8 + 1));
    let (mut bits, mut count) = (0u32, 0);
    for c in text.chars().filter(|&c| !c.is_whitespace() && c != '-' && c != '_') {
        bits = bits << 5 | value(c)?;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(Secret::new(std::mem::take(&mut *bytes)))
}

/// Whether no whole bytes are written in so many letters: 1, 3 or 6 in the last group of 8.
pub(crate) fn is_broken_off(text: &str) -> bool {
    matches!(text.chars().filter(|&c| value(c).is_some()).count() % 8, 1 | 3 | 6)
}

fn letter(bits: u32) -> u8 {
    let index = (bits & 31) as u8;
    if index < 26 { b'A' + index } else { b'2' + (index - 26) }
}

fn value(c: char) -> Option<u32> {
    match c {
        'A'..='Z' => Some(c as u32 - 'A' as u32),
        'a'..='z' => Some(c as u32 - 'a' as u32),
        '2'..='7' => Some(c as u32 - '2' as u32 + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_vectors_of_rfc_4648_hold() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY======"),
            ("fo", "MZXQ===="),
            ("foo", "MZXW6==="),
            ("foob", "MZXW6YQ="),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI======"),
        ] {
            assert_eq!(encode(plain.as_bytes()).expose_text(), Some(text.trim_end_matches('=')));
            assert_eq!(decode(text).map(|s| s.expose().to_vec()), Some(plain.as_bytes().to_vec()), "{text}");
        }
    }

    #[test]
    fn what_people_and_programs_add_is_ignored() {
        for text in [" mzxw 6ytb OI ", "MZXW-6YTB-OI==", "mzxw_6ytb_oi", "MZXW\u{a0}6YTB\tOI\n", "MZXW6YTBOJ"]
        {
            assert_eq!(decode(text).unwrap().expose(), b"foobar", "{text:?}");
            assert!(!is_broken_off(text), "{text:?}");
        }
    }

    #[test]
    fn a_last_group_that_is_broken_off_is_read_and_told() {
        for (text, bytes) in [("A", &b""[..]), ("MZX", b"f"), ("MZXW6Y", b"foo"), ("mzxw 6ytb o==", b"fooba")]
        {
            assert_eq!(decode(text).unwrap().expose(), bytes, "{text:?}");
            assert!(is_broken_off(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_base32_is_refused() {
        for bad in ["MZXW0", "MZXW1", "MZXW8", "MZ=W", "MZXW6Y!", "MZXW6Ä", "ＭＹ"] {
            assert!(decode(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn bytes_survive_their_text_form(bytes: Vec<u8>) {
            let text = encode(&bytes);
            let text = text.expose_text().unwrap();
            prop_assert!(text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')));
            let read = decode(text).unwrap();
            prop_assert_eq!(read.expose(), bytes.as_slice());
        }
    }
}
