//! The real router over a real database, with real signatures.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod abuse;
mod admin_api;
mod backup;
mod compat;
mod console;
mod drive;
mod health;
mod invitation;
mod joining;
mod me;
mod pc;
mod relay;
mod server;
mod signatures;
mod signin;
mod site;
