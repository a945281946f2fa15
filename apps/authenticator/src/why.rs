//! Why a file or an entry of it was not taken, in one word. The worker that reads files has no languages: it says the
//! word, and the app the sentence.

use otp::UriField;
use vault::import::{CannotImport, OtherFile, Refused};

/// The word for an entry without a token.
pub(crate) fn of_entry(refused: Refused) -> &'static str {
    match refused {
        Refused::NotAToken(_) => "no-token",
        Refused::Unsupported(_) => "unsupported",
        Refused::Missing(field) | Refused::Bad(field) => match field {
            UriField::Type | UriField::Suite => "kind",
            UriField::Secret => "secret",
            UriField::Algorithm => "algorithm",
            UriField::Digits => "digits",
            UriField::Period => "period",
            UriField::Counter => "counter",
        },
        Refused::Secret(_) => "secret",
        Refused::CannotKeep(_) | Refused::TooLong => "long",
        Refused::Damaged => "damaged",
    }
}

/// The word for a file of which nothing can be read; `password` when it asks for one, or for another one.
pub(crate) fn of_file(error: CannotImport) -> &'static str {
    match error {
        CannotImport::NeedsPassword(_) | CannotImport::WrongPassword => "password",
        CannotImport::Unknown | CannotImport::OtherFile(OtherFile::Markup) => "unknown",
        CannotImport::OtherFile(OtherFile::BitwardenAccount) => "bound",
        CannotImport::OtherFile(OtherFile::FreeOtp | OtherFile::KeePass | OtherFile::Database) => "database",
        CannotImport::OtherFile(OtherFile::Picture | OtherFile::Pdf) => "picture",
        CannotImport::OtherFile(OtherFile::OtherEncryption | OtherFile::Archive) => "wrapped",
        CannotImport::TooLarge => "large",
        CannotImport::NotEnoughMemory => "memory",
        CannotImport::Unreadable(_)
        | CannotImport::BadParameters
        | CannotImport::TooExpensive
        | CannotImport::NotAContainer(_)
        | CannotImport::CannotOpen(_) => "damaged",
    }
}
