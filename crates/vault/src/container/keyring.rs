use super::{
    MAGIC, MAX_BYTES, MAX_SLOTS, MasterKey, NewSlot, Slot, SlotId, SlotKey, SlotKind, VERSION, cipher,
    payload,
};
use crate::{Stored, Vault};
use model::UnixTime;
use rand_core::Rng;

/// The keys of an open vault: what seals it again, and what its slots are changed with.
///
/// To have one is to have opened the vault. Before a password is changed, ask for the old one all the same:
/// [`Self::is_key_of`].
#[derive(Debug)]
pub struct Keyring {
    master: MasterKey,
    /// INVARIANT: 1 to [`MAX_SLOTS`], one of which asks for a password or a recovery code.
    slots: Vec<Slot>,
}

/// A sealed vault, to be stored.
#[derive(Debug)]
pub struct Sealed {
    bytes: Vec<u8>,
    generation: u64,
}

/// Why the slots are left as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotChangeSlots {
    /// A passkey can be lost with its device or stop working with an update. There must be another way.
    #[error("a password or a recovery code has to be left to open the vault")]
    NoOtherWay,
    /// There are [`MAX_SLOTS`] already.
    #[error("there are {MAX_SLOTS} ways to open the vault already")]
    TooMany,
    /// There is none with this id.
    #[error("there is no such way to open the vault")]
    NoSuchSlot,
}

/// Why nothing was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotSeal {
    /// The vault would be larger than [`MAX_BYTES`].
    #[error("the vault is too large to be stored")]
    TooLarge,
}

impl Keyring {
    /// The keys of a new vault, with a first slot: a password or a recovery code.
    ///
    /// `rng` must be fit for keys.
    ///
    /// # Errors
    /// [`CannotChangeSlots::NoOtherWay`] for a passkey.
    pub fn create(first: NewSlot, now: UnixTime, rng: &mut dyn Rng) -> Result<Self, CannotChangeSlots> {
        let mut keyring = Self { master: MasterKey::random(rng), slots: Vec::new() };
        keyring.add(first, now, rng)?;
        if keyring.has_other_way(None) { Ok(keyring) } else { Err(CannotChangeSlots::NoOtherWay) }
    }

    pub(super) fn opened(master: MasterKey, slots: Vec<Slot>) -> Self {
        Self { master, slots }
    }

    /// The slots there are.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The key that seals the vault, to derive others from.
    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    /// Whether `key` opens one of the slots.
    pub fn is_key_of(&self, slot: SlotId, key: &SlotKey) -> bool {
        let slot = self.slots.iter().find(|known| known.id == slot);
        slot.and_then(|slot| slot.unwrap_with(key)).is_some_and(|master| *master.0 == *self.master.0)
    }

    /// Adds a slot. It counts once the vault is sealed and stored again.
    ///
    /// # Errors
    /// When there are too many.
    pub fn add(
        &mut self,
        slot: NewSlot,
        now: UnixTime,
        rng: &mut dyn Rng,
    ) -> Result<SlotId, CannotChangeSlots> {
        if self.slots.len() >= MAX_SLOTS {
            return Err(CannotChangeSlots::TooMany);
        }
        let slot = slot.wrap(&self.master, now, rng).ok_or(CannotChangeSlots::TooMany)?;
        let id = slot.id;
        self.slots.push(slot);
        Ok(id)
    }

    /// Removes a slot. Copies that were stored before are still opened by it.
    ///
    /// # Errors
    /// When there is no such slot, or only passkeys would be left.
    pub fn remove(&mut self, slot: SlotId) -> Result<(), CannotChangeSlots> {
        let at = self.slots.iter().position(|known| known.id == slot).ok_or(CannotChangeSlots::NoSuchSlot)?;
        if !self.has_other_way(Some(slot)) {
            return Err(CannotChangeSlots::NoOtherWay);
        }
        self.slots.remove(at);
        Ok(())
    }

    /// Puts a new password, or another slot of its kind, in the place of all slots of that kind. Copies that were stored
    /// before are still opened by the old ones.
    ///
    /// # Errors
    /// When only passkeys would be left.
    pub fn replace(
        &mut self,
        slot: NewSlot,
        now: UnixTime,
        rng: &mut dyn Rng,
    ) -> Result<SlotId, CannotChangeSlots> {
        let slot = slot.wrap(&self.master, now, rng).ok_or(CannotChangeSlots::TooMany)?;
        let (id, kind) = (slot.id, slot.kind());
        let others = self.slots.iter().filter(|known| known.kind() != kind).count();
        if others >= MAX_SLOTS {
            return Err(CannotChangeSlots::TooMany);
        }
        self.slots.retain(|known| known.kind() != kind);
        self.slots.push(slot);
        Ok(id)
    }

    /// Seals the vault, to be stored: its generation grows by one.
    ///
    /// `rng` must be fit for keys.
    ///
    /// # Errors
    /// When it is too large. The vault is as it was.
    pub fn seal(&self, vault: &mut Vault, rng: &mut dyn Rng) -> Result<Sealed, CannotSeal> {
        let generation = vault.generation.saturating_add(1);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&VERSION.to_be_bytes());
        bytes.extend_from_slice(&generation.to_be_bytes());
        bytes.push(self.slots.len() as u8);
        for slot in &self.slots {
            slot.write(&mut bytes);
        }
        let plain = payload::pad(&payload::write(vault));
        let sealed = Some(plain)
            .filter(|plain| plain.len() + bytes.len() + cipher::NONCE + cipher::TAG <= MAX_BYTES)
            .and_then(|plain| cipher::seal(&self.master.payload_key(), &bytes, &plain, rng))
            .ok_or(CannotSeal::TooLarge)?;
        bytes.extend_from_slice(&sealed);
        vault.generation = generation;
        Ok(Sealed { bytes, generation })
    }

    /// Whether a password or recovery code is left without this slot.
    fn has_other_way(&self, without: Option<SlotId>) -> bool {
        self.slots.iter().any(|slot| slot.kind() != SlotKind::Passkey && Some(slot.id) != without)
    }
}

impl Sealed {
    /// What is to be stored. Nothing in it is readable without a key.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The vault's generation in it.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Says that the bytes are stored where they survive a restart: [`UnsavedCode`](crate::UnsavedCode)s are revealed
    /// on the strength of it. Call it after the write was confirmed, and only then.
    pub fn into_stored(self) -> Stored {
        Stored { generation: self.generation }
    }
}
