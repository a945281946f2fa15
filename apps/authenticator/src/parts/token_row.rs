use super::Answering;
use crate::{
    browser::{clipboard, request},
    screens::Screen,
    state::{App, Key, hidden, said::Said},
};
use leptos::prelude::*;
use vault::{EntryId, Kind, SortOrder};
use wasm_bindgen_futures::spawn_local;

/// A code as it is shown, with what is read out and what is copied.
#[derive(Clone, PartialEq, Eq)]
struct Shown {
    groups: String,
    plain: String,
    next: String,
    remaining: u32,
    period: u32,
}

/// One token of the list.
#[component]
pub(crate) fn TokenRow(
    /// Which one.
    id: EntryId,
) -> impl IntoView {
    let app = App::here();
    // The code of a counter, from the moment it was asked for.
    let asked = RwSignal::new(None::<String>);
    let shown = Memo::new(move |_| {
        let now = model::UnixTime::from_secs(app.second.get());
        app.read(|vault| {
            let code = vault.get(id)?.token.code_at(now)?;
            Some(Shown {
                groups: code.code.to_groups().expose_text().unwrap_or_default().to_owned(),
                plain: code.code.expose().to_owned(),
                next: code.next.to_groups().expose_text().unwrap_or_default().to_owned(),
                remaining: code.remaining,
                period: code.period.as_secs(),
            })
        })
        .flatten()
    });
    let names = move || {
        app.read(|vault| {
            let entry = vault.get(id)?;
            Some((entry.issuer.clone(), entry.account.clone(), entry.pinned, entry.token.kind()))
        })
        .flatten()
        .unwrap_or((String::new(), String::new(), false, Kind::Totp))
    };
    let movable = app.read(|vault| vault.settings().sort() == SortOrder::Manual).unwrap_or_default();
    let (issuer, account, pinned, kind) = names();
    let title = if issuer.is_empty() { app.name_or_unnamed("", &account) } else { issuer.clone() };
    let below = if issuer.is_empty() { String::new() } else { account.clone() };
    let initial: String = title.chars().next().map(String::from).unwrap_or_default();
    let label = title.clone();
    let copy = move |code: String| {
        spawn_local(async move {
            match clipboard::write(&code).await {
                Ok(()) => {
                    app.tell(app.t(Key::Copied));
                    // As far as a page can: it is not allowed to when something else has the focus then.
                    request::later(clipboard::CLEARED_AFTER_MS, || {
                        spawn_local(async {
                            let _cleared = clipboard::write("").await;
                        });
                    });
                    // The use counts; that it could not be saved does not matter.
                    let _saved = app.change(|vault, now| vault.note_use(id, now)).await;
                }
                Err(_) => app.tell(app.t(Key::CopyFailed)),
            }
        });
    };
    let ask = move || {
        spawn_local(async move {
            // The counter is saved first: a code that was shown must never be made again.
            match app.change(|vault, now| vault.next_code(id, now)).await {
                Ok((code, stored)) => match code.reveal(&stored) {
                    Ok(code) => {
                        asked.set(Some(code.to_groups().expose_text().unwrap_or_default().to_owned()))
                    }
                    Err(_) => app.tell(app.t(Key::SaveFailed)),
                },
                Err(why) => app.tell(why.said(app)),
            }
        });
    };
    view! {
            <li
                class="token"
                class:dragged=move || app.dragged.get() == Some(id)
                draggable=if movable { "true" } else { "false" }
                on:dragstart=move |_| app.dragged.set(Some(id))
                on:dragend=move |_| app.dragged.set(None)
                on:dragover=move |event| event.prevent_default()
                on:drop=move |event| {
                    event.prevent_default();
                    app.drop_before(id);
                }
            >
                <div class="head">
                    <span class="icon" aria-hidden="true">{initial}</span>
                    <span class="names">
                        <span class="issuer">{title}</span>
                        <span class="quiet">{below}</span>
                    </span>
                    {pinned.then(|| view! { <span class="quiet">{app.t(Key::Pinned)}</span> })}
                    <button
                        class="plain"
                        type="button"
                        aria-label=format!("{}: {label}", app.t(Key::Menu))
                        on:click=move |_| app.go(Screen::Edit(id))
                    >
                        {app.t(Key::Menu)}
                    </button>
                </div>
                {match kind {
                    Kind::Hotp => view! { <CounterCode asked=asked on_ask=Callback::new(move |()| ask()) on_copy=Callback::new(copy) /> }.into_any(),
    Kind::Ocra => view! { <Answering id=id /> }.into_any(),
                    _ => view! { <TimedCode shown=shown on_copy=Callback::new(copy) /> }.into_any(),
                }}
            </li>
        }
}

