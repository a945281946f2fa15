//! The vault: all entries, and every way in which they change.

mod ask;
mod change;
mod list;
mod order;

#[cfg(test)]
mod tests;

pub use ask::{Answer, AnswerInput, CannotAsk, NotStored, Stored, UnsavedCode};
pub use change::{CannotChange, Edit};
pub use order::Position;

use crate::{CannotKeep, Draft, Entry, EntryId, Settings, limits};
use model::UnixTime;
use std::collections::BTreeMap;

/// All entries of a person, those in the trash included, and what else travels with a backup.
///
/// INVARIANT: each entry has what [`Draft::check`] lets pass; no entry has an id or alias that another has or that a
/// tombstone names; there are at most as many of each as [`limits`] says.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Vault {
    pub(crate) entries: BTreeMap<EntryId, Entry>,
    pub(crate) tombstones: BTreeMap<EntryId, UnixTime>,
    pub(crate) settings: Settings,
    pub(crate) generation: u64,
}

/// What is left of an entry that was removed for ever: enough to know it again in an old copy, and nothing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// The id the entry had.
    pub id: EntryId,
    /// When it was removed.
    pub removed_at: UnixTime,
}

impl Vault {
    /// A vault without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a token, behind all others in the person's order.
    ///
    /// A token with the same seed is kept a second time: ask [`Self::duplicates_of`] first, and the person.
    ///
    /// `id` is 16 random bytes; `now` is the time of the app's own clock, corrected where it knows better.
    ///
    /// # Errors
    /// When it is too long, the vault is full, or `id` was used already.
    pub fn add(&mut self, draft: Draft, id: EntryId, now: UnixTime) -> Result<(), CannotKeep> {
        draft.check()?;
        if self.entries.len() >= limits::ENTRIES {
            return Err(CannotKeep::Full);
        }
        if self.get(id).is_some() || self.tombstones.contains_key(&id) {
            return Err(CannotKeep::IdTaken);
        }
        let place = self.place_behind_all();
        self.entries.insert(id, draft.into_entry(id, place, now));
        Ok(())
    }

    /// The entry with this id, or that was merged into another under it; also one in the trash.
    pub fn get(&self, id: EntryId) -> Option<&Entry> {
        let key = self.key(id)?;
        self.entries.get(&key)
    }

    /// Every entry, in no meaningful order, those in the trash included. For lists that are shown there is
    /// [`Self::list`].
    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// How many entries there are outside the trash.
    pub fn len(&self) -> usize {
        self.entries.values().filter(|entry| !entry.is_deleted()).count()
    }

    /// Whether there is no entry outside the trash.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was removed for ever.
    pub fn tombstones(&self) -> impl Iterator<Item = Tombstone> {
        self.tombstones.iter().map(|(&id, &removed_at)| Tombstone { id, removed_at })
    }

    /// The settings that travel with a backup.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The settings, to be changed.
    pub fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// How often this vault has been sealed to be stored. Each sealing makes it greater, so of two copies of one
    /// device the one with the greater number is the newer.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// A second copy, made where it can be seen.
    pub fn duplicate(&self) -> Self {
        Self {
            entries: self.entries.iter().map(|(&id, entry)| (id, entry.duplicate())).collect(),
            tombstones: self.tombstones.clone(),
            settings: self.settings.clone(),
            generation: self.generation,
        }
    }

    /// The id under which an entry is found by its id or an alias.
    pub(crate) fn key(&self, id: EntryId) -> Option<EntryId> {
        if self.entries.contains_key(&id) {
            return Some(id);
        }
        self.entries.values().find(|entry| entry.aliases.binary_search(&id).is_ok()).map(|entry| entry.id)
    }
}
