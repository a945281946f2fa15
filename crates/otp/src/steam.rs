use crate::{Algorithm, Period, Seed, TimeStep, generate};
use model::Secret;

/// What Steam writes its codes in: digits and capitals that do not look alike.
const ALPHABET: &[u8; 26] = b"23456789BCDFGHJKMNPQRTVWXY";
const SYMBOLS: usize = 5;

/// How long a code of Steam holds: 30 seconds.
pub const STEAM_PERIOD: Period = Period::DEFAULT;

/// The code of Steam's authenticator for a time step of 30 seconds: five digits and capital letters.
///
/// There is no norm. It is TOTP with SHA-1 up to the truncated 31 bits (RFC 4226 §5.3), which are then written with
/// 26 symbols, the lowest first.
pub fn steam(seed: &Seed, step: TimeStep) -> Secret {
    let hash = generate::KeyedMac::new(seed, Algorithm::Sha1).of(&[&step.number().to_be_bytes()]);
    let mut rest = generate::truncate(hash.expose()) as usize;
    let mut text = Vec::with_capacity(SYMBOLS);
    for _ in 0..SYMBOLS {
        text.push(ALPHABET[rest % ALPHABET.len()]);
        rest /= ALPHABET.len();
    }
    Secret::new(text)
}
