//! The real router over a real database, with real signatures.

mod abuse;
mod health;
mod invitation;
mod joining;
mod pc;
mod server;
mod signatures;
mod signin;
