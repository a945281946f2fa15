//! Why something could not be read, in words for whoever wants to read it. No text here holds a secret or anything
//! else of the file.

use super::Format;
use crate::CannotKeep;
use crate::container::{CannotOpen, NotAContainer};
use otp::{InvalidSeed, InvalidUri, UriField};

/// Why there is no token for one entry of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The entry is something else.
    #[error("not a token: {0}")]
    NotAToken(NotAToken),
    /// A kind of one-time password that we do not make.
    #[error("{0}")]
    Unsupported(Unsupported),
    /// Something that must be there is not.
    #[error("the {0} is missing")]
    Missing(UriField),
    /// Something is not of its kind or out of range.
    #[error("the {part} is not one that tokens have", part = part(*.0))]
    Bad(UriField),
    /// A name is longer than a vault keeps.
    #[error(transparent)]
    CannotKeep(#[from] CannotKeep),
    /// The secret cannot be one.
    #[error(transparent)]
    Secret(#[from] InvalidSeed),
    /// The entry is longer than any token.
    #[error("the entry is too long to be a token")]
    TooLong,
    /// The entry is not built as this format builds them.
    #[error("the entry is damaged")]
    Damaged,
}

/// What a field is called in a sentence about its value.
fn part(field: UriField) -> &'static str {
    match field {
        UriField::Type => "type",
        UriField::Secret => "secret",
        UriField::Algorithm => "algorithm",
        UriField::Digits => "number of digits",
        UriField::Period => "period",
        UriField::Counter => "counter",
        UriField::Suite => "OCRA suite",
    }
}

impl From<InvalidUri> for Refused {
    fn from(why: InvalidUri) -> Self {
        match why {
            InvalidUri::TooLong => Self::TooLong,
            InvalidUri::NotOtpauth => Self::NotAToken(NotAToken::Text),
            InvalidUri::Missing(field) => Self::Missing(field),
            InvalidUri::Bad(field) => Self::Bad(field),
            InvalidUri::Secret(why) => Self::Secret(why),
        }
    }
}

/// What an entry is that is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAToken {
    /// A login without a one-time password.
    #[error("a login without a one-time password")]
    Login,
    /// A note.
    #[error("a note")]
    Note,
    /// A payment card.
    #[error("a payment card")]
    Card,
    /// Somebody's particulars.
    #[error("an identity")]
    Identity,
    /// A key for SSH.
    #[error("an SSH key")]
    SshKey,
    /// Text that is no address of a token.
    #[error("text that is no otpauth address")]
    Text,
    /// Something else.
    #[error("an item of another kind")]
    Other,
}

/// A kind of one-time password that we do not make, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Mobile-OTP, which needs a PIN and MD5.
    #[error(
        "mOTP codes cannot be made here: keep this entry in the app it comes from, or ask its issuer for a token with standard codes (TOTP)"
    )]
    Motp,
    /// Yandex, which needs a PIN and has codes of letters.
    #[error(
        "Yandex codes cannot be made here: keep this entry in the app it comes from, or ask for codes by SMS in the Yandex ID settings"
    )]
    Yandex,
}

/// Why nothing of a file can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotImport {
    /// Nothing that is known.
    #[error("this is no export or backup of an authenticator that can be read here")]
    Unknown,
    /// Something that is known, and cannot be read.
    #[error("{0}")]
    OtherFile(OtherFile),
    /// The file is encrypted and there is no password.
    #[error("the {0} file is encrypted: enter the password it was exported with")]
    NeedsPassword(Format),
    /// The password does not open the file.
    #[error("the password is not the one this file was encrypted with, or the file is damaged")]
    WrongPassword,
    /// The file has the marks of a format and is not built like it.
    #[error("the {0} file is damaged or of a version that is not known here: export it once more")]
    Unreadable(Format),
    /// The file says how it is encrypted, and nothing is encrypted like that.
    #[error("the file is damaged: what it says about its encryption cannot be")]
    BadParameters,
    /// One of our own vaults that is none after all.
    #[error(transparent)]
    NotAContainer(NotAContainer),
    /// One of our own vaults that does not open, for another reason than its password.
    #[error(transparent)]
    CannotOpen(CannotOpen),
    /// More bytes, values or entries than an authenticator has.
    #[error("the file is too large to be an export of an authenticator")]
    TooLarge,
    /// Trying the password would take more time or memory than any authenticator asks for.
    #[error("the file asks for more work to try a password than any authenticator does")]
    TooExpensive,
    /// The memory that trying the password takes is not to be had.
    #[error(
        "there is not enough memory to try the password: close other programs, or import on another device"
    )]
    NotEnoughMemory,
}

/// A file that is told by its content and cannot be read, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OtherFile {
    /// Bitwarden's export that only the same account can open.
    #[error(
        "this Bitwarden export is bound to the account it comes from and no other program can open it: export again and choose \"password protected\""
    )]
    BitwardenAccount,
    /// FreeOTP's own backup.
    #[error(
        "backups of FreeOTP cannot be read: show the QR code of each token there, or use FreeOTP+, which exports"
    )]
    FreeOtp,
    /// A database of some app.
    #[error("this is the database of an app and not an export: use the export of the app itself")]
    Database,
    /// A KeePass database.
    #[error(
        "KeePass databases cannot be read: copy the otpauth address of each entry into a text file and import that"
    )]
    KeePass,
    /// A picture.
    #[error("this is a picture: scan it instead of importing it")]
    Picture,
    /// A PDF document.
    #[error("this is a PDF document: scan a picture of the QR code in it")]
    Pdf,
    /// A file that was encrypted with another program.
    #[error("this was encrypted with another program: decrypt it there first")]
    OtherEncryption,
    /// An archive that is not Raivo's.
    #[error("this is an archive: take the export out of it first")]
    Archive,
    /// A web page or XML.
    #[error("this is a page of text with marks in it and not an export")]
    Markup,
}
