//! OCRA (RFC 6287): answers to a challenge, from a token. Used to sign in and to sign what a person reads.

mod input;
mod suite;

#[cfg(test)]
mod tests;

pub use input::{CannotAnswer, OcraInput};
pub use suite::{Challenge, ChallengeKind, InvalidOcraSuite, OcraOutput, OcraSuite};

use crate::{
    Seed,
    generate::{KeyedMac, truncate},
};
use model::Secret;

/// The answer to a challenge (RFC 6287 §5): digits, or the whole hash in upper-case hexadecimal where the suite says
/// so.
///
/// # Errors
/// When the challenge does not fit the suite, or something is missing that the suite asks for.
pub fn ocra(seed: &Seed, suite: &OcraSuite, input: &OcraInput<'_>) -> Result<Secret, CannotAnswer> {
    let data = input.data(suite)?;
    let hash = KeyedMac::new(seed, suite.algorithm()).of(&[data.expose()]);
    Ok(match suite.output() {
        OcraOutput::Digits(count) => {
            let mut rest = u64::from(truncate(hash.expose()));
            let mut text = vec![b'0'; usize::from(count)];
            for digit in text.iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
            Secret::new(text)
        }
        OcraOutput::Whole => {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            let nibbles = hash.expose().iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let mut text = Vec::with_capacity(2 * hash.len());
            text.extend(nibbles.map(|nibble| HEX[usize::from(nibble)]));
            Secret::new(text)
        }
    })
}
