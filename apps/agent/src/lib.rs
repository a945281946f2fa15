//! The agent: joins a machine to its server, runs sign-ins, keeps what the machine has to keep.
//!
//! Must not know the windows of the sign-in screen or COM; what only the operating system can answer it asks [`os`].
#![forbid(unsafe_code)]

pub mod agent;
pub mod clock;
pub mod driver;
pub mod join;
mod rng;
pub mod state;
#[cfg(test)]
mod test_os;
pub mod transport;
