//! Columns sealed under a master key that is not in the database.
//!
//! Sealed form, version 1: one byte `1`, the key's id (8), the nonce (24), ciphertext and tag (16). The tag covers
//! version, key id and the cell, so that a value moved to another row or column does not open.

mod key_file;

#[cfg(test)]
mod tests;

pub use key_file::KeyFileError;

use chacha20poly1305::{AeadInOut, Key, KeyInit, XChaCha20Poly1305, XNonce};
use model::Secret;
use rand_core::{CryptoRng, Rng};
use sha2::{Digest, Sha256};
use std::fmt;

const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const HEADER: usize = 1 + 8 + NONCE_BYTES;

/// Which master key something is sealed under: the start of a hash of the key, so that nobody has to hand them out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 8]);

/// A master key, 256 random bits.
struct MasterKey {
    id: KeyId,
    key: Secret,
}

/// The master keys of a server: the one that seals, and earlier ones that still open what they sealed.
#[derive(Debug)]
pub struct MasterKeys {
    current: MasterKey,
    older: Vec<MasterKey>,
}

/// Seals and opens columns.
#[derive(Debug)]
pub struct Sealer(MasterKeys);

/// The one place where a sealed value belongs. A value opens there and nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's primary key, in the bytes it is stored as.
    pub row: &'a [u8],
}

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// None of our master keys sealed it: the key file is another server's, or an older key was taken out too early.
    #[error("sealed under master key {0}, which this server does not have")]
    UnknownKey(KeyId),
    /// Changed, cut off, or moved from another row or column.
    #[error("a sealed value is damaged or belongs elsewhere")]
    Damaged,
    /// Longer than the cipher takes (256 GiB).
    #[error("a value is too long to be sealed")]
    TooLong,
}

impl MasterKeys {
    /// One new key.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        Self { current: MasterKey::generate(rng), older: Vec::new() }
    }

    /// These keys with a new one before them: from now on the new one seals.
    pub fn rotated(self, rng: &mut dyn CryptoRng) -> Self {
        let mut older = self.older;
        older.insert(0, self.current);
        Self { current: MasterKey::generate(rng), older }
    }

    /// The key that seals.
    pub fn current(&self) -> KeyId {
        self.current.id
    }

    fn find(&self, id: KeyId) -> Option<&MasterKey> {
        std::iter::once(&self.current).chain(&self.older).find(|key| key.id == id)
    }
}

impl Sealer {
    /// A sealer under these keys.
    pub fn new(keys: MasterKeys) -> Self {
        Self(keys)
    }

    /// Seals a value for one cell. The nonce comes from `rng`; 192 random bits do not repeat.
    ///
    /// What may leak is the length.
    ///
    /// # Errors
    /// [`SealError::TooLong`], which no column reaches.
    pub fn seal(&self, rng: &mut dyn Rng, cell: Cell<'_>, value: &Secret) -> Result<Vec<u8>, SealError> {
        let key = &self.0.current;
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        // Room for the tag from the start: growing would leave a copy of the plain text behind.
        let mut text = Vec::with_capacity(value.len() + 16);
        text.extend_from_slice(value.expose());
        key.cipher()
            .encrypt_in_place(&XNonce::from(nonce), &cell.associated(key.id), &mut text)
            .map_err(|_| SealError::TooLong)?;
        let mut sealed = Vec::with_capacity(HEADER + text.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&key.id.0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Opens what was sealed for this cell, under whichever of our keys.
    ///
    /// # Errors
    /// [`SealError::UnknownKey`] and [`SealError::Damaged`], which must never be read as "wrong code".
    pub fn open(&self, cell: Cell<'_>, sealed: &[u8]) -> Result<Secret, SealError> {
        let (id, rest) = parse(sealed).ok_or(SealError::Damaged)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Damaged)?;
        let key = self.0.find(id).ok_or(SealError::UnknownKey(id))?;
        let mut text = text.to_vec();
        let opened =
            key.cipher().decrypt_in_place(&XNonce::from(*nonce), &cell.associated(key.id), &mut text);
        // Taken over before looking at the result: wiped in both cases.
        let value = Secret::new(text);
        opened.map(|()| value).map_err(|_| SealError::Damaged)
    }

    /// Whether a value is sealed under an older key and should be sealed again; also when it is damaged, so that a
    /// rotation comes across it.
    pub fn needs_reseal(&self, sealed: &[u8]) -> bool {
        parse(sealed).is_none_or(|(id, _)| id != self.0.current.id)
    }
}

impl MasterKey {
    fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut key = vec![0; KEY_BYTES];
        rng.fill_bytes(&mut key);
        Self::new(Secret::new(key))
    }

    /// `key` has [`KEY_BYTES`] bytes.
    fn new(key: Secret) -> Self {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(b"countersign master key id\0")
            .chain_update(key.expose())
            .finalize()
            .into();
        let [a, b, c, d, e, f, g, h, ..] = hash;
        Self { id: KeyId([a, b, c, d, e, f, g, h]), key }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let mut key = Key::default();
        for (to, from) in key.iter_mut().zip(self.key.expose()) {
            *to = *from;
        }
        let cipher = XChaCha20Poly1305::new(&key);
        zeroize::Zeroize::zeroize(key.as_mut_slice());
        cipher
    }
}

impl Cell<'_> {
    /// Version, key and cell, each part after its length: no two cells have the same bytes.
    fn associated(&self, id: KeyId) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&id.0);
        for part in [self.table.as_bytes(), self.column.as_bytes(), self.row] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

fn parse(sealed: &[u8]) -> Option<(KeyId, &[u8])> {
    let (version, rest) = sealed.split_first()?;
    let (id, rest) = rest.split_first_chunk::<8>()?;
    (*version == VERSION).then_some((KeyId(*id), rest))
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}
