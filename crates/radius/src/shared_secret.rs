use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use model::Secret;

/// What RADIUS client and server both know, and nobody else. Everything in RADIUS hangs on it.
pub struct SharedSecret(Secret);

/// A shared secret that can be guessed from one packet that was overheard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a shared secret has at least {} bytes: whoever overhears one packet can try them out",
    SharedSecret::MIN
)]
pub struct WeakSecret;

impl SharedSecret {
    /// The fewest bytes taken. RFC 2865 §3 asks for 16.
    pub const MIN: usize = 16;

    /// A shared secret.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] when it has fewer than [`MIN`](Self::MIN) bytes.
    pub fn new(secret: Secret) -> Result<Self, WeakSecret> {
        if secret.len() < Self::MIN { Err(WeakSecret) } else { Ok(Self(secret)) }
    }

    #[cfg(test)]
    pub(crate) fn of_any_length(secret: Secret) -> Self {
        Self(secret)
    }

    /// MD5 over these parts, the secret among them as `None`.
    pub(crate) fn md5(&self, parts: &[Option<&[u8]>]) -> [u8; 16] {
        let mut hash = Md5::new();
        for part in parts {
            hash.update(part.unwrap_or(self.0.expose()));
        }
        hash.finalize().into()
    }

    /// HMAC-MD5 over these parts (RFC 3579 §3.2).
    pub(crate) fn hmac(&self, parts: &[&[u8]]) -> Option<[u8; 16]> {
        let mut mac = Hmac::<Md5>::new_from_slice(self.0.expose()).ok()?;
        for part in parts {
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().into())
    }
}
