use hkdf::Hkdf;
use model::Secret;
use otp::HumanCode;
use rand_core::Rng;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// A printed recovery code of a vault: 7 groups of 4 symbols, 135 random bits and a check symbol. With so many bits no
/// slow function is needed.
pub type RecoveryKey = HumanCode<7, 4>;

/// The key that seals a vault: 32 random bytes. Wiped on drop, never printed.
pub struct MasterKey(pub(super) Zeroizing<[u8; 32]>);

/// The key that opens one slot. Wiped on drop, never printed.
pub struct SlotKey(pub(super) Zeroizing<[u8; 32]>);

impl MasterKey {
    pub(super) fn random(rng: &mut dyn Rng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// A key for another purpose, named by `label`: 32 bytes that tell nothing about this key or the others.
    pub fn derive(&self, label: &str) -> Secret {
        Secret::new(expand(&*self.0, &["countersign vault key for ", label]).to_vec())
    }

    pub(super) fn payload_key(&self) -> Zeroizing<[u8; 32]> {
        expand(&*self.0, &["countersign vault payload 1"])
    }
}

impl SlotKey {
    /// The key of what a passkey gave: the first result of WebAuthn's extension `prf`, asked with the slot's salt.
    ///
    /// `None` when it is not 32 bytes, which every result of that extension is.
    pub fn of_passkey(prf_result: &Secret) -> Option<Self> {
        (prf_result.len() == 32).then(|| Self(expand(prf_result.expose(), &["countersign vault passkey 1"])))
    }

    /// The key of a recovery code.
    pub fn of_recovery_code(code: &RecoveryKey) -> Self {
        Self(expand(code.expose().as_bytes(), &["countersign vault recovery code 1"]))
    }

    /// The bytes, to hand the key from a worker to whoever asked it. Wipe them.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key with these bytes, from a worker.
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }
}

/// HKDF-SHA-256 (RFC 5869) without salt: the input is random already.
fn expand(key: &[u8], info: &[&str]) -> Zeroizing<[u8; 32]> {
    let info: Vec<&[u8]> = info.iter().map(|part| part.as_bytes()).collect();
    let mut out = Zeroizing::new([0; 32]);
    // Fails for more than 255 hashes' worth of output only (RFC 5869 §2.3).
    let done = Hkdf::<Sha256>::new(None, key).expand_multi_info(&info, &mut *out);
    debug_assert!(done.is_ok());
    out
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl fmt::Debug for SlotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlotKey(…)")
    }
}
