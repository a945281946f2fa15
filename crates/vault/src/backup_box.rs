//! Where a backup lies on the Countersign server, and what a device remembers of its backup.
//!
//! The server keeps sealed containers in boxes. Name and key of a box come from the name that a person gave the backup
//! and the backup password, so that both together find it on a new device, and the server learns neither: it sees two
//! values that only Argon2id over the password leads to. The salt is made of the name, as there is nowhere to keep
//! one; what seals the container has a random salt of its own.

use crate::container::{MasterKey, PasswordParameters, SlotKey, cipher};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hkdf::Hkdf;
use model::{Secret, UnixTime};
use rand_core::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// What the key of a device's note is derived for.
const NOTE_LABEL: &str = "backup note 1";
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// How the root of a box is derived from the backup password: [`derive`](crate::container::derive) with these.
///
/// The name counts without blanks around it and without its case.
pub fn parameters(name: &str) -> PasswordParameters {
    let mut hasher = Sha256::new();
    hasher.update(b"countersign backup v1\0");
    hasher.update(name.trim().to_lowercase().as_bytes());
    let mut salt = [0; 16];
    salt.copy_from_slice(&hasher.finalize()[..16]);
    PasswordParameters::fixed(salt, MEMORY_KIB, PASSES)
}

/// A box on the server.
#[derive(Debug)]
pub struct BackupBox {
    id: String,
    access: Secret,
}

impl BackupBox {
    /// The box whose root was derived with [`parameters`].
    pub fn from_root(root: &SlotKey) -> Self {
        let expand = |label: &[u8], out: &mut [u8]| {
            // Fails for more than 255 hashes' worth of output only (RFC 5869 §2.3).
            let done = Hkdf::<Sha256>::new(None, root.expose()).expand(label, out);
            debug_assert!(done.is_ok());
        };
        let (mut id, mut access) = ([0; 16], Zeroizing::new([0; 32]));
        expand(b"box", &mut id);
        expand(b"access", &mut *access);
        Self { id: HEXLOWER.encode(&id), access: Secret::from_text(BASE64URL_NOPAD.encode(&*access)) }
    }

    /// Its name: 32 hexadecimal digits. Not secret, but nobody's business.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is shown to the server to read and write it: 43 characters of base64url.
    pub fn access(&self) -> &Secret {
        &self.access
    }
}

/// A kind of place that a backup goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// The Countersign server that the app came from.
    Server,
    /// A file that the person saves or shares.
    File,
    /// A folder of this device that the browser may write to.
    Folder,
    /// A WebDAV server, through the relay of the server that the app came from.
    Webdav,
    /// Google Drive, in the folder that only this app sees.
    Drive,
    /// iCloud, in the container that the server's administrator has set.
    Icloud,
}

/// What a device remembers of its backup. It is sealed under the vault's master key.
#[derive(Debug)]
pub struct BackupNote {
    /// Where it goes.
    pub place: PlaceKind,
    /// What the person calls it.
    pub name: String,
    /// The root of the box; of another place than the server it is not used.
    pub root: SlotKey,
    /// How the place is reached, where name and password of the backup do not say it: in lines, as the place wants them.
    pub access: Secret,
    /// The key that the backup password gives for the vault's slot: opens what was read back as the password would.
    pub password_key: SlotKey,
    /// The server's mark of the state that was read or written last.
    pub etag: Option<String>,
    /// The last time that it was read back, opened and compared.
    pub verified: Option<Verified>,
    /// What went wrong last, until it goes right.
    pub failure: Option<String>,
}

/// That a backup was read back, opened and compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Verified {
    /// When, in seconds since 1970.
    pub at: u64,
    /// How many tokens are in it, without those in the trash.
    pub tokens: u64,
    /// The vault's generation in it.
    pub generation: u64,
}

impl Verified {
    /// When.
    pub fn time(&self) -> UnixTime {
        UnixTime::from_secs(self.at)
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    place: PlaceKind,
    name: String,
    root: String,
    #[serde(default)]
    access: String,
    password_key: String,
    etag: Option<String>,
    verified: Option<Verified>,
    failure: Option<String>,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.root.zeroize();
        self.access.zeroize();
        self.password_key.zeroize();
    }
}

