//! The real Windows behind the trait of `crates/os`, and what the agent needs of Windows besides: pipes, the service,
//! the registry, other processes. Each foreign call is in a safe type.
//!
//! Must not know COM classes of ours, or what is decided with an answer.

#[cfg(windows)]
pub mod folder;
#[cfg(windows)]
mod memory;
#[cfg(windows)]
mod os;
#[cfg(windows)]
pub mod pipe;
#[cfg(windows)]
pub mod process;
#[cfg(windows)]
pub mod registry;
#[cfg(windows)]
pub mod service;

#[cfg(windows)]
pub use crate::os::Windows;
