//! What clients made for privacyIDEA ask, and what they are answered: parameters in, JSON out.
//!
//! Must not know who answers, nor how requests travel: no sockets, no clock, no randomness of its own.
//!
//! Requests are read as leniently as those clients need (forms, multipart forms, JSON, queries with a loose `&`) and no
//! further: nothing comes twice, nothing is decoded twice, nothing is endless. Answers have each field in the type that the
//! clients' parsers take; a wrong one ends some of them.
#![forbid(unsafe_code)]

mod answer;
mod form;
mod json;
mod multipart;
mod parameters;

pub use answer::{
    Enrollment, Found, LoggedIn, accept, challenge, enroll, error, initialized, logged_in, poll, refuse,
};
pub use parameters::{Parameters, Unusable};

/// The longest body, in bytes.
pub const MAX_BODY: usize = 16 * 1024;
