//! The real binary: what it prints, what it refuses, what it survives.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the harness is a test too: what it cannot do fails it"
)]

mod acme;
mod backup;
mod commands;
mod doctor;
mod hardware;
mod harness;
mod joining;
mod relay;
mod running;
mod saving;
mod service_manager;
mod trouble;
