//! Other ways to open the vault than the password: a passkey and a printed recovery code. And the password itself,
//! changed, or asked for once in a while so that nobody forgets it.

use super::{App, Key, keys, said::Said, session::NotChanged};
use crate::browser::{page, passkey};
use leptos::prelude::*;
use model::Secret;
use rand_core::Rng;
use vault::container::{
    CannotChangeSlots, Container, NewSlot, PasswordParameters, RecoveryKey, SlotKey, SlotKind, Way,
};
use zeroize::Zeroizing;

/// The setting that counts how often the vault was opened without the password.
const WITHOUT_PASSWORD: &str = "opened-without-password";
/// After so many times the password is asked for once.
const REMINDED_AFTER: u32 = 20;

impl App {
    /// Whether there is a way of this kind.
    pub(crate) fn has_way(self, kind: SlotKind) -> bool {
        self.revision.track();
        let open = self.session.with_value(|session| {
            session.as_ref().map(|session| session.keyring.slots().iter().any(|slot| slot.kind() == kind))
        });
        // While it is locked, what is saved says it: slots are readable without a key.
        open.unwrap_or_else(|| {
            let bytes = self.sealed().unwrap_or_default();
            Container::read(&bytes)
                .is_ok_and(|container| container.slots().iter().any(|slot| slot.kind() == kind))
        })
    }

    /// Opens the saved vault by a passkey.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn unlock_by_passkey(self) -> Result<(), String> {
        let bytes = self.sealed().ok_or_else(|| self.t(Key::BothDamaged))?;
        let container = Container::read(&bytes).map_err(|_| self.t(Key::BothDamaged))?;
        for slot in container.slots() {
            let Way::Passkey { credential_id, salt } = slot.way() else { continue };
            let Ok(used) = passkey::use_it(credential_id, salt, &mut keys::rng()).await else { continue };
            let key = used.derived.as_ref().and_then(SlotKey::of_passkey);
            if key.is_some_and(|key| self.open(&container, slot.id(), &key)) {
                count_without_password();
                return Ok(());
            }
        }
        Err(self.t(Key::UnlockPasskeyFailed))
    }

    /// Opens the saved vault by a recovery code.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) fn unlock_by_recovery_code(self, typed: &Secret) -> Result<(), String> {
        let bytes = self.sealed().ok_or_else(|| self.t(Key::BothDamaged))?;
        let container = Container::read(&bytes).map_err(|_| self.t(Key::BothDamaged))?;
        let code: Option<RecoveryKey> = typed.expose_text().and_then(|text| text.parse().ok());
        let key = code.as_ref().map(SlotKey::of_recovery_code).ok_or_else(|| self.t(Key::UnlockWrong))?;
        let slots = container.slots().iter().filter(|slot| slot.kind() == SlotKind::RecoveryCode);
        for slot in slots {
            if self.open(&container, slot.id(), &key) {
                return Ok(());
            }
        }
        Err(self.t(Key::UnlockWrong))
    }

    /// Makes a passkey open the vault. One that was set up earlier does so no longer.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn add_passkey(self) -> Result<(), String> {
        let mut salt = [0; 32];
        keys::rng().fill_bytes(&mut salt);
        let made = passkey::make(&salt, &mut keys::rng()).await.map_err(|_| self.t(Key::PasskeyFailed))?;
        let slot = made.derived.and_then(|derived| NewSlot::passkey(made.id, salt, &derived));
        let slot = slot.ok_or_else(|| self.t(Key::PasskeyFailed))?;
        self.replace_way(slot).await
    }

    /// Lets no passkey open the vault any more.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn remove_passkey(self) -> Result<(), String> {
        let removed = self
            .change_with_keys(|_, keyring, _| {
                let passkeys: Vec<_> = keyring
                    .slots()
                    .iter()
                    .filter(|slot| slot.kind() == SlotKind::Passkey)
                    .map(|slot| slot.id())
                    .collect();
                passkeys.into_iter().try_for_each(|slot| keyring.remove(slot))
            })
            .await;
        self.told(removed.map(|_| ()))
    }

    /// Makes a recovery code. An earlier one opens the vault no longer.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn make_recovery_code(self) -> Result<Secret, String> {
        let code = RecoveryKey::random(&mut keys::rng());
        self.replace_way(NewSlot::recovery_code(&code)).await?;
        Ok(code.to_groups())
    }

    /// Changes the password, after asking for the one there is.
    ///
    /// # Errors
    /// What to tell the person; [`Key::UnlockWrong`] for a wrong old password.
    pub(crate) async fn change_password(self, old: &Secret, new: &Secret) -> Result<(), String> {
        self.confirm_password(old).await?;
        let parameters = PasswordParameters::random(&mut keys::rng());
        let key = keys::derive(new, &parameters).await.map_err(|refused| self.explain(&refused))?;
        let [kept, noted] = [(); 2].map(|()| SlotKey::from_bytes(Zeroizing::new(*key.expose())));
        self.note.update_value(|note| {
            if let Some(note) = note {
                note.password_key = noted;
            }
        });
        self.replace_way(NewSlot::password(parameters, key)).await?;
        self.session.update_value(|session| {
            if let Some(session) = session {
                session.password_key = Some(kept);
            }
        });
        Ok(())
    }

    /// Asks whether this is the password, and remembers its key.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn confirm_password(self, typed: &Secret) -> Result<(), String> {
        let slots = self.session.with_value(|session| {
            let slots = session.as_ref().map(|session| session.keyring.slots().to_vec());
            slots.unwrap_or_default()
        });
        for slot in slots {
            let Some(parameters) = slot.password_parameters() else { continue };
            let key = keys::derive(typed, parameters).await.map_err(|refused| self.explain(&refused))?;
            let mut right = false;
            self.session.update_value(|session| {
                if let Some(session) = session
                    && session.keyring.is_key_of(slot.id(), &key)
                {
                    right = true;
                    session.password_key = Some(key);
                }
            });
            if right {
                page::keep_setting(WITHOUT_PASSWORD, "0");
                return Ok(());
            }
        }
        Err(self.t(Key::UnlockWrong))
    }

    async fn replace_way(self, slot: NewSlot) -> Result<(), String> {
        let replaced =
            self.change_with_keys(move |_, keyring, now| keyring.replace(slot, now, &mut keys::rng())).await;
        self.told(replaced.map(|_| ()))
    }

    fn told(self, done: Result<(), NotChanged<CannotChangeSlots>>) -> Result<(), String> {
        done.map_err(|why| why.said(self))
    }
}

/// Whether it is time to ask for the password, so that the person still knows it when it is needed.
pub(crate) fn reminder_is_due() -> bool {
    times_without_password() >= REMINDED_AFTER
}

/// The password was typed.
pub(crate) fn password_was_used() {
    page::keep_setting(WITHOUT_PASSWORD, "0");
}

fn count_without_password() {
    page::keep_setting(WITHOUT_PASSWORD, &(times_without_password() + 1).to_string());
}

fn times_without_password() -> u32 {
    page::setting(WITHOUT_PASSWORD).and_then(|text| text.parse().ok()).unwrap_or_default()
}
