//! Backups of authenticators: boxes of sealed bytes, each opened by a name and a key that the app makes of a user name
//! and a password.
//!
//! The server learns neither. An unknown name and a wrong key are one answer, found in the same steps, so that nobody
//! hears whether somebody has a backup; and a name cannot be taken away from anybody, since the password is in it.

mod access;
mod admin;
mod limits;
mod network;
mod read;
mod remove;
mod tries;
mod write;

pub use access::Access;
pub use admin::{ListedBox, drop_unused, list};
pub use domain::{ContentHash, Generation};
pub use limits::Limits;
pub use network::Network;
pub use read::{Content, Wanted, read, versions};
pub use remove::remove;
pub use write::{Precondition, Written, write};

pub(crate) use access::PEPPER;

use crate::Trouble;
use model::UnixTime;
use store::{Cell, DbError, tables::backups::Totals};

/// The most bytes of one sealed backup.
pub const MAX_CONTENT: usize = 1024 * 1024;

/// Why a request about a box got no answer of its own. Each text is for the person with the app.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// No such box, or not its key.
    #[error("there is no backup under this name and password")]
    NotFound,
    /// The box does not keep that generation.
    #[error("this backup has no such version any more")]
    NoVersion,
    /// The box holds something else than the request says.
    #[error(
        "the backup was changed meanwhile, by another device perhaps; read it and merge before writing again"
    )]
    Changed {
        /// What it holds.
        current: ContentHash,
    },
    /// Too many names and keys were wrong from this address.
    #[error("too many names or passwords from this address were wrong; try again later")]
    TooManyTries {
        /// From then on the next is looked at.
        until: UnixTime,
    },
    /// Too many boxes were made from this network today.
    #[error(
        "too many new backups were made from this network today; try again tomorrow, or ask your administrator"
    )]
    TooManyNew {
        /// From then on the next is made.
        until: UnixTime,
    },
    /// Too much was written from this network today.
    #[error("too much was written from this network today; try again tomorrow, or ask your administrator")]
    TooMuchToday {
        /// From then on more is taken.
        until: UnixTime,
    },
    /// All boxes together are as big as they may get.
    #[error(
        "the server has no more room for backups; tell your administrator, and keep a backup in a file meanwhile"
    )]
    Full,
    /// Longer than [`MAX_CONTENT`].
    #[error("a backup has at most 1 MiB")]
    TooLarge,
    /// The server could not do its work.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<DbError> for BackupError {
    fn from(error: DbError) -> Self {
        Trouble::from(error).into()
    }
}

/// How much all boxes hold, for the figures.
///
/// # Errors
/// [`Trouble`].
pub fn totals(service: &crate::Service) -> Result<Totals, Trouble> {
    service.read(|rx| Ok(store::tables::backups::totals(rx)?))
}

/// Where the sealed content of a generation belongs: to its box, and to what it is. Not to its number, which is known
/// in the transaction only.
pub(crate) fn row(id: domain::BoxId, hash: ContentHash) -> [u8; 48] {
    let mut row = [0; 48];
    for (to, from) in row.iter_mut().zip(id.as_bytes().iter().chain(hash.as_bytes())) {
        *to = *from;
    }
    row
}

pub(crate) fn cell(row: &[u8; 48]) -> Cell<'_> {
    Cell { table: "backup_generations", column: "content", row }
}
