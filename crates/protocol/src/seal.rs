//! A secret sealed to a one-time key of the machine that asked for it, so that a seed is readable by that machine
//! alone even where TLS ends in front of the server.
//!
//! Ephemeral-static X25519 (RFC 7748), HKDF-SHA256 (RFC 5869) over the shared secret with both public keys and the
//! context, ChaCha20-Poly1305 (RFC 8439). Key and nonce come from a key pair made for this one seal, so a nonce
//! never meets a key twice. The recipient's key stands in a signed request; the sealed bytes stand in a signed
//! answer: the seal gives secrecy and relies on the signatures for who is who.

use crate::signature::decode_vec;
use chacha20poly1305::{
    ChaCha20Poly1305,
    aead::{Aead, KeyInit, Payload},
};
use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use model::Secret;
use rand_core::Rng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{fmt, str::FromStr};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The longest secret that can be sealed, in bytes.
pub const MAX_SECRET: usize = 1024;

/// First byte of what is sealed, and part of what is authenticated.
const VERSION: u8 = 1;
const LABEL: &[u8] = b"countersign-seal-1";
/// Version, ephemeral public key, authentication tag.
const OVERHEAD: usize = 1 + 32 + 16;

/// Why nothing was sealed, or nothing opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not in the form of a public key or of something sealed.
    #[error("not a sealed secret or not a key to seal to")]
    Malformed,
    /// A public key of low order: the shared secret would be known to everybody.
    #[error("the key to seal to is of low order")]
    WeakKey,
    /// More than [`MAX_SECRET`] bytes.
    #[error("the secret is too long to be sealed")]
    TooLong,
    /// Sealed to another key, for another context, or altered.
    #[error("the sealed secret cannot be opened with this key in this context")]
    Refused,
}

/// The one-time private key a machine has a secret sealed to. Wiped on drop.
pub struct RecipientKey(StaticSecret);

impl RecipientKey {
    /// A new key, to be used for one enrollment. `rng` must be fit for keys.
    pub fn random(rng: &mut dyn Rng) -> Self {
        Self(random_key(rng))
    }

    /// The public half, for the request.
    pub fn public(&self) -> RecipientPublic {
        RecipientPublic(PublicKey::from(&self.0).to_bytes())
    }

    /// Opens what was sealed to this key in this context.
    ///
    /// # Errors
    ///
    /// [`SealError::WeakKey`] or [`SealError::Refused`].
    pub fn open(&self, sealed: &Sealed, context: &[u8]) -> Result<Secret, SealError> {
        let (ephemeral, ciphertext) = sealed.parts()?;
        let cipher = Cipher::agree(&self.0, &ephemeral, &ephemeral, &self.public().0, context)?;
        cipher.open(ciphertext).map(Secret::new)
    }
}

impl fmt::Debug for RecipientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecipientKey(…)")
    }
}

/// The public half of a [`RecipientKey`]. Text form: base64url without padding. Any 32 bytes will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecipientPublic([u8; 32]);

/// A sealed secret. Text form: base64url without padding. Not secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sealed(Vec<u8>);

/// Seals a secret for the holder of one key, in one context.
///
/// `context` names what the secret is for (attempt id and machine id, as bytes); opening needs the same.
///
/// # Errors
///
/// [`SealError::TooLong`], or [`SealError::WeakKey`] when the key was chosen to make the shared secret known.
pub fn seal_to(
    public: &RecipientPublic,
    context: &[u8],
    secret: &Secret,
    rng: &mut dyn Rng,
) -> Result<Sealed, SealError> {
    if secret.len() > MAX_SECRET {
        return Err(SealError::TooLong);
    }
    let key = random_key(rng);
    let ephemeral = PublicKey::from(&key).to_bytes();
    let cipher = Cipher::agree(&key, &public.0, &ephemeral, &public.0, context)?;
    let ciphertext = cipher.seal(secret.expose())?;
    Ok(Sealed([&[VERSION], &ephemeral[..], &ciphertext].concat()))
}

fn random_key(rng: &mut dyn Rng) -> StaticSecret {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *bytes);
    StaticSecret::from(*bytes)
}

/// The cipher both sides arrive at, with the one nonce it is used with.
struct Cipher {
    cipher: ChaCha20Poly1305,
    nonce: [u8; 12],
}

impl Cipher {
    fn agree(
        ours: &StaticSecret,
        theirs: &[u8; 32],
        ephemeral: &[u8; 32],
        recipient: &[u8; 32],
        context: &[u8],
    ) -> Result<Self, SealError> {
        let shared = ours.diffie_hellman(&PublicKey::from(*theirs));
        if !shared.was_contributory() {
            return Err(SealError::WeakKey);
        }
        // The label and the keys have fixed lengths, so the context cannot be read as part of them.
        let info = [LABEL, ephemeral, recipient, context];
        let mut okm = Zeroizing::new([0; 44]);
        Hkdf::<Sha256>::new(None, shared.as_bytes())
            .expand_multi_info(&info, &mut *okm)
            .map_err(|_| SealError::Malformed)?;
        let (key, nonce_bytes) = okm.split_at(32);
        let cipher = ChaCha20Poly1305::new_from_slice(key).map_err(|_| SealError::Malformed)?;
        let mut nonce = [0; 12];
        nonce.copy_from_slice(nonce_bytes);
        Ok(Self { cipher, nonce })
    }

    fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let payload = Payload { msg: plaintext, aad: &[VERSION] };
        self.cipher.encrypt(&self.nonce.into(), payload).map_err(|_| SealError::TooLong)
    }

    fn open(&self, ciphertext: &[u8]) -> Result<Vec<u8>, SealError> {
        let payload = Payload { msg: ciphertext, aad: &[VERSION] };
        self.cipher.decrypt(&self.nonce.into(), payload).map_err(|_| SealError::Refused)
    }
}

