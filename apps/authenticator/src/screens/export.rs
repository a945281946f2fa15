use crate::{
    browser::files,
    parts::{self, NewPassword, Notice, PasswordField, Tone, Top},
    state::{App, Key, incoming, keys},
};
use leptos::{html, prelude::*};
use model::Secret;
use vault::{
    container::{Keyring, NewSlot, PasswordParameters},
    export,
};
use wasm_bindgen_futures::spawn_local;

/// A form of export.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Our own, encrypted.
    Own,
    /// For Aegis and those that read its files, encrypted.
    Aegis,
    /// Addresses, in the clear.
    Links,
}

/// Tokens for elsewhere.
#[component]
pub(crate) fn Export() -> impl IntoView {
    let app = App::here();
    let [first, second, own] = [(); 3].map(|()| NodeRef::<html::Input>::new());
    let [problem, differs, own_problem, failed] = [(); 4].map(|()| RwSignal::new(None::<String>));
    let busy = RwSignal::new(false);
    let give = move |form: Form| {
        if busy.get_untracked() {
            return;
        }
        let password = if form == Form::Links {
            Some(parts::typed(first))
        } else {
            parts::typed_twice(app, [first, second], problem, differs)
        };
        let Some(password) = password else { return };
        let typed = parts::typed(own);
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            // In the clear only for whoever knows the password of the app.
            if form == Form::Links
                && let Err(why) = app.confirm_password(&typed).await
            {
                own_problem.set(Some(why));
                busy.set(false);
                return;
            }
            let made = app.make_export(form, &password).await;
            busy.set(false);
            match made {
                Ok(()) => [first, second, own].into_iter().for_each(parts::empty),
                Err(why) => failed.set(Some(why)),
            }
        });
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::ExportTitle />
            <p>{app.t(Key::ExportText)}</p>
            {move || failed.get().map(|why| view! { <Notice tone=Tone::Bad what=why /> })}
            <form on:submit=move |event| { event.prevent_default(); give(Form::Own); }>
                <NewPassword
                    label=app.t(Key::Password)
                    first=first
                    second=second
                    problem=problem
                    differs=differs
                />
                <div class="stack">
                    <button class="main" type="submit" disabled=move || busy.get()>{app.t(Key::ExportEncrypted)}</button>
                    <button type="button" class={"wide"} on:click=move |_| give(Form::Aegis)>
                        {app.t(Key::ExportAegis)}
                    </button>
                </div>
            </form>
            <h2>{app.t(Key::ExportLinks)}</h2>
            <p>{app.t(Key::ExportLinksWarning)}</p>
            <form on:submit=move |event| { event.prevent_default(); give(Form::Links); }>
                <PasswordField
                    label=app.t(Key::OldPassword)
                    field=own
                    problem=own_problem
                    autocomplete="current-password"
                />
                <button type="submit" class={"wide"} disabled=move || busy.get()>{app.t(Key::ExportLinks)}</button>
            </form>
        </main>
    }
}

impl App {
    async fn make_export(self, form: Form, password: &Secret) -> Result<(), String> {
        let copy = self.session.with_value(|session| session.as_ref().map(|session| session.copy()));
        let vault = copy.ok_or_else(|| self.t(Key::UnlockTitle))?;
        let (name, kind, bytes) = match form {
            Form::Own => {
                let parameters = PasswordParameters::random(&mut keys::rng());
                let key =
                    keys::derive(password, &parameters).await.map_err(|refused| self.explain(&refused))?;
                let slot = NewSlot::password(parameters, key);
                let keyring =
                    Keyring::create(slot, self.now(), &mut keys::rng()).map_err(|error| error.to_string())?;
                let (mut shared, _) = export::shareable(&vault, self.now());
                let sealed =
                    keyring.seal(&mut shared, &mut keys::rng()).map_err(|error| error.to_string())?;
                (
                    "countersign-export.csvault",
                    "application/octet-stream",
                    Secret::new(sealed.bytes().to_vec()),
                )
            }
            Form::Aegis => {
                let made =
                    incoming::aegis(&vault, password).await.map_err(|refused| self.explain(&refused))?;
                ("countersign-aegis.json", "application/json", made)
            }
            Form::Links => ("countersign-links.txt", "text/plain", export::otpauth_list(&vault).text),
        };
        files::give(name, kind, bytes.expose()).await.map_err(|_| self.t(Key::BackupFailedFile))
    }
}
