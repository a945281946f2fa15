use crate::{
    browser::files,
    parts::{self, NewPassword, Notice, PasswordField, Tone, Top, Typing},
    state::{App, Key, incoming, keys, said::Said},
};
use leptos::{html, prelude::*};
use model::Secret;
use vault::{
    container::{Keyring, NewSlot, PasswordParameters},
    export::{self, PageTexts},
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
    /// A page to print, in the clear.
    Page,
}

impl Form {
    fn is_encrypted(self) -> bool {
        matches!(self, Self::Own | Self::Aegis)
    }
}

/// Tokens for elsewhere.
#[component]
pub(crate) fn Export() -> impl IntoView {
    let app = App::here();
    let own = NodeRef::<html::Input>::new();
    let [own_problem, failed] = [(); 2].map(|()| RwSignal::new(None::<String>));
    let typing = Typing::new(app);
    let busy = RwSignal::new(false);
    let give = move |form: Form| {
        if busy.get_untracked() {
            return;
        }
        let password = if form.is_encrypted() { typing.password() } else { Some(Secret::default()) };
        let Some(password) = password else { return };
        let typed = parts::typed(own);
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            // In the clear only for whoever knows the password of the app.
            if !form.is_encrypted()
                && let Err(why) = app.confirm_password(&typed).await
            {
                own_problem.set(Some(why));
                busy.set(false);
                return;
            }
            let made = app.make_export(form, &password).await;
            busy.set(false);
            match made {
                Ok(left_out) => {
                    own_problem.set(None);
                    parts::empty(own);
                    typing.clear();
                    if !left_out.is_empty() {
                        let names = left_out.join(", ");
                        failed.set(Some(app.t_with(Key::ExportLeftOut, &[("names", names.as_str().into())])));
                    }
                }
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
                <NewPassword label=app.t(Key::Password) typing=typing />
                <div class="stack">
                    <button class="main" type="submit" disabled=move || busy.get()>{app.t(Key::ExportEncrypted)}</button>
                    <button type="button" class={"wide"} on:click=move |_| give(Form::Aegis)>
                        {app.t(Key::ExportAegis)}
                    </button>
                </div>
            </form>
            <h2>{app.t(Key::ExportPlain)}</h2>
            <p>{app.t(Key::ExportLinksWarning)}</p>
            <form on:submit=move |event| { event.prevent_default(); give(Form::Links); }>
                <PasswordField
                    label=app.t(Key::OldPassword)
                    field=own
                    problem=own_problem
                    autocomplete="current-password"
                />
                <div class="stack">
                    <button type="submit" class={"wide"} disabled=move || busy.get()>{app.t(Key::ExportLinks)}</button>
                    <button type="button" class={"wide"} on:click=move |_| give(Form::Page)>
                        {app.t(Key::ExportPrint)}
                    </button>
                    <p class="quiet">{app.t(Key::ExportPrintText)}</p>
                </div>
            </form>
        </main>
    }
}

impl App {
    /// Makes the file and hands it over. Gives back the names of the tokens that are not in it.
    async fn make_export(self, form: Form, password: &Secret) -> Result<Vec<String>, String> {
        let copy = self.session.with_value(|session| session.as_ref().map(|session| session.copy()));
        let vault = copy.ok_or_else(|| self.t(Key::UnlockTitle))?;
        let names = |left: Vec<(String, _)>| left.into_iter().map(|(name, _)| name).collect();
        let (name, kind, (bytes, left_out)) = match form {
            Form::Own => {
                let parameters = PasswordParameters::random(&mut keys::rng());
                let key =
                    keys::derive(password, &parameters).await.map_err(|refused| self.explain(&refused))?;
                let slot = NewSlot::password(parameters, key);
                let keyring =
                    Keyring::create(slot, self.now(), &mut keys::rng()).map_err(|error| error.said(self))?;
                let (mut shared, left_out) = export::shareable(&vault, self.now());
                let sealed = keyring.seal(&mut shared, &mut keys::rng()).map_err(|error| error.said(self))?;
                (
                    "countersign-export.csvault",
                    "application/octet-stream",
                    (Secret::new(sealed.bytes().to_vec()), names(left_out)),
                )
            }
            Form::Aegis => {
                let made =
                    incoming::aegis(&vault, password).await.map_err(|refused| self.explain(&refused))?;
                ("countersign-aegis.json", "application/json", made)
            }
            Form::Links => {
                let made = export::otpauth_list(&vault);
                ("countersign-links.txt", "text/plain", (made.text, names(made.left_out)))
            }
            Form::Page => {
                let made = self.page(&vault);
                ("countersign-page.html", "text/html", (made.text, names(made.left_out)))
            }
        };
        files::give(name, kind, bytes.expose()).await.map_err(|_| self.t(Key::BackupFailedFile))?;
        Ok(left_out)
    }

    fn page(self, vault: &vault::Vault) -> export::Export {
        let when = self.when(self.now().as_secs());
        let texts = PageTexts {
            language: self.language.get_untracked().tag(),
            title: &self.t(Key::PrintTitle),
            introduction: &self.t_with(Key::PrintText, &[("when", when.as_str().into())]),
            key: &self.t(Key::Secret),
            parameters: &self.t(Key::PrintDetails),
        };
        export::page(vault, texts, |uri| {
            let mut picture = qr::Matrix::encode(uri.expose_text()?).ok()?.svg("");
            Some(std::mem::take(&mut *picture))
        })
    }
}
