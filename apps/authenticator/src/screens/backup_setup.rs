use super::{
    Screen,
    backup_access::{Access, PLACES, Reaching, explained},
};
use crate::{
    browser::files,
    parts::{self, Choice, NewPassword, Notice, PasswordField, TextField, Tone, Top, Typing},
    state::{
        App, Key,
        backup::{Begin, Sought},
    },
};
use leptos::{html, prelude::*};
use model::Secret;
use vault::{backup_box::PlaceKind, import::MAX_BYTES};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// Activate cloud backup: where it goes, its password twice.
#[component]
pub(crate) fn BackupSetup() -> impl IntoView {
    let app = App::here();
    let first_time = app.screen.get_untracked() == Screen::BackupSetup;
    let place = RwSignal::new(PlaceKind::Server);
    let existing = RwSignal::new(app.has_backup.get_untracked());
    let begin = move || if existing.get_untracked() { Begin::Existing } else { Begin::New };
    let name = NodeRef::<html::Input>::new();
    let name_problem = RwSignal::new(None::<String>);
    // The backup itself, where it is a file that is there already.
    let picker = NodeRef::<html::Input>::new();
    let file_problem = RwSignal::new(None::<String>);
    let asks_for_file = move || existing.get() && place.get() == PlaceKind::File;
    let reaching = Reaching::new(app);
    let typing = Typing::new(app);
    let said = RwSignal::new(None::<String>);
    let failed = RwSignal::new(None::<String>);
    let go_on = move || {
        if said.get_untracked().is_some() {
            return;
        }
        let named = name.get_untracked().map(|input| input.value().trim().to_owned()).unwrap_or_default();
        let needs_name = place.get_untracked() == PlaceKind::Server;
        name_problem.set((needs_name && named.is_empty()).then(|| app.t(Key::NameEmpty)));
        let typed = if existing.get_untracked() { known(app, typing) } else { typing.password() };
        let file = picker.get_untracked().and_then(|picker| picker.files()?.get(0));
        let wants_file = untrack(asks_for_file);
        file_problem.set((wants_file && file.is_none()).then(|| app.t(Key::BackupFileEmpty)));
        let Some(access) = reaching.access(place.get_untracked()) else { return };
        let Some(password) = typed else { return };
        if name_problem.get_untracked().is_some() || file_problem.get_untracked().is_some() {
            return;
        }
        let backup = Wanted {
            place: (place.get_untracked(), named, access),
            begin: begin(),
            file: file.filter(|_| wants_file).map(Into::into),
        };
        spawn_local(app.set_up_and_go_on(password, Some(backup), said, failed));
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::ActivateCloudBackup />
            <p>{app.t(Key::BackupWhy)}</p>
            {move || failed.get().map(|why| view! { <Notice tone=Tone::Bad what=why /> })}
            <form on:submit=move |event| { event.prevent_default(); go_on(); }>
                <fieldset>
                    <legend>{app.t(Key::BackupAsk)}</legend>
                    <Choice
                        group="begin"
                        name=app.t(Key::BackupStartNew)
                        text=app.t(Key::BackupStartNewText)
                        chosen=Signal::derive(move || !existing.get())
                        on_choose=Callback::new(move |()| existing.set(false))
                    />
                    <Choice
                        group="begin"
                        name=app.t(Key::WelcomeHaveBackup)
                        text=app.t(Key::BackupHaveText)
                        chosen=Signal::derive(move || existing.get())
                        on_choose=Callback::new(move |()| existing.set(true))
                    />
                </fieldset>
                <fieldset>
                    <legend>{move || app.t(if existing.get() { Key::BackupWhereIs } else { Key::BackupWhere })}</legend>
                    {move || {
                        let offered = reaching.offered.get();
                        let there = PLACES.into_iter().filter(|(kind, ..)| offered.has(*kind));
                        there.map(|(kind, name, text)| view! {
                            <Choice
                                group="place"
                                name=app.t(name)
                                text=explained(app, kind, text)
                                chosen=Signal::derive(move || place.get() == kind)
                                on_choose=Callback::new(move |()| place.set(kind))
                            />
                        }).collect_view()
                    }}
                </fieldset>
                <Access reaching=reaching place=place />
                <div hidden=move || place.get() != PlaceKind::Server>
                    <TextField
                        label=app.t(Key::BackupName)
                        field=name
                        hint=app.t(Key::BackupNameHint)
                        problem=name_problem
                        autocomplete="username"
                    />
                </div>
                <div class="field" hidden=move || !asks_for_file()>
                    <label for="backup-file">{app.t(Key::BackupFile)}</label>
                    <input id="backup-file" type="file" node_ref=picker />
                    <p class="below bad" aria-live="polite">{move || file_problem.get().unwrap_or_default()}</p>
                </div>
                {move || if existing.get() {
                    view! {
                        <PasswordField
                            label=app.t(Key::BackupPassword)
                            field=typing.first
                            problem=typing.problem
                            autocomplete="current-password"
                        />
                    }.into_any()
                } else {
                    view! {
                        <NewPassword label=app.t(Key::BackupPassword) typing=typing />
                    }.into_any()
                }}
                <p class="quiet">{app.t(Key::PasswordAlsoUnlocks)}</p>
                <button class="main" type="submit" disabled=move || said.get().is_some()>{app.t(Key::Continue)}</button>
            </form>
            <p class="quiet" role="status">{move || said.get().unwrap_or_default()}</p>
            {first_time.then(|| view! {
                <button class="plain" type="button" on:click=move |_| app.go(Screen::Skip)>
                    {app.t(Key::SkipForNow)}
                </button>
            })}
        </main>
    }
}

