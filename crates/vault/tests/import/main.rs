//! What is read of the files of other authenticators. The files in `files` were made with none of this project's
//! code; how, and with what secrets, is in `files/make.py`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod broken;
mod foreign;
mod hostile;
mod own;
mod rules;
mod show;
