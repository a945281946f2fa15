use super::Screen;
use crate::{
    browser::page,
    parts::{Notice, Tone},
    state::{App, Key, storage::Storage},
};
use leptos::prelude::*;

/// The first screen. In a tab on iOS it says first that what a tab keeps is not in the installed app.
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let app = App::here();
    let in_ios_tab = RwSignal::new(page::is_ios_tab());
    let go_on = move |has_backup| {
        app.has_backup.set(has_backup);
        app.go(Screen::BackupSetup);
    };
    view! {
        <main id="main" tabindex="-1">
            <Mark />
            {move || if in_ios_tab.get() {
                view! {
                    <h1>{app.t(Key::IosTitle)}</h1>
                    <p>{app.t(Key::IosText)}</p>
                    <button type="button" on:click=move |_| {
                        app.storage.update_value(Storage::keep_nothing);
                        in_ios_tab.set(false);
                    }>{app.t(Key::IosContinue)}</button>
                }.into_any()
            } else {
                view! {
                    <h1>{app.t(Key::WelcomeTitle)}</h1>
                    <p>{app.t(Key::WelcomeText)}</p>
                    {page::is_ios_tab().then(|| view! { <Notice tone=Tone::Warn what=app.t(Key::IosWarning) /> })}
                    <button class="main" type="button" on:click=move |_| go_on(false)>
                        {app.t(Key::Continue)}
                    </button>
                    <button class="plain" type="button" on:click=move |_| go_on(true)>
                        {app.t(Key::WelcomeHaveBackup)}
                    </button>
                }.into_any()
            }}
        </main>
    }
}

/// The mark. Made of elements, since trusted types refuse markup made of text.
#[component]
pub(crate) fn Mark() -> impl IntoView {
    let stroke = |path: &'static str| {
        view! { <path d={path} fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round"></path> }
    };
    view! {
        <svg class={"mark"} viewBox="0 0 64 64" aria-hidden="true">
            <rect width={"64"} height="64" rx="14" fill="#0b5d57"></rect>
            {stroke("M15 29 33 49")}
            {stroke("M23 51 49 15")}
        </svg>
    }
}
