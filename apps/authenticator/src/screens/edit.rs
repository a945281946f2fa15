use super::Screen;
use crate::{
    parts::{Notice, TextField, Tone, Top},
    state::{App, Key, order::Step, said::Said, session::NotChanged},
};
use leptos::{html, prelude::*};
use vault::{Edit, EntryId, Exporting};
use wasm_bindgen_futures::spawn_local;

/// One token: its names, note, tags; as a QR code; into the trash.
#[component]
pub(crate) fn EditToken(
    /// Which one.
    id: EntryId,
) -> impl IntoView {
    let app = App::here();
    let [issuer, account, tags] = [(); 3].map(|()| NodeRef::<html::Input>::new());
    let note = NodeRef::<html::Textarea>::new();
    let failed = RwSignal::new(None::<String>);
    let known = app.session.with_value(|session| {
        let entry = session.as_ref()?.entry(id)?;
        Some((
            entry.issuer.clone(),
            entry.account.clone(),
            entry.note.clone(),
            entry.tags.join(", "),
            entry.pinned,
            entry.exporting,
        ))
    });
    let Some((old_issuer, old_account, old_note, old_tags, old_pinned, exporting)) = known else {
        return ().into_any();
    };
    let pinned = RwSignal::new(old_pinned);
    let finish = move |done: Result<(), String>| match done {
        Ok(()) => app.go(Screen::Tokens),
        Err(why) => failed.set(Some(why)),
    };
    let save = move || {
        let value = |field: NodeRef<html::Input>| {
            field.get_untracked().map(|input| input.value()).unwrap_or_default()
        };
        let edit = Edit {
            issuer: Some(value(issuer).trim().to_owned()),
            account: Some(value(account).trim().to_owned()),
            note: note.get_untracked().map(|area| area.value()),
            tags: Some(value(tags).split(',').map(|tag| tag.trim().to_owned()).collect()),
            pinned: Some(pinned.get_untracked()),
            ..Edit::default()
        };
        spawn_local(async move {
            finish(told(app, app.change(move |vault, now| vault.edit(id, edit, now)).await));
        });
    };
    let trash = move || {
        spawn_local(
            async move { finish(told(app, app.change(move |vault, now| vault.trash(id, now)).await)) },
        );
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::EditTitle />
            {move || failed.get().map(|why| view! { <Notice tone=Tone::Bad what=why /> })}
            <form on:submit=move |event| { event.prevent_default(); save(); }>
                <TextField label=app.t(Key::Issuer) field=issuer value=old_issuer />
                <TextField label=app.t(Key::Account) field=account value=old_account />
                <div class="field">
                    <label for="note">{app.t(Key::Notes)}</label>
                    <textarea id="note" rows="3" node_ref=note prop:value=old_note></textarea>
                </div>
                <TextField label=app.t(Key::Tags) field=tags value=old_tags hint=app.t(Key::TagsHint) />
                <label class="choice">
                    <input
                        type="checkbox"
                        prop:checked=move || pinned.get()
                        on:change=move |event| pinned.set(event_target_checked(&event))
                    />
                    <span>{app.t(Key::Pin)}</span>
                </label>
                <button class="main" type="submit">{app.t(Key::Save)}</button>
            </form>
            <h2>{app.t(Key::Menu)}</h2>
            <div class="stack">
                <div class="row">
                    <button type="button" on:click=move |_| app.step(id, Step::Up)>{app.t(Key::MoveUp)}</button>
                    <button type="button" on:click=move |_| app.step(id, Step::Down)>{app.t(Key::MoveDown)}</button>
                </div>
                {(exporting == Exporting::Allowed).then(|| view! {
                    <button type="button" class={"wide"} on:click=move |_| app.go(Screen::ShowQr(id))>
                        {app.t(Key::ShowAsQr)}
                    </button>
                })}
                <button type="button" class={"wide bad"} on:click=move |_| trash()>{app.t(Key::MoveToTrash)}</button>
            </div>
        </main>
    }
    .into_any()
}

/// What to tell about a change that was not made.
pub(super) fn told<R, S, E: Said>(app: App, done: Result<(R, S), NotChanged<E>>) -> Result<(), String> {
    done.map(|_| ()).map_err(|why| why.said(app))
}
