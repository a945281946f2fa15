use crate::{
    browser::page,
    parts::{self, Notice, PasswordField, Tone},
    state::{App, Key, storage::Found},
};
use leptos::{html, prelude::*};
use wasm_bindgen_futures::spawn_local;

/// The vault is locked: password, passkey or recovery code.
#[component]
pub(crate) fn Unlock() -> impl IntoView {
    let app = App::here();
    let field = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let found = app.storage.with_value(|storage| storage.found());
    let unlock = move || {
        if busy.get_untracked() {
            return;
        }
        let password = parts::typed(field);
        if password.is_empty() {
            problem.set(Some(app.t(Key::PasswordEmpty)));
            return;
        }
        problem.set(None);
        busy.set(true);
        spawn_local(async move {
            let opened = app.unlock_by_password(&password).await;
            busy.set(false);
            match opened {
                Ok(()) => parts::empty(field),
                Err(what) => problem.set(Some(what)),
            }
        });
    };
    view! {
        <main id="main" tabindex="-1">
            <super::welcome::Mark />
            <h1>{app.t(Key::UnlockTitle)}</h1>
            {(found == Found::OlderOnly).then(|| view! { <Notice tone=Tone::Bad what=older_text(app) /> })}
            <form on:submit=move |event| { event.prevent_default(); unlock(); }>
                <PasswordField
                    label=app.t(Key::Password)
                    field=field
                    problem=problem
                    autocomplete="current-password"
                />
                <button class="main" type="submit" disabled=move || busy.get()>{app.t(Key::Unlock)}</button>
            </form>
            <p class="quiet" role="status">
                {move || if busy.get() { app.t(Key::Deriving) } else { String::new() }}
            </p>
        </main>
    }
}

fn older_text(app: App) -> String {
    let at = app.storage.with_value(|storage| storage.newest().map(|saved| saved.at));
    app.t_with(Key::OlderGeneration, &[("when", page::when(at.unwrap_or_default()).as_str().into())])
}
