//! The backup: written after every change, read back, opened with the backup password's key and compared. Only then it
//! is said to be verified.

mod far;
mod file;
mod offered;
mod place;
mod server;
mod set_up;

pub(crate) use offered::{Offered, choose_folder};
pub(crate) use set_up::{Begin, Sought};

use super::{App, Key, keys, session::NotChanged, storage::Storage};
use crate::browser::request;
use leptos::prelude::*;
use place::{BackupPlace, Place, PlaceError, marks};
use vault::{
    Vault,
    backup_box::{BackupNote, PlaceKind, Verified},
    container::{Container, SlotKey},
    merge,
};
use wasm_bindgen_futures::spawn_local;
use zeroize::Zeroizing;

/// After a change this long is waited for the next one, in milliseconds.
const SOON_MS: u32 = 400;
/// How often a backup that another device wrote meanwhile is merged before it is given up.
const ATTEMPTS: u32 = 5;

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
    /// It was handed to the person, and cannot be read back by the app.
    Handed,
    /// It went wrong, and stays so until it goes right.
    Failed(String),
}

impl App {
    /// Takes over what the device remembers of its backup, after the vault was unlocked.
    pub(super) fn resume_backup(self) {
        let sealed = self.storage.with_value(|storage| storage.note().to_vec());
        let note =
            self.session.with_value(|session| BackupNote::open(&sealed, session.as_ref()?.keyring.master()));
        self.note.set_value(note);
        let generation = self.generation();
        let standing = self.note.with_value(|note| match note {
            None => Standing::Off,
            Some(BackupNote { failure: Some(why), .. }) => Standing::Failed(why.clone()),
            Some(BackupNote { verified: Some(verified), .. }) if Some(verified.generation) == generation => {
                Standing::Verified { at: verified.at, tokens: verified.tokens }
            }
            Some(_) => Standing::Pending,
        });
        let unfinished = !matches!(standing, Standing::Off | Standing::Verified { .. });
        self.backup.set(standing);
        if unfinished {
            self.back_up_soon();
        }
    }

    /// Backs up as soon as nothing else is under way.
    pub(crate) fn back_up_soon(self) {
        let automatic = self.note.with_value(|note| note.as_ref().map(|note| note.place != PlaceKind::File));
        match automatic {
            None => {}
            Some(false) => self.backup.set(Standing::Pending),
            Some(true) => {
                self.backup.set(Standing::Pending);
                let generation = self.generation();
                request::later(SOON_MS, move || {
                    // Another change came: it has its own turn.
                    if self.generation() == generation {
                        spawn_local(async move { self.back_up().await });
                    }
                });
            }
        }
    }

    /// Writes the backup, reads it back, opens and compares it. What came of it is shown and remembered.
    pub(crate) async fn back_up(self) {
        if self.backing_up.get_value() {
            return;
        }
        self.backing_up.set_value(true);
        self.backup.set(Standing::Running);
        let outcome = self.write_and_verify().await;
        self.backing_up.set_value(false);
        let standing = match outcome {
            Ok(standing) => standing,
            Err(error) => Standing::Failed(self.explain_place(error)),
        };
        self.note.update_value(|note| {
            if let Some(note) = note {
                note.failure = match &standing {
                    Standing::Failed(why) => Some(why.clone()),
                    _ => None,
                };
            }
        });
        if self.session.with_value(Option::is_none) {
            return;
        }
        self.backup.set(standing);
        let _saved = self.save_note().await;
        let verified =
            self.note.with_value(|note| note.as_ref()?.verified.map(|verified| verified.generation));
        let changed_meanwhile = verified.is_some() && verified != self.generation();
        if changed_meanwhile && !matches!(self.backup.get_untracked(), Standing::Failed(_)) {
            self.back_up_soon();
        }
    }

    async fn write_and_verify(self) -> Result<Standing, PlaceError> {
        for _ in 0..ATTEMPTS {
            let Some((place, etag)) =
                self.note.with_value(|note| note.as_ref().map(|note| (Place::of(note), note.etag.clone())))
            else {
                return Ok(Standing::Off);
            };
            let outcome = self.write_once(&place, etag).await;
            self.note.update_value(|note| {
                if let (Some(note), Some(access)) = (note, place.access()) {
                    note.access = access;
                }
            });
            if !matches!(outcome, Err(PlaceError::Changed)) {
                return outcome;
            }
        }
        Err(PlaceError::Changed)
    }

    /// One attempt. When another device wrote meanwhile, what it wrote has been merged in for the next one.
    async fn write_once(self, place: &Place, etag: Option<String>) -> Result<Standing, PlaceError> {
        let bytes = self.sealed().ok_or(PlaceError::Different)?;
        let mark = match place.write(&bytes, etag.as_deref()).await {
            Ok(_) if matches!(place, Place::File(_)) => return Ok(Standing::Handed),
            Err(PlaceError::Changed) => {
                self.merge_from(place).await?;
                return Err(PlaceError::Changed);
            }
            written => written?,
        };
        let kept = place.read().await?.into_iter().find(|kept| kept.bytes == bytes);
        let kept = kept.ok_or(PlaceError::Different)?;
        let verified = self.verify(&kept.bytes)?;
        let mark = mark.or(kept.etag);
        place.settle(mark.as_deref(), etag.as_deref()).await;
        self.note.update_value(|note| {
            if let Some(note) = note {
                note.etag = mark;
                note.verified = Some(verified);
            }
        });
        Ok(Standing::Verified { at: verified.at, tokens: verified.tokens })
    }

