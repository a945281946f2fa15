//! The screens, one in each file. How to add one is in `README.md` of this program.

mod add;
mod backup_access;
mod backup_setup;
mod edit;
mod export;
mod import;
mod link;
mod loading;
mod manual;
mod scan;
mod settings;
mod show_qr;
mod tokens;
mod trash;
mod unlock;
mod unreadable;
mod welcome;

use leptos::prelude::*;
use vault::EntryId;

/// Which screen is to be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Screen {
    /// What is saved here is being read.
    Loading,
    /// The first one, where nothing is saved.
    Welcome,
    /// Activate cloud backup.
    BackupSetup,
    /// The same later, from the settings.
    BackupChange,
    /// Continue without a backup.
    Skip,
    /// The vault is locked.
    Unlock,
    /// Nothing of what is saved can be read.
    Unreadable,
    /// A link brought a token.
    Link,
    /// The tokens and their codes.
    Tokens,
    /// Ways to add a token.
    Add,
    /// The camera.
    Scan,
    /// The key by hand.
    Manual,
    /// One token.
    Edit(EntryId),
    /// One token as a QR code.
    ShowQr(EntryId),
    /// What was thrown away.
    Trash,
    /// From other authenticators.
    Import,
    /// For other authenticators.
    Export,
    /// Everything that can be set.
    Settings,
}

impl Screen {
    /// Where the back button leads; nowhere from the screens that are a beginning.
    pub(crate) fn back(self) -> Option<Self> {
        match self {
            Self::Loading | Self::Welcome | Self::Unlock | Self::Unreadable | Self::Link | Self::Tokens => {
                None
            }
            Self::BackupSetup => Some(Self::Welcome),
            Self::Skip => Some(Self::BackupSetup),
            Self::Add | Self::Edit(_) | Self::Settings => Some(Self::Tokens),
            Self::Scan | Self::Manual => Some(Self::Add),
            Self::ShowQr(id) => Some(Self::Edit(id)),
            Self::BackupChange | Self::Trash | Self::Import | Self::Export => Some(Self::Settings),
        }
    }
}

/// The screen's view.
pub(crate) fn show(screen: Screen) -> AnyView {
    match screen {
        Screen::Loading => loading::Loading().into_any(),
        Screen::Welcome => welcome::Welcome().into_any(),
        Screen::BackupSetup => backup_setup::BackupSetup().into_any(),
        Screen::BackupChange => backup_setup::BackupSetup().into_any(),
        Screen::Skip => backup_setup::Skip().into_any(),
        Screen::Unlock => unlock::Unlock().into_any(),
        Screen::Unreadable => unreadable::Unreadable().into_any(),
        Screen::Link => link::Link().into_any(),
        Screen::Tokens => tokens::Tokens().into_any(),
        Screen::Add => add::Add().into_any(),
        Screen::Scan => scan::Scan().into_any(),
        Screen::Manual => manual::Manual().into_any(),
        Screen::Settings => settings::Settings().into_any(),
        Screen::Edit(id) => view! { <edit::EditToken id=id /> }.into_any(),
        Screen::Trash => trash::Trash().into_any(),
        Screen::ShowQr(id) => view! { <show_qr::ShowQr id=id /> }.into_any(),
        Screen::Import => import::Import().into_any(),
        Screen::Export => export::Export().into_any(),
    }
}
