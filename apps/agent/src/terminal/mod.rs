//! A sign-in screen in a terminal, for a person and for scripts.
//!
//! Must not know what is decided: it draws the [`Screen`] it gets and returns what was typed, as the provider does.

mod form;
mod person;
mod picture;
mod script;

pub use person::Person;
pub use picture::{Commands, Look};
pub use script::{Output, Script};

use form::Form;
use protocol::pipe::Screen;
use signin::Input;
use std::{future::Future, io, pin::Pin};

/// What somebody at the terminal wants.
#[derive(Debug)]
pub enum Wish {
    /// Something for the sign-in.
    Input(Input),
    /// To go away.
    Quit,
}

/// A wish on its way.
pub type WishFuture<'a> = Pin<Box<dyn Future<Output = Wish> + Send + 'a>>;

/// A way to show screens and to be answered.
pub trait Terminal: Send {
    /// Draws a screen in place of the one before.
    ///
    /// # Errors
    /// The terminal is gone.
    fn show(&mut self, screen: Screen) -> io::Result<()>;

    /// The next wish. May be dropped and asked again; nothing typed is lost.
    fn wish(&mut self) -> WishFuture<'_>;

    /// Says a sentence that is on no screen.
    ///
    /// # Errors
    /// The terminal is gone.
    fn say(&mut self, sentence: &str) -> io::Result<()>;
}
