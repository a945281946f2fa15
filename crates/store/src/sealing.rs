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
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, PoisonError, RwLock},
};

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

/// The master keys of a server: the one that seals, and others that open what they sealed.
#[derive(Clone, Debug)]
pub struct MasterKeys {
    current: Arc<MasterKey>,
    older: Vec<Arc<MasterKey>>,
}

/// Seals and opens columns.
///
/// The keys may change while a server runs: another process puts a new one into the key file, and says in the database
/// that it seals from now on. A value under a key that is not known makes a sealer read the file again; whoever writes
/// says with [`Sealer::follow`] which keys the database knows of.
#[derive(Debug)]
pub struct Sealer {
    keys: RwLock<MasterKeys>,
    /// Where the keys came from: the key file, and the database it belongs to.
    file: Option<(PathBuf, PathBuf)>,
}

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
        Self { current: Arc::new(MasterKey::generate(rng)), older: Vec::new() }
    }

    /// These keys with a new one before them: from now on the new one seals.
    #[must_use]
    pub fn rotated(self, rng: &mut dyn CryptoRng) -> Self {
        let mut older = self.older;
        older.insert(0, self.current);
        Self { current: Arc::new(MasterKey::generate(rng)), older }
    }

    /// These keys with this one first, so that it seals; `None`: it is not among them.
    #[must_use]
    pub fn sealing_with(&self, id: KeyId) -> Option<Self> {
        let current = Arc::clone(self.all().find(|key| key.id == id)?);
        let older = self.all().filter(|key| key.id != id).cloned().collect();
        Some(Self { current, older })
    }

    /// The key that seals, alone.
    #[must_use]
    pub fn only_current(self) -> Self {
        Self { current: self.current, older: Vec::new() }
    }

    /// The key that seals.
    pub fn current(&self) -> KeyId {
        self.current.id
    }

    /// All keys, the one that seals first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.all().map(|key| key.id).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Arc<MasterKey>> {
        std::iter::once(&self.current).chain(&self.older)
    }

    fn find(&self, id: KeyId) -> Option<&MasterKey> {
        self.all().find(|key| key.id == id).map(|key| &**key)
    }
}

impl Sealer {
    /// A sealer under these keys and no others.
    pub fn new(keys: MasterKeys) -> Self {
        Self { keys: RwLock::new(keys), file: None }
    }

    /// A sealer under these keys, which are those in the key file `path` of a database, and under keys that come into the
    /// file later.
    pub fn of_file(keys: MasterKeys, path: &Path, database: &Path) -> Self {
        Self { keys: RwLock::new(keys), file: Some((path.to_owned(), database.to_owned())) }
    }

    /// The key that seals.
    pub fn current(&self) -> KeyId {
        self.keys().current()
    }

    /// All keys, the one that seals first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.keys().ids()
    }

    /// Seals with the first of these keys from now on, and reads the file again where it has to, also to forget keys that
    /// have been retired.
    ///
    /// # Errors
    /// [`SealError::UnknownKey`], naming the first of them that is not to be had. Then nothing is changed.
    pub fn follow(&self, ids: &[KeyId]) -> Result<(), SealError> {
        let Some(&first) = ids.first() else { return Ok(()) };
        if self.ids() == ids {
            return Ok(());
        }
        let keys = self.read_file().unwrap_or_else(|| self.keys());
        if let Some(missing) = ids.iter().find(|id| keys.find(**id).is_none()) {
            return Err(SealError::UnknownKey(*missing));
        }
        let keys = keys.sealing_with(first).ok_or(SealError::UnknownKey(first))?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn keys(&self) -> MasterKeys {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn read_file(&self) -> Option<MasterKeys> {
        let (path, database) = self.file.as_ref()?;
        // A file that cannot be read now changes nothing: whoever looks for a key in it does not find it.
        MasterKeys::read(path, database).ok()
    }

    /// The key with this id, from the file if it came there lately. The one that seals stays the same.
    fn find(&self, id: KeyId) -> Option<Arc<MasterKey>> {
        let found = |keys: &MasterKeys| keys.all().find(|key| key.id == id).cloned();
        let keys = self.keys();
        if let Some(key) = found(&keys) {
            return Some(key);
        }
        let keys = self.read_file()?.sealing_with(keys.current())?;
        let key = found(&keys)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Some(key)
    }

    /// Seals a value for one cell. The nonce comes from `rng`; 192 random bits do not repeat.
    ///
    /// What may leak is the length.
    ///
    /// # Errors
    /// [`SealError::TooLong`], which no column reaches.
    pub fn seal(&self, rng: &mut dyn Rng, cell: Cell<'_>, value: &Secret) -> Result<Vec<u8>, SealError> {
        let key = self.keys().current;
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
        let key = self.find(id).ok_or(SealError::UnknownKey(id))?;
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
        parse(sealed).is_none_or(|(id, _)| id != self.current())
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

impl KeyId {
    /// The key that a value says it is sealed under; `None` when the value is none of ours.
    pub fn of(sealed: &[u8]) -> Option<Self> {
        // Nonce and tag follow.
        parse(sealed).filter(|(_, rest)| rest.len() >= NONCE_BYTES + 16).map(|(id, _)| id)
    }

    /// What every value begins with that is sealed under this key.
    pub(crate) fn marker(self) -> [u8; 9] {
        let mut marker = [VERSION; 9];
        for (to, from) in marker.iter_mut().skip(1).zip(self.0) {
            *to = from;
        }
        marker
    }

    pub(crate) const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}

/// Not 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the id of a master key")]
pub struct InvalidKeyId;

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| InvalidKeyId)?;
        bytes.try_into().map(Self).map_err(|_| InvalidKeyId)
    }
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
