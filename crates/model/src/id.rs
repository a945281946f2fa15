use rand_core::Rng;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Lower-case Crockford alphabet: no `i`, `l`, `o`, `u`, so that an id survives being read out.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BODY: usize = 26;

/// A text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: expected {prefix}_ and 26 letters or digits")]
pub struct InvalidId {
    prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Text form: a prefix and 128 bits in lower-case Crockford base32.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(u128);

        impl $name {
            /// A new random id.
            pub fn random(rng: &mut dyn Rng) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(u128::from_be_bytes(bytes))
            }

            /// The 128 bits, as stored.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            /// The id with these 128 bits.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(u128::from_be_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(&encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(InvalidId { prefix: $prefix })
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// A human being known to the server.
    PersonId "per";
    /// A token of a person.
    TokenId "tok";
    /// A joined machine.
    MachineId "mch";
    /// A group of machines that shares a policy.
    GroupId "grp";
    /// A join code, not its secret.
    JoinCodeId "jcd";
    /// An invitation, not its secret.
    InvitationId "inv";
    /// Somebody who works with the console.
    OperatorId "opr";
    /// A session of an operator's browser, not its secret.
    SessionId "ses";
    /// A client made for privacyIDEA, not its address.
    CompatClientId "cmp";
    /// A key of the administration API, not its secret.
    ApiKeyId "key";
    /// One sign-in attempt: from the password being proven to approval, refusal or cancel.
    AttemptId "att";
    /// One request within an attempt. A retry carries the same id and gets the same answer.
    RequestId "req";
}

fn encode(value: u128) -> String {
    (0..BODY).rev().map(|i| char::from(ALPHABET[(value >> (5 * i)) as usize & 31])).collect()
}

fn decode(text: &str) -> Option<u128> {
    if text.len() != BODY {
        return None;
    }
    let mut value: u128 = 0;
    for (i, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)? as u128;
        // 26 digits of 5 bits are 130: the first may use three only.
        if i == 0 && digit > 7 {
            return None;
        }
        value = value << 5 | digit;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_text_form() {
        for value in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = PersonId(value);
            assert_eq!(id.to_string().parse::<PersonId>(), Ok(id));
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let text = PersonId(7).to_string();
        assert!(text.parse::<TokenId>().is_err());
        for bad in ["per_", "per_8zzzzzzzzzzzzzzzzzzzzzzzzz", "per_0000000000000000000000000u"] {
            assert!(bad.parse::<PersonId>().is_err(), "{bad}");
        }
    }
}
