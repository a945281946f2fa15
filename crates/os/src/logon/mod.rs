//! Credentials as Windows' authentication packages take them: `KERB_INTERACTIVE_UNLOCK_LOGON` in one block, in the
//! layout of 64-bit Windows. Plain bytes, so that they are packed, taken apart and tested on any system.
//!
//! What `CredPackAuthenticationBuffer` makes has a layout of Windows' own and is not here; [`Packing`] says when it
//! is due.

mod layout;
mod packing;
mod unpack;

pub use layout::{Message, PackError, pack};
pub use packing::{LOCAL_USER_PROVIDER, Packing, domain_and_user};
pub use unpack::{Field, LogonParts, UnpackError, unpack};

/// The most bytes packed or taken: 64 KB.
pub const MAX_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests;