/// Continue without a backup: said plainly, confirmed, and with a password for the app all the same.
#[component]
pub(crate) fn Skip() -> impl IntoView {
    let app = App::here();
    let understood = RwSignal::new(false);
    let typing = Typing::new(app);
    let said = RwSignal::new(None::<String>);
    let failed = RwSignal::new(None::<String>);
    let go_on = move || {
        if said.get_untracked().is_some() {
            return;
        }
        let Some(password) = typing.password() else { return };
        spawn_local(app.set_up_and_go_on(password, None, said, failed));
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::SkipTitle />
            <Notice tone=Tone::Warn what=app.t(Key::SkipText) />
            {move || failed.get().map(|why| view! { <Notice tone=Tone::Bad what=why /> })}
            <form on:submit=move |event| { event.prevent_default(); go_on(); }>
                <label class="choice">
                    <input
                        type="checkbox"
                        prop:checked=move || understood.get()
                        on:change=move |event| understood.set(event_target_checked(&event))
                    />
                    <span>{app.t(Key::SkipConfirm)}</span>
                </label>
                <p>{app.t(Key::SkipPasswordText)}</p>
                <NewPassword label=app.t(Key::SkipPassword) typing=typing />
                <button
                    class="main"
                    type="submit"
                    disabled=move || !understood.get() || said.get().is_some()
                >
                    {app.t(Key::Continue)}
                </button>
            </form>
            <p class="quiet" role="status">{move || said.get().unwrap_or_default()}</p>
        </main>
    }
}

/// The backup that is to be set up.
struct Wanted {
    /// Its kind, the name of the backup, and how it is reached.
    place: (PlaceKind, String, Secret),
    begin: Begin,
    /// The backup itself, where the person has chosen a file.
    file: Option<Blob>,
}

/// A password that was chosen earlier: however short, and typed once.
fn known(app: App, typing: Typing) -> Option<Secret> {
    let typed = parts::typed(typing.first);
    typing.problem.set(typed.is_empty().then(|| app.t(Key::PasswordEmpty)));
    (!typed.is_empty()).then_some(typed)
}

impl App {
    /// Sets up and leaves the screen, or says why that failed.
    fn set_up_and_go_on(
        self,
        password: Secret,
        backup: Option<Wanted>,
        said: RwSignal<Option<String>>,
        failed: RwSignal<Option<String>>,
    ) -> impl Future<Output = ()> {
        // At once, so that a second press finds it.
        failed.set(None);
        said.set(Some(self.t(Key::Deriving)));
        let here = self.screen.get_untracked();
        async move {
            let done = self.set_up(password, backup, said).await;
            said.set(None);
            match done {
                // Once there is a vault a link may have come, and its screen is not to be left.
                Ok(()) if self.screen.get_untracked() != here => {}
                Ok(()) => self.go_home(),
                Err(why) => failed.set(Some(why)),
            }
        }
    }

    /// Looks for the backup where one is wanted, makes the vault, asks the browser to keep it, and sets the backup up.
    /// Until the backup was found, or is known not to be there, nothing is kept here.
    async fn set_up(
        self,
        password: Secret,
        backup: Option<Wanted>,
        said: RwSignal<Option<String>>,
    ) -> Result<(), String> {
        // Later on the vault is there already: the password has to be the one that opens it.
        let later =
            self.session.with_value(Option::is_some) && self.screen.get_untracked() == Screen::BackupChange;
        if later && self.confirm_password(&password).await.is_err() {
            return Err(self.t(Key::BackupNotAppPassword));
        }
        let sought = match backup {
            Some(Wanted { place, begin, file }) => {
                said.set(Some(self.t(Key::BackupChecking)));
                let file = match file {
                    // What is too large, or gone meanwhile, is no backup either.
                    Some(file) => Some(files::read(&file, MAX_BYTES as f64).await.unwrap_or_default()),
                    None => None,
                };
                Some(self.look_for_backup(place, &password, begin, file).await?)
            }
            None => None,
        };
        if sought.as_ref().is_some_and(Sought::has_backup) {
            said.set(Some(self.t(Key::BackupJoining)));
        } else {
            said.set(Some(self.t(Key::Deriving)));
        }
        if !later {
            self.create(&password).await?;
        }
        // Asked for early; the answer is shown in the settings.
        let _kept = files::ask_to_keep().await;
        match sought {
            Some(sought) => self.start_backup(sought).await,
            None => Ok(()),
        }
    }
}