impl Sealed {
    fn parts(&self) -> Result<([u8; 32], &[u8]), SealError> {
        let (ephemeral, ciphertext) =
            self.0.get(1..).and_then(|rest| rest.split_first_chunk::<32>()).ok_or(SealError::Malformed)?;
        Ok((*ephemeral, ciphertext))
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl FromStr for Sealed {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let bytes = decode_vec(&BASE64URL_NOPAD, text, OVERHEAD + MAX_SECRET).ok_or(SealError::Malformed)?;
        if bytes.len() < OVERHEAD || bytes.first() != Some(&VERSION) {
            return Err(SealError::Malformed);
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for RecipientPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl FromStr for RecipientPublic {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        decode_vec(&BASE64URL_NOPAD, text, 32)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(SealError::Malformed)
    }
}

impl TryFrom<String> for Sealed {
    type Error = SealError;

    fn try_from(text: String) -> Result<Self, SealError> {
        text.parse()
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> String {
        sealed.to_string()
    }
}

impl TryFrom<String> for RecipientPublic {
    type Error = SealError;

    fn try_from(text: String) -> Result<Self, SealError> {
        text.parse()
    }
}

impl From<RecipientPublic> for String {
    fn from(public: RecipientPublic) -> String {
        public.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(7)
    }

    #[test]
    fn only_the_key_it_was_sealed_to_opens_it() {
        let rng = &mut rng();
        let (key, other) = (RecipientKey::random(rng), RecipientKey::random(rng));
        let secret = Secret::from_text("seed for tests".into());
        let sealed = seal_to(&key.public(), b"attempt machine", &secret, rng).unwrap();
        assert_eq!(key.open(&sealed, b"attempt machine"), Ok(secret));
        assert_eq!(other.open(&sealed, b"attempt machine"), Err(SealError::Refused));
    }

    #[test]
    fn another_context_does_not_open_it() {
        let rng = &mut rng();
        let key = RecipientKey::random(rng);
        let sealed = seal_to(&key.public(), b"attempt 1", &Secret::new(vec![1]), rng).unwrap();
        for context in [&b"attempt 2"[..], b"", b"attempt 1 "] {
            assert_eq!(key.open(&sealed, context), Err(SealError::Refused));
        }
    }

    #[test]
    fn keys_of_low_order_are_refused_by_both_sides() {
        let rng = &mut rng();
        // RFC 7748 §6.1 asks for the check. 0, 1 and p - 1 are of low order.
        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        let mut one = [0; 32];
        one[0] = 1;
        for bytes in [[0; 32], one, minus_one] {
            let public = RecipientPublic(bytes);
            assert_eq!(seal_to(&public, b"", &Secret::new(vec![1]), rng), Err(SealError::WeakKey));
            let forged = Sealed([&[VERSION], &bytes[..], &[0; 17]].concat());
            assert_eq!(RecipientKey::random(rng).open(&forged, b""), Err(SealError::WeakKey));
        }
    }

    #[test]
    fn two_seals_of_one_secret_have_nothing_in_common() {
        let rng = &mut rng();
        let key = RecipientKey::random(rng);
        let secret = Secret::new(vec![9; 20]);
        let one = seal_to(&key.public(), b"c", &secret, rng).unwrap();
        let two = seal_to(&key.public(), b"c", &secret, rng).unwrap();
        assert!(one.0[1..33] != two.0[1..33] && one.0[33..] != two.0[33..]);
    }

    #[test]
    fn a_secret_too_long_and_a_text_too_long_are_refused() {
        let rng = &mut rng();
        let key = RecipientKey::random(rng);
        let longest = seal_to(&key.public(), b"", &Secret::new(vec![1; MAX_SECRET]), rng).unwrap();
        assert_eq!(longest.to_string().parse(), Ok(longest.clone()));
        let too_long = seal_to(&key.public(), b"", &Secret::new(vec![1; MAX_SECRET + 1]), rng);
        assert_eq!(too_long, Err(SealError::TooLong));
        let mut later = longest.clone();
        later.0[0] = VERSION + 1;
        for bad in ["", "AQ", &format!("{longest}AAAA"), &later.to_string()] {
            assert_eq!(bad.parse::<Sealed>(), Err(SealError::Malformed), "{}", bad.len());
        }
    }

    proptest! {
        #[test]
        fn any_altered_bit_is_noticed(secret in prop::collection::vec(any::<u8>(), 0..80), at in any::<prop::sample::Index>(), bit in 0..8) {
            let rng = &mut rng();
            let key = RecipientKey::random(rng);
            let mut sealed = seal_to(&key.public(), b"context", &Secret::new(secret), rng).unwrap();
            // The version is judged when the text is parsed; the top bit of a public key is ignored by
            // X25519 but stands in the key derivation.
            let at = 1 + at.index(sealed.0.len() - 1);
            sealed.0[at] ^= 1_u8 << bit;
            prop_assert!(key.open(&sealed, b"context").is_err());
        }

        #[test]
        fn texts_round_trip(secret in prop::collection::vec(any::<u8>(), 0..80)) {
            let rng = &mut rng();
            let key = RecipientKey::random(rng);
            let sealed = seal_to(&key.public(), b"context", &Secret::new(secret.clone()), rng).unwrap();
            let read: Sealed = serde_json::from_str(&serde_json::to_string(&sealed).unwrap()).unwrap();
            prop_assert_eq!(key.open(&read, b"context"), Ok(Secret::new(secret)));
            prop_assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        }
    }
}
