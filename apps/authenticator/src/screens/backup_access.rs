//! How a place for the backup is reached, as far as the person has to say it.

use crate::{
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
pub(super) const PLACES: [(PlaceKind, Key, Key); 4] = [
    (PlaceKind::Server, Key::BackupPlaceServer, Key::BackupPlaceServerText),
    (PlaceKind::File, Key::BackupPlaceFile, Key::BackupPlaceFileText),
    (PlaceKind::Folder, Key::BackupPlaceFolder, Key::BackupPlaceFolderText),
    (PlaceKind::Webdav, Key::BackupPlaceWebdav, Key::BackupPlaceWebdavText),
];

/// What the person says, field by field.
#[derive(Clone, Copy)]
pub(super) struct Reaching {
    app: App,
    /// What there is to choose from.
    pub(super) offered: RwSignal<Offered>,
    address: NodeRef<html::Input>,
    user: NodeRef<html::Input>,
    password: NodeRef<html::Input>,
    folder: StoredValue<Option<Secret>>,
    /// What was chosen, for the person to see.
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
            folder: StoredValue::new(None),
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
            PlaceKind::Webdav if value(self.address).is_empty() || value(self.user).is_empty() => Key::NameEmpty,
            PlaceKind::Folder if self.folder.with_value(Option::is_none) => Key::FolderChoose,
            _ => {
                self.problem.set(None);
                return Some(match kind {
                    PlaceKind::Webdav => {
                        let password = parts::typed(self.password);
                        let password = password.expose_text().unwrap_or_default();
                        Secret::from_text([&*value(self.address), &*value(self.user), password].join("\n"))
                    }
                    PlaceKind::Folder => {
                        self.folder.with_value(|folder| folder.as_ref().map(Secret::duplicate))?
                    }
                    _ => Secret::default(),
                });
            }
        };
        self.problem.set(Some(self.app.t(missing)));
        None
    }

    fn choose_folder(self) {
        spawn_local(async move {
            match choose_folder().await {
                Ok((name, access)) => {
                    self.folder.set_value(Some(access));
                    self.shown.set(Some(name));
                    self.problem.set(None);
                }
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
    move || match place.get() {
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
            <p class="below bad" role="status">{move || reaching.problem.get()}</p>
            <p role="status">{move || reaching.shown.get()}</p>
        }
        .into_any(),
        _ => ().into_any(),
    }
}
