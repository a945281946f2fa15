//! The unlocked vault, and the one function that changes and saves it.

use super::{
    App, Key, keys,
    said::Said,
    storage::{Found, Storage},
};
use crate::{
    browser::{Refused, request},
    screens::Screen,
};
use leptos::prelude::*;
use model::{Secret, UnixTime};
use vault::{
    Entry, EntryId, Stored, Vault,
    container::{Container, Keyring, NewSlot, PasswordParameters, SlotId, SlotKey, Way},
};
use zeroize::Zeroizing;

/// The unlocked vault with what is needed to seal it again.
pub(crate) struct Session {
    pub(super) vault: Vault,
    pub(super) keyring: Keyring,
    /// The key that the password gives, when it was typed.
    pub(super) password_key: Option<SlotKey>,
}

impl Session {
    /// One entry, without drawing anew when it changes.
    pub(crate) fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.vault.get(id)
    }

    /// A copy of the vault, wiped on drop.
    pub(crate) fn copy(&self) -> Vault {
        self.vault.duplicate()
    }
}

/// Why a change was not made. Nothing is changed then.
#[derive(Debug)]
pub(crate) enum NotChanged<E> {
    /// The vault is locked.
    Locked,
    /// The change itself is refused.
    Refused(E),
    /// It could not be saved; the text says why.
    NotSaved(String),
}

impl App {
    /// Reads what is saved, and goes to the first screen.
    pub(crate) async fn load(self) {
        let storage = Storage::open().await;
        let found = storage.found();
        self.storage.set_value(storage);
        self.go(match found {
            Found::Nothing => Screen::Welcome,
            Found::Newest | Found::OlderOnly => Screen::Unlock,
            Found::Damaged => Screen::Unreadable,
        });
    }

