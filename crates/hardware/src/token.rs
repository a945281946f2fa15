use otp::{Digits, Seed, TokenParameters};
use std::{fmt, str::FromStr};

/// Keys below this many bits are told (RFC 4226 §4, requirement R6).
pub const WEAK_BITS: usize = 128;

/// The serial of a hardware token, as it is printed on it.
///
/// INVARIANT: 1 to 40 visible ASCII characters, letters in upper case: serials are read out, and searched for as such.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Serial(String);

/// A text is not a serial.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a serial has 1 to {max} visible ASCII characters", max = Serial::MAX)]
pub struct InvalidSerial;

impl Serial {
    /// The most characters.
    pub const MAX: usize = 40;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Serial {
    type Err = InvalidSerial;

    fn from_str(text: &str) -> Result<Self, InvalidSerial> {
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_ascii_uppercase())) } else { Err(InvalidSerial) }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token as a file describes it.
#[derive(Debug)]
pub struct HardwareToken {
    /// The line it is on, from 1 on.
    pub line: u64,
    /// Its serial.
    pub serial: Serial,
    /// Its key.
    pub seed: Seed,
    /// How its codes are made. For HOTP the counter in here is that of the next code.
    pub parameters: TokenParameters,
    /// Who made it and what it is, as the file says; may be empty.
    pub maker: String,
    /// What the administrator should know.
    pub notes: Vec<Note>,
}

/// What an administrator should know of a token that can be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// Its key has fewer bits than RFC 4226 asks for.
    WeakKey {
        /// So many.
        bits: usize,
    },
    /// The file says that it ends then. Nothing here ends it.
    ValidUntil(String),
    /// The file says that it begins then. Nothing here waits for it.
    ValidFrom(String),
    /// The file asks for a PIN, which nothing here checks.
    PinPolicy,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WeakKey { bits } => {
                write!(f, "the key has {bits} bits, and {WEAK_BITS} are the least it should have")
            }
            Self::ValidUntil(date) => {
                write!(f, "the file says that it is valid until {date}, which is not kept to")
            }
            Self::ValidFrom(date) => {
                write!(f, "the file says that it is valid from {date}, which is not kept to")
            }
            Self::PinPolicy => f.write_str("the file asks for a PIN with it, which is not checked here"),
        }
    }
}

/// A line that is no token, or not one that can be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadLine {
    /// Its number, from 1 on.
    pub line: u64,
    /// The serial it names, if it names one.
    pub serial: Option<String>,
    /// What is the matter with it.
    pub problem: Problem,
}

/// Why a line is no token that can be used. The texts say what is wrong and never a key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    /// No serial.
    #[error("it names no serial")]
    NoSerial,
    /// The serial has characters that serials do not have, or too many.
    #[error(transparent)]
    BadSerial(#[from] InvalidSerial),
    /// No key.
    #[error("it has no key")]
    NoKey,
    /// The key is written in no way we know.
    #[error("its key is neither hexadecimal nor base32")]
    BadKey,
    /// The key is not base64.
    #[error("its key is not base64")]
    BadBase64,
    /// The key is empty or longer than any.
    #[error("its key has no bytes, or more than 256")]
    KeyLength,
    /// Not a kind of token we know.
    #[error("it is of a kind that is not supported: {0}")]
    Kind(String),
    /// A hash function we do not know.
    #[error("its hash function is none of SHA1, SHA256, SHA512")]
    Hash,
    /// Not 6 to 8 digits.
    #[error("its codes have to have 6 to {} digits", Digits::MAX_ISSUED)]
    Digits,
    /// Not a number of seconds that can be.
    #[error("its period has to be 10 to 600 seconds")]
    Period,
    /// Not a counter.
    #[error("its counter is not a number below 2^63")]
    Counter,
    /// Quotes that are not closed, or bytes that are no text.
    #[error("it cannot be taken apart into cells")]
    Unreadable,
    /// What is sealed needs a key or a password.
    #[error("its key is encrypted, and neither a key nor a password was given")]
    Encrypted,
    /// A cipher, MAC or derivation that we do not do.
    #[error("it is encrypted in a way that is not supported: {0}")]
    Cipher(String),
    /// What is sealed without a check value can be changed unseen, so that RFC 6030 §6.1.1 asks for one.
    #[error("it is encrypted without the check value (ValueMAC) that has to be with it")]
    NoMac,
    /// The check value does not fit.
    #[error("its check value does not fit: the key or password is wrong, or the file was changed")]
    MacMismatch,
    /// It does not decrypt.
    #[error("it does not decrypt: the key or password is wrong, or the file is damaged")]
    Undecryptable,
    /// The key that was given is of another length than that of the cipher.
    #[error("it is encrypted with a key of {expected} bytes, and one of {given} was given")]
    OtherKeyLength {
        /// Bytes of the cipher's keys.
        expected: usize,
        /// Bytes given.
        given: usize,
    },
    /// Another line has the same serial.
    #[error("line {first} has the same serial")]
    SameSerial {
        /// That line.
        first: u64,
    },
}

/// The number of digits, if tokens that people type can have it.
pub(crate) fn digits(text: &str) -> Result<Digits, Problem> {
    let count: u8 = text.parse().map_err(|_| Problem::Digits)?;
    Digits::new(count).ok().filter(|digits| digits.count() <= Digits::MAX_ISSUED).ok_or(Problem::Digits)
}

/// The period in seconds, within what tokens have.
pub(crate) fn period(text: &str) -> Result<otp::Period, Problem> {
    let seconds: u32 = text.parse().map_err(|_| Problem::Period)?;
    if !(10..=600).contains(&seconds) {
        return Err(Problem::Period);
    }
    otp::Period::from_secs(seconds).map_err(|_| Problem::Period)
}

/// The counter of the next code. What is stored is a signed number of 64 bits.
pub(crate) fn counter(text: &str) -> Result<otp::Counter, Problem> {
    let value: u64 = text.parse().map_err(|_| Problem::Counter)?;
    i64::try_from(value).map_err(|_| Problem::Counter)?;
    Ok(otp::Counter::new(value))
}

/// What is to be told of a key.
pub(crate) fn key_notes(seed: &Seed) -> Vec<Note> {
    let bits = seed.expose().len() * 8;
    if bits < WEAK_BITS { vec![Note::WeakKey { bits }] } else { Vec::new() }
}

/// A word of a file to say in a problem or in a list: short, and nothing but plain characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(80).collect()
}
