//! Our own vaults and backups, for whoever wants to take tokens over from another vault. To restore a vault, open its
//! container and merge it instead: that keeps which entry is which.

use super::entry;
use super::{CannotImport, Found, Password};
use crate::container::{CannotDerive, CannotOpen, Container, MAGIC, NotAContainer};
use crate::{Draft, Entry, SortOrder};

pub(super) fn fits(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

pub(super) fn read(bytes: &[u8], password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    let container = Container::read(bytes)?;
    let (vault, _) = container.open_with_password(password.secret()?)?;
    let kept = vault.list(SortOrder::Manual, "");
    Ok(kept.into_iter().chain(vault.in_trash()).enumerate().map(|(at, entry)| found(at, entry)).collect())
}

fn found(at: usize, entry: &Entry) -> Found {
    let label = entry::label(at, &entry.issuer, &entry.account);
    Found { label, trashed: entry.is_deleted(), shortened: false, outcome: Ok(Draft::of(entry)) }
}

impl From<NotAContainer> for CannotImport {
    fn from(why: NotAContainer) -> Self {
        if why == NotAContainer::TooLarge { Self::TooLarge } else { Self::NotAContainer(why) }
    }
}

impl From<CannotOpen> for CannotImport {
    fn from(why: CannotOpen) -> Self {
        match why {
            CannotOpen::WrongKey => Self::WrongPassword,
            CannotOpen::Derive(CannotDerive::NoMemory) => Self::NotEnoughMemory,
            other => Self::CannotOpen(other),
        }
    }
}
