//! Connections for reading, made when needed and kept.

use super::{connect::Source, tx::Rx};
use crate::DbError;
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// Connections kept for the next reader; more may be open for a moment.
const KEPT: usize = 16;

pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    source: Arc<Source>,
}

impl Readers {
    pub(super) fn new(source: Arc<Source>) -> Self {
        Self { idle: Mutex::default(), source }
    }

    pub(super) fn read<T, E: From<DbError>>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T, E>) -> Result<T, E> {
        let conn = self.take().map_err(|error| E::from(error.into()))?;
        // A closure that panics takes its connection with it; closing one undoes what was open.
        let rx = Rx::new(&conn);
        rx.run("BEGIN")?;
        let result = f(&rx);
        let ended = rx.run("COMMIT");
        // After trouble the next reader starts on a fresh connection.
        if ended.is_ok() && rx.fault().is_none() {
            self.give_back(conn);
        }
        result
    }

    /// Into an empty file. SQLite calls it vacuuming, since what was deleted is not copied.
    pub(super) fn copy_to(&self, path: &Path) -> Result<(), rusqlite::Error> {
        let path = path.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(path.to_owned()))?;
        let conn = self.take()?;
        conn.execute("VACUUM INTO ?1", [path])?;
        self.give_back(conn);
        Ok(())
    }

    fn take(&self) -> Result<Connection, rusqlite::Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.source.reader(), Ok)
    }

    fn give_back(&self, conn: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(conn);
        }
    }
}
