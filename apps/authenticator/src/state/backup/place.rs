use super::{file::FilePlace, server::ServerPlace};
use vault::{
    backup_box::{BackupNote, PlaceKind},
    container::SlotKey,
};

/// A place that keeps sealed containers. It cannot read them.
pub(super) trait BackupPlace {
    /// What is there, if anything is and the app can read it by itself.
    async fn read(&self) -> Result<Option<Kept>, PlaceError>;

    /// Writes, if what is there is still marked `expected`, or nothing is there for `None`. Gives back the new mark, where
    /// the place has marks.
    async fn write(&self, bytes: &[u8], expected: Option<&str>) -> Result<Option<String>, PlaceError>;
}

/// What a place keeps.
pub(super) struct Kept {
    /// The sealed container.
    pub(super) bytes: Vec<u8>,
    /// The place's mark of this state.
    pub(super) etag: Option<String>,
}

/// What a place did not do.
#[derive(Debug)]
pub(super) enum PlaceError {
    /// No connection.
    Unreachable,
    /// No answer in time.
    TooSlow,
    /// It takes no backups from here: there is no such service, or it is not for us. Its answer.
    NoBackups(String),
    /// It takes none of this size.
    TooLarge,
    /// It was asked too often.
    TooMany,
    /// It has no room left.
    Full,
    /// Somebody else wrote meanwhile.
    Changed,
    /// What was read back is not what was written.
    Different,
    /// What is there is opened by another password.
    OtherPassword,
    /// The file was not written.
    NotWritten,
    /// It said no; in its words.
    Refused(String),
}

/// A place of any kind.
pub(super) enum Place {
    Server(ServerPlace),
    File(FilePlace),
}

impl Place {
    /// The place that a note names.
    pub(super) fn of(note: &BackupNote) -> Self {
        Self::new(note.place, &note.root)
    }

    /// The place of a kind, with the key that its box is found by.
    pub(super) fn new(kind: PlaceKind, root: &SlotKey) -> Self {
        match kind {
            PlaceKind::Server => Self::Server(ServerPlace::of(root)),
            PlaceKind::File => Self::File(FilePlace),
        }
    }
}

impl BackupPlace for Place {
    async fn read(&self) -> Result<Option<Kept>, PlaceError> {
        match self {
            Self::Server(place) => place.read().await,
            Self::File(place) => place.read().await,
        }
    }

    async fn write(&self, bytes: &[u8], expected: Option<&str>) -> Result<Option<String>, PlaceError> {
        match self {
            Self::Server(place) => place.write(bytes, expected).await,
            Self::File(place) => place.write(bytes, expected).await,
        }
    }
}
