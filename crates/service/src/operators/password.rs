//! Passwords of operators, as slow hashes.

use crate::{AdminError, Trouble};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{Error, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use model::Secret;
use rand_core::CryptoRng;

/// The fewest characters of a password.
pub const MIN_PASSWORD: usize = 12;
/// The most bytes of one.
pub const MAX_PASSWORD: usize = 256;

/// Memory in KiB, passes and lanes of argon2id (RFC 9106), as for recovery codes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
const SALT_BYTES: usize = 16;

fn hasher() -> Result<Argon2<'static>, Trouble> {
    let (memory, passes, lanes) = COST;
    let params =
        Params::new(memory, passes, lanes, None).map_err(|error| Trouble::failed(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a password may be chosen by somebody of this name.
pub(super) fn check(password: &Secret, name: &str) -> Result<(), AdminError> {
    let refused = |text: String| Err(AdminError::Refused(text));
    let Some(text) = password.expose_text() else { return refused("a password is text".into()) };
    if text.chars().count() < MIN_PASSWORD {
        return refused(format!("a password has at least {MIN_PASSWORD} characters; a few words do well"));
    }
    if text.len() > MAX_PASSWORD {
        return refused(format!("a password has at most {MAX_PASSWORD} bytes"));
    }
    let different = text.chars().collect::<std::collections::BTreeSet<_>>().len();
    if different < 5 || text.to_lowercase().contains(&name.to_lowercase()) && name.chars().count() > 3 {
        return refused("that password is too easy to guess; take a few words that nobody expects".into());
    }
    Ok(())
}

/// The hash of a password, with a new salt. Slow on purpose; takes 19 MiB.
pub(super) fn hash(password: &Secret, rng: &mut dyn CryptoRng) -> Result<String, Trouble> {
    let mut salt = [0; SALT_BYTES];
    rng.fill_bytes(&mut salt);
    let hash: PasswordHash = hasher()?
        .hash_password_with_salt(password.expose(), &salt)
        .map_err(|error| Trouble::failed(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a hash is that of a password. Without a hash the same is computed for nothing, so that it takes as long.
pub(super) fn matches(password: &Secret, stored: Option<&str>) -> Result<bool, Trouble> {
    let Some(stored) = stored else {
        let hashed: Result<PasswordHash, _> =
            hasher()?.hash_password_with_salt(password.expose(), &[7; SALT_BYTES]);
        return hashed.map(|_| false).map_err(|error| Trouble::failed(error.to_string()));
    };
    let hash = PasswordHash::new(stored).map_err(|error| Trouble::failed(error.to_string()))?;
    match hasher()?.verify_password(password.expose(), &hash) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Trouble::failed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn secret(text: &str) -> Secret {
        Secret::from_text(text.to_owned())
    }

    #[test]
    fn only_the_password_itself_matches() {
        let stored = hash(&secret("correct horse battery"), &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(matches(&secret("correct horse battery"), Some(&stored)).unwrap());
        assert!(!matches(&secret("correct horse batterz"), Some(&stored)).unwrap());
        assert!(!matches(&secret("correct horse battery"), None).unwrap());
    }

    #[test]
    fn short_long_and_obvious_passwords_are_refused() {
        let long = "x1y2z".repeat(60);
        for bad in ["", "elevenchars", "aaaaaaaaaaaaaaaa", "i am mara smith", &long] {
            assert!(check(&secret(bad), "Mara Smith").is_err(), "{bad}");
        }
        check(&secret("correct horse battery"), "Mara Smith").unwrap();
    }
}
