use super::SlotKey;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use model::Secret;
use rand_core::Rng;
use zeroize::{Zeroize, Zeroizing};

/// What a password is turned into a key with: Argon2id (RFC 9106), version 1.3. Stored in the slot, so that it can be
/// raised later. Not secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordParameters {
    pub(super) salt: [u8; 16],
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u8,
}

/// Parameters that are out of range: a file that asks for them is damaged, or made to stop whoever opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file asks for more work on the password than can be right")]
pub struct InvalidParameters;

/// Why a password gave no key. Says nothing about whether it is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotDerive {
    /// The memory cannot be had.
    #[error("there is not enough memory to check the password")]
    NoMemory,
    /// More than [`PasswordParameters::MAX_PASSWORD_BYTES`].
    #[error("the password is too long")]
    TooLong,
}

impl PasswordParameters {
    /// Memory of new passwords, in KiB: 64 MiB. About one second in a browser.
    pub const NEW_MEMORY_KIB: u32 = 64 * 1024;
    /// Passes over the memory for new passwords.
    pub const NEW_PASSES: u32 = 3;
    /// Most memory a file may ask for, in KiB: 1 GiB.
    pub const MAX_MEMORY_KIB: u32 = 1024 * 1024;
    /// Most work a file may ask for, in KiB times passes: four passes over 1 GiB, some 20 seconds in a browser.
    pub const MAX_WORK: u64 = 4 * 1024 * 1024;
    /// Most lanes. They are computed one after the other.
    pub const MAX_LANES: u8 = 16;
    /// Longest password, in bytes of UTF-8.
    pub const MAX_PASSWORD_BYTES: usize = 64 * 1024;

    /// Those of a new password, with a salt of its own.
    pub fn random(rng: &mut dyn Rng) -> Self {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        Self { salt, memory_kib: Self::NEW_MEMORY_KIB, passes: Self::NEW_PASSES, lanes: 1 }
    }

    /// Parameters with a salt that is not random: for what has to be found by name and password alone.
    pub(crate) const fn fixed(salt: [u8; 16], memory_kib: u32, passes: u32) -> Self {
        Self { salt, memory_kib, passes, lanes: 1 }
    }

    /// Parameters as they were stored, or weaker ones for tests.
    ///
    /// # Errors
    /// When they are out of range: memory is at least 8 KiB for each lane, passes and lanes at least 1.
    pub fn new(salt: [u8; 16], memory_kib: u32, passes: u32, lanes: u8) -> Result<Self, InvalidParameters> {
        let fits = (1..=Self::MAX_LANES).contains(&lanes)
            && 8 * u32::from(lanes) <= memory_kib
            && memory_kib <= Self::MAX_MEMORY_KIB
            && 1 <= passes
            && u64::from(memory_kib) * u64::from(passes) <= Self::MAX_WORK;
        if fits { Ok(Self { salt, memory_kib, passes, lanes }) } else { Err(InvalidParameters) }
    }

    /// The salt.
    pub const fn salt(&self) -> [u8; 16] {
        self.salt
    }

    /// Memory in KiB.
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub const fn passes(&self) -> u32 {
        self.passes
    }

    /// Lanes.
    pub const fn lanes(&self) -> u8 {
        self.lanes
    }
}

/// The key of a password: the one slow function here, apart from all else so that it can run in a thread or a web
/// worker of its own. It has no way to say how far it is: the library it uses reports nothing.
///
/// The password is taken as it is, in UTF-8, without any change to its characters.
///
/// # Errors
/// When the memory cannot be had, or the password is absurdly long.
pub fn derive(password: &Secret, parameters: &PasswordParameters) -> Result<SlotKey, CannotDerive> {
    if password.len() > PasswordParameters::MAX_PASSWORD_BYTES {
        return Err(CannotDerive::TooLong);
    }
    let PasswordParameters { salt, memory_kib, passes, lanes } = *parameters;
    // The range was checked when the parameters were built; what the library refuses besides is for want of memory.
    let params =
        Params::new(memory_kib, passes, lanes.into(), Some(32)).map_err(|_| CannotDerive::NoMemory)?;
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(params.block_count()).map_err(|_| CannotDerive::NoMemory)?;
    blocks.resize(params.block_count(), Block::default());
    let mut key = Zeroizing::new([0; 32]);
    let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        password.expose(),
        &salt,
        &mut *key,
        &mut blocks,
    );
    blocks.iter_mut().for_each(Zeroize::zeroize);
    done.map_err(|_| CannotDerive::NoMemory)?;
    Ok(SlotKey(key))
}
