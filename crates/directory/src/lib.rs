//! Reads people and groups from a directory (LDAP, Active Directory) into plain values.
//!
//! Must not know storage, persons of ours, or what follows from what was read.
//!
//! One read is whole or it is an error: whoever compares it with what is known may take what is missing for gone. What a
//! directory sends is bounded in size, depth and number, and is looked at ([`message`]) before a library parses it.
#![forbid(unsafe_code)]

mod address;
mod connect;
mod dn;
mod entry;
mod error;
mod groups;
pub mod message;
mod read;
mod settings;
mod values;

pub use address::{Address, InvalidAddress, Unencrypted};
pub use dn::Dn;
pub use error::ReadError;
pub use ldap3::{dn_escape, ldap_escape};
pub use read::{check, read};
pub use settings::{Attributes, Kind, Limits, Settings};
