//! Files in which makers of hardware tokens hand out keys: OATH CSV, PSKC (RFC 6030), what Yubico's tools write.
//!
//! Must not know people, storage or the command line: a file goes in, tokens and the lines that are none come out.
//!
//! A line that is broken does not spoil the others: it is in [`FileRead::bad`] with its number and what is the matter with
//! it, and whoever asked decides what becomes of the rest. A file that cannot be read at all is [`CannotRead`].
#![forbid(unsafe_code)]

mod cells;
mod oath_csv;
mod pskc;
mod read;
mod token;
mod yubico;

pub use read::{CannotRead, FileKey, FileRead, Format, MAX_BYTES, MAX_TOKENS, Options, read};
pub use token::{BadLine, HardwareToken, InvalidSerial, Note, Problem, Serial, WEAK_BITS};
