//! The sealed container: a vault as it is stored and backed up. `docs/vault-format.md` has every byte of it.
//!
//! One random master key seals the vault. Slots hold that key, each sealed under another one: of a password, a
//! passkey or a printed recovery code. Nothing else in the file says what is in the vault.
//!
//! To make one: [`Keyring::create`], then [`Keyring::seal`]. To open one: [`Container::read`], a [`SlotKey`] for one of
//! its slots, [`Container::open`].

pub(crate) mod cipher;
mod kdf;
mod key;
mod keyring;
pub mod payload;
mod read;
mod slot;

#[cfg(test)]
mod tests;

pub use kdf::{CannotDerive, InvalidParameters, PasswordParameters, derive};
pub use key::{MasterKey, RecoveryKey, SlotKey};
pub use keyring::{CannotChangeSlots, CannotSeal, Keyring, Sealed};
pub use read::{CannotOpen, Container, NotAContainer};
pub use slot::{NewSlot, Slot, SlotId, SlotKind, Way};

/// The first bytes of every container.
pub const MAGIC: &[u8; 8] = b"CSVAULT\n";
/// The version of the container that is written, and the only one that is read.
pub const VERSION: u16 = 1;
/// The most bytes of a container that is read: far more than any vault has, little enough to be held in memory.
pub const MAX_BYTES: usize = 64 << 20;
/// The most slots of a container.
pub const MAX_SLOTS: usize = 16;
