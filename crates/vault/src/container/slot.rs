use super::{MasterKey, PasswordParameters, RecoveryKey, SlotKey, cipher};
use model::{Secret, UnixTime};
use rand_core::Rng;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of the sealed master key: nonce, key, tag.
const WRAPPED: usize = cipher::NONCE + 32 + cipher::TAG;
/// In front of what is authenticated, so that a slot is nothing else that the same key might seal.
const CONTEXT: &[u8] = b"countersign vault slot 1";
const PASSKEY: u8 = 2;
const PASSWORD: u8 = 1;
const RECOVERY: u8 = 3;

/// Names a slot in its container: random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub(super) [u8; 8]);

/// One way to open a container, as it stands in the file. Nothing in it is secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Slot {
    pub(super) id: SlotId,
    pub(super) label: String,
    pub(super) created_at: UnixTime,
    pub(super) way: Way,
    pub(super) wrapped: [u8; WRAPPED],
}

/// What a slot asks for, and what is needed to ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A password.
    Password(PasswordParameters),
    /// A passkey that has WebAuthn's extension `prf`.
    Passkey {
        /// Id of the credential, as the authenticator named it: 1 to 1023 bytes.
        credential_id: Vec<u8>,
        /// What `prf` is asked with, in `eval.first`.
        salt: [u8; 32],
    },
    /// A printed recovery code.
    RecoveryCode,
}

/// The kind of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotKind {
    /// A password.
    Password,
    /// A passkey.
    Passkey,
    /// A printed recovery code.
    RecoveryCode,
}

/// A slot to be made: the way, and the key that it leads to.
#[derive(Debug)]
pub struct NewSlot {
    pub(super) way: Way,
    pub(super) key: SlotKey,
    pub(super) label: String,
}

impl NewSlot {
    /// Longest label, in bytes. Longer ones are cut at a character.
    pub const MAX_LABEL: usize = 255;

    /// For a password, whose key is [`derive`](super::derive)d with the same parameters.
    pub fn password(parameters: PasswordParameters, key: SlotKey) -> Self {
        Self { way: Way::Password(parameters), key, label: String::new() }
    }

    /// For a passkey. `salt` is 32 random bytes that `prf` was asked with, `prf_result` what it gave for them.
    ///
    /// `None` when the result is not 32 bytes or the id not 1 to 1023.
    pub fn passkey(credential_id: Vec<u8>, salt: [u8; 32], prf_result: &Secret) -> Option<Self> {
        let fits = (1..=1023).contains(&credential_id.len());
        let key = SlotKey::of_passkey(prf_result).filter(|_| fits)?;
        Some(Self { way: Way::Passkey { credential_id, salt }, key, label: String::new() })
    }

    /// For a recovery code, to be printed now: it is not kept.
    pub fn recovery_code(code: &RecoveryKey) -> Self {
        Self { way: Way::RecoveryCode, key: SlotKey::of_recovery_code(code), label: String::new() }
    }

    /// Gives it a name to be told from others by. Stands in the file unsealed.
    #[must_use]
    pub fn labeled(mut self, label: &str) -> Self {
        let end = (0..=label.len().min(Self::MAX_LABEL)).rev().find(|&end| label.is_char_boundary(end));
        self.label = label[..end.unwrap_or(0)].to_owned();
        self
    }

    pub(super) fn wrap(self, master: &MasterKey, now: UnixTime, rng: &mut dyn Rng) -> Option<Slot> {
        let mut id = [0; 8];
        rng.fill_bytes(&mut id);
        let mut slot =
            Slot { id: SlotId(id), label: self.label, created_at: now, way: self.way, wrapped: [0; WRAPPED] };
        let sealed = cipher::seal(&self.key.0, &slot.context(), &*master.0, rng)?;
        slot.wrapped = sealed.try_into().ok()?;
        Some(slot)
    }
}

impl Slot {
    /// Its id.
    pub fn id(&self) -> SlotId {
        self.id
    }

    /// What the person called it; may be empty. Not yet known to be unaltered before the container is open.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// When it was made.
    pub fn created_at(&self) -> UnixTime {
        self.created_at
    }

