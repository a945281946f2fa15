use model::UnixTime;
use protocol::http::ErrorKind;
use store::{DbError, Fault, WriteError};

/// The server could not do its work. Never read as a verdict on anybody.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Storage is unavailable.
    #[error("{0}; nothing was changed")]
    Storage(Fault),
    /// Too much is waiting.
    #[error("the server has too much to do at the moment")]
    Overloaded,
    /// A part of the server failed.
    #[error("a part of the server failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Trouble {
    /// Something that cannot happen did.
    pub(crate) fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        match error.fault() {
            Some(fault) => Self::Storage(fault),
            None => Self::failed(error),
        }
    }
}

/// Why a machine's call got no answer of its own.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No such machine, or removed.
    #[error("this machine is not known here; join it again")]
    MachineUnknown,
    /// Suspended, by an administrator or for asking too much.
    #[error("this machine is suspended")]
    MachineSuspended {
        /// When that ends by itself.
        until: Option<UnixTime>,
    },
    /// Another machine speaks with its key.
    #[error("this machine is a copy of another one; join it again")]
    MachineCloned,
    /// The join code is wrong, used up or expired.
    #[error("the join code is wrong, used up or expired; make a new one on the server")]
    JoinCodeRefused,
    /// The attempt is unknown, of another machine, or over.
    #[error("this sign-in attempt is over")]
    AttemptOver,
    /// The request id was used for another message, or the message breaks a limit.
    #[error("the request cannot be taken: {0}")]
    Request(&'static str),
    /// The server could not do its work.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl CallError {
    /// What the machine is told.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::MachineUnknown => ErrorKind::MachineUnknown,
            Self::MachineSuspended { .. } => ErrorKind::MachineSuspended,
            Self::MachineCloned => ErrorKind::MachineCloned,
            Self::JoinCodeRefused => ErrorKind::JoinCodeRefused,
            Self::AttemptOver => ErrorKind::AttemptOver,
            Self::Request(_) => ErrorKind::Request,
            Self::Trouble(Trouble::Overloaded) => ErrorKind::Busy,
            Self::Trouble(_) => ErrorKind::ServerTrouble,
        }
    }
}

/// Why an administrator's command was not carried out. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Nothing has this name or id.
    #[error("there is no {what} “{name}”; {hint}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// What it was called.
        name: String,
        /// How to see what there is.
        hint: &'static str,
    },
    /// Several have this name.
    #[error(transparent)]
    Ambiguous(#[from] crate::Ambiguous),
    /// It cannot be done as things are.
    #[error("{0}")]
    Refused(String),
    /// The server could not do its work.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<DbError> for CallError {
    fn from(error: DbError) -> Self {
        Trouble::from(error).into()
    }
}

impl From<DbError> for AdminError {
    fn from(error: DbError) -> Self {
        Trouble::from(error).into()
    }
}

/// A failed write is the use case's own error or trouble.
pub(crate) fn written<T, E: From<Trouble>>(result: Result<T, WriteError<E>>) -> Result<T, E> {
    result.map_err(|error| match error {
        WriteError::Job(error) => error,
        WriteError::Overloaded => Trouble::Overloaded.into(),
        WriteError::Unavailable { kind } => Trouble::Storage(kind).into(),
        WriteError::Failed => Trouble::failed("a write panicked").into(),
    })
}
