use crate::HumanCode;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{Error, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use rand_core::Rng;
use std::{fmt, str::FromStr};

/// Memory in KiB, passes and lanes of argon2id (RFC 9106): 19 MiB, 2, 1, a fraction of a second on any server. Tries
/// are counted and recovery codes have 95 bits; the cost is for enrollment codes, of which there are only 2⁴⁰.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// The most memory a stored hash may ask for, in KiB: a damaged row must not stop the server.
const MAX_MEMORY: u32 = 256 * 1024;

const SALT_BYTES: usize = 16;

/// What is stored of a [`HumanCode`]: argon2id with a salt of its own, as a PHC string
/// (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`), so that the parameters can be raised without losing old codes.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeHash(String);

/// A text is not the stored form of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an argon2id hash as a PHC string")]
pub struct InvalidCodeHash;

/// The hash could not be computed, most likely for lack of memory. Says nothing about the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code could not be hashed")]
pub struct CannotHash;

impl CodeHash {
    /// Hashes a code with a new random salt. Slow on purpose; takes 19 MiB of memory.
    ///
    /// # Errors
    /// When the memory cannot be had.
    pub fn new<const G: usize, const S: usize>(
        code: &HumanCode<G, S>,
        rng: &mut dyn Rng,
    ) -> Result<Self, CannotHash> {
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, None).map_err(|_| CannotHash)?;
        let mut salt = [0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_with_salt(code.expose().as_bytes(), &salt)
            .map_err(|_| CannotHash)?;
        Ok(Self(hash.to_string()))
    }

    /// Whether this is the hash of `code`. Costs as much as hashing it.
    ///
    /// The caller must make using it up atomic, or one code lets two people in: delete the row, or set `used_at` where
    /// it is null, and go on only if one row changed.
    ///
    /// # Errors
    /// When it could not be told.
    pub fn matches<const G: usize, const S: usize>(
        &self,
        code: &HumanCode<G, S>,
    ) -> Result<bool, CannotHash> {
        let hash = PasswordHash::new(&self.0).map_err(|_| CannotHash)?;
        match Argon2::default().verify_password(code.expose().as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(_) => Err(CannotHash),
        }
    }

    /// The PHC string, for storage.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CodeHash {
    type Err = InvalidCodeHash;

    fn from_str(text: &str) -> Result<Self, InvalidCodeHash> {
        let hash = PasswordHash::new(text).map_err(|_| InvalidCodeHash)?;
        let params = Params::try_from(&hash).map_err(|_| InvalidCodeHash)?;
        let whole =
            hash.algorithm == Algorithm::Argon2id.ident() && hash.salt.is_some() && hash.hash.is_some();
        if whole && params.m_cost() <= MAX_MEMORY { Ok(Self(text.to_owned())) } else { Err(InvalidCodeHash) }
    }
}

/// A placeholder: with the hash at hand, a short code can be guessed.
impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EnrollmentCode, RecoveryCode};
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn only_the_code_itself_matches_after_storage() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let (code, other) = (RecoveryCode::random(&mut rng), RecoveryCode::random(&mut rng));
        let hash = CodeHash::new(&code, &mut rng).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
        let stored: CodeHash = hash.as_str().parse().unwrap();
        assert_eq!(stored.matches(&code), Ok(true));
        assert_eq!(stored.matches(&other), Ok(false));
        assert_ne!(CodeHash::new(&code, &mut rng).unwrap(), hash, "the salt is new each time");
        assert_eq!(format!("{hash:?}"), "CodeHash(…)");
    }

    #[test]
    fn the_typed_form_does_not_change_the_hash() {
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        let code = EnrollmentCode::random(&mut rng);
        let hash = CodeHash::new(&code, &mut rng).unwrap();
        let typed = code.to_groups().expose_text().unwrap().to_lowercase().replace('-', " ");
        assert_eq!(hash.matches(&typed.parse::<EnrollmentCode>().unwrap()), Ok(true));
    }

    #[test]
    fn the_stored_form_of_earlier_parameters_still_matches() {
        let code: EnrollmentCode = "000000000".parse().unwrap();
        let params = Params::new(64, 1, 1, None).unwrap();
        let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_with_salt(b"000000000", b"sixteen bytes ok")
            .unwrap();
        assert_eq!(hash.to_string().parse::<CodeHash>().unwrap().matches(&code), Ok(true));
    }

    #[test]
    fn what_is_no_such_hash_is_refused() {
        for bad in [
            "",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA",
            "$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$0aZ1LzJZ5n5FJgBUDNmDrPMxyMZTYXQTh5mLIXJBDUA",
            "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$0aZ1LzJZ5n5FJgBUDNmDrPMxyMZTYXQTh5mLIXJBDUA",
        ] {
            assert_eq!(bad.parse::<CodeHash>(), Err(InvalidCodeHash), "{bad}");
        }
    }
}
