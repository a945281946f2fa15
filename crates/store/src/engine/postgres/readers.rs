//! Connections for reading, made when needed and kept.

use super::{
    BEGIN_READING, Limits, Session, Source,
    desk::{PATIENCE, is_worth_another_try, pause},
    link::off_the_runtime,
};
use crate::{DbError, Fault, Rx};
use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Connections of one server for reading. A database takes a hundred in all, unless it is told otherwise.
const MOST: usize = 12;
/// How long to wait for one of them.
const TURN: Duration = Duration::from_secs(5);

pub(in crate::engine) struct PostgresReaders {
    idle: Mutex<Vec<Session>>,
    free: Mutex<usize>,
    freed: Condvar,
    source: Arc<Source>,
}

/// The right to use a connection.
struct Turn<'a>(&'a PostgresReaders);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

impl PostgresReaders {
    pub(in crate::engine) fn new(source: Arc<Source>) -> Self {
        Self { idle: Mutex::default(), free: Mutex::new(MOST), freed: Condvar::new(), source }
    }

    pub(in crate::engine) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    pub(in crate::engine) fn read<T, E: From<DbError>>(
        &self,
        f: impl FnOnce(&Rx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        off_the_runtime(|| {
            let _turn = self.turn()?;
            // A closure that panics takes its connection with it; closing one undoes what was open.
            let session = self.begin()?;
            let rx = Rx::on_postgres(&session);
            let result = f(&rx);
            let ended = session.run("COMMIT");
            if ended.is_ok() && rx.fault().is_none() {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
            }
            result
        })
    }

    fn turn(&self) -> Result<Turn<'_>, DbError> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut free, waited) = self
            .freed
            .wait_timeout_while(free, TURN, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(DbError::Unavailable(Fault::Busy));
        }
        *free -= 1;
        Ok(Turn(self))
    }

    /// A connection in a transaction that has read nothing yet. One that was kept may have been closed meanwhile, and a
    /// database that is just being started again is waited for.
    fn begin(&self) -> Result<Session, DbError> {
        let start = Instant::now();
        loop {
            let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let was_kept = kept.is_some();
            let begun = kept.map_or_else(|| self.source.session(Limits::Short), Ok).and_then(|session| {
                session.run(BEGIN_READING)?;
                Ok(session)
            });
            match begun {
                Err(_) if was_kept => {}
                Err(error) if is_worth_another_try(&error) && start.elapsed() < PATIENCE => pause(),
                begun => return begun,
            }
        }
    }
}
