//! What went wrong, in the person's language. Errors have sentences of their own, in English, for whoever runs programs.

use super::{App, Key, session::NotChanged};
use otp::CannotAnswer;
use vault::{
    CannotAsk, CannotChange, CannotKeep, CannotMerge, TextField,
    container::{CannotChangeSlots, CannotSeal},
};

/// An error that has a sentence for people.
pub(crate) trait Said {
    /// The sentence.
    fn said(&self, app: App) -> String;
}

impl<E: Said> Said for NotChanged<E> {
    fn said(&self, app: App) -> String {
        match self {
            Self::Locked => app.t(Key::UnlockTitle),
            Self::Refused(error) => error.said(app),
            Self::NotSaved(why) => why.clone(),
        }
    }
}

impl Said for CannotKeep {
    fn said(&self, app: App) -> String {
        let field = match self {
            Self::Full => return app.t(Key::VaultFull),
            Self::IdTaken => return app.t(Key::SaveFailed),
            Self::TooLong(TextField::Issuer) => Key::Issuer,
            Self::TooLong(TextField::Account) => Key::Account,
            Self::TooLong(TextField::Tag) | Self::TooManyTags => Key::Tags,
            Self::TooLong(TextField::Note | TextField::Icon | TextField::Setting) => Key::Notes,
        };
        app.t_with(Key::TooLong, &[("what", app.t(field).as_str().into())])
    }
}

impl Said for CannotChange {
    fn said(&self, app: App) -> String {
        match self {
            Self::Kept(error) => error.said(app),
            Self::NoSuchEntry | Self::NotInTrash => app.t(Key::ChangedElsewhere),
        }
    }
}

impl Said for CannotAsk {
    fn said(&self, app: App) -> String {
        app.t(match self {
            Self::NoSuchEntry | Self::OtherKind => Key::ChangedElsewhere,
            Self::UsedUp => Key::SaveFailed,
            Self::Challenge(CannotAnswer::NoChallenge) => Key::ChallengeEmpty,
            Self::Challenge(CannotAnswer::NoPin) => Key::PinEmpty,
            Self::Challenge(_) => Key::ChallengeBad,
        })
    }
}

impl Said for CannotChangeSlots {
    fn said(&self, app: App) -> String {
        // There is always the password, and of each other kind at most one.
        app.t(Key::SaveFailed)
    }
}

impl Said for CannotMerge {
    fn said(&self, app: App) -> String {
        app.t(Key::VaultFull)
    }
}

impl Said for CannotSeal {
    fn said(&self, app: App) -> String {
        app.t(Key::VaultFull)
    }
}

impl App {
    /// What the field is called that a word of `why` names.
    pub(crate) fn field(self, word: &str) -> Option<String> {
        let key = match word {
            "kind" => Key::Kind,
            "secret" => Key::Secret,
            "algorithm" => Key::Algorithm,
            "digits" => Key::Digits,
            "period" => Key::Period,
            "counter" => Key::Counter,
            _ => return None,
        };
        Some(self.t(key))
    }

    /// What a word of `why` says about an entry or a file.
    pub(crate) fn why(self, word: &str) -> String {
        if let Some(field) = self.field(word) {
            return self.t_with(Key::WhyField, &[("what", field.as_str().into())]);
        }
        self.t(match word {
            "no-token" => Key::WhyNoToken,
            "unsupported" => Key::WhyUnsupported,
            "long" => Key::QrTooLong,
            "bound" => Key::ImportBound,
            "database" => Key::ImportDatabase,
            "picture" => Key::ImportPicture,
            "wrapped" => Key::ImportWrapped,
            "large" => Key::ImportTooLarge,
            "memory" => Key::ImportNoMemory,
            "unknown" => Key::ImportUnknown,
            _ => Key::ImportDamaged,
        })
    }
}
