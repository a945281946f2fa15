//! What agent and server, and provider and agent, say to each other: versioned, size-limited messages,
//! signatures, seals and frames.
//!
//! Must not know transport (sockets, HTTP libraries, pipes) or policy.
#![forbid(unsafe_code)]

pub mod frame;
pub mod http;
pub mod joincode;
pub mod pipe;
pub mod seal;
pub mod signature;
pub mod statement;
