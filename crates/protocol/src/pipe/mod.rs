//! What provider and agent say to each other over the sign-in pipe.
//!
//! The provider is a terminal: it draws the [`Screen`] it is sent and returns what was typed. Messages are binary
//! (no JSON inside LogonUI), one per frame of [`crate::frame`].

mod screen;

pub use screen::{Enrollment, Message, Screen, Typed, View};
