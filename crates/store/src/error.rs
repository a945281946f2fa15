use std::path::PathBuf;

/// Why storage could not do its work. The request was fine; the same request may succeed later.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Fault {
    /// No space left.
    #[error("the disk is full")]
    DiskFull,
    /// The file, its folder or the file system cannot be written.
    #[error("the database is read-only")]
    ReadOnly,
    /// Another process, or another server, held the write lock for longer than five seconds.
    #[error("another process holds the database")]
    Busy,
    /// Reading, writing or syncing failed, or the file cannot be opened.
    #[error("the disk reports an error")]
    Io,
    /// What is in the file is not a database, or a damaged one.
    #[error("the database is damaged")]
    Corrupt,
    /// The database server does not answer, or ended the connection.
    #[error("the database server cannot be reached")]
    Unreachable,
}

/// Which kind of rule of the schema a statement broke.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Constraint {
    /// A primary key or a unique index: the row is there already.
    Unique,
    /// The row referred to is missing, or a row to be removed is still referred to.
    ForeignKey,
    /// A `NOT NULL`, a `CHECK` or a column type.
    Value,
}

/// Why a statement gave no result.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The schema does not allow it.
    #[error("the change breaks a rule of the schema ({0:?})")]
    Constraint(Constraint),
    /// Storage is in trouble.
    #[error("storage is unavailable: {0}")]
    Unavailable(Fault),
    /// A query that always has a row had none.
    #[error("a row that has to be there is missing")]
    NoRow,
    /// A stored value is not of the type asked for: the schema and the code differ, or the row is damaged.
    #[error("column {column} does not hold {expected}")]
    WrongValue {
        /// Index of the column in the result, from 0.
        column: usize,
        /// What was expected, in words.
        expected: &'static str,
    },
    /// A number does not fit a column, which has 63 bits and a sign.
    #[error("a number is too big to be stored")]
    TooBig,
    /// A mistake in a statement. Holds no parameter values.
    #[error("a statement failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a write was not done.
#[derive(Debug, thiserror::Error)]
pub enum WriteError<E> {
    /// The closure returned an error. What it had written is undone.
    #[error(transparent)]
    Job(E),
    /// Too many writes are waiting. Nothing was done; say "later" to whoever asked.
    #[error("too many writes are waiting")]
    Overloaded,
    /// Storage is in trouble. Nothing of this write is visible.
    ///
    /// When the trouble is [`Fault::Io`] and the process then dies, the disk may turn out to hold the whole write
    /// after all, never a part of it: treat it as "could not tell" and make retries recognizable. The same holds for
    /// [`Fault::Unreachable`], where the answer to the commit may be what was lost.
    #[error("storage is unavailable: {kind}")]
    Unavailable {
        /// What is the matter.
        kind: Fault,
    },
    /// The closure panicked. What it had written is undone.
    #[error("a part of the server failed while writing")]
    Failed,
}

/// Why a database could not be opened. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be used now.
    #[error("cannot open {}: {kind}; check the folder, its owner and the space left on the disk", path.display())]
    Unavailable {
        /// The database file.
        path: PathBuf,
        /// What is the matter.
        kind: Fault,
        /// What the system or the database engine said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database server cannot be used now.
    #[error(
        "cannot use the database {place}: {kind} ({source}); check that it runs and takes connections from here, and \
         user, password and database name"
    )]
    Database {
        /// Where it is, without the password.
        place: String,
        /// What is the matter.
        kind: Fault,
        /// What the network or the database said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A newer version of the server has been here.
    #[error(
        "the database has migration {found}, this version knows migrations up to {known}; \
         start the newer version again, or restore the backup made before the upgrade"
    )]
    Newer {
        /// The newest migration in the database.
        found: u32,
        /// The newest migration this version knows.
        known: u32,
    },
    /// The database was made with another text of a migration.
    #[error(
        "migration {number} ({name}) is not the one this database was made with; \
         start the version that made it, or restore a backup that this version made"
    )]
    Edited {
        /// The migration's number.
        number: u32,
        /// Its name in this version.
        name: &'static str,
    },
    /// A migration failed and was undone; the database is as it was.
    #[error(
        "migration {number} ({name}) failed and was undone; start the earlier version again and report this"
    )]
    Migration {
        /// The migration's number.
        number: u32,
        /// Its name.
        name: &'static str,
        /// What the database engine said.
        #[source]
        source: DbError,
    },
}

impl DbError {
    /// The trouble with storage behind this error, if that is what it is.
    pub const fn fault(&self) -> Option<Fault> {
        match self {
            Self::Unavailable(fault) => Some(*fault),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let code = match &error {
            rusqlite::Error::SqliteFailure(code, _) => *code,
            rusqlite::Error::SqlInputError { error: code, .. } => *code,
            _ => return Self::Internal(Box::new(error)),
        };
        let fault = match code.code {
            ErrorCode::DiskFull => Fault::DiskFull,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Fault::ReadOnly,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Fault::Busy,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Fault::Corrupt,
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
            | ErrorCode::FileLockingProtocolFailed => Fault::Io,
            ErrorCode::TypeMismatch => return Self::Constraint(Constraint::Value),
            ErrorCode::ConstraintViolation => {
                return Self::Constraint(match code.extended_code {
                    ffi::SQLITE_CONSTRAINT_UNIQUE
                    | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                    | ffi::SQLITE_CONSTRAINT_ROWID => Constraint::Unique,
                    ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Constraint::ForeignKey,
                    _ => Constraint::Value,
                });
            }
            _ => return Self::Internal(Box::new(error)),
        };
        Self::Unavailable(fault)
    }
}
