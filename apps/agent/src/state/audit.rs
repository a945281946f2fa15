use super::{StateError, atomic};
use model::RequestId;
use protocol::http::{Report, ReportRequest};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

/// The most bytes kept. An event has some 300, so this is weeks without a server.
const MAX_BYTES: u64 = 4 << 20;

/// Events on their way to the server's audit trail: a file to which lines are added, each flushed before the
/// sign-in goes on. Several processes may use it at once.
#[derive(Clone, Debug)]
pub struct AuditQueue {
    path: PathBuf,
    lock: PathBuf,
}

impl AuditQueue {
    pub(super) fn new(path: PathBuf, lock: PathBuf) -> Self {
        Self { path, lock }
    }

    /// Adds an event. When the queue is full, the new event is dropped and not an old one, so that nobody can push
    /// out the trace of what they did.
    ///
    /// # Errors
    /// It could not be written, or the queue is full.
    pub fn push(&self, report: &Report) -> Result<(), StateError> {
        let _held = self.hold()?;
        let mut line = serde_json::to_vec(report).map_err(|error| self.error(error))?;
        // A line a crash left without its end must not swallow this one.
        line.insert(0, b'\n');
        let mut options = OpenOptions::new();
        let mut file = atomic::private(options.append(true).create(true))
            .open(&self.path)
            .map_err(|error| self.error(error))?;
        let length = file.metadata().map_err(|error| self.error(error))?.len();
        if length + line.len() as u64 > MAX_BYTES {
            return Err(self.error("the queue of events is full"));
        }
        file.write_all(&line).and_then(|()| file.sync_data()).map_err(|error| self.error(error))
    }

    /// The oldest events, as many as one report takes.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn oldest(&self) -> Result<Vec<Report>, StateError> {
        let _held = self.hold()?;
        let mut reports = self.read()?;
        reports.truncate(ReportRequest::MAX_EVENTS);
        Ok(reports)
    }

    /// How many events wait.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn waiting(&self) -> Result<usize, StateError> {
        let _held = self.hold()?;
        Ok(self.read()?.len())
    }

    /// Removes events the server has recorded.
    ///
    /// # Errors
    /// The file cannot be written; the events will be sent again, which does no harm.
    pub fn remove(&self, answered: &[RequestId]) -> Result<(), StateError> {
        let _held = self.hold()?;
        let mut text = Vec::new();
        for report in self.read()?.iter().filter(|report| !answered.contains(&report.id)) {
            text.push(b'\n');
            serde_json::to_writer(&mut text, report).map_err(|error| self.error(error))?;
        }
        atomic::write(&self.path, &text).map_err(|error| self.error(error))
    }

    /// Lines that are no events are what a crash has left.
    fn read(&self) -> Result<Vec<Report>, StateError> {
        let bytes = atomic::read_if_there(&self.path).map_err(|error| self.error(error))?.unwrap_or_default();
        Ok(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
    }

    /// Held until dropped. A file of its own, as the queue itself is replaced.
    fn hold(&self) -> Result<File, StateError> {
        let open = || -> io::Result<File> {
            let mut options = OpenOptions::new();
            let file = atomic::private(options.write(true).create(true).truncate(false)).open(&self.lock)?;
            file.lock()?;
            Ok(file)
        };
        open().map_err(|error| self.error(error))
    }

    fn error(&self, why: impl ToString) -> StateError {
        StateError::new(&self.path, why)
    }
}
