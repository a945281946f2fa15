use super::{ChallengeKind, OcraSuite};
use crate::{Algorithm, Counter, TimeStep};
use model::{Secret, UnixTime};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

/// The field of the challenge in what is hashed, in bytes (RFC 6287 §5.1).
const CHALLENGE_BYTES: usize = 128;

/// What an answer is made from, besides the seed. What the suite does not ask for is not looked at.
#[derive(Debug, Clone, Copy)]
pub struct OcraInput<'a> {
    /// The challenge as it was read or typed, without blanks. Where both sides ask, one challenge follows the other.
    pub challenge: &'a str,
    /// The counter.
    pub counter: Counter,
    /// The PIN as it was typed.
    pub pin: Option<&'a Secret>,
    /// Information on the session; at most as many bytes as the suite says.
    pub session: Option<&'a [u8]>,
    /// The time.
    pub now: UnixTime,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotAnswer {
    /// No challenge.
    #[error("the challenge is empty")]
    NoChallenge,
    /// A character that challenges of this suite do not have.
    #[error("the challenge has a character that it cannot have")]
    BadCharacter,
    /// Longer than two challenges of the suite.
    #[error("the challenge is too long")]
    TooLong,
    /// The suite asks for a PIN.
    #[error("a PIN is needed")]
    NoPin,
    /// The suite asks for information on the session.
    #[error("information on the session is needed")]
    NoSession,
    /// More information on the session than the suite has room for.
    #[error("the information on the session is too long")]
    SessionTooLong,
}

impl OcraInput<'_> {
    /// What is hashed (RFC 6287 §5.1).
    pub(super) fn data(&self, suite: &OcraSuite) -> Result<Secret, CannotAnswer> {
        // The capacity is final: growing would leave a copy of the PIN's hash behind.
        let mut data = Vec::with_capacity(64 + 1 + 8 + CHALLENGE_BYTES + 64 + 512 + 8);
        data.extend_from_slice(suite.as_str().as_bytes());
        data.push(0);
        if suite.uses_counter() {
            data.extend_from_slice(&self.counter.value().to_be_bytes());
        }
        data.extend_from_slice(&challenge(self.challenge, suite)?);
        let mut data = Zeroizing::new(data);
        if let Some(hash) = suite.pin_hash() {
            let pin = self.pin.filter(|pin| !pin.is_empty()).ok_or(CannotAnswer::NoPin)?;
            match hash {
                Algorithm::Sha1 => data.extend_from_slice(&Sha1::digest(pin.expose())),
                Algorithm::Sha256 => data.extend_from_slice(&Sha256::digest(pin.expose())),
                Algorithm::Sha512 => data.extend_from_slice(&Sha512::digest(pin.expose())),
            }
        }
        if let Some(bytes) = suite.session_bytes() {
            let session =
                self.session.filter(|session| !session.is_empty()).ok_or(CannotAnswer::NoSession)?;
            let room = usize::from(bytes).checked_sub(session.len()).ok_or(CannotAnswer::SessionTooLong)?;
            // In front, as the norm's own program does; its text does not say.
            data.extend(std::iter::repeat_n(0, room));
            data.extend_from_slice(session);
        }
        if let Some(period) = suite.period() {
            data.extend_from_slice(&TimeStep::at(self.now, period).number().to_be_bytes());
        }
        Ok(Secret::new(std::mem::take(&mut *data)))
    }
}

/// The challenge in its field, filled up with zeros behind it. Numbers are put there in hexadecimal, half a byte for
/// each digit, beginning at the left: so an odd digit at the end fills the upper half of its byte.
fn challenge(text: &str, suite: &OcraSuite) -> Result<[u8; CHALLENGE_BYTES], CannotAnswer> {
    let limits = suite.challenge();
    match text.len() {
        0 => return Err(CannotAnswer::NoChallenge),
        length if length > 2 * usize::from(limits.longest) => return Err(CannotAnswer::TooLong),
        _ => {}
    }
    let mut field = [0; CHALLENGE_BYTES];
    let nibbles = match limits.kind {
        ChallengeKind::Alphanumeric => {
            if !text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
                return Err(CannotAnswer::BadCharacter);
            }
            field[..text.len()].copy_from_slice(text.as_bytes());
            return Ok(field);
        }
        ChallengeKind::Numeric => hexadecimal(&digits(text, 10)?),
        ChallengeKind::Hexadecimal => digits(text, 16)?,
    };
    for (at, nibble) in nibbles.into_iter().enumerate() {
        field[at / 2] |= if at % 2 == 0 { nibble << 4 } else { nibble };
    }
    Ok(field)
}

fn digits(text: &str, radix: u32) -> Result<Vec<u8>, CannotAnswer> {
    let digit = |c: char| c.to_digit(radix).map(|digit| digit as u8).ok_or(CannotAnswer::BadCharacter);
    text.chars().map(digit).collect()
}

/// A decimal number of up to 128 digits in hexadecimal, without leading zeros but for zero itself.
fn hexadecimal(decimal: &[u8]) -> Vec<u8> {
    // The lowest digit first: each decimal digit multiplies by ten and adds itself.
    let mut nibbles = vec![0u8];
    for &digit in decimal {
        let mut carry = digit;
        for nibble in &mut nibbles {
            let value = *nibble * 10 + carry;
            *nibble = value & 15;
            carry = value >> 4;
        }
        if carry > 0 {
            nibbles.push(carry);
        }
    }
    nibbles.reverse();
    nibbles
}
