use model::UnixTime;
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A text is not the hexadecimal form of so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {0} bytes in lower-case hexadecimal")]
pub struct InvalidHex(usize);

/// Bytes of a fixed length, written and shown in lower-case hexadecimal.
macro_rules! hex_bytes {
    ($(#[$doc:meta])* $name:ident $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// From its bytes.
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub const fn to_bytes(self) -> [u8; $length] {
                self.0
            }

            /// Its bytes, to look at.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidHex;

            fn from_str(text: &str) -> Result<Self, InvalidHex> {
                let mut bytes = [0; $length];
                let digits = text.as_bytes();
                if digits.len() != 2 * bytes.len() {
                    return Err(InvalidHex($length));
                }
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    for digit in pair {
                        let value = match digit {
                            b'0'..=b'9' => digit - b'0',
                            b'a'..=b'f' => digit - b'a' + 10,
                            _ => return Err(InvalidHex($length)),
                        };
                        *byte = *byte << 4 | value;
                    }
                }
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

hex_bytes! {
    /// Which backup box, as the server stores it: a keyed hash of the name that the app made of a user name and a
    /// password, so that the database alone does not help with guessing either.
    BoxId 16
}

hex_bytes! {
    /// SHA-256 of a sealed backup, which tells one state of a box from another. Not a secret.
    ContentHash 32
}

impl BoxId {
    /// The first 8 digits, by which lists and events call a box.
    pub fn prefix(self) -> String {
        let mut text = self.to_string();
        text.truncate(8);
        text
    }
}

/// One place for one person's sealed backups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BackupBox {
    /// Which box.
    pub id: BoxId,
    /// Keyed hash of the key that opens it.
    pub key_hash: [u8; 32],
    /// Number of the newest generation; the first is 1.
    pub newest: u64,
    /// What the newest generation holds.
    pub hash: ContentHash,
    /// Bytes of all generations that are kept, as they came.
    pub bytes: u64,
    /// When it was first written.
    pub created_at: UnixTime,
    /// When it was last written.
    pub written_at: UnixTime,
    /// When it was last read or written, to the day or so.
    pub used_at: UnixTime,
}

/// What a box held, or holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Generation {
    /// Counted up from 1 in each box.
    pub number: u64,
    /// Of its content.
    pub hash: ContentHash,
    /// Bytes of its content.
    pub size: u64,
    /// When it was written.
    pub written_at: UnixTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_and_a_hash_survive_their_texts() {
        let id = BoxId::from_bytes([0x0f, 0xa1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff]);
        assert_eq!(id.to_string(), "0fa102030405060708090a0b0c0d0eff");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.prefix(), "0fa10203");
        let hash = ContentHash::from_bytes([0xc3; 32]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(serde_json::to_string(&hash).unwrap(), format!("\"{hash}\""));
    }

    #[test]
    fn what_is_not_hexadecimal_of_that_length_is_refused() {
        for bad in ["", "0", "0FA102030405060708090A0B0C0D0EFF", "0fa102030405060708090a0b0c0d0ef"] {
            assert!(bad.parse::<BoxId>().is_err(), "{bad}");
        }
        for bad in ["0fa102030405060708090a0b0c0d0eff0", "0fa102030405060708090a0b0c0d0efg", &"é".repeat(16)]
        {
            assert!(bad.parse::<BoxId>().is_err(), "{bad}");
        }
    }
}
