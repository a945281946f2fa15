//! How a place for the backup is reached, as far as the person has to say it.

use crate::{
    browser::page,
    parts::{self, PasswordField, TextField},
    state::{
        App, Key,
        backup::{Offered, choose_folder},
    },
};
use leptos::{html, prelude::*};
use model::Secret;
use vault::backup_box::PlaceKind;
use wasm_bindgen_futures::spawn_local;

/// The kinds of places in the order they are offered, with name and sentence.
pub(super) const PLACES: [(PlaceKind, Key, Key); 6] = [
    (PlaceKind::Server, Key::BackupPlaceServer, Key::BackupPlaceServerText),
    (PlaceKind::File, Key::BackupPlaceFile, Key::BackupPlaceFileText),
    (PlaceKind::Folder, Key::BackupPlaceFolder, Key::BackupPlaceFolderText),
    (PlaceKind::Drive, Key::BackupPlaceDrive, Key::BackupPlaceDriveText),
    (PlaceKind::Icloud, Key::BackupPlaceIcloud, Key::BackupPlaceDriveText),
    (PlaceKind::Webdav, Key::BackupPlaceWebdav, Key::BackupPlaceWebdavText),
];

/// The sentence about a place. Files can go to iCloud Drive where there is one.
pub(super) fn explained(app: App, kind: PlaceKind, text: Key) -> String {
    let more = (kind == PlaceKind::File && page::is_apple()).then(|| app.t(Key::BackupPlaceFileApple));
    app.t(text) + &more.map(|more| format!(" {more}")).unwrap_or_default()
}

/// What the person says, field by field.
#[derive(Clone, Copy)]
pub(super) struct Reaching {
    app: App,
    /// What there is to choose from.
    pub(super) offered: RwSignal<Offered>,
    address: NodeRef<html::Input>,
    user: NodeRef<html::Input>,
    password: NodeRef<html::Input>,
    /// The folder that was chosen, or what signing in brought.
    got: StoredValue<Option<(PlaceKind, Secret)>>,
    /// Where the person signs in, once it has begun.
    sign_in: RwSignal<Option<(PlaceKind, String)>>,
    /// What was chosen or brought, for the person to see.
    shown: RwSignal<Option<String>>,
    problem: RwSignal<Option<String>>,
}

impl Reaching {
    /// Asks the server what it offers.
    pub(super) fn new(app: App) -> Self {
        let offered = RwSignal::new(Offered::default());
        spawn_local(async move { offered.set(Offered::ask().await) });
        Self {
            app,
            offered,
            address: NodeRef::new(),
            user: NodeRef::new(),
            password: NodeRef::new(),
            got: StoredValue::new(None),
            sign_in: RwSignal::new(None),
            shown: RwSignal::new(None),
            problem: RwSignal::new(None),
        }
    }

    /// All of it for a place of this kind; else what is missing is said.
    pub(super) fn access(self, kind: PlaceKind) -> Option<Secret> {
        let value = |field: NodeRef<html::Input>| {
            field.get_untracked().map(|input| input.value().trim().to_owned()).unwrap_or_default()
        };
        let missing = match kind {
            PlaceKind::Webdav if value(self.address).is_empty() || value(self.user).is_empty() => {
                Key::NameEmpty
            }
            PlaceKind::Folder if self.got(kind).is_none() => Key::FolderChoose,
            PlaceKind::Drive | PlaceKind::Icloud if self.got(kind).is_none() => Key::SignInThere,
            _ => {
                self.problem.set(None);
                return Some(match kind {
                    PlaceKind::Webdav => {
                        let password = parts::typed(self.password);
                        let password = password.expose_text().unwrap_or_default();
                        Secret::from_text([&*value(self.address), &*value(self.user), password].join("\n"))
                    }
                    _ => self.got(kind).unwrap_or_default(),
                });
            }
        };
        self.problem.set(Some(self.app.t(missing)));
        None
    }

    fn got(self, kind: PlaceKind) -> Option<Secret> {
        self.got.with_value(|got| {
            got.as_ref().filter(|(of, _)| *of == kind).map(|(_, access)| access.duplicate())
        })
    }

    fn take(self, kind: PlaceKind, shown: String, access: Secret) {
        self.got.set_value(Some((kind, access)));
        self.shown.set(Some(shown));
        self.problem.set(None);
    }

    /// Begins to sign in, and waits for the window to come back; after a failure once more.
    fn sign_in(self, kind: PlaceKind) {
        let authorize = self.offered.get_untracked().drive.unwrap_or_default();
        let is_this = move || self.sign_in.get_untracked().is_some_and(|(begun, _)| begun == kind);
        if is_this() {
            return;
        }
        spawn_local(async move {
            loop {
                let done = match self.app.begin_signing_in(kind, &authorize).await {
                    Ok(begun) => {
                        self.sign_in.set(Some((kind, begun.address.clone())));
                        self.app.finish_signing_in(begun).await
                    }
                    Err(why) => return self.problem.set(Some(why)),
                };
                match done {
                    // The person turned to another place meanwhile.
                    _ if !is_this() => return,
                    Ok(access) => return self.take(kind, self.app.t(Key::SignedIn), access),
                    Err(why) => self.problem.set(Some(why)),
                }
            }
        });
    }

    fn choose_folder(self) {
        spawn_local(async move {
            match choose_folder().await {
                Ok((name, access)) => self.take(PlaceKind::Folder, name, access),
                Err(_) => self.problem.set(Some(self.app.t(Key::FolderChoose))),
            }
        });
    }
}

/// The fields for the place that is chosen.
#[component]
pub(super) fn Access(
    /// What is typed.
    reaching: Reaching,
    /// The kind of the place.
    place: RwSignal<PlaceKind>,
) -> impl IntoView {
    let app = App::here();
    let no_problem = RwSignal::new(None);
    move || {
        match place.get() {
        PlaceKind::Webdav => {
            let targets = reaching.offered.get().webdav;
            view! {
                <TextField
                    label=app.t(Key::WebdavAddress)
                    field=reaching.address
                    value=targets.first().cloned().unwrap_or_default()
                    hint=targets.join(" ")
                    problem=reaching.problem
                />
                <TextField label=app.t(Key::WebdavUser) field=reaching.user />
                <PasswordField
                    label=app.t(Key::WebdavPassword)
                    field=reaching.password
                    problem=no_problem
                    autocomplete="off"
                />
            }
            .into_any()
        }
        PlaceKind::Folder => view! {
            <p>
                <button type="button" on:click=move |_| reaching.choose_folder()>{app.t(Key::FolderChoose)}</button>
            </p>
            <Told reaching=reaching />
        }
        .into_any(),
        kind @ (PlaceKind::Drive | PlaceKind::Icloud) => {
            reaching.sign_in(kind);
            let address = move || reaching.sign_in.get().map(|(_, address)| address);
            view! {
                <p>
                    <a href=address target="_blank" rel="noopener">{app.t(Key::SignInThere)}</a>
                </p>
                <Told reaching=reaching />
            }
            .into_any()
        }
        _ => ().into_any(),
    }
    }
}

/// What is wrong, and what was chosen or brought.
#[component]
fn Told(reaching: Reaching) -> impl IntoView {
    view! {
        <p class="below bad" role="status">{move || reaching.problem.get()}</p>
        <p role="status">{move || reaching.shown.get()}</p>
    }
}
