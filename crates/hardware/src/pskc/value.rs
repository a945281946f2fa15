//! Values of a file, in the clear or encrypted (RFC 6030 §6.1).

use super::{
    keys::Keys,
    xml::{child, text},
};
use crate::{Problem, token::shown};
use aes::{Aes128, Aes192, Aes256};
use cbc::{
    Decryptor,
    cipher::{BlockModeDecrypt, KeyIvInit},
};
use data_encoding::BASE64;
use model::Secret;
use roxmltree::Node;
use zeroize::Zeroizing;

/// The longest value, in bytes: more than any key.
const MAX: usize = 4 * 1024;
/// Bytes of a block of AES, and of the vector in front.
const BLOCK: usize = 16;

/// The key of a token.
pub(super) fn secret(key: Node<'_, '_>, keys: &Keys) -> Result<Secret, Problem> {
    let secret = child(key, "Data").and_then(|data| child(data, "Secret")).ok_or(Problem::NoKey)?;
    value(secret, keys, |plain| base64(plain).ok_or(Problem::BadBase64))
}

/// A number of a token: in the clear as digits, encrypted as bytes, the highest first.
pub(super) fn plain_or_encrypted(element: Node<'_, '_>, keys: &Keys) -> Result<String, Problem> {
    if let Some(plain) = child(element, "PlainValue") {
        return Ok(text(plain).to_owned());
    }
    let bytes = value(element, keys, |_| Err(Problem::Counter))?;
    let mut padded = [0; 8];
    let start = padded.len().checked_sub(bytes.len()).ok_or(Problem::Counter)?;
    padded.iter_mut().skip(start).zip(bytes.expose()).for_each(|(to, from)| *to = *from);
    Ok(u64::from_be_bytes(padded).to_string())
}

fn value(
    element: Node<'_, '_>,
    keys: &Keys,
    plain: impl FnOnce(&str) -> Result<Secret, Problem>,
) -> Result<Secret, Problem> {
    if let Some(value) = child(element, "PlainValue") {
        return plain(text(value));
    }
    let value = child(element, "EncryptedValue").ok_or(Problem::NoKey)?;
    let key = keys.key().ok_or(Problem::Encrypted)?;
    let sealed = sealed(value)?;
    // Before anything is decrypted: what was changed must not get as far as the padding.
    let mac = child(element, "ValueMAC").and_then(|mac| base64(text(mac))).ok_or(Problem::NoMac)?;
    keys.check(sealed.expose(), mac.expose())?;
    decrypt(value, Some(key))
}

/// The bytes of an encrypted value as they are in the file.
fn sealed(value: Node<'_, '_>) -> Result<Secret, Problem> {
    let cipher =
        child(value, "CipherData").and_then(|data| child(data, "CipherValue")).ok_or(Problem::NoKey)?;
    base64(text(cipher)).ok_or(Problem::BadBase64)
}

/// Decrypts a value with AES in CBC mode, the vector in front, padded as XML Encryption does (§5.2).
pub(super) fn decrypt(value: Node<'_, '_>, key: Option<&Secret>) -> Result<Secret, Problem> {
    let key = key.ok_or(Problem::Encrypted)?.expose();
    let sealed = sealed(value)?;
    let method = child(value, "EncryptionMethod").and_then(|method| method.attribute("Algorithm"));
    let method = method.unwrap_or_default();
    let Some((iv, body)) = sealed.expose().split_first_chunk::<BLOCK>() else {
        return Err(Problem::Undecryptable);
    };
    let mut plain = Zeroizing::new(body.to_vec());
    let cipher = method.strip_prefix("http://www.w3.org/2001/04/xmlenc#").unwrap_or_default();
    let expected = match cipher {
        "aes128-cbc" => 16,
        "aes192-cbc" => 24,
        "aes256-cbc" => 32,
        _ => return Err(Problem::Cipher(shown(method))),
    };
    let wrong = |_| Problem::OtherKeyLength { expected, given: key.len() };
    match cipher {
        "aes128-cbc" => run(Decryptor::<Aes128>::new_from_slices(key, iv).map_err(wrong)?, &mut plain),
        "aes192-cbc" => run(Decryptor::<Aes192>::new_from_slices(key, iv).map_err(wrong)?, &mut plain),
        _ => run(Decryptor::<Aes256>::new_from_slices(key, iv).map_err(wrong)?, &mut plain),
    }
    .ok_or(Problem::Undecryptable)?;
    // The last byte says how many are padding; the others of them may be anything.
    let padding = usize::from(plain.last().copied().unwrap_or_default());
    let kept = plain.len().checked_sub(padding).filter(|_| (1..=BLOCK).contains(&padding));
    plain.truncate(kept.ok_or(Problem::Undecryptable)?);
    Ok(Secret::new(std::mem::take(&mut *plain)))
}

/// Decrypts whole blocks; `None`: there are bytes that are none, or nothing at all.
fn run<C: BlockModeDecrypt<BlockSize = cbc::cipher::consts::U16>>(
    mut cipher: C,
    bytes: &mut [u8],
) -> Option<()> {
    let (blocks, rest) = bytes.as_chunks_mut::<BLOCK>();
    if !rest.is_empty() || blocks.is_empty() {
        return None;
    }
    for block in blocks {
        cipher.decrypt_block(block.into());
    }
    Some(())
}

/// Bytes in base64 with blanks and line breaks; `None`: they are none, or too many.
pub(super) fn base64(text: &str) -> Option<Secret> {
    if text.len() > 2 * MAX {
        return None;
    }
    let mut plain = Zeroizing::new(Vec::with_capacity(text.len()));
    plain.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let bytes = BASE64.decode(&plain).ok()?;
    (bytes.len() <= MAX).then(|| Secret::new(bytes))
}
