use model::UnixTime;
use serde::{Deserialize, Serialize};

/// The body of every answer whose status is not 200. Signed like any other answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ErrorAnswer {
    /// What is the matter.
    pub error: ErrorKind,
    /// The server's clock, so that a machine whose clock is off can keep the difference.
    pub server_time: UnixTime,
    /// A sentence for a log.
    pub message: String,
}

/// What the caller can do something about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The clocks differ by more than 300 s: keep the offset to `server_time` and ask again (401).
    Clock,
    /// No machine with this key, or removed: join again (401).
    MachineUnknown,
    /// The machine is suspended for asking too much, or by an administrator (403).
    MachineSuspended,
    /// Another machine speaks with this key: join again (403).
    MachineCloned,
    /// The join code is wrong, used up or expired (403).
    JoinCodeRefused,
    /// The signature does not fit the request (401).
    Signature,
    /// The message cannot be understood or its id was used for another message (400), or it is too large (413).
    Request,
    /// The attempt is unknown, of another machine, or over: start again (410).
    AttemptOver,
    /// The server has too much to do at the moment: ask again in a second (503).
    Busy,
    /// The server cannot write (disk full, database read-only or damaged) or failed (500, 503).
    ServerTrouble,
    /// A kind this version does not know.
    #[serde(other)]
    Other,
}

impl ErrorKind {
    /// The HTTP status the answer carries.
    pub const fn status(self) -> u16 {
        match self {
            Self::Clock | Self::MachineUnknown | Self::Signature => 401,
            Self::MachineSuspended | Self::MachineCloned | Self::JoinCodeRefused => 403,
            Self::Request => 400,
            Self::AttemptOver => 410,
            Self::Busy => 503,
            Self::ServerTrouble | Self::Other => 500,
        }
    }
}
