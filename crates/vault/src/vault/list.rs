use super::Vault;
use crate::{Entry, EntryId, SortOrder, Token};
use std::{cmp::Reverse, collections::BTreeSet};

impl Vault {
    /// The entries outside the trash that [match](Entry::matches) the query, pinned ones first, then in the order
    /// given.
    pub fn list(&self, order: SortOrder, query: &str) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> =
            self.entries.values().filter(|entry| !entry.is_deleted() && entry.matches(query)).collect();
        let by_name = |entry: &&Entry| (entry.issuer.to_lowercase(), entry.account.to_lowercase());
        entries.sort_by_key(|entry| (entry.place, entry.id));
        match order {
            SortOrder::Manual => {}
            SortOrder::Issuer => entries.sort_by_cached_key(by_name),
            SortOrder::Account => {
                entries
                    .sort_by_cached_key(|entry| (entry.account.to_lowercase(), entry.issuer.to_lowercase()));
            }
            SortOrder::MostUsed => entries.sort_by_key(|entry| Reverse(entry.use_count)),
            SortOrder::LastUsed => entries.sort_by_key(|entry| Reverse(entry.last_used_at)),
            SortOrder::Newest => entries.sort_by_key(|entry| Reverse(entry.created_at)),
        }
        entries.sort_by_key(|entry| !entry.pinned);
        entries
    }

    /// What is in the trash, the latest first.
    pub fn in_trash(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.entries.values().filter(|entry| entry.is_deleted()).collect();
        entries.sort_by_key(|entry| (Reverse(entry.deleted_at), entry.id));
        entries
    }

    /// All tags of entries outside the trash, each once, in order.
    pub fn tags(&self) -> Vec<&str> {
        let entries = self.entries.values().filter(|entry| !entry.is_deleted());
        let tags: BTreeSet<&str> = entries.flat_map(|entry| entry.tags.iter().map(String::as_str)).collect();
        tags.into_iter().collect()
    }

    /// The entries with the same seed and of the same kind as a token, those in the trash included.
    pub fn duplicates_of(&self, token: &Token) -> Vec<&Entry> {
        self.entries.values().filter(|entry| entry.token.is_same_token(token)).collect()
    }

    /// The entries outside the trash that are there more than once: groups of two or more with the same seed and of
    /// the same kind.
    pub fn duplicates(&self) -> Vec<Vec<EntryId>> {
        let mut groups: Vec<(&Token, Vec<EntryId>)> = Vec::new();
        for entry in self.entries.values().filter(|entry| !entry.is_deleted()) {
            match groups.iter_mut().find(|(token, _)| token.is_same_token(&entry.token)) {
                Some((_, ids)) => ids.push(entry.id),
                None => groups.push((&entry.token, vec![entry.id])),
            }
        }
        groups.into_iter().map(|(_, ids)| ids).filter(|ids| ids.len() > 1).collect()
    }
}
