//! What the server keeps: people and their accounts, tokens, machines and groups, enrollments, backups, audit events.
//!
//! Must not know SQL, HTTP, wire formats.
#![forbid(unsafe_code)]

mod access;
mod account;
mod api_key;
mod attempt;
mod audit;
mod backup;
mod compat;
mod directory;
mod machine;
mod person;
mod token;

pub use access::{Access, Operator, OperatorState, Right, Role, Scope};
pub use account::{Account, AccountKey, Authority, InvalidAuthority};
pub use api_key::ApiKey;
pub use attempt::{Attempt, Stage};
pub use audit::{Actor, AuditEvent, AuditKind};
pub use backup::{BackupBox, BoxId, ContentHash, Generation, InvalidHex};
pub use compat::{CompatClient, GatewayPassword};
pub use directory::{DirectoryEntry, DirectoryState, FoundGroup, FoundPerson, Reading};
pub use machine::{JoinCode, Machine, MachineGroup, MachineState};
pub use person::{Approval, Person, PersonState};
pub use token::{HardwareToken, Origin, PendingEnrollment, Token, TokenState};

/// A stored word is none of those a column may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{word}” is not a {what}")]
pub struct UnknownWord {
    what: &'static str,
    word: String,
}

/// An enum stored and shown as a word: `as_str`, `FromStr`, serde.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word stored in the database and shown in lists.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, crate::UnknownWord> {
                match word {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(crate::UnknownWord { what: $what, word: word.to_owned() }),
                }
            }
        }
    };
}
use words;
