//! `otpauth://` URIs: how a token travels to an authenticator. There is no norm, only what programs write; reading is
//! tolerant where the meaning is clear and strict where a guess would make wrong codes.

use crate::{InvalidSeed, Seed, TokenParameters};
use std::fmt;

mod read;
mod write;

#[cfg(test)]
mod tests;

/// A token as an `otpauth://` URI carries it.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenUri {
    /// Who issued the token; trimmed, not empty.
    pub issuer: Option<String>,
    /// Whose token it is, without the issuer; trimmed, may be empty.
    pub account: String,
    /// The label as it stood in the URI that was read, percent-decoded: the issuer may be in it, or not. `None` for a
    /// token that was not read. Not written.
    pub label: Option<String>,
    /// The seed.
    pub seed: Seed,
    /// Everything else the token needs.
    pub parameters: TokenParameters,
}

/// A part of an `otpauth://` URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriField {
    /// `totp` or `hotp`.
    Type,
    /// The seed in base32.
    Secret,
    /// The hash function.
    Algorithm,
    /// The number of digits.
    Digits,
    /// The period in seconds.
    Period,
    /// The counter of a HOTP token.
    Counter,
    /// The suite of an OCRA token. No address that is read here has one; who reads those that have names it so.
    Suite,
}

impl fmt::Display for UriField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Type => "type",
            Self::Secret => "secret",
            Self::Algorithm => "algorithm",
            Self::Digits => "digits",
            Self::Period => "period",
            Self::Counter => "counter",
            Self::Suite => "OCRA suite",
        })
    }
}

/// Why a text cannot be read as a token. Never holds any of the text, which may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUri {
    /// More than 4096 bytes.
    #[error("the text is longer than 4096 bytes")]
    TooLong,
    /// Another scheme, or no URI.
    #[error("not an otpauth:// address")]
    NotOtpauth,
    /// A part that must be there is not.
    #[error("the {0} is missing")]
    Missing(UriField),
    /// A part is not of its kind or out of range.
    #[error("the {0} is not one that tokens have")]
    Bad(UriField),
    /// The secret cannot be a seed.
    #[error(transparent)]
    Secret(#[from] InvalidSeed),
}

/// Why a token cannot be written as a URI within a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotWriteUri {
    /// The seed has fewer than 128 bits: not to be handed out.
    #[error("the secret is shorter than 128 bits")]
    SeedTooShort,
    /// Seed and parameters alone are longer than the limit.
    #[error("the limit leaves no room for the secret and the parameters")]
    LimitTooSmall,
}
