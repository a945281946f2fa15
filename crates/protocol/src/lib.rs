//! What agent and server, and provider and agent, say to each other: versioned, size-limited messages,
//! signatures, seals and frames.
//!
//! Must not know transport (sockets, HTTP libraries, pipes) or policy.
//!
//! Without the feature `http` only [`frame`], [`pipe`] and [`settings`] are here: all that the provider may carry.
#![forbid(unsafe_code)]

pub mod frame;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "http")]
pub mod joincode;
pub mod pipe;
#[cfg(feature = "http")]
pub mod seal;
pub mod settings;
#[cfg(feature = "http")]
pub mod signature;
#[cfg(feature = "http")]
pub mod statement;
