//! The console in a real browser: from an empty data folder to somebody who is helped, without scripts and with them, and
//! what its pages look like to those who see little or nothing.

mod looks;
mod pictures;
mod story;
