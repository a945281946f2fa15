use crate::words;
use model::{PersonId, Sid, UnixTime};
use serde::Serialize;

/// Everything that one read of a directory found. It is whole: what is not in here is not in the directory, as far as the
/// reader may see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The server that was read.
    pub server: String,
    /// The people, in order of their keys.
    pub people: Vec<FoundPerson>,
    /// The groups, in order of their keys.
    pub groups: Vec<FoundGroup>,
}

/// Somebody in a directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundPerson {
    /// What tells this entry from all others, and stays when it is renamed or moved.
    pub key: String,
    /// The SID of the Windows account.
    pub sid: Option<Sid>,
    /// Where it is: its distinguished name.
    pub dn: String,
    /// The name.
    pub name: String,
    /// The domain's short name, where the directory has one for this account.
    pub domain: Option<String>,
    /// `user@domain`.
    pub upn: Option<String>,
    /// An address for mail.
    pub mail: Option<String>,
    /// Whether the account is disabled.
    pub disabled: bool,
    /// When the account ends.
    pub expires_at: Option<UnixTime>,
    /// The groups that the person is in, direct or through others: places in [`Reading::groups`], in order.
    pub groups: Vec<usize>,
}

/// A group in a directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundGroup {
    /// What tells this group from all others, and stays.
    pub key: String,
    /// Its SID.
    pub sid: Option<Sid>,
    /// Its name.
    pub name: String,
}

words! {
    /// What a directory says about an account.
    DirectoryState, "state in the directory" {
        /// It is good.
        Active = "active",
        /// It is disabled.
        Disabled = "disabled",
        /// Its time is over.
        Expired = "expired",
        /// It is not there any more.
        Gone = "gone",
    }
}

/// What is kept of an entry of a directory.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DirectoryEntry {
    /// What tells it from all others.
    pub key: String,
    /// Whose it is.
    pub person: PersonId,
    /// The SID of the Windows account.
    pub sid: Option<Sid>,
    /// Where it was when it was last there.
    pub dn: String,
    /// The person's name there, with the domain's where there is one.
    pub name: String,
    /// An address for mail.
    pub mail: Option<String>,
    /// What the directory says.
    pub state: DirectoryState,
}
