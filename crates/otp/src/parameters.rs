use crate::Counter;
use std::{fmt, num::NonZeroU32, str::FromStr};

/// The hash function under the HMAC of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Algorithm {
    /// HMAC-SHA-1: the only one of RFC 4226, and the only one some authenticators can do.
    #[default]
    Sha1,
    /// HMAC-SHA-256 (RFC 6238 §1.2).
    Sha256,
    /// HMAC-SHA-512 (RFC 6238 §1.2).
    Sha512,
}

/// A text names no hash function that tokens use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the algorithm is none of SHA1, SHA256, SHA512")]
pub struct UnknownAlgorithm;

impl Algorithm {
    /// All three, for tables and tests.
    pub const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// The word used in `otpauth://`, in storage and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads the spellings found in the wild: any case, `SHA-1`, `HmacSHA256`, `Algorithm.sha512`.
impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        if text.len() > 32 {
            return Err(UnknownAlgorithm);
        }
        let plain: String =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let plain = plain.strip_prefix("algorithm").unwrap_or(&plain);
        match plain.strip_prefix("hmac").unwrap_or(plain) {
            "sha1" => Ok(Self::Sha1),
            "sha256" => Ok(Self::Sha256),
            "sha512" => Ok(Self::Sha512),
            _ => Err(UnknownAlgorithm),
        }
    }
}

/// How many digits a one-time password has: 6 to 10 (RFC 4226 §5.3 asks for at least 6).
///
/// Ten is the most that 31 bits fill. What a server issues and takes has at most [`Self::MAX_ISSUED`]; more are for
/// authenticators, which have to make what others ask for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Digits(u8);

/// A number of digits that a one-time password cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a one-time password has {min} to {max} digits", min = Digits::MIN, max = Digits::MAX)]
pub struct InvalidDigits;

impl Digits {
    /// The fewest digits.
    pub const MIN: u8 = 6;
    /// The most digits.
    pub const MAX: u8 = 10;
    /// The most digits of a token that we issue, and of a [`Code`](crate::Code) that somebody types.
    pub const MAX_ISSUED: u8 = 8;
    /// Six digits, what nearly all authenticators show.
    pub const SIX: Self = Self(6);
    /// Eight digits.
    pub const EIGHT: Self = Self(8);

    /// A number of digits.
    ///
    /// # Errors
    /// When it is not within [`Self::MIN`] and [`Self::MAX`].
    pub const fn new(count: u8) -> Result<Self, InvalidDigits> {
        if Self::MIN <= count && count <= Self::MAX { Ok(Self(count)) } else { Err(InvalidDigits) }
    }

    /// The number of digits.
    pub const fn count(self) -> u8 {
        self.0
    }
}

impl Default for Digits {
    fn default() -> Self {
        Self::SIX
    }
}

/// How long one TOTP code holds, in whole seconds, at least 1 (RFC 6238 §4.1 calls it X).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Period(NonZeroU32);

/// A period of no seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period has at least one second")]
pub struct InvalidPeriod;

impl Period {
    /// 30 seconds, the default of RFC 6238 §5.2 and of every authenticator.
    pub const DEFAULT: Self = match NonZeroU32::new(30) {
        Some(secs) => Self(secs),
        None => Self(NonZeroU32::MIN),
    };

    /// A period of so many seconds.
    ///
    /// # Errors
    /// When `secs` is zero.
    pub const fn from_secs(secs: u32) -> Result<Self, InvalidPeriod> {
        match NonZeroU32::new(secs) {
            Some(secs) => Ok(Self(secs)),
            None => Err(InvalidPeriod),
        }
    }

    /// The period in seconds.
    pub const fn as_secs(self) -> u32 {
        self.0.get()
    }
}

impl Default for Period {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What moves a token from one code to the next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenKind {
    /// Time (RFC 6238).
    Totp {
        /// How long one code holds.
        period: Period,
    },
    /// A press of a button (RFC 4226).
    Hotp {
        /// The counter the next code is made from.
        counter: Counter,
    },
}

/// Everything besides the seed that a token and whoever verifies it must agree on.
///
/// The default is what every authenticator can do: TOTP, SHA-1, six digits, 30 seconds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TokenParameters {
    /// The hash function.
    pub algorithm: Algorithm,
    /// The number of digits.
    pub digits: Digits,
    /// Time or counter.
    pub kind: TokenKind,
}

impl Default for TokenKind {
    fn default() -> Self {
        Self::Totp { period: Period::DEFAULT }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_are_read_in_every_spelling_seen() {
        for (text, expected) in [
            ("SHA1", Algorithm::Sha1),
            ("sha-1", Algorithm::Sha1),
            ("HmacSHA1", Algorithm::Sha1),
            ("HMAC-SHA256", Algorithm::Sha256),
            ("Algorithm.sha256", Algorithm::Sha256),
            ("SHA_512", Algorithm::Sha512),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        for bad in ["", "SHA", "MD5", "SHA3", "SHA11", "sha1sha1", "hmac", &"a".repeat(1000)] {
            assert_eq!(bad.parse::<Algorithm>(), Err(UnknownAlgorithm), "{bad}");
        }
    }

    #[test]
    fn digits_and_periods_outside_their_range_cannot_be_built() {
        assert_eq!([5, 6, 8, 10, 11].map(|n| Digits::new(n).is_ok()), [false, true, true, true, false]);
        assert_eq!([0, 1, u32::MAX].map(|n| Period::from_secs(n).is_ok()), [false, true, true]);
        assert_eq!(Period::DEFAULT.as_secs(), 30);
    }
}
