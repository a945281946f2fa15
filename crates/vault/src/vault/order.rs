use super::{CannotChange, Vault};
use crate::EntryId;
use model::UnixTime;

/// Room between two neighbors, so that moving one seldom has to move the others.
const GAP: u64 = 1 << 20;

/// Where an entry is to stand in the person's own order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Before all others.
    First,
    /// Behind all others.
    Last,
    /// Just before this one.
    Before(EntryId),
    /// Just behind this one.
    Behind(EntryId),
}

impl Vault {
    /// Moves an entry in the person's own order ([`SortOrder::Manual`](crate::SortOrder::Manual)). Pinned ones are
    /// listed before the others all the same.
    ///
    /// # Errors
    /// When there is no entry with this id, or none with the id in `position`.
    pub fn move_to(&mut self, id: EntryId, position: Position, now: UnixTime) -> Result<(), CannotChange> {
        let id = self.key(id).ok_or(CannotChange::NoSuchEntry)?;
        let mut others: Vec<(u64, EntryId)> = self
            .entries
            .values()
            .filter(|entry| entry.id != id)
            .map(|entry| (entry.place, entry.id))
            .collect();
        others.sort_unstable();
        let find = |other: EntryId| {
            let key = self.key(other).ok_or(CannotChange::NoSuchEntry)?;
            others.iter().position(|&(_, id)| id == key).ok_or(CannotChange::NoSuchEntry)
        };
        let at = match position {
            Position::First => 0,
            Position::Last => others.len(),
            Position::Before(other) => find(other)?,
            Position::Behind(other) => find(other)? + 1,
        };
        let place = between(&others, at).unwrap_or_else(|| {
            // No room left: everybody gets a new place, which is no change of theirs, as the order stays.
            for (i, (place, other)) in others.iter_mut().enumerate() {
                *place = GAP * (i as u64 + 1);
                if let Some(entry) = self.entries.get_mut(other) {
                    entry.place = *place;
                }
            }
            between(&others, at).unwrap_or_default()
        });
        let entry = self.entry_mut(id)?;
        entry.place = place;
        entry.touch(now);
        Ok(())
    }

    pub(crate) fn place_behind_all(&self) -> u64 {
        self.entries.values().map(|entry| entry.place).max().unwrap_or(0).saturating_add(GAP)
    }
}

/// A place between the neighbors at `at`, if there is one.
fn between(others: &[(u64, EntryId)], at: usize) -> Option<u64> {
    let low = at.checked_sub(1).and_then(|before| others.get(before)).map_or(0, |&(place, _)| place);
    match others.get(at) {
        Some(&(high, _)) => {
            Some(low + (high.checked_sub(low)? / 2)).filter(|&place| low < place && place < high)
        }
        None => low.checked_add(GAP),
    }
}
