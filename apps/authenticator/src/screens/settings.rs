use super::Screen;
use crate::{
    browser::{files, page},
    parts::{Notice, TextField, Tone, Top, Ways},
    state::{App, Key, backup::Standing, hidden, lock, storage::Storage, updates},
};
use leptos::{html, prelude::*};
use texts::app::AppLanguage;
use wasm_bindgen_futures::spawn_local;

/// Themes by the word that the style sheet goes by.
const THEMES: [(&str, Key); 4] = [
    ("system", Key::ThemeSystem),
    ("light", Key::ThemeLight),
    ("dark", Key::ThemeDark),
    ("contrast", Key::ThemeContrast),
];

/// Everything that can be set.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let app = App::here();
    let link = move |key: Key, screen: Screen| {
        view! { <button type="button" class={"wide"} on:click=move |_| app.go(screen)>{app.t(key)}</button> }
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::SettingsTitle />
            <div class="stack">
                {link(Key::Import, Screen::Import)}
                {link(Key::Export, Screen::Export)}
                {link(Key::Trash, Screen::Trash)}
                {link(Key::BackupChange, Screen::BackupChange)}
            </div>
            <h2>{app.t(Key::Backup)}</h2>
            <super::tokens::BackupLine />
            <Ways />
            <Look />
            <Device />
            <Erase />
            <h2>{app.t(Key::About)}</h2>
            <p>{app.t(Key::AboutText)}</p>
            <p class="quiet build">{app.t_with(Key::AboutBuild, &[("build", updates::build().as_str().into())])}</p>
            {move || app.update_ready.get().then(|| view! {
                <button type="button" on:click=move |_| updates::take()>{app.t(Key::UpdateNow)}</button>
            })}
        </main>
    }
}

/// Lock time, appearance, language.
#[component]
fn Look() -> impl IntoView {
    let app = App::here();
    let minutes = lock::minutes();
    view! {
        <div class="field">
            <label for="lock">{app.t(Key::LockAfter)}</label>
            <select id="lock" on:change=move |event| page::keep_setting(lock::SETTING, &event_target_value(&event))>
                {lock::OFFERED.map(|offered| view! {
                    <option value=offered.to_string() selected=offered == minutes>
                        {match offered {
                            0 => app.t(Key::LockAtOnce),
                            _ => app.t_with(Key::Minutes, &[("count", offered.into())]),
                        }}
                    </option>
                }).collect_view()}
            </select>
        </div>
        <label class="choice">
            <input
                type="checkbox"
                prop:checked=hidden::is_on()
                on:change=move |event| hidden::turn(event_target_checked(&event))
            />
            <span>{app.t(Key::HideCodes)}</span>
        </label>
        <div class="field">
            <label for="theme">{app.t(Key::Theme)}</label>
            <select id="theme" on:change=move |event| {
                let theme = event_target_value(&event);
                page::keep_setting("theme", &theme);
                app.theme.set(theme);
            }>
                {THEMES.map(|(word, key)| view! {
                    <option value=word selected=app.theme.get_untracked() == word>{app.t(key)}</option>
                }).collect_view()}
            </select>
        </div>
        <div class="field">
            <label for="language">{app.t(Key::Language)}</label>
            <select id="language" on:change=move |event| {
                if let Some(language) = AppLanguage::from_tag(&event_target_value(&event)) {
                    spawn_local(app.speak(language));
                }
            }>
                {AppLanguage::ALL.map(|language| {
                    let unreviewed = app.t(Key::LanguageUnreviewed);
                    let name = language.own_name();
                    view! {
                        <option
                            value=language.tag()
                            lang=language.tag()
                            selected=app.language.get_untracked() == language
                        >
                            {if language.is_reviewed() { name.to_owned() } else { format!("{name} ({unreviewed})") }}
                        </option>
                    }
                }).collect_view()}
            </select>
        </div>
    }
}

/// Everything away from this device, after a word is typed.
#[component]
fn Erase() -> impl IntoView {
    let app = App::here();
    let field = NodeRef::<html::Input>::new();
    let asked = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let erase = move || {
        let typed =
            field.get_untracked().map(|input| input.value().trim().to_lowercase()).unwrap_or_default();
        if typed != app.t(Key::EraseWord).to_lowercase() {
            failed.set(Some(app.t(Key::EraseNotTyped)));
            return;
        }
        spawn_local(async move {
            match Storage::erase(app.storage).await {
                Ok(()) => {
                    page::forget_settings();
                    app.lock();
                    app.backup.set(Standing::Off);
                    app.go(Screen::Welcome);
                }
                Err(refused) => failed.set(Some(app.explain(&refused))),
            }
        });
    };
    let confirm = app.t_with(Key::EraseConfirm, &[("word", app.t(Key::EraseWord).as_str().into())]);
    view! {
        <h2>{app.t(Key::Erase)}</h2>
        <p hidden=move || asked.get()>
            <button type="button" class="bad" on:click=move |_| asked.set(true)>{app.t(Key::Erase)}</button>
        </p>
        <form hidden=move || !asked.get() on:submit=move |event| { event.prevent_default(); erase(); }>
            <TextField label=confirm field=field problem=failed />
            <button type="submit" class="bad">{app.t(Key::Delete)}</button>
        </form>
    }
}

/// What the device does: its clock, whether it keeps the data.
#[component]
fn Device() -> impl IntoView {
    let app = App::here();
    let kept = RwSignal::new(None::<bool>);
    spawn_local(async move { kept.set(files::is_kept().await) });
    let clock = move || match app.offset.get() {
        None => app.t(Key::ClockUnknown),
        Some(0) => app.t(Key::ClockRight),
        // The offset is what is added: a clock that is ahead gets a negative one.
        Some(offset) if offset < 0 => app.t_with(Key::ClockAhead, &[("count", offset.unsigned_abs().into())]),
        Some(offset) => app.t_with(Key::ClockBehind, &[("count", offset.unsigned_abs().into())]),
    };
    view! {
        <h2>{app.t(Key::Clock)}</h2>
        <p class="clock">{clock}</p>
        <h2>{app.t(Key::StorageLabel)}</h2>
        {move || match kept.get() {
            Some(true) => view! { <p>{app.t(Key::StorageKept)}</p> }.into_any(),
            _ => view! { <Notice tone=Tone::Warn what=app.t(Key::StorageNotKept) /> }.into_any(),
        }}
    }
}
