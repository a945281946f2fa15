//! What the authenticator looks like: every screen, in each appearance, to those who see little or nothing, and to the
//! browser that installs it; and the pictures for the documentation.

mod barriers;
mod installable;
mod pictures;
mod walk;