/// A code that changes with time: tap to copy it.
#[component]
fn TimedCode(shown: Memo<Option<Shown>>, on_copy: Callback<String>) -> impl IntoView {
    let app = App::here();
    let part = move |take: fn(&Shown) -> String| move || shown.get().as_ref().map(take).unwrap_or_default();
    let groups = part(|shown| shown.groups.clone());
    let soon = move || shown.get().is_some_and(|shown| shown.remaining <= 5);
    // Where codes are hidden, a tap shows the one of now and not those that follow.
    let hides = hidden::is_on();
    let tapped = RwSignal::new(None::<String>);
    let hidden = move || hides && tapped.get().as_ref() != shown.get().as_ref().map(|shown| &shown.groups);
    view! {
        <button
            type="button"
            class=move || if shown.get().is_some_and(|shown| shown.groups.len() > 8) { "code long" } else { "code" }
            on:click=move |_| {
                if untrack(hidden) {
                    tapped.set(shown.get_untracked().map(|shown| shown.groups));
                } else {
                    on_copy.run(part(|shown| shown.plain.clone())());
                }
            }
        >
            <span class={"tap"} aria-hidden="true" hidden=move || !hidden()>{app.t(Key::CodeTap)}</span>
            <span
                role="img"
                aria-label=move || if hidden() {
                    app.t(Key::CodeHidden)
                } else {
                    app.t_with(Key::CodeOf, &[("digits", spelled(&part(|shown| shown.plain.clone())()).as_str().into())])
                }
            >
                {move || if hidden() { String::new() } else { groups() }}
            </span>
        </button>
        <progress
            class:soon=soon
            max=move || shown.get().map_or(30, |shown| shown.period)
            value=move || shown.get().map_or(0, |shown| shown.remaining)
            aria-hidden="true"
        ></progress>
        <div class="foot">
            <span class="next quiet">
                <span hidden=hidden>
                    {app.t(Key::NextCode)} " " <span class="value">{part(|shown| shown.next.clone())}</span>
                </span>
            </span>
            <span class="quiet left">
                {move || {
                    let left = shown.get().map_or(0, |shown| shown.remaining);
                    app.t_with(Key::SecondsLeft, &[("count", u64::from(left).into())])
                }}
            </span>
            <button type="button" class="plain" on:click=move |_| on_copy.run(part(|shown| shown.plain.clone())())>
                {app.t(Key::Copy)}
            </button>
        </div>
    }
}

/// A code that changes at each use: shown when it is asked for.
#[component]
fn CounterCode(
    asked: RwSignal<Option<String>>,
    on_ask: Callback<()>,
    on_copy: Callback<String>,
) -> impl IntoView {
    let app = App::here();
    let plain = move || asked.get().unwrap_or_default().replace(' ', "");
    view! {
        {move || asked.get().map(|groups| view! {
            <button
                type="button"
                class="code"
                on:click=move |_| on_copy.run(plain())
            >
                <span
                    role="img"
                    aria-label=app.t_with(Key::CodeOf, &[("digits", spelled(&plain()).as_str().into())])
                >
                    {groups}
                </span>
            </button>
        })}
        <div class="foot">
            <button type="button" on:click=move |_| on_ask.run(())>{app.t(Key::NewCode)}</button>
        </div>
    }
}

/// Digit by digit, for screen readers, which would read a number else.
fn spelled(code: &str) -> String {
    code.chars().map(String::from).collect::<Vec<_>>().join(" ")
}
