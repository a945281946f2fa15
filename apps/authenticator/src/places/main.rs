//! Places for backups besides the Countersign server and a file: a module of its own, loaded when one of them is used,
//! and run in a worker.
//!
//! Must not know the vault: it is given sealed bytes and gives them back.

#[cfg(target_arch = "wasm32")]
mod worker;

fn main() {}
