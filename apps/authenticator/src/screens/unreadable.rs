use super::Screen;
use crate::{
    parts::{Notice, Tone},
    state::{App, Key},
};
use leptos::prelude::*;

/// Nothing of what is saved on this device can be read. It is left as it is until the person decides.
#[component]
pub(crate) fn Unreadable() -> impl IntoView {
    let app = App::here();
    view! {
        <main id="main" tabindex="-1">
            <h1>{app.t(Key::AppName)}</h1>
            <Notice tone=Tone::Bad what=app.t(Key::BothDamaged) />
            <button class="main" type="button" on:click=move |_| app.go(Screen::BackupSetup)>
                {app.t(Key::WelcomeHaveBackup)}
            </button>
        </main>
    }
}
