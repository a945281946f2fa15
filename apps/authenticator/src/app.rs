//! The root: the screen that is to be seen, the line of the latest message, and what goes on without anybody's doing.

use crate::{
    browser::{page, request},
    screens::{self, Screen},
    state::{App, clock, lock, updates},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How long a message stays, in milliseconds.
const MESSAGE_MS: u32 = 6_000;

#[component]
pub(crate) fn Root() -> impl IntoView {
    let app = App::start();
    provide_context(app);
    clock::run(app);
    lock::watch(app);
    updates::watch(app);
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
}

impl App {
    /// Goes to a screen.
    pub(crate) fn go(self, screen: Screen) {
        self.screen.set(screen);
    }

    /// Goes to where the back button leads.
    pub(crate) fn back(self) {
        if let Some(screen) = self.screen.get_untracked().back() {
            self.go(screen);
        }
    }
}
