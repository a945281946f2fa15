use crate::{CannotKeep, TextField, limits};
use model::UnixTime;
use std::collections::BTreeMap;

/// What a person set and expects to find again on another device. Never anything secret.
///
/// Ordered by the time of the last change: of two copies the greater counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Settings {
    changed_at: UnixTime,
    sort: SortOrder,
    values: BTreeMap<String, String>,
}

/// The order in which entries are listed. Pinned ones come first in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SortOrder {
    /// As the person put them.
    #[default]
    Manual,
    /// By issuer, then account, ignoring case.
    Issuer,
    /// By account, then issuer, ignoring case.
    Account,
    /// The one used most often first.
    MostUsed,
    /// The one used last first.
    LastUsed,
    /// The newest first.
    Newest,
}

impl SortOrder {
    /// All of them, as they are offered.
    pub const ALL: [Self; 6] =
        [Self::Manual, Self::Issuer, Self::Account, Self::MostUsed, Self::LastUsed, Self::Newest];

    /// The word in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Issuer => "issuer",
            Self::Account => "account",
            Self::MostUsed => "most-used",
            Self::LastUsed => "last-used",
            Self::Newest => "newest",
        }
    }

    /// The order with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == word)
    }
}

impl Settings {
    /// The order of entries.
    pub fn sort(&self) -> SortOrder {
        self.sort
    }

    /// The value with this name. Names and values are the app's business.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// All values, by name.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// When they were last changed.
    pub fn changed_at(&self) -> UnixTime {
        self.changed_at
    }

    /// Sets the order of entries.
    pub fn set_sort(&mut self, sort: SortOrder, now: UnixTime) {
        self.sort = sort;
        self.changed_at = self.changed_at.max(now);
    }

    /// Sets a value, or takes it away.
    ///
    /// # Errors
    /// When name or value is too long, or there are [`limits::SETTINGS`] already.
    pub fn set(&mut self, name: &str, value: Option<&str>, now: UnixTime) -> Result<(), CannotKeep> {
        let too_long = CannotKeep::TooLong(TextField::Setting);
        if name.len().max(value.map_or(0, str::len)) > limits::SETTING_BYTES {
            return Err(too_long);
        }
        match value {
            Some(_) if !self.values.contains_key(name) && self.values.len() >= limits::SETTINGS => {
                return Err(too_long);
            }
            Some(value) => {
                self.values.insert(name.to_owned(), value.to_owned());
            }
            None => {
                self.values.remove(name);
            }
        }
        self.changed_at = self.changed_at.max(now);
        Ok(())
    }
}
