//! The agent: joins a machine to its server, runs sign-ins, keeps what the machine has to keep.
//!
//! Must not know COM or the windows of the sign-in screen; what only the operating system can answer it asks
//! [`os::Os`].
#![forbid(unsafe_code)]

pub mod agent;
pub mod clock;
mod commands;
mod control;
pub mod driver;
pub mod join;
pub mod pipe;
mod rng;
pub mod state;
pub mod terminal;
#[cfg(test)]
mod test_os;
pub mod transport;

use std::{process::ExitCode, sync::Arc};

/// The whole program on this operating system.
pub fn run_with(os: Arc<dyn os::Os>) -> ExitCode {
    commands::main(os)
}
