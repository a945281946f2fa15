use super::edit::told;
use crate::{
    parts::{Notice, Tone, Top},
    state::{App, Key},
};
use leptos::prelude::*;
use vault::EntryId;
use wasm_bindgen_futures::spawn_local;

/// What was thrown away: back, or gone for ever after a question.
#[component]
pub(crate) fn Trash() -> impl IntoView {
    let app = App::here();
    let failed = RwSignal::new(None::<String>);
    let asked = RwSignal::new(None::<EntryId>);
    let entries = move || {
        app.read(|vault| {
            let named =
                |entry: &&vault::Entry| (entry.id, app.name_or_unnamed(&entry.issuer, &entry.account));
            vault.in_trash().iter().map(named).collect::<Vec<_>>()
        })
        .unwrap_or_default()
    };
    let restore = move |id: EntryId| {
        spawn_local(async move {
            failed.set(told(app, app.change(move |vault, now| vault.restore(id, now)).await).err());
        });
    };
    let remove = move |id: EntryId| {
        asked.set(None);
        spawn_local(async move {
            failed.set(told(app, app.change(move |vault, now| vault.remove_for_ever(id, now)).await).err());
        });
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::TrashTitle />
            {move || failed.get().map(|why| view! { <Notice tone=Tone::Bad what=why /> })}
            <p>{move || app.t(if entries().is_empty() { Key::TrashEmpty } else { Key::TrashText })}</p>
            <ul class="tokens">
                {move || entries().into_iter().map(|(id, name)| {
                    let question = app.t_with(Key::DeleteConfirm, &[("name", name.as_str().into())]);
                    view! {
                        <li class="token">
                            <p class="issuer">{name}</p>
                            <div hidden=move || asked.get() != Some(id)>
                                <p class="bad">{question}</p>
                            </div>
                            <div class="row wrap">
                                <button type="button" on:click=move |_| restore(id)>{app.t(Key::Restore)}</button>
                                <button type="button" class="bad" on:click=move |_| {
                                    if asked.get_untracked() == Some(id) {
                                        remove(id);
                                    } else {
                                        asked.set(Some(id));
                                    }
                                }>{app.t(Key::DeleteForever)}</button>
                            </div>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </main>
    }
}
