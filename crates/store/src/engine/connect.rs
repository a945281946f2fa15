//! Where the database is and how connections to it are set up.

use crate::{Fault, OpenError, migrate::MigrateError};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// How long to wait for another process, such as the command line beside a running server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// More than there are statements in the crate, so that none is ever prepared twice.
const STATEMENTS: usize = 512;
/// Pages in the write-ahead log (16 MB) before they are moved into the database. Moving syncs twice and makes the
/// write that meets it wait; a page changed many times in between is moved once.
const CHECKPOINT_PAGES: u32 = 4_000;

/// What connections are opened from.
pub(super) struct Source {
    path: PathBuf,
    /// Removed with everything in it on drop.
    temporary: Option<PathBuf>,
}

impl Source {
    pub(super) fn file(path: &Path) -> Self {
        Self { path: path.to_owned(), temporary: None }
    }

    /// A database in a new folder that only we can enter.
    pub(super) fn temporary() -> Result<Self, OpenError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let folder = std::env::temp_dir().join(format!("countersign-{}-{number}", std::process::id()));
            match private_folder(&folder) {
                Ok(()) => return Ok(Self { path: folder.join("db"), temporary: Some(folder) }),
                // Left by an earlier process with our number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Self::file(&folder).unavailable_io(&error)),
            }
        }
    }

    /// A connection that may write. Does not create the file: one that vanished under a running server must not be
    /// replaced by an empty one.
    pub(super) fn writer(&self) -> Result<Connection, rusqlite::Error> {
        self.make_private().map_err(|error| io_error(&error))?;
        let conn = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        // FULL: the log is synced at each commit, so that an answer given survives a power cut.
        conn.pragma_update(None, "synchronous", if self.temporary.is_some() { "OFF" } else { "FULL" })?;
        conn.pragma_update(None, "foreign_keys", true)?;
        // What savepoints need to undo is kept in memory.
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
        Ok(conn)
    }

    /// A connection that may write, on a file as it is: no setting of it is changed.
    pub(super) fn connect_to_write(&self) -> Result<Connection, rusqlite::Error> {
        self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection that cannot write.
    pub(super) fn reader(&self) -> Result<Connection, rusqlite::Error> {
        self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn connect(&self, mode: OpenFlags) -> Result<Connection, rusqlite::Error> {
        // A connection is used by one thread at a time, which Rust sees to; SQLite's own lock is not needed.
        let conn = Connection::open_with_flags(&self.path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        // One plan whatever the values: otherwise SQLite prepares every query with a join or an order anew each time a
        // value is bound to it, which takes five times as long as running it.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // Rows come back as they were stored, even where a damaged schema says otherwise.
        conn.pragma_update(None, "trusted_schema", false)?;
        Ok(conn)
    }

    pub(super) fn unavailable(&self, error: rusqlite::Error) -> OpenError {
        let source = error.to_string().into();
        let kind = crate::DbError::from(error).fault().unwrap_or(Fault::Io);
        OpenError::Unavailable { path: self.path.clone(), kind, source }
    }

    pub(super) fn not_brought_up_to_date(&self, error: MigrateError) -> OpenError {
        match error {
            MigrateError::Found(found) => found,
            MigrateError::Engine(error) => self.unavailable(error),
        }
    }

    pub(super) fn unavailable_io(&self, error: &io::Error) -> OpenError {
        self.unavailable(io_error(error))
    }

    /// Creates the file, empty and for its owner alone, unless it is there.
    ///
    /// An existing file is not opened: closing it again would drop every lock this process has on it (POSIX).
    pub(super) fn create(&self) -> io::Result<()> {
        match self.create_new() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done,
        }
    }

    /// Creates the file, empty and for its owner alone; an error when it is there.
    pub(super) fn create_new(&self) -> io::Result<()> {
        let mut file = fs::OpenOptions::new();
        file.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
        file.open(&self.path).map(|_| ())
    }

    /// Brings a file that no connection has open, and its name, to the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        fs::File::open(&self.path)?.sync_all()?;
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            let here = Path::new(".");
            fs::File::open(if folder.as_os_str().is_empty() { here } else { folder })?.sync_all()?;
        }
        Ok(())
    }

    /// Takes others' rights to the file; SQLite gives its log and index files the mode of the database.
    ///
    /// Done even where nothing changes, since it tells a read-only disk from others: SQLite says "cannot open" to both.
    fn make_private(&self) -> io::Result<()> {
        #[cfg(unix)]
        fs::set_permissions(&self.path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(())
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Some(folder) = &self.temporary {
            // Nobody is left who could do something about a failure.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// The same words for what the system says as for what SQLite says.
fn io_error(error: &io::Error) -> rusqlite::Error {
    use rusqlite::ffi;
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ffi::SQLITE_FULL,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => ffi::SQLITE_READONLY,
        _ => ffi::SQLITE_CANTOPEN,
    };
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(error.to_string()))
}

fn private_folder(path: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode to set"))]
    let mut folder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_prepared_once_whatever_is_bound_to_it() {
        let source = Source::temporary().unwrap();
        source.create().unwrap();
        let conn = source.writer().unwrap();
        conn.execute_batch("CREATE TABLE a (id PRIMARY KEY, b); CREATE TABLE b (id PRIMARY KEY, c);")
            .unwrap();
        for sql in [
            "SELECT a.id, b.c FROM a JOIN b ON b.id = a.b WHERE a.id = ?1",
            "SELECT id FROM a WHERE b = ?1 ORDER BY b, id",
        ] {
            for value in 0..3 {
                let mut statement = conn.prepare_cached(sql).unwrap();
                statement.raw_bind_parameter(1, value).unwrap();
                assert!(statement.raw_query().next().unwrap().is_none());
                assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
            }
        }
    }
}
