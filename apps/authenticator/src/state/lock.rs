//! Locking: after a time without use, when the app is left, and on request.

use super::App;
use crate::{browser::page, screens::Screen};
use leptos::{ev, prelude::*};

/// The setting with the minutes; 0 locks as soon as the app is left.
pub(crate) const SETTING: &str = "lock-minutes";
/// Minutes that are offered.
pub(crate) const OFFERED: [u64; 5] = [0, 1, 5, 15, 60];
const DEFAULT_MINUTES: u64 = 5;

/// The minutes after which the app locks.
pub(crate) fn minutes() -> u64 {
    page::setting(SETTING).and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_MINUTES)
}

/// Watches for use, for leaving and for time that goes by.
pub(crate) fn watch(app: App) {
    let used_at = StoredValue::new(page::now_ms());
    for event in ["pointerdown", "keydown"] {
        let _handle = window_event_listener_untyped(event, move |_| used_at.set_value(page::now_ms()));
    }
    let _handle = window_event_listener(ev::visibilitychange, move |_| {
        let away = page::document().is_some_and(|document| document.hidden());
        if away {
            // The system takes a picture for its list of apps.
            page::set_root("data-away", "");
            if minutes() == 0 {
                app.lock();
            }
        } else {
            page::remove_root("data-away");
        }
    });
    // By the second signal, so that a device that slept locks as soon as it wakes.
    Effect::new(move |_| {
        app.second.track();
        let limit = minutes().max(1) * 60_000;
        if page::now_ms().saturating_sub(used_at.get_value()) > limit {
            app.lock();
        }
    });
}

impl App {
    /// Forgets the vault and its key. What was changed is saved already.
    pub(crate) fn lock(self) {
        if self.session.with_value(Option::is_none) {
            return;
        }
        self.session.set_value(None);
        self.note.set_value(None);
        self.message.set(None);
        self.go(Screen::Unlock);
    }
}
