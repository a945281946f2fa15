//! What provider and agent say to each other over the sign-in pipe.
//!
//! The provider is a terminal: it draws the [`Screen`] it is sent and returns what was typed. Messages are binary
//! (no JSON inside LogonUI), one per frame of [`crate::frame`]: [`ToAgent`] and [`ToProvider`].
//!
//! ```text
//! provider                                  agent
//! Applies ────────────────────────────────▶
//!         ◀──────────────────────────────── Applies      within 500 ms
//! Open, turn 0 ───────────────────────────▶
//!         ◀──────────────────────────────── Screen       turn 0
//! Submitted, turn 1 ──────────────────────▶
//!         ◀──────────────────────────────── Screen       turn 1, busy
//!         ◀──────────────────────────────── Screen       turn 1, or Release
//! Windows, turn 2 ────────────────────────▶
//! ```

/// The pipe. The prefix keeps programs of ordinary people from taking the name before the agent does.
pub const NAME: &str = r"\\.\pipe\ProtectedPrefix\Administrators\countersign-agent";
/// The Windows service behind the pipe; the name is promised to the outside.
pub const SERVICE: &str = "countersign-agent";

mod codes;
mod message;
mod parts;
mod picture;
mod screen;
#[cfg(test)]
mod tests;

pub use message::{Applies, Clsid, MAX_ALLOWED, Scene, ToAgent, ToProvider, Turn, User};
pub use parts::{MAX_TEXT, Serialization};
pub use picture::QrPicture;
pub use screen::{Enrollment, Screen, Typed, View};
