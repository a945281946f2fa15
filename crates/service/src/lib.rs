//! The server's use cases, one per file: what a request means, with the audit event in the same transaction.
//!
//! Must not know axum, templates, clap: whoever calls it has parsed and authenticated.
//!
//! A use case is a function over [`Work`]: one transaction with the time, randomness, policy and keys it may need.
//! [`Service::work`] runs it from async code, [`Service::work_blocking`] from the command line.
#![forbid(unsafe_code)]

pub mod api_keys;
pub mod audit;
pub mod backup;
pub mod compat;
pub mod directory;
pub mod enroll;
pub mod gateway;
pub mod housekeeping;
pub mod join_codes;
pub mod keys;
pub mod machines;
pub mod me;
pub mod operators;
pub mod overview;
pub mod people;
pub mod policies;
pub mod reach;
pub mod restored;
pub mod saved;
pub mod signin;
pub mod tokens;

mod answers;
mod copies;
mod names;
mod rates;
mod sessions;
mod tries;
mod trouble;
mod work;

pub use copies::Known;
pub use domain::Actor;
pub use names::Ambiguous;
pub use rates::Rates;
pub use store::Rx;
pub use trouble::{AdminError, CallError, Trouble};
pub use work::{Entropy, Service, Work};
