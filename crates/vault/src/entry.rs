use crate::{EntryId, Token};
use model::UnixTime;
use std::fmt;

/// A token that is kept, with what the person says about it.
///
/// Only a [`Vault`](crate::Vault) makes and changes entries; others read them.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Names the entry in every copy of the vault.
    pub id: EntryId,
    /// Ids of entries that turned out to be this one when copies were merged; sorted.
    pub aliases: Vec<EntryId>,
    /// What makes the codes.
    pub token: Token,
    /// Who issued the token; trimmed, may be empty.
    pub issuer: String,
    /// Whose token it is; trimmed, may be empty.
    pub account: String,
    /// What the person wrote about it; may be empty.
    pub note: String,
    /// The groups it is in: trimmed, not empty, each once, sorted.
    pub tags: Vec<String>,
    /// Whether it stands before the others.
    pub pinned: bool,
    /// A name by which a picture may be found; never an address.
    pub icon: Option<String>,
    /// When it was first kept.
    pub created_at: UnixTime,
    /// When the person last changed it, trash and restoring included. The use of a code is no change.
    pub changed_at: UnixTime,
    /// How often a code of it was used.
    pub use_count: u64,
    /// When a code of it was last used.
    pub last_used_at: Option<UnixTime>,
    /// Since when it is in the trash.
    pub deleted_at: Option<UnixTime>,
    /// Its place in the order that the person made: lower comes first, equal ones by id.
    pub place: u64,
    /// Whether it may leave the vault.
    pub exporting: Exporting,
}

/// Whether an entry may leave the vault: in an export or as a QR code. Backups of the vault itself hold it either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Exporting {
    /// It may.
    #[default]
    Allowed,
    /// It never does.
    Never,
}

/// A text of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextField {
    /// Who issued the token.
    Issuer,
    /// Whose token it is.
    Account,
    /// The note.
    Note,
    /// A tag.
    Tag,
    /// The name of the icon.
    Icon,
    /// A value in the settings, or its name.
    Setting,
}

impl fmt::Display for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "issuer",
            Self::Account => "account",
            Self::Note => "note",
            Self::Tag => "tag",
            Self::Icon => "name of the icon",
            Self::Setting => "setting",
        })
    }
}

impl Entry {
    /// Whether it is in the trash.
    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// What it is called: issuer and account with a colon between, or the one that is not empty.
    pub fn name(&self) -> String {
        match (self.issuer.as_str(), self.account.as_str()) {
            ("", account) => account.to_owned(),
            (issuer, "") => issuer.to_owned(),
            (issuer, account) => format!("{issuer}: {account}"),
        }
    }

    /// Whether issuer, account, note or a tag has every word of `query` in it, ignoring case. A word that begins with
    /// `#` has to be the beginning of a tag. No words find everything.
    pub fn matches(&self, query: &str) -> bool {
        let text = [&self.issuer, &self.account, &self.note].map(|text| text.to_lowercase());
        let tags: Vec<String> = self.tags.iter().map(|tag| tag.to_lowercase()).collect();
        query.to_lowercase().split_whitespace().all(|word| match word.strip_prefix('#') {
            Some(tag) => tags.iter().any(|known| known.starts_with(tag)),
            None => text.iter().chain(&tags).any(|text| text.contains(word)),
        })
    }

    /// A second copy, made where it can be seen.
    pub fn duplicate(&self) -> Self {
        Self {
            id: self.id,
            aliases: self.aliases.clone(),
            token: self.token.duplicate(),
            issuer: self.issuer.clone(),
            account: self.account.clone(),
            note: self.note.clone(),
            tags: self.tags.clone(),
            pinned: self.pinned,
            icon: self.icon.clone(),
            created_at: self.created_at,
            changed_at: self.changed_at,
            use_count: self.use_count,
            last_used_at: self.last_used_at,
            deleted_at: self.deleted_at,
            place: self.place,
            exporting: self.exporting,
        }
    }

    /// Brings tags, aliases and the icon into the one form they are kept in.
    pub(crate) fn tidy(&mut self) {
        for tag in &mut self.tags {
            *tag = tag.trim().to_owned();
        }
        self.tags.retain(|tag| !tag.is_empty());
        self.tags.sort();
        self.tags.dedup();
        self.aliases.retain(|alias| *alias != self.id);
        self.aliases.sort();
        self.aliases.dedup();
        self.icon = self.icon.take().filter(|icon| !icon.is_empty());
    }
}
