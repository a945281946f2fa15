use crate::{Algorithm, Code, Counter, Digits, Seed, TimeStep};
use hmac::{Hmac, KeyInit, Mac};
use model::Secret;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// The HOTP code of a counter (RFC 4226 §5.3).
pub fn hotp(seed: &Seed, algorithm: Algorithm, digits: Digits, counter: Counter) -> Code {
    Code::from_value(Generator::new(seed, algorithm, digits).value(counter.value()), digits)
}

/// The TOTP code of a time step (RFC 6238 §4.2).
pub fn totp(seed: &Seed, algorithm: Algorithm, digits: Digits, step: TimeStep) -> Code {
    hotp(seed, algorithm, digits, Counter::new(step.number()))
}

/// Makes the codes of one token. The key is hashed once, not once for each candidate.
pub(crate) struct Generator {
    mac: KeyedMac,
    modulus: u64,
}

impl Generator {
    pub(crate) fn new(seed: &Seed, algorithm: Algorithm, digits: Digits) -> Self {
        Self { mac: KeyedMac::new(seed, algorithm), modulus: 10u64.pow(u32::from(digits.count())) }
    }

    /// The code as a number, for a counter or a time step.
    pub(crate) fn value(&self, factor: u64) -> u64 {
        u64::from(truncate(self.mac.of(&[&factor.to_be_bytes()]).expose())) % self.modulus
    }
}

/// An HMAC whose key was put in.
pub(crate) enum KeyedMac {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
}

impl KeyedMac {
    pub(crate) fn new(seed: &Seed, algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(keyed(seed)),
            Algorithm::Sha256 => Self::Sha256(keyed(seed)),
            Algorithm::Sha512 => Self::Sha512(keyed(seed)),
        }
    }

    /// The HMAC of some bytes, given in parts.
    pub(crate) fn of(&self, parts: &[&[u8]]) -> Secret {
        match self {
            Self::Sha1(mac) => finish(mac.clone(), parts),
            Self::Sha256(mac) => finish(mac.clone(), parts),
            Self::Sha512(mac) => finish(mac.clone(), parts),
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "HMAC takes keys of every length (RFC 2104 §2); the crate's type cannot say so"
)]
fn keyed<M: Mac + KeyInit>(seed: &Seed) -> M {
    <M as KeyInit>::new_from_slice(seed.expose()).expect("HMAC takes keys of every length")
}

fn finish(mut mac: impl Mac, parts: &[&[u8]]) -> Secret {
    for part in parts {
        mac.update(part);
    }
    Secret::new(mac.finalize().into_bytes().to_vec())
}

/// Dynamic truncation (RFC 4226 §5.3): 31 bits from where the last four bits point.
pub(crate) fn truncate(hash: &[u8]) -> u32 {
    let offset = usize::from(hash.last().copied().unwrap_or(0) & 0x0f);
    hash.iter().skip(offset).take(4).fold(0, |bits, &byte| bits << 8 | u32::from(byte)) & 0x7fff_ffff
}
