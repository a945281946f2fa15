use super::Screen;
use crate::{
    browser::{Refused, files},
    parts::{self, Notice, PasswordField, Tone, Top},
    state::{
        App, Key,
        incoming::{Incoming, NoFile},
    },
};
use leptos::{html, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;
use zeroize::Zeroizing;

/// Tokens from a file: what it is, what would be added, and only then adding it.
#[component]
pub(crate) fn Import() -> impl IntoView {
    let app = App::here();
    let picker = NodeRef::<html::Input>::new();
    let field = NodeRef::<html::Input>::new();
    let failed = RwSignal::new(None::<String>);
    let wrong = RwSignal::new(None::<String>);
    let asks = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let file = StoredValue::new_local(Zeroizing::new(Vec::<u8>::new()));
    let incoming = StoredValue::new_local(None::<Incoming>);
    let verdicts = RwSignal::new(None::<(String, Vec<(String, String)>, u64)>);

    let look = move || {
        failed.set(None);
        let password = parts::typed(field);
        busy.set(true);
        spawn_local(async move {
            let bytes = file.with_value(|bytes| Zeroizing::new(bytes.to_vec()));
            let read = app.look_into(&bytes, (!password.is_empty()).then_some(&password)).await;
            busy.set(false);
            match read {
                Ok(found) => {
                    asks.set(false);
                    failed.set(found.missing.clone());
                    verdicts.set(Some((
                        found.format.clone(),
                        found.verdicts.clone(),
                        found.drafts.len() as u64,
                    )));
                    incoming.set_value(Some(found));
                }
                Err(NoFile::AsksForPassword) => {
                    wrong.set(asks.get_untracked().then(|| app.t(Key::ImportWrongPassword)));
                    asks.set(true);
                }
                Err(NoFile::Unreadable(why)) => {
                    asks.set(false);
                    failed.set(Some(why));
                }
            }
        });
    };
    let choose = move |blob: Blob| {
        verdicts.set(None);
        asks.set(false);
        wrong.set(None);
        spawn_local(async move {
            match files::read(&blob, vault::import::MAX_BYTES as f64).await {
                Ok(bytes) => {
                    file.set_value(Zeroizing::new(bytes));
                    look();
                }
                Err(Refused::Full) => failed.set(Some(app.t(Key::ImportTooLarge))),
                Err(_) => failed.set(Some(app.t(Key::ImportNotRead))),
            }
        });
    };
    let add = move || {
        let Some(found) = incoming.try_update_value(Option::take).flatten() else { return };
        let count = found.drafts.len() as u64;
        spawn_local(async move {
            match app.add_all(found.drafts).await {
                Ok(()) => {
                    app.tell(app.t_with(Key::ImportDone, &[("count", count.into())]));
                    app.go(Screen::Tokens);
                }
                Err(why) => failed.set(Some(why)),
            }
        });
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::ImportTitle />
            <p>{app.t(Key::ImportText)}</p>
            {move || failed.get().map(|why| view! { <Notice tone=Tone::Bad what=why /> })}
            <div class="field">
                <label for="file">{app.t(Key::ImportChoose)}</label>
                <input id="file" type="file" node_ref=picker on:change=move |_| {
                    let files = picker.get_untracked().and_then(|picker| picker.files());
                    if let Some(file) = files.and_then(|files| files.get(0)) {
                        choose(file.into());
                    }
                } />
            </div>
            <form hidden=move || !asks.get() on:submit=move |event| { event.prevent_default(); look(); }>
                <PasswordField
                    label=app.t(Key::ImportPassword)
                    field=field
                    problem=wrong
                    autocomplete="off"
                />
                <button type="submit" disabled=move || busy.get()>{app.t(Key::Continue)}</button>
            </form>
            {move || verdicts.get().map(|(format, verdicts, count)| view! {
                <h2>{app.t(Key::ImportPreview)}</h2>
                <p class="quiet">{format}</p>
                <ul class="tokens">
                    {verdicts.into_iter().map(|(name, verdict)| view! {
                        <li class="token"><span class="issuer">{name}</span> <span class="quiet">{verdict}</span></li>
                    }).collect_view()}
                </ul>
                {(count > 0).then(|| view! {
                    <button class="main" type="button" on:click=move |_| add()>
                        {app.t_with(Key::ImportAdd, &[("count", count.into())])}
                    </button>
                })}
            })}
        </main>
    }
}
