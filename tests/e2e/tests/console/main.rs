//! The console in a real browser: from an empty data folder to somebody who is helped, without scripts and with them, and
//! what its pages look like to those who see little or nothing. And what people do with their own tokens at /me.

mod looks;
mod mine;
mod pictures;
mod story;
