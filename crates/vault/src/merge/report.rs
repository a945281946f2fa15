use super::fold::{Item, Side};
use crate::{Entry, EntryId, Kind};
use std::collections::BTreeMap;

/// What merging did, from our side, one line for each entry that is not simply as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MergeReport {
    /// In the order of the names.
    pub notes: Vec<(MergeNote, String)>,
    /// How many entries are as they were.
    pub unchanged: usize,
}

/// What happened to an entry. Beside it in the report stands what the entry is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MergeNote {
    /// It was theirs alone.
    Added,
    /// Theirs was changed later, or its counter was higher.
    Updated,
    /// It was there on both sides under different ids and is one entry now.
    Joined,
    /// The same seed is there twice, with other parameters or since somebody wants it so: look which is right.
    KeptTwice,
    /// One side removed it for ever, the other changed it later: it is back.
    BroughtBack,
    /// They removed it for ever, and so it is removed here.
    Removed,
    /// We removed it for ever; theirs is an old copy, and was left out.
    LeftOut,
}

impl MergeReport {
    /// How many entries something happened to.
    pub fn count(&self, note: MergeNote) -> usize {
        self.notes.iter().filter(|(known, _)| *known == note).count()
    }

    pub(super) fn compare(&mut self, ours: Option<&Entry>, item: &Item) {
        match ours {
            _ if item.noted => {}
            Some(ours) if *ours == item.entry => self.unchanged += 1,
            Some(_) if item.side == Side::OURS => self.unchanged += 1,
            Some(_) => self.note(MergeNote::Updated, &item.entry),
            None => self.note(MergeNote::Added, &item.entry),
        }
    }

    pub(super) fn tombstone(&mut self, item: &Item, buried: bool) {
        let note = match (buried, item.side) {
            (false, _) => MergeNote::BroughtBack,
            (true, Side::THEIRS) => MergeNote::LeftOut,
            (true, _) => MergeNote::Removed,
        };
        self.note(note, &item.entry);
    }

    /// Notes what came from them and has a seed that another entry has.
    pub(super) fn kept_twice(&mut self, items: &BTreeMap<EntryId, Item>) {
        let mut seen: BTreeMap<(Kind, &[u8]), usize> = BTreeMap::new();
        fn key(item: &Item) -> (Kind, &[u8]) {
            (item.entry.token.kind(), item.entry.token.seed().expose())
        }
        for item in items.values() {
            *seen.entry(key(item)).or_default() += 1;
        }
        let twice = |item: &&Item| seen.get(&key(item)).is_some_and(|&count| count > 1);
        for item in items.values().filter(|item| item.side == Side::THEIRS).filter(twice) {
            self.note(MergeNote::KeptTwice, &item.entry);
        }
    }

    pub(super) fn note(&mut self, note: MergeNote, entry: &Entry) {
        self.notes.push((note, entry.name()));
    }
}
