use super::{
    Keyring, MAGIC, MAX_BYTES, MAX_SLOTS, Slot, SlotId, SlotKey, SlotKind, VERSION, cipher, derive, payload,
};
use crate::{
    Vault,
    container::{CannotDerive, MasterKey},
};
use model::Secret;

/// A container that was read but not opened: what its slots ask for.
#[derive(Debug)]
pub struct Container<'a> {
    generation: u64,
    slots: Vec<Slot>,
    /// Everything in front of the sealed payload, which is bound to it.
    header: &'a [u8],
    sealed: &'a [u8],
}

/// Why bytes are no container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAContainer {
    /// It does not begin as one.
    #[error("this is not a vault of the authenticator")]
    Foreign,
    /// Written by a version that came later.
    #[error("this vault was written by a newer version of the authenticator (format {0})")]
    Newer(u16),
    /// Cut off, or changed where it can be seen without a key.
    #[error("this vault is damaged or incomplete")]
    Damaged,
    /// More than [`MAX_BYTES`].
    #[error("this file is larger than any vault")]
    TooLarge,
}

/// Why a container does not open. Nothing is lost: the file is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotOpen {
    /// The key is not the one of the slot: a wrong password, another passkey, a wrong code, or a slot that was altered.
    #[error("the password or key does not open this vault")]
    WrongKey,
    /// No slot of the kind that was asked for.
    #[error("this vault cannot be opened in this way")]
    NoSuchSlot,
    /// The key is right, but the rest of the file does not belong to it.
    #[error("this vault was altered or damaged")]
    Altered,
    /// What was sealed is not a vault of this version.
    #[error(transparent)]
    Payload(#[from] payload::NotAVault),
    /// The password gave no key.
    #[error(transparent)]
    Derive(#[from] CannotDerive),
}

impl<'a> Container<'a> {
    /// Reads what can be read without a key. None of it is known to be unaltered before it is opened.
    ///
    /// # Errors
    /// When it is no container of this version.
    pub fn read(bytes: &'a [u8]) -> Result<Self, NotAContainer> {
        if bytes.len() > MAX_BYTES {
            return Err(NotAContainer::TooLarge);
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(NotAContainer::Foreign)?;
        let (&version, _) = rest.split_first_chunk::<2>().ok_or(NotAContainer::Damaged)?;
        match u16::from_be_bytes(version) {
            VERSION => {}
            0 => return Err(NotAContainer::Damaged),
            newer => return Err(NotAContainer::Newer(newer)),
        }
        Self::read_body(bytes).ok_or(NotAContainer::Damaged)
    }

    fn read_body(bytes: &'a [u8]) -> Option<Self> {
        let (_, rest) = bytes.split_at_checked(MAGIC.len() + 2)?;
        let (&generation, rest) = rest.split_first_chunk::<8>()?;
        let (&count, mut rest) = rest.split_first()?;
        if count == 0 || usize::from(count) > MAX_SLOTS {
            return None;
        }
        let mut slots: Vec<Slot> = Vec::with_capacity(count.into());
        for _ in 0..count {
            let (&length, after) = rest.split_first_chunk::<2>()?;
            let (slot, after) = after.split_at_checked(u16::from_be_bytes(length).into())?;
            let slot = Slot::read(slot)?;
            if slots.iter().any(|known| known.id == slot.id) {
                return None;
            }
            slots.push(slot);
            rest = after;
        }
        let header = bytes.get(..bytes.len() - rest.len())?;
        let padded = rest.len().checked_sub(cipher::NONCE + cipher::TAG)?;
        (padded == payload::padded(padded)).then_some(())?;
        Some(Self { generation: u64::from_be_bytes(generation), slots, header, sealed: rest })
    }

    /// How often the vault had been sealed: of two copies of one device the greater is the newer.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Its slots.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Opens it by the key of one slot.
    ///
    /// # Errors
    /// Whether the key is wrong or the file was changed.
    pub fn open(&self, slot: SlotId, key: &SlotKey) -> Result<(Vault, Keyring), CannotOpen> {
        let slot = self.slots.iter().find(|known| known.id == slot).ok_or(CannotOpen::NoSuchSlot)?;
        let master = slot.unwrap_with(key).ok_or(CannotOpen::WrongKey)?;
        self.open_with(master)
    }

    /// Opens it by a password, trying each slot that asks for one. Slow: see [`derive`].
    ///
    /// # Errors
    /// Whether the password is wrong, none is asked for, or the file was changed.
    pub fn open_with_password(&self, password: &Secret) -> Result<(Vault, Keyring), CannotOpen> {
        let mut outcome = Err(CannotOpen::NoSuchSlot);
        for slot in &self.slots {
            let Some(parameters) = slot.password_parameters() else { continue };
            match self.open(slot.id, &derive(password, parameters)?) {
                Err(CannotOpen::WrongKey) => outcome = Err(CannotOpen::WrongKey),
                opened_or_damaged => return opened_or_damaged,
            }
        }
        outcome
    }

    /// Opens it by a recovery code, trying each slot that asks for one.
    ///
    /// # Errors
    /// As [`Self::open_with_password`].
    pub fn open_with_recovery_code(&self, code: &super::RecoveryKey) -> Result<(Vault, Keyring), CannotOpen> {
        let key = SlotKey::of_recovery_code(code);
        let mut slots = self.slots.iter().filter(|slot| slot.kind() == SlotKind::RecoveryCode).peekable();
        slots.peek().ok_or(CannotOpen::NoSuchSlot)?;
        let master = slots.find_map(|slot| slot.unwrap_with(&key)).ok_or(CannotOpen::WrongKey)?;
        self.open_with(master)
    }

    fn open_with(&self, master: MasterKey) -> Result<(Vault, Keyring), CannotOpen> {
        let plain =
            cipher::open(&master.payload_key(), self.header, self.sealed).ok_or(CannotOpen::Altered)?;
        let mut vault = payload::unpad(&plain).map_or(Err(payload::NotAVault::Malformed), payload::read)?;
        vault.generation = self.generation;
        Ok((vault, Keyring::opened(master, self.slots.clone())))
    }
}
