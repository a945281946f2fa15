use super::Vault;
use crate::{CannotKeep, Entry, EntryId, Exporting, Token, draft::check_texts, limits};
use model::UnixTime;

/// A change to an entry: what is `None` stays as it is.
#[derive(Debug, Default)]
pub struct Edit {
    /// Who issued the token.
    pub issuer: Option<String>,
    /// Whose token it is.
    pub account: Option<String>,
    /// The note.
    pub note: Option<String>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Whether it stands before the others.
    pub pinned: Option<bool>,
    /// The name of the icon; `Some(None)` takes it away.
    pub icon: Option<Option<String>>,
    /// Whether it may leave the vault.
    pub exporting: Option<Exporting>,
    /// What makes the codes. With another seed the entry is another token: copies that have the old one keep it beside
    /// this one when they are merged.
    pub token: Option<Token>,
}

/// Why an entry was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotChange {
    /// There is no such entry.
    #[error("there is no such token")]
    NoSuchEntry,
    /// What it would become cannot be kept.
    #[error(transparent)]
    Kept(#[from] CannotKeep),
    /// Only what is in the trash can be removed for ever.
    #[error("only a token in the trash can be removed for ever")]
    NotInTrash,
}

impl Vault {
    /// Changes what an entry says.
    ///
    /// # Errors
    /// When there is none with this id, or the change is too long. Then nothing is changed.
    pub fn edit(&mut self, id: EntryId, edit: Edit, now: UnixTime) -> Result<(), CannotChange> {
        let entry = self.entry_mut(id)?;
        check_texts(
            edit.issuer.as_deref().unwrap_or(&entry.issuer),
            edit.account.as_deref().unwrap_or(&entry.account),
            edit.note.as_deref().unwrap_or(&entry.note),
            edit.tags.as_deref().unwrap_or(&entry.tags),
            edit.icon.as_ref().unwrap_or(&entry.icon).as_deref(),
        )?;
        let Edit { issuer, account, note, tags, pinned, icon, exporting, token } = edit;
        set(&mut entry.issuer, issuer.map(|text| text.trim().to_owned()));
        set(&mut entry.account, account.map(|text| text.trim().to_owned()));
        set(&mut entry.note, note);
        set(&mut entry.tags, tags);
        set(&mut entry.pinned, pinned);
        set(&mut entry.icon, icon);
        set(&mut entry.exporting, exporting);
        set(&mut entry.token, token);
        entry.tidy();
        entry.touch(now);
        Ok(())
    }

    /// Puts an entry before the others, or back among them.
    ///
    /// # Errors
    /// When there is none with this id.
    pub fn set_pinned(&mut self, id: EntryId, pinned: bool, now: UnixTime) -> Result<(), CannotChange> {
        self.edit(id, Edit { pinned: Some(pinned), ..Edit::default() }, now)
    }

    /// Puts an entry into the trash; what is there already stays.
    ///
    /// # Errors
    /// When there is none with this id.
    pub fn trash(&mut self, id: EntryId, now: UnixTime) -> Result<(), CannotChange> {
        let entry = self.entry_mut(id)?;
        if entry.deleted_at.is_none() {
            entry.deleted_at = Some(now);
            entry.touch(now);
        }
        Ok(())
    }

    /// Takes an entry out of the trash; what is not there stays.
    ///
    /// # Errors
    /// When there is none with this id.
    pub fn restore(&mut self, id: EntryId, now: UnixTime) -> Result<(), CannotChange> {
        let entry = self.entry_mut(id)?;
        if entry.deleted_at.take().is_some() {
            entry.touch(now);
        }
        Ok(())
    }

    /// Removes an entry from the trash for ever: its seed is wiped. What is left is a tombstone, so that an old copy
    /// does not bring it back silently.
    ///
    /// # Errors
    /// When there is none with this id, or it is not in the trash.
    pub fn remove_for_ever(&mut self, id: EntryId, now: UnixTime) -> Result<(), CannotChange> {
        let entry = self.entry_mut(id)?;
        if !entry.is_deleted() {
            return Err(CannotChange::NotInTrash);
        }
        // Later than its last change, or merging with a copy that has that change would bring it back.
        entry.touch(now);
        let (key, removed_at) = (entry.id, entry.changed_at);
        if let Some(entry) = self.entries.remove(&key) {
            for id in entry.aliases.into_iter().chain([entry.id]) {
                self.tombstones.insert(id, removed_at);
            }
        }
        self.forget_oldest_tombstones();
        Ok(())
    }

    /// Removes all that has been in the trash since `before` or longer; how many entries that were.
    pub fn empty_trash(&mut self, before: UnixTime, now: UnixTime) -> usize {
        let old = |entry: &&Entry| entry.deleted_at.is_some_and(|deleted_at| deleted_at <= before);
        let ids: Vec<EntryId> = self.entries.values().filter(old).map(|entry| entry.id).collect();
        ids.into_iter().filter(|&id| self.remove_for_ever(id, now).is_ok()).count()
    }

    /// Notes that a code of an entry was used. No change in the sense of [`Entry::changed_at`].
    ///
    /// # Errors
    /// When there is none with this id.
    pub fn note_use(&mut self, id: EntryId, now: UnixTime) -> Result<(), CannotChange> {
        self.entry_mut(id)?.note_use(now);
        Ok(())
    }

    pub(crate) fn entry_mut(&mut self, id: EntryId) -> Result<&mut Entry, CannotChange> {
        let key = self.key(id).ok_or(CannotChange::NoSuchEntry)?;
        self.entries.get_mut(&key).ok_or(CannotChange::NoSuchEntry)
    }

    pub(crate) fn forget_oldest_tombstones(&mut self) {
        let too_many = self.tombstones.len().saturating_sub(limits::TOMBSTONES);
        if too_many > 0 {
            let mut oldest: Vec<_> = self.tombstones.iter().map(|(&id, &at)| (at, id)).collect();
            oldest.sort_unstable();
            for (_, id) in oldest.into_iter().take(too_many) {
                self.tombstones.remove(&id);
            }
        }
    }
}

impl Entry {
    /// Says that it was changed: always later than before, whatever the clock says, since of two copies the later one
    /// counts.
    pub(crate) fn touch(&mut self, now: UnixTime) {
        self.changed_at = now.max(self.changed_at.shifted(1));
    }

    pub(crate) fn note_use(&mut self, now: UnixTime) {
        self.use_count = self.use_count.saturating_add(1);
        self.last_used_at = self.last_used_at.max(Some(now));
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
