//! The root: the screen that is to be seen, the line of the latest message, and what goes on without anybody's doing.

use crate::{
    browser::{page, request},
    screens::{self, Screen},
    state::{App, Key, clock, lock, updates},
};
use leptos::prelude::*;
use texts::app::Texts;
use wasm_bindgen_futures::spawn_local;

/// How long a message stays, in milliseconds.
const MESSAGE_MS: u32 = 6_000;

/// Draws everything, with the texts of one language.
pub(crate) fn show(texts: Texts) -> AnyView {
    let app = App::start(texts);
    provide_context(app);
    if page::tell_of_return() {
        return view! { <main id="main" tabindex="-1"><p>{app.t(Key::SignedInClose)}</p></main> }.into_any();
    }
    clock::run(app);
    lock::watch(app);
    updates::watch(app);
    app.take_link();
    // A link that is opened while the app is open already changes only what is behind the `#`.
    let _handle = window_event_listener_untyped("hashchange", move |_| app.take_link());
    spawn_local(async move { app.load().await });

    // A screen reader and the keyboard begin at the top of what is new.
    Effect::new(move |_| {
        app.screen.track();
        request::later(0, || page::focus("main"));
    });
    Effect::new(move |_| page::set_root("lang", app.language.get().tag()));
    Effect::new(move |_| page::set_root("data-theme", &app.theme.get()));
    Effect::new(move |_| {
        if let Some(message) = app.message.get() {
            request::later(MESSAGE_MS, move || {
                if app.message.get_untracked().as_ref() == Some(&message) {
                    app.message.set(None);
                }
            });
        }
    });

    view! {
        {move || {
            // Texts are not reactive: with another language everything is drawn anew.
            app.language.track();
            screens::show(app.screen.get())
        }}
        <div class="toast" role="status" aria-live="polite">
            {move || app.message.get().unwrap_or_default()}
        </div>
    }
    .into_any()
}

impl App {
    /// Goes to a screen.
    pub(crate) fn go(self, screen: Screen) {
        self.screen.set(screen);
    }

    /// Goes to the tokens of an unlocked vault, or first to what a link brought.
    pub(crate) fn go_home(self) {
        self.go(if self.enroll.with_value(Option::is_some) { Screen::Link } else { Screen::Tokens });
    }

    /// Keeps what the address brings in `#enroll=…` until the vault is unlocked, and takes it out of the address.
    fn take_link(self) {
        let fragment = page::take_fragment().map(zeroize::Zeroizing::new);
        let Some(encoded) = fragment.as_ref().and_then(|text| text.strip_prefix("enroll=")) else { return };
        // Somebody may have made the link by hand, without encoding it.
        let decoded = js_sys::decode_uri_component(encoded).map_or_else(|_| encoded.to_owned(), String::from);
        self.enroll.set_value(Some(zeroize::Zeroizing::new(decoded)));
        if self.session.with_value(Option::is_some) {
            self.go_home();
        }
    }

    /// Goes to where the back button leads.
    pub(crate) fn back(self) {
        if let Some(screen) = self.screen.get_untracked().back() {
            self.go(screen);
        }
    }
}
