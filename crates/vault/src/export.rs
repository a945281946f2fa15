//! What leaves the vault for other programs, other people and paper. What is in the trash and what is marked
//! [`Exporting::Never`] stays, and is said to have stayed where it is not the trash.
//!
//! The vault's own backups are no exports: they are the sealed vault itself, with everything in it. For an export in our
//! own format seal what [`shareable`] gives under a keyring of its own.

mod aegis;
mod page;
mod uri;

#[cfg(test)]
mod tests;

pub use aegis::{CannotExport, aegis};
pub use page::{PageTexts, page};
pub use uri::uri;

use crate::{Draft, Entry, Exporting, SortOrder, Vault};
use model::{Secret, UnixTime};

/// A file to be handed out, and what is not in it.
#[derive(Debug)]
pub struct Export {
    /// The file, UTF-8. Holds secrets unless it is encrypted.
    pub text: Secret,
    /// How many tokens are in it.
    pub count: usize,
    /// What is not in it, by name.
    pub left_out: Vec<(String, LeftOut)>,
}

/// Why an entry is not in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    /// It must not leave the vault.
    #[error("it must not leave this vault")]
    NeverExport,
    /// The format has no such tokens.
    #[error("the format has no tokens of this kind")]
    NotInThisFormat,
}

/// Every token as an `otpauth://` address, one a line: what most programs read. Not encrypted.
pub fn otpauth_list(vault: &Vault) -> Export {
    let (entries, left_out) = entries(vault);
    let uris: Vec<Secret> = entries.iter().map(|entry| uri::write(entry)).collect();
    let mut text = Vec::with_capacity(uris.iter().map(|uri| uri.len() + 1).sum());
    for uri in &uris {
        text.extend_from_slice(uri.expose());
        text.push(b'\n');
    }
    Export { text: Secret::new(text), count: uris.len(), left_out }
}

/// A vault with everything that may leave this one, to be sealed for somebody else: without trash, tombstones and
/// settings.
pub fn shareable(vault: &Vault, now: UnixTime) -> (Vault, Vec<(String, LeftOut)>) {
    let (entries, left_out) = entries(vault);
    let mut copy = Vault::new();
    for entry in entries {
        let draft = Draft {
            note: entry.note.clone(),
            tags: entry.tags.clone(),
            pinned: entry.pinned,
            icon: entry.icon.clone(),
            ..Draft::new(entry.token.duplicate(), &*entry.issuer, &*entry.account)
        };
        // Whatever a vault holds, another one takes.
        let taken = copy.add(draft, entry.id, now);
        debug_assert!(taken.is_ok());
    }
    (copy, left_out)
}

/// What may leave, in the person's order, and what may not.
fn entries(vault: &Vault) -> (Vec<&Entry>, Vec<(String, LeftOut)>) {
    let (out, kept): (Vec<&Entry>, Vec<&Entry>) = vault
        .list(SortOrder::Manual, "")
        .into_iter()
        .partition(|entry| entry.exporting == Exporting::Allowed);
    (out, kept.into_iter().map(|entry| (entry.name(), LeftOut::NeverExport)).collect())
}