    /// Another device wrote meanwhile: what it wrote is merged in, and comes along with the next attempt.
    async fn merge_from(self, place: &Place) -> Result<(), PlaceError> {
        let kept = place.read().await?;
        let etag = marks(&kept);
        for kept in kept.iter().filter(|kept| !kept.damaged) {
            let (theirs, _) = self.open_as_password(&kept.bytes)?;
            let merged = self
                .change_quietly(move |vault, _| {
                    let (merged, _) = merge(vault, &theirs)?;
                    *vault = merged;
                    Ok::<_, vault::CannotMerge>(())
                })
                .await;
            merged.map_err(|_| PlaceError::Different)?;
        }
        self.note.update_value(|note| {
            if let Some(note) = note {
                note.etag = etag;
            }
        });
        Ok(())
    }

    /// Opens what was read back, which is what was written, with the key that the backup password gives, and compares
    /// its tokens.
    fn verify(self, read: &[u8]) -> Result<Verified, PlaceError> {
        let (vault, generation) = self.open_as_password(read)?;
        let same = self.session.with_value(|session| {
            session
                .as_ref()
                .is_some_and(|session| session.vault.generation() != generation || session.vault == vault)
        });
        if !same {
            return Err(PlaceError::Different);
        }
        Ok(Verified { at: self.now().as_secs(), tokens: vault.len() as u64, generation })
    }

    fn open_as_password(self, bytes: &[u8]) -> Result<(Vault, u64), PlaceError> {
        let container = Container::read(bytes).map_err(|_| PlaceError::Different)?;
        let key = self.note.with_value(|note| note.as_ref().map(|note| copy(&note.password_key)));
        let key = key.ok_or(PlaceError::Different)?;
        let passwords = container.slots().iter().filter(|slot| slot.password_parameters().is_some());
        for slot in passwords {
            if let Ok((vault, _)) = container.open(slot.id(), &key) {
                return Ok((vault, container.generation()));
            }
        }
        Err(PlaceError::OtherPassword)
    }

    fn generation(self) -> Option<u64> {
        self.session.with_value(|session| session.as_ref().map(|session| session.vault.generation()))
    }

    fn password_key(self) -> Option<SlotKey> {
        self.session.with_value(|session| session.as_ref()?.password_key.as_ref().map(copy))
    }

    /// The note as it is kept on the device.
    pub(super) fn sealed_note(self) -> Vec<u8> {
        let sealed = self.session.with_value(|session| {
            let master = session.as_ref()?.keyring.master();
            self.note.with_value(|note| note.as_ref()?.seal(master, &mut keys::rng()))
        });
        sealed.unwrap_or_default()
    }

    async fn save_note(self) -> Result<(), NotChanged<()>> {
        self.wait_for_turn().await;
        let note = self.sealed_note();
        let written = match self.sealed() {
            Some(bytes) => Storage::write(self.storage, &bytes, note, self.now()).await,
            None => Ok(()),
        };
        self.saving.set_value(false);
        written.map_err(|refused| NotChanged::NotSaved(self.explain(&refused)))
    }

    fn explain_place(self, error: PlaceError) -> String {
        match error {
            PlaceError::Unreachable => self.t(Key::BackupFailedUnreachable),
            PlaceError::TooSlow => self.t(Key::BackupFailedSlow),
            PlaceError::TooLarge => self.t(Key::BackupFailedTooLarge),
            PlaceError::TooMany => self.t(Key::BackupFailedTooMany),
            PlaceError::Full => self.t(Key::BackupFailedFull),
            PlaceError::NoBackups(detail) => {
                self.t_with(Key::BackupFailedNoBackups, &[("detail", detail.as_str().into())])
            }
            PlaceError::Changed => self.t(Key::BackupFailedBusy),
            PlaceError::Different => self.t(Key::BackupFailedDifferent),
            PlaceError::OtherPassword => self.t(Key::BackupFailedPassword),
            PlaceError::SignIn => self.t(Key::BackupFailedSignIn),
            PlaceError::NotAllowed => self.t(Key::BackupFailedPermission),
            PlaceError::NotWritten => self.t(Key::BackupFailedFile),
            PlaceError::Refused(detail) => {
                self.t_with(Key::BackupFailedRefused, &[("detail", detail.as_str().into())])
            }
        }
    }
}

/// A second copy of a key, made where it can be seen. Both are wiped on drop.
fn copy(key: &SlotKey) -> SlotKey {
    SlotKey::from_bytes(Zeroizing::new(*key.expose()))
}
