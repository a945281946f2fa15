use super::Screen;
use crate::{
    parts::{Notice, TokenRow, Tone},
    state::{App, Key, backup::Standing, updates},
};
use leptos::{html, prelude::*};
use vault::{EntryId, SortOrder};

/// From this many tokens on there is a field to search in.
const SEARCHED_FROM: usize = 4;

/// The orders that are offered.
const SORTS: [(SortOrder, Key); 3] = [
    (SortOrder::Manual, Key::SortManual),
    (SortOrder::Issuer, Key::SortName),
    (SortOrder::MostUsed, Key::SortUsed),
];

/// The tokens with their codes.
#[component]
pub(crate) fn Tokens() -> impl IntoView {
    let app = App::here();
    let query = RwSignal::new(String::new());
    let search = NodeRef::<html::Input>::new();
    let tag = RwSignal::new(None::<String>);
    let tags = Memo::new(move |_| {
        app.read(|vault| vault.tags().into_iter().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default()
    });
    let sort = Memo::new(move |_| app.read(|vault| vault.settings().sort()).unwrap_or_default());
    let ids = Memo::new(move |_| {
        let (query, tag) = (query.get(), tag.get());
        app.read(|vault| {
            let fits = |entry: &&vault::Entry| tag.as_ref().is_none_or(|tag| entry.tags.contains(tag));
            vault
                .list(vault.settings().sort(), &query)
                .into_iter()
                .filter(fits)
                .map(|entry| entry.id)
                .collect::<Vec<_>>()
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
            {move || (!tags.get().is_empty()).then(|| {
                let chip = move |name: String, value: Option<String>| {
                    let (chosen, other) = (value.clone(), value);
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || (tag.get() == chosen).to_string()
                            on:click=move |_| tag.set(other.clone())
                        >
                            {name}
                        </button>
                    }
                };
                view! {
                    <div class="row wrap tags">
                        {chip(app.t(Key::AllTags), None)}
                        {tags.get().into_iter().map(|name| chip(name.clone(), Some(name))).collect_view()}
                    </div>
                }
            })}
            {move || (count.get() >= SEARCHED_FROM).then(|| view! {
                <div class="field">
                    <label for="sort">{app.t(Key::SortLabel)}</label>
                    <select id="sort" on:change=move |event| {
                        app.sort_by(SortOrder::from_word(&event_target_value(&event)).unwrap_or_default());
                    }>
                        {SORTS.map(|(order, key)| view! {
                            <option value=order.as_str() selected=sort.get() == order>{app.t(key)}</option>
                        }).collect_view()}
                    </select>
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
        Standing::Pending => view! {
            <Notice tone=Tone::Warn what=app.t(Key::BackupPending) />
            <BackupNow />
        }
        .into_any(),
        Standing::Handed => view! {
            <Notice tone=Tone::Warn what=app.t(Key::BackupHanded) then=app.t(Key::BackupHandedText) />
        }
        .into_any(),
        Standing::Running => view! { <Notice tone=Tone::Plain what=app.t(Key::BackupRunning) /> }.into_any(),
        Standing::Verified { at, tokens } => {
            let when = app.when(at);
            let details = app
                .t_with(Key::BackupVerifiedAt, &[("when", when.as_str().into()), ("count", tokens.into())]);
            view! { <Notice tone=Tone::Good what=app.t(Key::BackupVerified) then=details /> }.into_any()
        }
        Standing::Failed(why) => view! {
            <Notice tone=Tone::Bad what=app.t(Key::BackupFailed) then=why />
            <BackupNow />
        }
        .into_any(),
    }
}

#[component]
fn BackupNow() -> impl IntoView {
    let app = App::here();
    let now = move |_| wasm_bindgen_futures::spawn_local(async move { app.back_up().await });
    view! { <p><button type="button" on:click=now>{app.t(Key::BackupNow)}</button></p> }
}
