use crate::{EntryId, Exporting, TextField, Token, entry::Entry, limits};
use model::UnixTime;

/// A token before it is kept: what a QR code, a form or a foreign file says. All but the id and the times.
#[derive(Debug, PartialEq, Eq)]
pub struct Draft {
    /// What makes the codes.
    pub token: Token,
    /// Who issued the token. May be empty.
    pub issuer: String,
    /// Whose token it is. May be empty.
    pub account: String,
    /// What the person wrote about it. May be empty.
    pub note: String,
    /// The groups it is in, without order; doubles and empty ones are dropped when it is kept.
    pub tags: Vec<String>,
    /// Whether it stands before the others.
    pub pinned: bool,
    /// A name by which a picture may be found, such as the one a foreign app used; never an address.
    pub icon: Option<String>,
    /// How often a code of it was used, as far as the source knows.
    pub use_count: u64,
    /// When a code of it was last used, as far as the source knows.
    pub last_used_at: Option<UnixTime>,
    /// Whether it may leave the vault.
    pub exporting: Exporting,
}

/// Why a draft or a change cannot be kept. Nothing is cut off: it is said instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotKeep {
    /// There are [`limits::ENTRIES`] already.
    #[error("there are {max} tokens already", max = limits::ENTRIES)]
    Full,
    /// An entry has this id already.
    #[error("there is an entry with this id already")]
    IdTaken,
    /// A text is longer than the limits allow.
    #[error("the {0} is too long")]
    TooLong(TextField),
    /// More tags than the limits allow.
    #[error("there are more than {max} tags", max = limits::TAGS)]
    TooManyTags,
}

impl Draft {
    /// What an entry says, for another vault.
    pub fn of(entry: &Entry) -> Self {
        Self {
            token: entry.token.duplicate(),
            issuer: entry.issuer.clone(),
            account: entry.account.clone(),
            note: entry.note.clone(),
            tags: entry.tags.clone(),
            pinned: entry.pinned,
            icon: entry.icon.clone(),
            use_count: entry.use_count,
            last_used_at: entry.last_used_at,
            exporting: entry.exporting,
        }
    }

    /// A draft of a token with its names and nothing else.
    pub fn new(token: Token, issuer: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            token,
            issuer: issuer.into(),
            account: account.into(),
            note: String::new(),
            tags: Vec::new(),
            pinned: false,
            icon: None,
            use_count: 0,
            last_used_at: None,
            exporting: Exporting::Allowed,
        }
    }

    /// Whether it can be kept, but for the number of entries there are.
    ///
    /// # Errors
    /// What is too long or too many.
    pub fn check(&self) -> Result<(), CannotKeep> {
        check_texts(&self.issuer, &self.account, &self.note, &self.tags, self.icon.as_deref())
    }

    pub(crate) fn into_entry(self, id: EntryId, place: u64, now: UnixTime) -> Entry {
        let mut entry = Entry {
            id,
            aliases: Vec::new(),
            token: self.token,
            issuer: self.issuer.trim().to_owned(),
            account: self.account.trim().to_owned(),
            note: self.note,
            tags: self.tags,
            pinned: self.pinned,
            icon: self.icon,
            created_at: now,
            changed_at: now,
            use_count: self.use_count,
            last_used_at: self.last_used_at,
            deleted_at: None,
            place,
            exporting: self.exporting,
        };
        entry.tidy();
        entry
    }
}

pub(crate) fn check_texts(
    issuer: &str,
    account: &str,
    note: &str,
    tags: &[String],
    icon: Option<&str>,
) -> Result<(), CannotKeep> {
    let fits = |text: &str, most, field| {
        if text.len() <= most { Ok(()) } else { Err(CannotKeep::TooLong(field)) }
    };
    fits(issuer, limits::NAME_BYTES, TextField::Issuer)?;
    fits(account, limits::NAME_BYTES, TextField::Account)?;
    fits(note, limits::NOTE_BYTES, TextField::Note)?;
    fits(icon.unwrap_or_default(), limits::TAG_BYTES, TextField::Icon)?;
    if tags.len() > limits::TAGS {
        return Err(CannotKeep::TooManyTags);
    }
    tags.iter().try_for_each(|tag| fits(tag, limits::TAG_BYTES, TextField::Tag))
}
