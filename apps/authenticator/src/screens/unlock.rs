use crate::{
    browser::passkey,
    parts::{self, Notice, PasswordField, TextField, Tone},
    state::{App, Key, storage::Found, ways},
};
use leptos::{html, prelude::*};
use vault::container::SlotKind;
use wasm_bindgen_futures::spawn_local;

/// The vault is locked: password, passkey or recovery code.
#[component]
pub(crate) fn Unlock() -> impl IntoView {
    let app = App::here();
    let field = NodeRef::<html::Input>::new();
    let code = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<String>);
    let code_problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let by_code = RwSignal::new(false);
    let found = app.storage.with_value(|storage| storage.found());
    let reminded = ways::reminder_is_due();
    // When the password is to be remembered, the passkey is not offered.
    let has_passkey = !reminded && passkey::are_there() && app.has_way(SlotKind::Passkey);
    let has_code = app.has_way(SlotKind::RecoveryCode);
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
                Ok(()) => ways::password_was_used(),
                Err(what) => problem.set(Some(what)),
            }
        });
    };
    let unlock_by_passkey = move || {
        spawn_local(async move {
            if let Err(what) = app.unlock_by_passkey().await {
                problem.set(Some(what));
            }
        });
    };
    let unlock_by_code = move || match app.unlock_by_recovery_code(&parts::typed(code)) {
        Ok(()) => {}
        Err(what) => code_problem.set(Some(what)),
    };
    view! {
        <main id="main" tabindex="-1">
            <super::welcome::Mark />
            <h1>{app.t(Key::UnlockTitle)}</h1>
            {(found == Found::OlderOnly).then(|| view! { <Notice tone=Tone::Bad what=older_text(app) /> })}
            {reminded.then(|| view! { <Notice tone=Tone::Plain what=app.t(Key::UnlockReminder) /> })}
            {has_passkey.then(|| view! {
                <p>
                    <button class="main" type="button" on:click=move |_| unlock_by_passkey()>
                        {app.t(Key::UnlockPasskey)}
                    </button>
                </p>
            })}
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
            {move || match (has_code, by_code.get()) {
                (false, _) => ().into_any(),
                (true, false) => view! {
                    <button class="plain" type="button" on:click=move |_| by_code.set(true)>
                        {app.t(Key::UnlockRecovery)}
                    </button>
                }.into_any(),
                (true, true) => view! {
                    <form on:submit=move |event| { event.prevent_default(); unlock_by_code(); }>
                        <TextField label=app.t(Key::UnlockRecoveryCode) field=code problem=code_problem />
                        <button type="submit" class={"wide"}>{app.t(Key::UnlockRecovery)}</button>
                    </form>
                }.into_any(),
            }}
        </main>
    }
}

fn older_text(app: App) -> String {
    let at = app.storage.with_value(|storage| storage.newest().map(|saved| saved.at));
    app.t_with(Key::OlderGeneration, &[("when", app.when(at.unwrap_or_default()).as_str().into())])
}
