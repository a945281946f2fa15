//! The authenticator's tokens: what is kept of each, their one-time passwords, and all that happens to them.
//!
//! Must not know browsers or files. Time and randomness come in as parameters.
//!
//! A [`Draft`] is a token before it is kept: what a QR code, a form or a foreign file says. [`Vault::add`] makes an
//! [`Entry`] of it. A [`Vault`] hands out its entries for reading and changes them by its own operations only.
//! [`container`] seals it for storage and backup, [`merge`](merge()) makes one vault of two,
//! [`import`] reads what others wrote, and [`export`] writes what others read.
#![forbid(unsafe_code)]

pub mod backup_box;
pub mod backup_files;
mod code;
pub mod container;
mod draft;
mod entry;
pub mod export;
mod id;
pub mod import;
pub mod limits;
mod merge;
mod settings;
mod token;
mod vault;
mod wiped_json;

pub use code::{OneTimePassword, TimedCode};
pub use draft::{CannotKeep, Draft};
pub use entry::{Entry, Exporting, TextField};
pub use id::{EntryId, InvalidEntryId};
pub use merge::{CannotMerge, MergeNote, MergeReport, merge};
pub use settings::{Settings, SortOrder};
pub use token::{Kind, Token};
pub use vault::{
    Answer, AnswerInput, CannotAsk, CannotChange, Edit, NotStored, Position, Stored, Tombstone, UnsavedCode,
    Vault,
};
