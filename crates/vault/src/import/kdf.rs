//! Keys from passwords, as foreign files ask for them. A file chooses what this costs, so every cost has a bound.

use super::CannotImport;
use argon2::{Argon2, Block, Params, Version};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// A key for AES-256 or XChaCha20; wiped on drop.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// Most rounds of PBKDF2: what Bitwarden lets people choose at most.
const MAX_ROUNDS: u64 = 2_000_000;

/// Most memory of Argon2: what libsodium calls *sensitive*, and Ente takes.
const MAX_ARGON2_KIB: u64 = 1 << 20;

/// Most memory of Argon2 times its passes: the greatest settings of Bitwarden. Ente's files have 4 GiB.
const MAX_ARGON2_WORK_KIB: u64 = 10 << 20;

/// Most lanes of Argon2: what Bitwarden lets people choose at most.
const MAX_ARGON2_LANES: u64 = 16;

/// Most memory of scrypt; Aegis takes 32 MiB.
const MAX_SCRYPT_BYTES: u64 = 256 << 20;

/// The hash function under PBKDF2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

/// How much work with scrypt one file may still ask for: a file with a hundred key slots is not worth more patience
/// than one with a single slot of the greatest cost. Room for eight of Aegis' slots.
#[derive(Debug)]
pub(super) struct Patience {
    scrypt_bytes: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { scrypt_bytes: MAX_SCRYPT_BYTES }
    }
}

/// PBKDF2 (RFC 8018 §5.2) into a buffer of the wanted length.
///
/// # Errors
/// When there are more rounds than anybody's patience, or none.
pub(super) fn pbkdf2(
    hash: Hash,
    password: &[u8],
    salt: &[u8],
    rounds: u64,
    key: &mut [u8],
) -> Result<(), CannotImport> {
    let rounds = u32::try_from(rounds)
        .ok()
        .filter(|&rounds| rounds > 0 && u64::from(rounds) <= MAX_ROUNDS)
        .ok_or(CannotImport::TooExpensive)?;
    match hash {
        Hash::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, key),
        Hash::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, key),
    }
    Ok(())
}

/// Argon2id version 1.3 (RFC 9106). Its memory is wiped.
///
/// # Errors
/// When the parameters are beyond the bounds, no Argon2 has them, or the memory is not to be had.
pub(super) fn argon2id(
    password: &[u8],
    salt: &[u8],
    memory_kib: u64,
    passes: u64,
    lanes: u64,
) -> Result<Key, CannotImport> {
    if memory_kib > MAX_ARGON2_KIB
        || lanes > MAX_ARGON2_LANES
        || memory_kib.saturating_mul(passes) > MAX_ARGON2_WORK_KIB
    {
        return Err(CannotImport::TooExpensive);
    }
    let mut key = Key::default();
    // The bounds above keep the numbers within 32 bits.
    let params = Params::new(memory_kib as u32, passes as u32, lanes as u32, Some(key.len()))
        .map_err(|_| CannotImport::BadParameters)?;
    let mut memory = Memory(Vec::new());
    memory.0.try_reserve_exact(params.block_count()).map_err(|_| CannotImport::NotEnoughMemory)?;
    memory.0.resize(params.block_count(), Block::new());
    Argon2::new(argon2::Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, key.as_mut_slice(), memory.0.as_mut_slice())
        .map_err(|_| CannotImport::BadParameters)?;
    Ok(key)
}

/// What the key could be computed from.
struct Memory(Vec<Block>);

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }
}

impl Patience {
    /// scrypt (RFC 7914); `n` is a power of two.
    ///
    /// # Errors
    /// When the parameters are beyond the bounds or no scrypt has them.
    pub(super) fn scrypt(
        &mut self,
        password: &[u8],
        salt: &[u8],
        n: u64,
        r: u64,
        p: u64,
    ) -> Result<Key, CannotImport> {
        let bytes = n.saturating_mul(r).saturating_mul(128);
        let work = bytes.saturating_mul(p);
        if bytes > MAX_SCRYPT_BYTES || work > self.scrypt_bytes {
            return Err(CannotImport::TooExpensive);
        }
        if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
            return Err(CannotImport::BadParameters);
        }
        self.scrypt_bytes -= work;
        // The bounds above keep the numbers within 32 bits.
        let params = scrypt::Params::new(n.ilog2() as u8, r as u32, p as u32)
            .map_err(|_| CannotImport::BadParameters)?;
        let mut key = Key::default();
        scrypt::scrypt(password, salt, &params, key.as_mut_slice())
            .map_err(|_| CannotImport::BadParameters)?;
        Ok(key)
    }
}
