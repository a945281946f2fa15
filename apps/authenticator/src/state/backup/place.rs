use super::{far::FarPlace, file::FilePlace, server::ServerPlace};
use model::Secret;
use vault::{
    backup_box::{BackupNote, PlaceKind},
    container::SlotKey,
};

/// A place that keeps sealed containers. It cannot read them.
pub(super) trait BackupPlace {
    /// What is there, if anything is and the app can read it by itself. More than one where several devices wrote at the
    /// same moment, to a place that keeps them apart.
    async fn read(&self) -> Result<Vec<Kept>, PlaceError>;

    /// Writes, if there is nothing but what is marked in `expected`, or nothing at all for `None`. Gives back the new
    /// mark, where the place has marks.
    async fn write(&self, bytes: &[u8], expected: Option<&str>) -> Result<Option<String>, PlaceError>;

    /// Removes what `expected` marks, now that `mark` has been verified and has all of it, where the place keeps both.
    async fn settle(&self, _mark: Option<&str>, _expected: Option<&str>) {}
}

/// What a place keeps.
pub(super) struct Kept {
    /// The sealed container.
    pub(super) bytes: Vec<u8>,
    /// Whether it was seen to be cut off or changed, so that nothing is lost when it goes.
    pub(super) damaged: bool,
    /// The place's mark of this state.
    pub(super) etag: Option<String>,
}

/// The marks of all that is kept, as one.
pub(super) fn marks(kept: &[Kept]) -> Option<String> {
    let marks: Vec<&str> = kept.iter().filter_map(|kept| kept.etag.as_deref()).collect();
    (!marks.is_empty()).then(|| marks.join(","))
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
    /// It does not take the name and password, or no longer knows the app.
    SignIn,
    /// The person has to allow it once more.
    NotAllowed,
    /// The file was not written.
    NotWritten,
    /// It said no; in its words.
    Refused(String),
}

/// A place of any kind.
pub(super) enum Place {
    Server(ServerPlace),
    File(FilePlace),
    Far(FarPlace),
}

impl Place {
    /// The place that a note names.
    pub(super) fn of(note: &BackupNote) -> Self {
        Self::new(note.place, &note.root, &note.access)
    }

    /// How it is reached from now on, where that changes with each use.
    pub(super) fn access(&self) -> Option<Secret> {
        match self {
            Self::Far(place) => Some(place.access()),
            _ => None,
        }
    }

    /// The place of a kind, with the key that its box is found by, or how else it is reached.
    pub(super) fn new(kind: PlaceKind, root: &SlotKey, access: &Secret) -> Self {
        match kind {
            PlaceKind::Server => Self::Server(ServerPlace::of(root)),
            PlaceKind::File => Self::File(FilePlace),
            _ => Self::Far(FarPlace::new(kind, access)),
        }
    }
}

impl BackupPlace for Place {
    async fn read(&self) -> Result<Vec<Kept>, PlaceError> {
        match self {
            Self::Server(place) => place.read().await,
            Self::File(place) => place.read().await,
            Self::Far(place) => place.read().await,
        }
    }

    async fn write(&self, bytes: &[u8], expected: Option<&str>) -> Result<Option<String>, PlaceError> {
        match self {
            Self::Server(place) => place.write(bytes, expected).await,
            Self::File(place) => place.write(bytes, expected).await,
            Self::Far(place) => place.write(bytes, expected).await,
        }
    }

    async fn settle(&self, mark: Option<&str>, expected: Option<&str>) {
        if let Self::Far(place) = self {
            place.settle(mark, expected).await;
        }
    }
}
