//! One-time passwords: HOTP (RFC 4226), TOTP (RFC 6238), OCRA (RFC 6287) and Steam's, verification, `otpauth://`
//! URIs, and codes that people read and type, such as recovery codes.
//!
//! Must not know people, JSON, pictures or storage. Time and randomness come in as parameters.
//!
//! [`hotp`], [`totp`], [`steam()`] and [`ocra()`] make codes, [`TotpCheck`] and [`HotpCheck`] judge typed ones, [`TokenUri`] carries a token
//! to an authenticator, [`HumanCode`] is the code on paper and [`CodeHash`] its stored form.
#![forbid(unsafe_code)]

mod base32;
mod chars;
mod code;
mod code_hash;
mod generate;
mod human_code;
mod moment;
mod ocra;
mod parameters;
mod percent;
mod seed;
mod steam;
mod uri;
mod verify;

pub use code::{Code, InvalidCode};
pub use code_hash::{CannotHash, CodeHash, InvalidCodeHash};
pub use generate::{hotp, totp};
pub use human_code::{EnrollmentCode, HumanCode, InvalidHumanCode, RecoveryCode, TemporaryCode};
pub use moment::{Counter, Drift, TimeStep};
pub use ocra::{
    CannotAnswer, Challenge, ChallengeKind, InvalidOcraSuite, OcraInput, OcraOutput, OcraSuite, ocra,
};
pub use parameters::{
    Algorithm, Digits, InvalidDigits, InvalidPeriod, Period, TokenKind, TokenParameters, UnknownAlgorithm,
};
pub use percent::{Plus, percent_decode};
pub use seed::{InvalidSeed, Seed};
pub use steam::{STEAM_PERIOD, steam};
pub use uri::{CannotWriteUri, InvalidUri, TokenUri, UriField};
pub use verify::{HotpCheck, HotpVerdict, Resync, TotpCheck, Verdict, Window};