impl BackupNote {
    /// The note, sealed. `rng` must be fit for keys.
    ///
    /// `None` only if it were gigabytes.
    pub fn seal(&self, master: &MasterKey, rng: &mut dyn Rng) -> Option<Vec<u8>> {
        let written = Written {
            place: self.place,
            name: self.name.clone(),
            root: HEXLOWER.encode(self.root.expose()),
            access: self.access.expose_text().unwrap_or_default().to_owned(),
            password_key: HEXLOWER.encode(self.password_key.expose()),
            etag: self.etag.clone(),
            verified: self.verified,
            failure: self.failure.clone(),
        };
        let plain = Zeroizing::new(serde_json::to_vec(&written).ok()?);
        cipher::seal(&*key(master)?, NOTE_LABEL.as_bytes(), &plain, rng)
    }

    /// Opens a note. `None` when it is another vault's or was changed.
    pub fn open(sealed: &[u8], master: &MasterKey) -> Option<Self> {
        let plain = cipher::open(&*key(master)?, NOTE_LABEL.as_bytes(), sealed)?;
        let written: Written = serde_json::from_slice(&plain).ok()?;
        Some(Self {
            place: written.place,
            name: written.name.clone(),
            root: slot_key(&written.root)?,
            access: Secret::from_text(written.access.clone()),
            password_key: slot_key(&written.password_key)?,
            etag: written.etag.clone(),
            verified: written.verified,
            failure: written.failure.clone(),
        })
    }
}

fn key(master: &MasterKey) -> Option<Zeroizing<[u8; 32]>> {
    Some(Zeroizing::new(master.derive(NOTE_LABEL).expose().try_into().ok()?))
}

fn slot_key(hex: &str) -> Option<SlotKey> {
    let bytes = Zeroizing::new(HEXLOWER.decode(hex.as_bytes()).ok()?);
    Some(SlotKey::from_bytes(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::{Keyring, NewSlot};
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn key_of(byte: u8) -> SlotKey {
        SlotKey::from_bytes(Zeroizing::new([byte; 32]))
    }

    #[test]
    fn the_name_counts_without_case_and_blanks_and_nothing_else_of_it_is_the_same() {
        let salt = |name| parameters(name).salt();
        assert_eq!(salt(" Ada "), salt("ada"));
        assert_ne!(salt("ada"), salt("adb"));
        // The first 16 bytes of SHA-256 of "countersign backup v1", a zero byte and "ada", computed with sha256sum.
        assert_eq!(HEXLOWER.encode(&salt("ada")), "0cca565de5ab7d26db39e590fe392030");
        assert_eq!((parameters("").memory_kib(), parameters("").passes()), (65_536, 3));
    }

    #[test]
    fn name_and_key_of_a_box_are_those_of_hkdf() {
        let found = BackupBox::from_root(&key_of(7));
        // HKDF-SHA-256 of 32 bytes of 7 without salt, computed with Python's hmac.
        assert_eq!(found.id(), "2bcd018ff884bec6cb2637581aa0eda4");
        assert_eq!(found.access().expose_text(), Some("7dysShs-9E2XSf4hEKahFl4Iu_A8r1v202pvgZpltSw"));
        assert!(!format!("{found:?}").contains("7dysShs-9E"));
    }

    #[test]
    fn a_note_is_opened_by_its_own_vault_only_and_unchanged() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let keyring = |rng: &mut ChaCha20Rng| {
            let slot = NewSlot::password(PasswordParameters::random(rng), key_of(1));
            Keyring::create(slot, UnixTime::from_secs(1), rng).unwrap()
        };
        let (own, other) = (keyring(&mut rng), keyring(&mut rng));
        let note = BackupNote {
            place: PlaceKind::Server,
            name: "ada".into(),
            root: key_of(2),
            access: Secret::from_text("https://files.example/\nada\nsecret".to_owned()),
            password_key: key_of(3),
            etag: Some("\"x\"".into()),
            verified: Some(Verified { at: 1, tokens: 2, generation: 3 }),
            failure: None,
        };
        let mut sealed = note.seal(own.master(), &mut rng).unwrap();
        let opened = BackupNote::open(&sealed, own.master()).unwrap();
        assert_eq!((opened.root.expose(), opened.password_key.expose()), (&[2; 32], &[3; 32]));
        assert_eq!(opened.access, note.access);
        assert_eq!((opened.name, opened.etag, opened.verified), (note.name, note.etag, note.verified));
        assert!(BackupNote::open(&sealed, other.master()).is_none());
        for at in 0..sealed.len() {
            sealed[at] ^= 1;
            assert!(BackupNote::open(&sealed, own.master()).is_none(), "{at}");
            sealed[at] ^= 1;
        }
        assert!(BackupNote::open(&[], own.master()).is_none());
    }
}
