//! Setting the backup up: what the place holds is found and opened before anything is changed on this device.

use super::{
    App, Key, Standing, copy,
    place::{BackupPlace, Kept, Place, marks},
};
use crate::state::{keys, said::Said};
use leptos::prelude::*;
use model::Secret;
use vault::{
    MergeReport, Vault,
    backup_box::{self, BackupNote, PlaceKind},
    container::{Container, Keyring, SlotKey, Way},
    merge,
};
use zeroize::Zeroizing;

/// What the person expects of the place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Begin {
    /// A new backup.
    New,
    /// One that is there already. Name and password lead to it, so a slip in either leads to nothing: that must be
    /// told, not taken for a new backup.
    Existing,
}

/// A place that was looked into.
pub(crate) struct Sought {
    kind: PlaceKind,
    name: String,
    root: SlotKey,
    access: Secret,
    /// Each that the password opens.
    found: Vec<Opened>,
    etag: Option<String>,
}

impl Sought {
    /// Whether a backup was there.
    pub(crate) fn has_backup(&self) -> bool {
        !self.found.is_empty()
    }
}

/// A backup that the password opened.
struct Opened {
    vault: Vault,
    keyring: Keyring,
    key: SlotKey,
}

impl App {
    /// Looks for a backup, and opens the one that is there. Nothing is changed, here or there. `access` says how the place
    /// is reached. `file` is the backup itself, where the person has chosen it: of a place that the app cannot look into.
    ///
    /// # Errors
    /// What to tell the person: among others that nothing is there where they expect something.
    pub(crate) async fn look_for_backup(
        self,
        place: (PlaceKind, String, Secret),
        password: &Secret,
        begin: Begin,
        file: Option<Vec<u8>>,
    ) -> Result<Sought, String> {
        let (kind, name, mut access) = place;
        let root = match kind {
            PlaceKind::Server => keys::derive(password, &backup_box::parameters(&name))
                .await
                .map_err(|refused| self.explain(&refused))?,
            _ => SlotKey::from_bytes(Zeroizing::default()),
        };
        let kept = match file {
            Some(bytes) => vec![Kept { bytes, damaged: false, etag: None }],
            None => {
                let place = Place::new(kind, &root, &access);
                let kept = place.read().await.map_err(|error| self.explain_place(error))?;
                access = place.access().unwrap_or(access);
                kept
            }
        };
        let mut found = Vec::new();
        let mut first_refused = None;
        let mut read = Vec::new();
        for kept in kept {
            match self.open_with_password(kind, &kept, password).await {
                Ok(opened) => found.push(opened),
                // One that is damaged, beside another or not, is written over.
                Err(_) if kept.damaged => {}
                // One of another password stays unknown, and keeps the app from taking the place for its own.
                Err(why) => {
                    first_refused.get_or_insert(why);
                    continue;
                }
            }
            read.push(kept);
        }
        match first_refused {
            Some(why) if found.is_empty() => return Err(why),
            _ if found.is_empty() && begin == Begin::Existing => {
                return Err(self.t(match kind {
                    PlaceKind::Server => Key::BackupNotFound,
                    _ => Key::BackupNoneThere,
                }));
            }
            _ => {}
        }
        Ok(Sought { kind, name, root, access, found, etag: marks(&read) })
    }

    /// Sets the backup up: what was found is merged in, then the first backup is made.
    ///
    /// # Errors
    /// What to tell the person. The vault is as it was.
    pub(crate) async fn start_backup(self, sought: Sought) -> Result<(), String> {
        let password_key = self.password_key().ok_or_else(|| self.t(Key::UnlockTitle))?;
        let Sought { kind, name, root, access, found, etag } = sought;
        let mut note =
            BackupNote { place: kind, name, root, access, password_key, etag, verified: None, failure: None };
        if let Some(count) = found.iter().map(|opened| opened.vault.len()).max() {
            for Opened { vault, keyring, key } in found {
                self.adopt(vault, keyring).await?;
                note.password_key = copy(&key);
                self.session.update_value(|session| {
                    if let Some(session) = session {
                        session.password_key = Some(key);
                    }
                });
            }
            self.tell(self.t_with(Key::BackupFound, &[("count", (count as u64).into())]));
        } else if kind == PlaceKind::Server {
            self.tell(self.t(Key::BackupNew));
        }
        self.note.set_value(Some(note));
        self.backup.set(Standing::Pending);
        if kind != PlaceKind::File {
            self.back_up().await;
        }
        Ok(())
    }

    async fn open_with_password(
        self,
        kind: PlaceKind,
        kept: &Kept,
        password: &Secret,
    ) -> Result<Opened, String> {
        let (none, other_password) = match kind {
            PlaceKind::File => (Key::BackupFileNone, Key::ImportWrongPassword),
            _ => (Key::BackupFailedDifferent, Key::BackupFailedPassword),
        };
        let container = Container::read(&kept.bytes).map_err(|_| self.t(none))?;
        for slot in container.slots() {
            let Way::Password(parameters) = slot.way() else { continue };
            let key = keys::derive(password, parameters).await.map_err(|refused| self.explain(&refused))?;
            if let Ok((vault, keyring)) = container.open(slot.id(), &key) {
                return Ok(Opened { vault, keyring, key });
            }
        }
        Err(self.t(other_password))
    }

    /// Merges another copy in, and takes over its keys: from now on both are opened in the same ways.
    async fn adopt(self, theirs: Vault, keys: Keyring) -> Result<(), String> {
        let adopted = self
            .change_with_keys(move |vault, keyring, _| {
                let (merged, report) = merge(vault, &theirs)?;
                *vault = merged;
                *keyring = keys;
                Ok::<MergeReport, vault::CannotMerge>(report)
            })
            .await;
        adopted.map(|_| ()).map_err(|why| why.said(self))
    }
}
