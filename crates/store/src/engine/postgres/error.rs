//! What PostgreSQL says when it does not do something, in our words.

use crate::{Constraint, DbError, Fault};
use tokio_postgres::{Error, error::DbError as Said};

/// What the database said, without anything that was stored or sent.
#[derive(Debug, thiserror::Error)]
#[error("{message} ({code})")]
struct Mistake {
    code: String,
    message: String,
}

/// In our words.
pub(super) fn told(error: Error) -> DbError {
    if let Some(said) = error.as_db_error() {
        return by_code(said);
    }
    if error.is_closed() || is_of_the_network(&error) {
        return DbError::Unavailable(Fault::Unreachable);
    }
    // What is left is about parameters: of another type than the column, or not as many as the statement has.
    if error.to_string().starts_with("error serializing parameter") {
        return DbError::Constraint(Constraint::Value);
    }
    DbError::Internal(Box::new(Mistake { code: "client".to_owned(), message: error.to_string() }))
}

fn is_of_the_network(error: &Error) -> bool {
    let text = error.to_string();
    [
        "communicating with the server",
        "connecting to server",
        "TLS handshake",
        "timeout",
        "unexpected message",
    ]
    .iter()
    .any(|part| text.contains(part))
}

/// By SQLSTATE (PostgreSQL's documentation, appendix A).
fn by_code(said: &Said) -> DbError {
    let code = said.code().code();
    let fault = match code {
        "23505" => return DbError::Constraint(Constraint::Unique),
        "23503" => return DbError::Constraint(Constraint::ForeignKey),
        _ if code.starts_with("23") || code.starts_with("22") => {
            return DbError::Constraint(Constraint::Value);
        }
        "53100" => Fault::DiskFull,
        "25006" | "42501" => Fault::ReadOnly,
        // Not to be had in time, a deadlock, or an order of things that cannot be.
        "55P03" | "57014" | "40001" | "40P01" => Fault::Busy,
        // Shutting down, starting, a limit on connections, a session that was ended, a plan that is out of date.
        _ if code.starts_with("08") || code.starts_with("57") || code.starts_with("53") => Fault::Unreachable,
        "25P03" | "25P04" | "0A000" | "26000" => Fault::Unreachable,
        // Who we are and what we want there is a matter of the address.
        _ if code.starts_with("28") || code.starts_with("3D") => Fault::Unreachable,
        _ if code.starts_with("58") => Fault::Io,
        _ if code.starts_with("XX") => Fault::Corrupt,
        _ => {
            // The texts of these classes name tables and words of the statement; no parameter is in the statement.
            let message = if code.starts_with("42") { said.message() } else { "a statement was refused" };
            return DbError::Internal(Box::new(Mistake {
                code: code.to_owned(),
                message: message.to_owned(),
            }));
        }
    };
    DbError::Unavailable(fault)
}

/// The text of an error at connecting: what the database or the network said, down to the cause.
pub(super) fn chain(error: &Error) -> String {
    let mut text = match error.as_db_error() {
        Some(said) => return said.message().to_owned(),
        None => error.to_string(),
    };
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
