//! Bodies of the machine API `/api/v1`: JSON, at most [`MAX_BODY`] bytes, every request signed by the machine
//! and every answer signed by the server (see [`crate::signature`]).
//!
//! A name that is not known in a request is an error; in an answer it is skipped, so that an older agent
//! understands a newer server.

mod errors;
mod join;
mod machine;
mod signin;
mod wire;

pub use errors::{ErrorAnswer, ErrorKind};
pub use join::{JoinAnswer, JoinRequest};
pub use machine::{
    HelloAnswer, HelloRequest, NoopAnswer, NoopRequest, Report, ReportAnswer, ReportRequest, ReportedEvent,
};
pub use signin::{
    Accept, BeginAnswer, BeginRequest, ConfirmAnswer, ConfirmRequest, PasswordEvidence, Pending, Refusal,
    ShowAnswer, ShowRequest, VerifyAnswer, VerifyRequest,
};

use serde::{Serialize, de::DeserializeOwned};

pub use crate::signature::MAX_BODY;

/// What a machine names first in TLS' application-layer protocol negotiation (RFC 7301): HTTP/1.1, from a machine. The
/// server then shows the certificate of the key in its statement, whatever it shows browsers, so that a renewed web
/// certificate changes nothing for machines.
pub const MACHINE_ALPN: &[u8] = b"countersign/1";

/// Where the server publishes its signed [`crate::statement::Statement`]; the one unsigned request.
pub const STATEMENT_PATH: &str = "/api/v1/statement";

/// A request of the machine API: its path and the type of its answer.
pub trait Call: Serialize + DeserializeOwned {
    /// Path of the endpoint; the method is always `POST`.
    const PATH: &'static str;
    /// What a 200 answer carries.
    type Answer: Serialize + DeserializeOwned;
}

/// A body that is not the JSON message expected.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// More than [`MAX_BODY`] bytes.
    #[error("the message is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// Not JSON, or not this message. Only the place is told, never the content.
    #[error("the message does not have the expected form (line {line}, column {column})")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
}

/// Reads a message from a body.
///
/// # Errors
/// Too large, or not this message.
pub fn from_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyError> {
    if body.len() > MAX_BODY {
        return Err(BodyError::TooLarge);
    }
    serde_json::from_slice(body)
        .map_err(|error| BodyError::Malformed { line: error.line(), column: error.column() })
}

/// Writes a message as a body.
///
/// # Errors
/// [`BodyError::TooLarge`] when the message is larger than the other side takes.
pub fn to_body<T: Serialize>(message: &T) -> Result<Vec<u8>, BodyError> {
    let body = serde_json::to_vec(message).map_err(|_| BodyError::Malformed { line: 0, column: 0 })?;
    if body.len() > MAX_BODY { Err(BodyError::TooLarge) } else { Ok(body) }
}

#[cfg(test)]
mod tests;
