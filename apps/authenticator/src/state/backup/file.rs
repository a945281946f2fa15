use super::place::{BackupPlace, Kept, PlaceError};
use crate::browser::files;

/// What a saved backup is called.
const NAME: &str = "countersign-backup.csvault";

/// A file that the person saves or shares. The app cannot read it back by itself, and does not say that it was verified.
pub(super) struct FilePlace;

impl BackupPlace for FilePlace {
    async fn read(&self) -> Result<Vec<Kept>, PlaceError> {
        Ok(Vec::new())
    }

    async fn write(&self, bytes: &[u8], _expected: Option<&str>) -> Result<Option<String>, PlaceError> {
        files::give(NAME, "application/octet-stream", bytes).await.map_err(|_| PlaceError::NotWritten)?;
        Ok(None)
    }
}
