use crate::message::Unfit;
use std::{io, time::Duration};

/// Why nothing was read. Each text says what to look at; none has a password in it.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is nobody at the address, or the connection broke.
    #[error("{server} cannot be reached")]
    Unreachable {
        /// Which server.
        server: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The certificate is not believed, or TLS does not come about.
    #[error(
        "no encrypted connection with {server} comes about; its certificate has to be good for that name and lead to a \
         root that is believed"
    )]
    Tls {
        /// Which server.
        server: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The server does not do StartTLS.
    #[error("{server} refuses StartTLS ({said}); name it with ldaps://, or let it have a certificate")]
    StartTls {
        /// Which server.
        server: String,
        /// What it says.
        said: String,
    },
    /// Without encryption, another machine was reached.
    #[error("{server} is not on this machine, and unencrypted connections are for this machine alone")]
    NotLoopback {
        /// Which server.
        server: String,
    },
    /// Name or password is wrong, or the account may not sign in.
    #[error("{server} does not let {name} in: {said}")]
    Refused {
        /// Which server.
        server: String,
        /// Who wanted in.
        name: String,
        /// What the server says.
        said: String,
    },
    /// A search did not come to its end.
    #[error("the search for {what} below “{base}” failed: {said}")]
    Search {
        /// What was looked for.
        what: &'static str,
        /// Where.
        base: String,
        /// What the server or the connection says.
        said: String,
    },
    /// What the server sends is nothing that a directory sends.
    #[error("{server} sends what no directory sends: {unfit}")]
    Unfit {
        /// Which server.
        server: String,
        /// What is the matter with it.
        unfit: Unfit,
    },
    /// More than the limits allow.
    #[error("the directory has more than {most} {what}; narrow the filter")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// An entry lacks what it needs.
    #[error("the entry “{dn}” {what}")]
    Entry {
        /// Its name.
        dn: String,
        /// What is the matter with it.
        what: String,
    },
    /// It took too long.
    #[error("reading the directory took more than {} seconds", .0.as_secs())]
    TooLong(Duration),
}

/// What a server says, made fit for a line of a log.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect::<String>().trim().to_owned()
}

/// A result code (RFC 4511 §4.1.9) in words, with what the server says besides.
pub(crate) fn result(code: u32, text: &str) -> String {
    let words = match code {
        1 => "it is not ready for that",
        3 => "its time limit is exceeded",
        4 => "its limit on the number of entries is exceeded; let the reader have more, or narrow the filter",
        8 | 13 => "it wants an encrypted connection",
        10 => "it refers to another server; name that one",
        11 => "a limit of the administrator is exceeded",
        18 | 21 | 34 | 87 => "the name or the filter is not well-formed",
        32 => "there is no such entry",
        48 | 53 => "it does not want to",
        49 => "the name or the password is not right",
        50 => "the reader lacks the right to do so",
        51 | 52 => "it is busy or shutting down",
        _ => "it says no",
    };
    match plain(text) {
        said if said.is_empty() => format!("{words} (code {code})"),
        said => format!("{words} (code {code}: {said})"),
    }
}