    /// What it asks for.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// Its kind.
    pub fn kind(&self) -> SlotKind {
        match self.way {
            Way::Password(_) => SlotKind::Password,
            Way::Passkey { .. } => SlotKind::Passkey,
            Way::RecoveryCode => SlotKind::RecoveryCode,
        }
    }

    /// What is needed to turn a password into the key of this slot.
    pub fn password_parameters(&self) -> Option<&PasswordParameters> {
        match &self.way {
            Way::Password(parameters) => Some(parameters),
            _ => None,
        }
    }

    /// The master key, if `key` is the one of this slot.
    pub(super) fn unwrap_with(&self, key: &SlotKey) -> Option<MasterKey> {
        let plain = cipher::open(&key.0, &self.context(), &self.wrapped)?;
        let mut master = Zeroizing::new([0; 32]);
        master.copy_from_slice(plain.get(..32)?);
        Some(MasterKey(master))
    }

    /// What the sealed master key is bound to: everything else in the slot.
    fn context(&self) -> Vec<u8> {
        let mut context = CONTEXT.to_vec();
        self.write_open(&mut context);
        context
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut bytes = Vec::new();
        self.write_open(&mut bytes);
        bytes.extend_from_slice(&self.wrapped);
        // At most 255 of the label, 1023 of the credential's id and a few more.
        out.extend_from_slice(&(bytes.len() as u16).to_be_bytes());
        out.extend_from_slice(&bytes);
    }

    fn write_open(&self, out: &mut Vec<u8>) {
        out.push(match self.way {
            Way::Password(_) => PASSWORD,
            Way::Passkey { .. } => PASSKEY,
            Way::RecoveryCode => RECOVERY,
        });
        out.extend_from_slice(&self.id.0);
        out.extend_from_slice(&self.created_at.as_secs().to_be_bytes());
        out.push(self.label.len() as u8);
        out.extend_from_slice(self.label.as_bytes());
        match &self.way {
            Way::Password(parameters) => {
                out.extend_from_slice(&parameters.salt);
                out.extend_from_slice(&parameters.memory_kib.to_be_bytes());
                out.extend_from_slice(&parameters.passes.to_be_bytes());
                out.push(parameters.lanes);
            }
            Way::Passkey { credential_id, salt } => {
                out.extend_from_slice(&(credential_id.len() as u16).to_be_bytes());
                out.extend_from_slice(credential_id);
                out.extend_from_slice(salt);
            }
            Way::RecoveryCode => {}
        }
    }

    /// Reads the bytes of one slot, all of them.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (bytes, wrapped) = bytes.split_last_chunk::<WRAPPED>()?;
        let (&kind, bytes) = bytes.split_first()?;
        let (&id, bytes) = bytes.split_first_chunk::<8>()?;
        let (&created_at, bytes) = bytes.split_first_chunk::<8>()?;
        let (&length, bytes) = bytes.split_first()?;
        let (label, bytes) = bytes.split_at_checked(length.into())?;
        let label = std::str::from_utf8(label).ok()?.to_owned();
        let way = match kind {
            PASSWORD => {
                let (&salt, bytes) = bytes.split_first_chunk::<16>()?;
                let (&memory, bytes) = bytes.split_first_chunk::<4>()?;
                let (&passes, bytes) = bytes.split_first_chunk::<4>()?;
                let &[lanes] = bytes else { return None };
                let (memory, passes) = (u32::from_be_bytes(memory), u32::from_be_bytes(passes));
                Way::Password(PasswordParameters::new(salt, memory, passes, lanes).ok()?)
            }
            PASSKEY => {
                let (&length, bytes) = bytes.split_first_chunk::<2>()?;
                let (credential_id, bytes) = bytes.split_at_checked(u16::from_be_bytes(length).into())?;
                let salt = bytes.try_into().ok()?;
                let fits = (1..=1023).contains(&credential_id.len());
                fits.then(|| Way::Passkey { credential_id: credential_id.to_vec(), salt })?
            }
            RECOVERY if bytes.is_empty() => Way::RecoveryCode,
            _ => return None,
        };
        let created_at = UnixTime::from_secs(u64::from_be_bytes(created_at));
        Some(Self { id: SlotId(id), label, created_at, way, wrapped: *wrapped })
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("kind", &self.kind()).field("label", &self.label).finish_non_exhaustive()
    }
}
