use super::Screen;
use crate::{
    parts::{Notice, TokenRow, Tone},
    state::{App, Key, backup::Standing, updates},
};
use leptos::{html, prelude::*};
use vault::EntryId;

/// From this many tokens on there is a field to search in.
const SEARCHED_FROM: usize = 4;

/// The tokens with their codes.
#[component]
pub(crate) fn Tokens() -> impl IntoView {
    let app = App::here();
    let query = RwSignal::new(String::new());
    let search = NodeRef::<html::Input>::new();
    let ids = Memo::new(move |_| {
        app.revision.track();
        app.read(|vault| {
            vault.list(vault.settings().sort(), &query.get()).iter().map(|entry| entry.id).collect::<Vec<_>>()
        })
        .unwrap_or_default()
    });
    let count = Memo::new(move |_| app.read(vault::Vault::len).unwrap_or_default());
    view! {
        <main id="main" tabindex="-1">
            <div class="top">
                <h1>{app.t(Key::AppName)}</h1>
                <button class="plain" type="button" on:click=move |_| app.lock()>{app.t(Key::Lock)}</button>
                <button class="plain" type="button" on:click=move |_| app.go(Screen::Settings)>
                    {app.t(Key::Settings)}
                </button>
            </div>
            <BackupLine />
            {move || app.update_ready.get().then(|| view! {
                <div class="notice">
                    <p>{app.t(Key::UpdateReady)}</p>
                    <button type="button" on:click=move |_| updates::take()>{app.t(Key::UpdateNow)}</button>
                </div>
            })}
            {move || (count.get() >= SEARCHED_FROM).then(|| view! {
                <div class="field">
                    <label class="hidden-visually" for="search">{app.t(Key::Search)}</label>
                    <input
                        id="search"
                        type="search"
                        node_ref=search
                        placeholder=app.t(Key::Search)
                        autocomplete="off"
                        on:input=move |event| query.set(event_target_value(&event))
                    />
                </div>
            })}
            {move || {
                if count.get() == 0 {
                    view! { <h2>{app.t(Key::TokensEmptyTitle)}</h2><p>{app.t(Key::TokensEmptyText)}</p> }.into_any()
                } else if ids.get().is_empty() {
                    view! { <p role="status">{app.t(Key::SearchEmpty)}</p> }.into_any()
                } else {
                    ().into_any()
                }
            }}
            <ul class="tokens">
                <For each=move || ids.get() key=|id: &EntryId| *id children=move |id| view! { <TokenRow id=id /> } />
            </ul>
            <button class="main" type="button" on:click=move |_| app.go(Screen::Add)>{app.t(Key::AddNewToken)}</button>
        </main>
    }
}

/// How it stands with the backup: always to be seen, red until what went wrong is mended.
#[component]
pub(crate) fn BackupLine() -> impl IntoView {
    let app = App::here();
    move || match app.backup.get() {
        Standing::Off => view! {
            <Notice tone=Tone::Warn what=app.t(Key::BackupOff) then=app.t(Key::BackupOffText) />
        }
        .into_any(),
        Standing::Pending => view! { <Notice tone=Tone::Warn what=app.t(Key::BackupPending) /> }.into_any(),
        Standing::Running => view! { <Notice tone=Tone::Plain what=app.t(Key::BackupRunning) /> }.into_any(),
        Standing::Verified { at, tokens } => {
            let when = crate::browser::page::when(at);
            let details = app
                .t_with(Key::BackupVerifiedAt, &[("when", when.as_str().into()), ("count", tokens.into())]);
            view! { <Notice tone=Tone::Good what=app.t(Key::BackupVerified) then=details /> }.into_any()
        }
        Standing::Failed(why) => view! {
            <Notice tone=Tone::Bad what=app.t(Key::BackupFailed) then=why />
            <button type="button" on:click=move |_| app.back_up_soon()>{app.t(Key::BackupNow)}</button>
        }
        .into_any(),
    }
}
