//! Two copies of a vault become one: after a restore, or when two devices were changed apart.
//!
//! Nothing is lost and nothing comes back that was removed: of two versions of an entry the one changed last counts,
//! counters only rise, the same token under two ids becomes one, and tombstones outrank what was not changed after
//! them. Merging in the other order, or again, gives the same vault.

mod fold;
mod report;

#[cfg(test)]
mod tests;

pub use report::{MergeNote, MergeReport};

use crate::{Entry, EntryId, Vault, limits};
use fold::{Item, Side, by_key};
use model::UnixTime;
use std::collections::BTreeMap;

/// Why two vaults do not become one. Both are as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotMerge {
    /// There would be more than [`limits::ENTRIES`].
    #[error("together there are more than {max} tokens", max = limits::ENTRIES)]
    TooMany,
}

/// Merges `theirs`, such as a backup, into `ours`. The result does not depend on which is which; the report tells it
/// from our side.
///
/// - Entries with the same id, or an id that one of them was merged under: the version changed last counts; the higher
///   counter, the greater use and the earlier creation stay. Where the seeds differ, both are kept.
/// - Entries with different ids, of which each vault knows one, and the same token: one entry, with the names of the
///   version changed last, the tags of both, and both notes where they differ.
/// - An entry that was removed for ever on one side stays removed, unless the other changed it later.
///
/// # Errors
/// When together there are too many.
pub fn merge(ours: &Vault, theirs: &Vault) -> Result<(Vault, MergeReport), CannotMerge> {
    let mut report = MergeReport::default();
    let mut tombstones = ours.tombstones.clone();
    for (&id, &at) in &theirs.tombstones {
        let known = tombstones.entry(id).or_insert(at);
        *known = at.max(*known);
    }
    let mut items = by_identity(ours, theirs);
    bury(&mut items, &mut tombstones, &mut report);
    join_same_tokens(&mut items, &mut report);
    if items.len() > limits::ENTRIES {
        return Err(CannotMerge::TooMany);
    }
    for item in items.values() {
        report.compare(ids(&item.entry).find_map(|id| ours.get(id)), item);
    }
    report.notes.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    let mut vault = Vault {
        entries: items.into_iter().map(|(id, item)| (id, item.entry)).collect(),
        tombstones,
        settings: ours.settings.clone().max(theirs.settings.clone()),
        generation: ours.generation.max(theirs.generation),
    };
    vault.forget_oldest_tombstones();
    Ok((vault, report))
}

/// Everything that has an id or alias in common becomes one item, or one for each seed.
fn by_identity(ours: &Vault, theirs: &Vault) -> BTreeMap<EntryId, Item> {
    let entries = ours.all().map(|entry| (entry, Side::OURS)).chain(theirs.all().map(|e| (e, Side::THEIRS)));
    let mut groups: Vec<Vec<Item>> = Vec::new();
    let mut group_of: BTreeMap<EntryId, usize> = BTreeMap::new();
    for (entry, side) in entries {
        let mut group = vec![Item { entry: entry.duplicate(), side, noted: false }];
        for id in ids(entry) {
            // All that was known under one of the ids moves into this group.
            if let Some(known) = group_of.get(&id).and_then(|&at| groups.get_mut(at)) {
                group.append(known);
            }
        }
        let at = groups.len();
        group_of.extend(group.iter().flat_map(|item| ids(&item.entry)).map(|id| (id, at)));
        groups.push(group);
    }
    let mut items = BTreeMap::new();
    let mut others = Vec::new();
    for group in groups {
        let mut versions = fold::group(group).into_iter();
        items.extend(versions.next().map(|first| (first.entry.id, first)));
        others.extend(versions);
    }
    for item in others {
        let id = item.entry.id;
        let known = items.values().find(|known: &&Item| ids(&known.entry).any(|known| known == id));
        match known.map(|known| known.entry.id).and_then(|known| items.remove(&known)) {
            Some(known) => {
                let item = fold::same(known, item);
                items.insert(item.entry.id, item);
            }
            None => {
                items.insert(id, item);
            }
        }
    }
    items
}

/// Lets tombstones win over what was not changed after them.
fn bury(
    items: &mut BTreeMap<EntryId, Item>,
    tombstones: &mut BTreeMap<EntryId, UnixTime>,
    report: &mut MergeReport,
) {
    items.retain(|_, item| {
        let Some(removed_at) = ids(&item.entry).filter_map(|id| tombstones.get(&id).copied()).max() else {
            return true;
        };
        let buried = item.entry.changed_at <= removed_at;
        for id in ids(&item.entry) {
            if buried {
                tombstones.insert(id, removed_at);
            } else {
                tombstones.remove(&id);
            }
        }
        report.tombstone(item, buried);
        item.noted = true;
        !buried
    });
}

/// Makes one entry of two that only one side each knows and whose tokens are the same.
fn join_same_tokens(items: &mut BTreeMap<EntryId, Item>, report: &mut MergeReport) {
    let theirs = by_key(items.values().filter(|item| item.side == Side::THEIRS));
    let ours = by_key(items.values().filter(|item| item.side == Side::OURS));
    for (key, ours) in ours {
        // Sorted on both sides, so that the pairs are the same whoever is who.
        for (&one, &other) in ours.iter().zip(theirs.get(&key).into_iter().flatten()) {
            if let (Some(one), Some(other)) = (items.remove(&one), items.remove(&other)) {
                let joined = fold::twins(one, other);
                report.note(MergeNote::Joined, &joined.entry);
                items.insert(joined.entry.id, joined);
            }
        }
    }
    report.kept_twice(items);
}

/// The id of an entry and those it was merged under.
fn ids(entry: &Entry) -> impl Iterator<Item = EntryId> {
    entry.aliases.iter().copied().chain([entry.id])
}
