use std::{fmt, str::FromStr};

/// Names an entry, in every copy of the vault: 16 random bytes. Not secret.
///
/// Text form: 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId([u8; 16]);

/// A text is not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an entry")]
pub struct InvalidEntryId;

impl EntryId {
    /// The id with these bytes; random ones for a new entry.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EntryId {
    type Err = InvalidEntryId;

    fn from_str(text: &str) -> Result<Self, InvalidEntryId> {
        let text = text.as_bytes();
        if text.len() != 32 {
            return Err(InvalidEntryId);
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(text.chunks(2)) {
            for &digit in pair {
                let digit = match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'a'..=b'f' => digit - b'a' + 10,
                    _ => return Err(InvalidEntryId),
                };
                *byte = *byte << 4 | digit;
            }
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_text_form_and_nothing_else_is_one() {
        let id = EntryId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xbc, 0xd, 0xe, 0xf, 0xff]);
        assert_eq!(id.to_string(), "000102030405060708090abc0d0e0fff");
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in
            ["", "0", &id.to_string().to_uppercase(), &"0".repeat(33), "ä00000000000000000000000000000ä"]
        {
            assert_eq!(bad.parse::<EntryId>(), Err(InvalidEntryId), "{bad}");
        }
    }
}
