//! Percent-encoding (RFC 3986 §2.1), undone.

use zeroize::{Zeroize, Zeroizing};

/// What `+` means: itself in a path, a blank in a form (URL Standard §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plus {
    /// Itself.
    Itself,
    /// A blank.
    Blank,
}

/// Undoes percent-encoding. What is not an escape stays as it is; what is not UTF-8 then becomes U+FFFD.
pub fn percent_decode(text: &str, plus: Plus) -> Zeroizing<String> {
    let text = text.as_bytes();
    let hex = |at: usize| text.get(at).and_then(|&b| char::from(b).to_digit(16)).map(|digit| digit as u8);
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if let (b'%', Some(high), Some(low)) = (byte, hex(at + 1), hex(at + 2)) {
            bytes.push(high << 4 | low);
            at += 3;
        } else {
            bytes.push(if byte == b'+' && plus == Plus::Blank { b' ' } else { byte });
            at += 1;
        }
    }
    Zeroizing::new(String::from_utf8(bytes).unwrap_or_else(|error| {
        let mut bytes = error.into_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        bytes.zeroize();
        text
    }))
}