    /// Makes a new vault that this password opens, and saves it.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn create(self, password: &Secret) -> Result<(), String> {
        let mut rng = keys::rng();
        let parameters = PasswordParameters::random(&mut rng);
        let key = keys::derive(password, &parameters).await.map_err(|refused| self.explain(&refused))?;
        let password_key = Some(SlotKey::from_bytes(Zeroizing::new(*key.expose())));
        let slot = NewSlot::password(parameters, key);
        let keyring = Keyring::create(slot, self.now(), &mut rng).map_err(|error| error.said(self))?;
        self.session.set_value(Some(Session { vault: Vault::new(), keyring, password_key }));
        // Saved at once, so that a browser that keeps nothing says so before the first token.
        match self.change(|_, _| Ok::<_, ()>(())).await {
            Ok(_) => Ok(()),
            Err(NotChanged::NotSaved(why)) => {
                self.session.set_value(None);
                Err(why)
            }
            Err(_) => Err(self.t(Key::SaveFailed)),
        }
    }

    /// Opens the saved vault.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn unlock_by_password(self, password: &Secret) -> Result<(), String> {
        let bytes = self.sealed().ok_or_else(|| self.t(Key::BothDamaged))?;
        let container = Container::read(&bytes).map_err(|_| self.t(Key::BothDamaged))?;
        for slot in container.slots() {
            let Way::Password(parameters) = slot.way() else { continue };
            let key = keys::derive(password, parameters).await.map_err(|refused| self.explain(&refused))?;
            if self.open(&container, slot.id(), &key) {
                self.session.update_value(|session| {
                    if let Some(session) = session {
                        session.password_key = Some(key);
                    }
                });
                return Ok(());
            }
        }
        Err(self.t(Key::UnlockWrong))
    }

    /// Opens the container by the key of one slot; whether that worked.
    pub(super) fn open(self, container: &Container<'_>, slot: SlotId, key: &SlotKey) -> bool {
        let Ok((vault, keyring)) = container.open(slot, key) else { return false };
        self.session.set_value(Some(Session { vault, keyring, password_key: None }));
        self.revision.update(|revision| *revision += 1);
        self.resume_backup();
        self.go_home();
        true
    }

    /// The newest saved container that is whole.
    pub(super) fn sealed(self) -> Option<Vec<u8>> {
        self.storage.with_value(|storage| storage.newest().map(|saved| saved.bytes.clone()))
    }

    /// Looks into the vault, and draws anew when it changes. Nothing while it is locked.
    pub(crate) fn read<R>(self, look: impl FnOnce(&Vault) -> R) -> Option<R> {
        self.revision.track();
        self.session.with_value(|session| session.as_ref().map(|session| look(&session.vault)))
    }

    /// Changes the vault and saves it. When that fails, nothing is changed. What the change gives back comes with the
    /// proof that it is saved.
    ///
    /// # Errors
    /// The change was refused or could not be saved.
    pub(crate) async fn change<R, E>(
        self,
        change: impl FnOnce(&mut Vault, UnixTime) -> Result<R, E>,
    ) -> Result<(R, Stored), NotChanged<E>> {
        let outcome = self.change_quietly(change).await;
        if outcome.is_ok() {
            self.back_up_soon();
        }
        outcome
    }

    /// The same without a backup afterwards: for what the backup itself brings in.
    pub(super) async fn change_quietly<R, E>(
        self,
        change: impl FnOnce(&mut Vault, UnixTime) -> Result<R, E>,
    ) -> Result<(R, Stored), NotChanged<E>> {
        self.wait_for_turn().await;
        let outcome = self.change_now(|vault, _, now| change(vault, now)).await;
        self.saving.set_value(false);
        outcome
    }

    /// The same for a change that concerns the ways to open the vault. When it fails the vault is locked, since the keys
    /// in memory are no longer those that were saved.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub(crate) async fn change_with_keys<R, E>(
        self,
        change: impl FnOnce(&mut Vault, &mut Keyring, UnixTime) -> Result<R, E>,
    ) -> Result<(R, Stored), NotChanged<E>> {
        self.wait_for_turn().await;
        let outcome = self.change_now(change).await;
        self.saving.set_value(false);
        if matches!(outcome, Err(NotChanged::NotSaved(_) | NotChanged::Refused(_))) {
            self.lock();
        } else if outcome.is_ok() {
            self.back_up_soon();
        }
        outcome
    }

    async fn change_now<R, E>(
        self,
        change: impl FnOnce(&mut Vault, &mut Keyring, UnixTime) -> Result<R, E>,
    ) -> Result<(R, Stored), NotChanged<E>> {
        let mut attempt = Err(NotChanged::Locked);
        self.session.update_value(|session| {
            if let Some(session) = session {
                let before = session.vault.duplicate();
                attempt = match change(&mut session.vault, &mut session.keyring, self.now()) {
                    Ok(done) => match session.keyring.seal(&mut session.vault, &mut keys::rng()) {
                        Ok(sealed) => Ok((done, sealed, before)),
                        Err(error) => {
                            session.vault = before;
                            Err(NotChanged::NotSaved(error.said(self)))
                        }
                    },
                    Err(error) => {
                        session.vault = before;
                        Err(NotChanged::Refused(error))
                    }
                };
            }
        });
        let (done, sealed, before) = attempt?;
        let written = Storage::write(self.storage, sealed.bytes(), self.sealed_note(), self.now()).await;
        let outcome = match written {
            Ok(()) => Ok((done, sealed.into_stored())),
            Err(refused) => {
                self.session.update_value(|session| {
                    if let Some(session) = session {
                        session.vault = before;
                    }
                });
                Err(NotChanged::NotSaved(self.explain(&refused)))
            }
        };
        self.revision.update(|revision| *revision += 1);
        outcome
    }

    /// Waits until no other change is being saved, and takes the turn.
    pub(super) async fn wait_for_turn(self) {
        while self.saving.get_value() {
            request::pause(5).await;
        }
        self.saving.set_value(true);
    }

    /// What to tell the person about something the browser did not do.
    pub(crate) fn explain(self, refused: &Refused) -> String {
        match refused {
            Refused::Nothing => self.t(Key::StorageRefused),
            Refused::Changed => self.t(Key::ChangedElsewhere),
            Refused::Full => self.t(Key::StorageFull),
            Refused::NotAllowed | Refused::NotFound | Refused::Busy | Refused::TooSlow | Refused::Other => {
                self.t(Key::SaveFailed)
            }
        }
    }
}

/// A new random id for an entry.
pub(crate) fn fresh_entry_id() -> EntryId {
    use rand_core::Rng;
    let mut bytes = [0; 16];
    keys::rng().fill_bytes(&mut bytes);
    EntryId::from_bytes(bytes)
}
