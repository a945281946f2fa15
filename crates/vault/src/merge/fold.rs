use crate::{Entry, EntryId, Exporting, Token, limits};
use sha2::{Digest, Sha256};
use std::{cmp::Reverse, collections::BTreeMap};

/// An entry on its way into the merged vault.
pub(super) struct Item {
    pub(super) entry: Entry,
    pub(super) side: Side,
    /// Whether the report says already what happened to it.
    pub(super) noted: bool,
}

/// Who knew an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Side(u8);

impl Side {
    pub(super) const OURS: Self = Self(1);
    pub(super) const THEIRS: Self = Self(2);

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Entries that are one by their ids: the first is what becomes of them. Versions with other seeds follow, each under an
/// id of its own that is the same in every merge.
pub(super) fn group(items: Vec<Item>) -> Vec<Item> {
    let mut ids: Vec<EntryId> = items.iter().flat_map(|item| super::ids(&item.entry)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut versions: Vec<Item> = Vec::new();
    for item in items {
        let same = |known: &Item| known.entry.token.is_same_token(&item.entry.token);
        match versions.iter().position(same) {
            Some(at) => {
                let known = versions.swap_remove(at);
                versions.push(same_token(known, item));
            }
            None => versions.push(item),
        }
    }
    versions.sort_by(|a, b| order(&b.entry).cmp(&order(&a.entry)));
    let mut all = ids.into_iter();
    let Some(group_id) = all.next() else { return versions };
    let mut aliases: Vec<EntryId> = all.take(limits::ALIASES).collect();
    for (at, item) in versions.iter_mut().enumerate() {
        item.entry.id = if at == 0 { group_id } else { split_id(item.entry.id, &item.entry.token) };
        item.entry.aliases = std::mem::take(&mut aliases);
    }
    versions
}

/// Two versions under one id.
pub(super) fn same(a: Item, b: Item) -> Item {
    let mut ids: Vec<EntryId> = super::ids(&a.entry).chain(super::ids(&b.entry)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut item = same_token(a, b);
    let mut all = ids.into_iter();
    item.entry.id = all.next().unwrap_or(item.entry.id);
    item.entry.aliases = all.take(limits::ALIASES).collect();
    item
}

/// Two entries that were kept apart from each other and are one token. What either says is kept.
pub(super) fn twins(a: Item, b: Item) -> Item {
    let words = |entry: &Entry| (entry.tags.clone(), entry.note.clone());
    let (newer, older) = if order(&a.entry) < order(&b.entry) { (&b, &a) } else { (&a, &b) };
    let (mut tags, mut note) = words(&newer.entry);
    tags.extend(older.entry.tags.iter().cloned());
    tags.sort();
    tags.dedup();
    tags.truncate(limits::TAGS);
    if !note.contains(&older.entry.note) {
        let both =
            if note.is_empty() { older.entry.note.clone() } else { format!("{note}\n{}", older.entry.note) };
        note = Some(both).filter(|both| both.len() <= limits::NOTE_BYTES).unwrap_or(note);
    }
    let mut item = Item { noted: true, ..same(a, b) };
    if (&item.entry.tags, &item.entry.note) != (&tags, &note) {
        // Later than both, or the next merge with one of them would undo it.
        item.entry.changed_at = item.entry.changed_at.shifted(1);
        (item.entry.tags, item.entry.note) = (tags, note);
    }
    item
}

/// The version changed last, with what only ever grows taken from both.
fn same_token(a: Item, b: Item) -> Item {
    let side = a.side.and(b.side);
    let noted = a.noted || b.noted;
    let (mut entry, older) =
        if order(&a.entry) < order(&b.entry) { (b.entry, a.entry) } else { (a.entry, b.entry) };
    // So that the id of a version that is split off does not depend on who is who.
    entry.id = entry.id.min(older.id);
    entry.created_at = entry.created_at.min(older.created_at);
    entry.use_count = entry.use_count.max(older.use_count);
    entry.last_used_at = entry.last_used_at.max(older.last_used_at);
    if let (Some(counter), Some(other)) = (entry.token.counter_mut(), older.token.counter()) {
        *counter = other.max(*counter);
    }
    Item { entry, side, noted }
}

/// By time first; all else only so that the result is the same whoever is who.
fn order(entry: &Entry) -> impl Ord + '_ {
    let token = &entry.token;
    (
        (entry.changed_at, entry.deleted_at, entry.exporting == Exporting::Never, entry.pinned, entry.place),
        (&entry.issuer, &entry.account, &entry.note, &entry.tags, &entry.icon),
        (token.kind(), token.seed().expose(), parameters(token)),
        Reverse(entry.id),
    )
}

/// What else a code depends on, but for the counter.
fn parameters(token: &Token) -> (&str, u8, u32) {
    match token {
        Token::Totp { algorithm, digits, period, .. } => {
            (algorithm.as_str(), digits.count(), period.as_secs())
        }
        Token::Hotp { algorithm, digits, .. } => (algorithm.as_str(), digits.count(), 0),
        Token::Steam { .. } => ("", 0, 0),
        Token::Ocra { suite, .. } => (suite.as_str(), 0, 0),
    }
}

fn hash_of(token: &Token, with: &[u8]) -> [u8; 32] {
    let (word, digits, period) = parameters(token);
    let seed = token.seed().expose();
    let mut hash = Sha256::new();
    hash.update(b"countersign vault merge 1");
    for part in [with, token.kind().as_str().as_bytes(), word.as_bytes(), seed] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update([digits]);
    hash.update(period.to_be_bytes());
    hash.finalize().into()
}

/// The id of a version whose seed lost against another one under the same id.
fn split_id(id: EntryId, token: &Token) -> EntryId {
    let hash = hash_of(token, &id.to_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    EntryId::from_bytes(bytes)
}

/// Ids in order, by everything a token's codes depend on.
pub(super) fn by_key<'a>(items: impl Iterator<Item = &'a Item>) -> BTreeMap<[u8; 32], Vec<EntryId>> {
    let mut ids: BTreeMap<[u8; 32], Vec<EntryId>> = BTreeMap::new();
    for item in items {
        ids.entry(hash_of(&item.entry.token, b"")).or_default().push(item.entry.id);
    }
    ids.values_mut().for_each(|ids| ids.sort_unstable());
    ids
}
