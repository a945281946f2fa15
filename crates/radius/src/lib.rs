//! RADIUS packets (RFC 2865) with PAP: what a VPN or gateway asks, and what it is answered.
//!
//! Must not know who answers, nor how packets travel: no sockets, no clock, no randomness of its own.
//!
//! Every packet in either direction has a Message-Authenticator (RFC 3579 §3.2). A request without one is thrown away,
//! and an answer has it in front of everything else: without it MD5 collisions let somebody on the way turn a refusal
//! into an acceptance (CVE-2024-3596).
#![forbid(unsafe_code)]

mod answer;
mod attribute;
mod password;
mod request;
mod shared_secret;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Verdict};
pub use request::{Credential, Request, RequestKind, Unusable};
pub use shared_secret::{SharedSecret, WeakSecret};

/// The longest packet (RFC 2865 §3), in bytes.
pub const MAX_PACKET: usize = 4096;

/// Code, identifier, length, authenticator.
const HEADER: usize = 20;

/// The code of a packet (RFC 2865 §4, RFC 5997 §3).
mod code {
    pub(crate) const ACCESS_REQUEST: u8 = 1;
    pub(crate) const ACCESS_ACCEPT: u8 = 2;
    pub(crate) const ACCESS_REJECT: u8 = 3;
    pub(crate) const ACCESS_CHALLENGE: u8 = 11;
    pub(crate) const STATUS_SERVER: u8 = 12;
}
