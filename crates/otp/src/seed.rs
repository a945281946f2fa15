use crate::base32;
use model::Secret;
use rand_core::Rng;

/// The key that a token and the server share (RFC 4226 §4, requirement R6).
///
/// INVARIANT: 1 to 256 bytes. Wiped on drop, never printed, compared in constant time.
#[derive(PartialEq, Eq, Debug)]
pub struct Seed(Secret);

/// Why bytes or a text cannot be a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSeed {
    /// Something that is not a letter of base32.
    #[error("the secret is not base32")]
    NotBase32,
    /// No bytes at all.
    #[error("the secret is empty")]
    Empty,
    /// More than 256 bytes: no token has so many.
    #[error("the secret is longer than 256 bytes")]
    TooLong,
}

impl Seed {
    /// Bytes in a seed that we make: the length RFC 4226 §4 recommends, 32 letters in base32.
    pub const NEW_BYTES: usize = 20;
    /// Fewest bytes in a seed we hand out: 128 bits (RFC 4226 §4, R6).
    pub const MIN_NEW_BYTES: usize = 16;
    /// Fewest bytes in a seed that is read. Short ones are weak, but it is not for an authenticator to lock somebody out
    /// of a service that hands them out; 80 bits are common.
    pub const MIN_BYTES: usize = 1;
    /// Most bytes in a seed.
    pub const MAX_BYTES: usize = 256;

    /// A new seed of [`Self::NEW_BYTES`]. `rng` must be fit for keys.
    pub fn random(rng: &mut dyn Rng) -> Self {
        let mut bytes = vec![0; Self::NEW_BYTES];
        rng.fill_bytes(&mut bytes);
        Self(Secret::new(bytes))
    }

    /// The seed with these bytes.
    ///
    /// # Errors
    /// When there are none, or more than [`Self::MAX_BYTES`].
    pub fn new(bytes: Secret) -> Result<Self, InvalidSeed> {
        match bytes.len() {
            ..Self::MIN_BYTES => Err(InvalidSeed::Empty),
            Self::MIN_BYTES..=Self::MAX_BYTES => Ok(Self(bytes)),
            _ => Err(InvalidSeed::TooLong),
        }
    }

    /// Reads base32 as people and programs write it: any case, with blanks, `-`, `_`, padding. A last group that is
    /// broken off is read as far as it has whole bytes, as other authenticators do; where a person types,
    /// [`Self::is_broken_off`] tells that a letter may be missing.
    ///
    /// What may leak through timing is the length and the position of a character that is no base32.
    ///
    /// # Errors
    /// When it is not base32, or of a length that [`Self::new`] refuses.
    pub fn from_base32(text: &str) -> Result<Self, InvalidSeed> {
        // Twice the letters of the longest seed leaves room for a blank after every letter.
        if text.len() > Self::MAX_BYTES * 16 / 5 {
            return Err(InvalidSeed::TooLong);
        }
        Self::new(base32::decode(text).ok_or(InvalidSeed::NotBase32)?)
    }

    /// Whether a text in base32 has a number of letters that no whole bytes are written in. As a rule one was forgotten
    /// or typed twice; a few services hand such secrets out.
    pub fn is_broken_off(text: &str) -> bool {
        base32::is_broken_off(text)
    }

    /// The seed in base32, upper case without padding: what goes into a URI.
    pub fn to_base32(&self) -> Secret {
        base32::encode(self.0.expose())
    }

    /// The seed in base32 in groups of four letters: what a person copies who cannot scan.
    pub fn to_base32_groups(&self) -> Secret {
        let letters = self.to_base32();
        let mut text = Vec::with_capacity(letters.len() + letters.len() / 4);
        for (i, group) in letters.expose().chunks(4).enumerate() {
            if i > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(group);
        }
        Secret::new(text)
    }

    /// The bytes, for sealing and for the HMAC.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// A second copy, made where it can be seen. Both are wiped on drop.
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn new_seeds_have_160_bits_and_differ() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (a, b) = (Seed::random(&mut rng), Seed::random(&mut rng));
        assert_eq!((a.expose().len(), a.to_base32().len()), (20, 32));
        assert_ne!(a, b);
    }

    #[test]
    fn the_groups_read_back_as_the_same_seed() {
        for length in [1, 10, 16, 20, 32, 256] {
            let seed = Seed::new(Secret::new((0..length).map(|i| i as u8).collect())).unwrap();
            let groups = seed.to_base32_groups();
            let text = groups.expose_text().unwrap();
            assert!(text.split(' ').all(|group| (1..=4).contains(&group.len())), "{text}");
            assert_eq!(Seed::from_base32(text), Ok(seed));
        }
    }

    #[test]
    fn seeds_of_other_lengths_cannot_be_built() {
        for (length, expected) in
            [(0, Some(InvalidSeed::Empty)), (1, None), (256, None), (257, Some(InvalidSeed::TooLong))]
        {
            assert_eq!(Seed::new(Secret::new(vec![7; length])).err(), expected);
        }
        assert_eq!(Seed::from_base32(&"A".repeat(1 << 20)), Err(InvalidSeed::TooLong));
    }

    #[test]
    fn a_seed_never_prints_itself() {
        let seed = Seed::new(Secret::from_text("12345678901234567890".into())).unwrap();
        assert_eq!(format!("{seed:?}"), "Seed(Secret(…))");
    }
}
