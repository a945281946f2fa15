//! What the app knows while it runs: the screen, the unlocked vault, the settings of this device.

pub(crate) mod backup;
pub(crate) mod clock;
pub(crate) mod enroll;
pub(crate) mod hidden;
pub(crate) mod incoming;
pub(crate) mod keys;
pub(crate) mod languages;
pub(crate) mod lock;
pub(crate) mod order;
pub(crate) mod said;
pub(crate) mod session;
pub(crate) mod storage;
pub(crate) mod strength;
pub(crate) mod updates;
pub(crate) mod ways;

pub(crate) use texts::app::Key;

use crate::{browser::page, screens::Screen};
use leptos::prelude::*;
use session::Session;
use texts::app::{AppLanguage, Texts, Value};
use vault::{EntryId, backup_box::BackupNote};

/// The app's state, a handful of signals: copied freely, and the same everywhere.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// What is to be seen.
    pub(crate) screen: RwSignal<Screen>,
    /// The language of the texts.
    pub(crate) language: RwSignal<AppLanguage>,
    /// The texts in it.
    pub(crate) texts: StoredValue<Texts>,
    /// `system`, `light`, `dark` or `contrast`: an attribute of the page that the style sheet goes by.
    pub(crate) theme: RwSignal<String>,
    /// The latest message, shown for a few seconds and read out.
    pub(crate) message: RwSignal<Option<String>>,
    /// Counts changes of the vault, so that what shows it is drawn anew.
    pub(crate) revision: RwSignal<u64>,
    /// Now by the corrected clock, in seconds since 1970.
    pub(crate) second: RwSignal<u64>,
    /// How many seconds are added to this device's clock; `None` before it was compared.
    pub(crate) offset: RwSignal<Option<i64>>,
    /// How it stands with the backup.
    pub(crate) backup: RwSignal<backup::Standing>,
    /// Whether the person said at the welcome that they have a backup.
    pub(crate) has_backup: RwSignal<bool>,
    /// The token that is being dragged.
    pub(crate) dragged: RwSignal<Option<EntryId>>,
    /// Whether a new version of the app waits.
    pub(crate) update_ready: RwSignal<bool>,
    /// The unlocked vault; nothing while it is locked.
    pub(crate) session: StoredValue<Option<Session>, LocalStorage>,
    /// Where the sealed vault is kept on this device.
    pub(crate) storage: StoredValue<storage::Storage, LocalStorage>,
    /// What the device remembers of its backup; nothing while it is locked or has none.
    pub(crate) note: StoredValue<Option<BackupNote>, LocalStorage>,
    /// Whether a backup is being written.
    pub(crate) backing_up: StoredValue<bool>,
    /// Whether a change is being saved.
    pub(crate) saving: StoredValue<bool>,
    /// What came in the address and waits for the vault to be unlocked.
    pub(crate) enroll: StoredValue<Option<zeroize::Zeroizing<String>>, LocalStorage>,
}

impl App {
    /// The state at the start.
    pub(crate) fn start(texts: Texts) -> Self {
        Self {
            screen: RwSignal::new(Screen::Loading),
            language: RwSignal::new(texts.language()),
            texts: StoredValue::new(texts),
            theme: RwSignal::new(page::setting("theme").unwrap_or_else(|| "system".to_owned())),
            message: RwSignal::new(None),
            revision: RwSignal::new(0),
            second: RwSignal::new(page::now_ms() / 1000),
            offset: RwSignal::new(None),
            backup: RwSignal::new(backup::Standing::Off),
            has_backup: RwSignal::new(false),
            dragged: RwSignal::new(None),
            update_ready: RwSignal::new(false),
            session: StoredValue::new_local(None),
            storage: StoredValue::new_local(storage::Storage::default()),
            note: StoredValue::new_local(None),
            backing_up: StoredValue::new(false),
            saving: StoredValue::new(false),
            enroll: StoredValue::new_local(None),
        }
    }

    /// The state, inside any component.
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// A text.
    pub(crate) fn t(self, key: Key) -> String {
        self.t_with(key, &[])
    }

    /// A text with something filled in.
    pub(crate) fn t_with(self, key: Key, args: &[(&str, Value<'_>)]) -> String {
        self.texts.with_value(|texts| texts.say(key, args))
    }

    /// A time as it is written in the language of the texts, and in the person's region where they name one.
    pub(crate) fn when(self, secs: u64) -> String {
        let language = self.language.get_untracked();
        let region = page::languages().into_iter().find(|tag| AppLanguage::from_tag(tag) == Some(language));
        page::when(secs, region.as_deref().unwrap_or_else(|| language.tag()))
    }

    /// Shows a message for a few seconds.
    pub(crate) fn tell(self, text: String) {
        self.message.set(Some(text));
    }

    /// Now, by the corrected clock.
    pub(crate) fn now(self) -> model::UnixTime {
        let device = (page::now_ms() / 1000).cast_signed();
        let offset = self.offset.get_untracked().unwrap_or_default();
        model::UnixTime::from_secs(device.saturating_add(offset).max(0).cast_unsigned())
    }
}
