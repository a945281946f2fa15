//! XChaCha20-Poly1305 with a random nonce in front.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};
use rand_core::Rng;
use zeroize::Zeroizing;

pub(super) const NONCE: usize = 24;
pub(super) const TAG: usize = 16;

/// Nonce, ciphertext and tag. `None` when there is more than the cipher takes.
pub(crate) fn seal(key: &[u8; 32], context: &[u8], plain: &[u8], rng: &mut dyn Rng) -> Option<Vec<u8>> {
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    let mut buffer = Zeroizing::new(Vec::with_capacity(plain.len() + TAG));
    buffer.extend_from_slice(plain);
    XChaCha20Poly1305::new(&(*key).into())
        .encrypt_in_place(&XNonce::from(nonce), context, &mut *buffer)
        .ok()?;
    Some([&nonce, buffer.as_slice()].concat())
}

/// Undoes [`seal`]. `None` when the key or the context is another, or something was changed.
pub(crate) fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
    let mut buffer = Zeroizing::new(rest.to_vec());
    XChaCha20Poly1305::new(&(*key).into())
        .decrypt_in_place(&XNonce::from(*nonce), context, &mut *buffer)
        .ok()?;
    Some(buffer)
}
