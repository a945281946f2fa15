//! What the agent keeps on disk: who the machine is, what the server last said, what is still to be reported.
//!
//! Must not know the server or the sign-in.
//!
//! Each file is replaced as a whole: written beside, flushed, renamed. The folder is the agent's alone.

mod atomic;
mod audit;
mod identity;
#[cfg(test)]
mod tests;

pub use audit::AuditQueue;
pub use identity::{Identity, IdentityError};

use crate::clock::ClockOffset;
use atomic::{read_if_there, write};
use model::MachineId;
use os::Os;
use protocol::http::HelloAnswer;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A file of the folder cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct StateError {
    path: String,
    why: String,
}

impl StateError {
    fn new(path: &Path, why: impl ToString) -> Self {
        Self { path: path.display().to_string(), why: why.to_string() }
    }
}

/// What an administrator may set on the machine, in `agent.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `http://name:port`, or `none` for never one; missing: as the environment says.
    pub proxy: Option<String>,
    /// Whether a server certificate that chains to the system's roots is good. The policy can say the same.
    pub trust_system_roots: bool,
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Where the folder is when nobody says otherwise.
    pub fn default_path() -> PathBuf {
        match std::env::var_os("ProgramData") {
            Some(data) if cfg!(windows) => Path::new(&data).join("Countersign"),
            _ => PathBuf::from("/var/lib/countersign-agent"),
        }
    }

    /// Opens the folder, making it when it is not there.
    ///
    /// # Errors
    /// It cannot be made or kept from others.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let failed = |error: io::Error| StateError::new(path, error);
        fs::create_dir_all(path).map_err(failed)?;
        atomic::keep_private(path).map_err(failed)?;
        Ok(Self(path.to_owned()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The settings; the defaults when there is no file.
    ///
    /// # Errors
    /// The file cannot be read or has a word that is not a setting.
    pub fn settings(&self) -> Result<Settings, StateError> {
        let path = self.file("agent.toml");
        let bytes = read_if_there(&path).map_err(|error| StateError::new(&path, error))?.unwrap_or_default();
        let text = String::from_utf8(bytes).map_err(|error| StateError::new(&path, error))?;
        toml::from_str(&text).map_err(|error| StateError::new(&path, error))
    }

    /// Who the machine is.
    ///
    /// # Errors
    /// See [`IdentityError`].
    pub fn identity(&self, os: &dyn Os) -> Result<Identity, IdentityError> {
        identity::load(self, os)
    }

    /// Whose identity is there, without opening its key.
    pub fn joined_as(&self) -> Option<MachineId> {
        identity::peek(self)
    }

    /// Keeps who the machine is, in place of what was before.
    ///
    /// # Errors
    /// See [`IdentityError`].
    pub fn keep_identity(&self, os: &dyn Os, identity: &Identity) -> Result<(), IdentityError> {
        identity::keep(self, os, identity)
    }

    /// The last good answer to a hello. A damaged file counts as none: the next hello brings it back.
    pub fn hello(&self) -> Option<HelloAnswer> {
        self.json("hello.json")
    }

    /// Keeps it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_hello(&self, hello: &HelloAnswer) -> Result<(), StateError> {
        self.keep_json("hello.json", hello)
    }

    /// The clock offset known from before; none when there is no file or it is damaged.
    pub fn clock_offset(&self) -> ClockOffset {
        ClockOffset::new(self.json("clock.json").unwrap_or_default())
    }

    /// Keeps it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_clock_offset(&self, offset: &ClockOffset) -> Result<(), StateError> {
        self.keep_json("clock.json", &offset.seconds())
    }

    /// What is still to be reported.
    pub fn audit_queue(&self) -> AuditQueue {
        AuditQueue::new(self.file("audit.jsonl"), self.file("audit.lock"))
    }

    /// Where a running agent answers questions.
    pub fn control_socket(&self) -> PathBuf {
        self.file("control.sock")
    }

    fn json<T: for<'a> Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&read_if_there(&self.file(name)).ok()??).ok()
    }

    fn keep_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StateError> {
        let path = self.file(name);
        let bytes = serde_json::to_vec(value).map_err(|error| StateError::new(&path, error))?;
        write(&path, &bytes).map_err(|error| StateError::new(&path, error))
    }
}
