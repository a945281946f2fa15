//! Opening what foreign files seal. Every function says "wrong password" for bytes that do not open: a wrong key and
//! a damaged file look the same.

use super::CannotImport;
use super::kdf::Key;
use aes::Aes256;
use aes_gcm::Aes256Gcm;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use model::Secret;
use poly1305::Poly1305;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of the tag of AES-GCM and of Poly1305.
const TAG: usize = 16;

/// AES-256-GCM with a nonce of 12 bytes; the tag is at the end.
pub(super) fn aes_gcm(key: &Key, nonce: &[u8], sealed: &[u8], bound: &[u8]) -> Result<Secret, CannotImport> {
    let nonce = <[u8; 12]>::try_from(nonce).map_err(|_| CannotImport::BadParameters)?;
    opened(Aes256Gcm::new((&**key).into()), &nonce.into(), sealed, bound)
}

/// XChaCha20-Poly1305; the tag is at the end.
pub(super) fn xchacha(key: &Key, nonce: &[u8], sealed: &[u8]) -> Result<Secret, CannotImport> {
    let nonce = <[u8; 24]>::try_from(nonce).map_err(|_| CannotImport::BadParameters)?;
    opened(XChaCha20Poly1305::new((&**key).into()), &XNonce::from(nonce), sealed, &[])
}

fn opened<C: AeadInOut>(
    cipher: C,
    nonce: &chacha20poly1305::aead::Nonce<C>,
    sealed: &[u8],
    bound: &[u8],
) -> Result<Secret, CannotImport> {
    let mut text = Zeroizing::new(sealed.to_vec());
    cipher.decrypt_in_place(nonce, bound, &mut *text).map_err(|_| CannotImport::WrongPassword)?;
    Ok(Secret::new(std::mem::take(&mut *text)))
}

/// AES-256-CBC with PKCS #7 padding. Nothing vouches for what comes out: the caller looks at it.
pub(super) fn aes_cbc(key: &Key, iv: &[u8], sealed: &[u8]) -> Result<Secret, CannotImport> {
    use cbc::cipher::BlockModeDecrypt;
    let iv = <[u8; 16]>::try_from(iv).map_err(|_| CannotImport::BadParameters)?;
    let mut text = Zeroizing::new(sealed.to_vec());
    let (blocks, rest) = text.as_chunks_mut::<16>();
    if !rest.is_empty() {
        return Err(CannotImport::WrongPassword);
    }
    let mut cipher = <cbc::Decryptor<Aes256> as KeyIvInit>::new((&**key).into(), &iv.into());
    for block in blocks {
        cipher.decrypt_block(block.into());
    }
    let padding = usize::from(text.last().copied().unwrap_or(0));
    let kept = text.len().checked_sub(padding).filter(|_| (1..=16).contains(&padding));
    let kept = kept.ok_or(CannotImport::WrongPassword)?;
    if text.iter().skip(kept).any(|&byte| usize::from(byte) != padding) {
        return Err(CannotImport::WrongPassword);
    }
    text.truncate(kept);
    Ok(Secret::new(std::mem::take(&mut *text)))
}

/// Whether an HMAC-SHA-256 is that of these parts, one after the other.
pub(super) fn hmac_sha256_is(key: &Key, parts: &[&[u8]], expected: &[u8]) -> bool {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice()) else { return false };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(expected).is_ok()
}

/// The one message of a stream of libsodium's `crypto_secretstream_xchacha20poly1305`, without additional data.
///
/// That is not the plain XChaCha20-Poly1305: the nonce of the stream counts messages, a byte that says what kind of
/// message it is is sealed with it, and the padding before the lengths is of another length.
pub(super) fn secretstream(key: &Key, header: &[u8], sealed: &[u8]) -> Result<Secret, CannotImport> {
    let header = <[u8; 24]>::try_from(header).map_err(|_| CannotImport::BadParameters)?;
    let (for_key, for_nonce) = header.split_at(16);
    let for_key = <[u8; 16]>::try_from(for_key).map_err(|_| CannotImport::BadParameters)?;
    let Some((&kind, rest)) = sealed.split_first() else { return Err(CannotImport::WrongPassword) };
    let Some((body, tag)) = rest.split_last_chunk::<TAG>() else { return Err(CannotImport::WrongPassword) };

    let subkey = Zeroizing::new(<[u8; 32]>::from(chacha20::hchacha::<chacha20::R20>(
        (&**key).into(),
        &for_key.into(),
    )));
    let mut nonce = [0; 12];
    nonce[0] = 1;
    nonce[4..].copy_from_slice(for_nonce);
    let mut stream = chacha20::ChaCha20::new((&*subkey).into(), &nonce.into());

    let mut mac_key = Zeroizing::new([0; 32]);
    stream.apply_keystream(mac_key.as_mut_slice());
    // One block of 64 bytes seals the kind of message; the text comes after it.
    let mut checked = vec![0; 64];
    stream.seek(64u64);
    stream.apply_keystream(&mut checked);
    let opened_kind = kind ^ checked[0];
    checked[0] = kind;
    checked.extend_from_slice(body);
    checked.resize(checked.len() + body.len() % 16, 0);
    checked.extend_from_slice(&0u64.to_le_bytes());
    checked.extend_from_slice(&(64 + body.len() as u64).to_le_bytes());
    let computed = Poly1305::new((&*mac_key).into()).compute_unpadded(&checked);
    if !bool::from(computed.as_slice().ct_eq(tag)) {
        return Err(CannotImport::WrongPassword);
    }
    // 0 is a message, 3 the last one. Anything else says that more is to come, which these files do not have.
    if !matches!(opened_kind, 0 | 3) {
        return Err(CannotImport::BadParameters);
    }
    let mut text = Zeroizing::new(body.to_vec());
    stream.seek(128u64);
    stream.apply_keystream(&mut text);
    Ok(Secret::new(std::mem::take(&mut *text)))
}
