use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// An account on the fake Windows: domain, name, SID, password, state.
#[derive(Clone, Debug)]
pub struct Account {
    /// `DOMAIN` in `DOMAIN\name`.
    pub domain: String,
    /// The name.
    pub name: String,
    /// The SID.
    pub sid: String,
    /// The password.
    pub password: String,
    /// `ok`, `expired`, `locked`, `disabled`, `unknown`, `unprovable`.
    pub state: &'static str,
}

impl Account {
    /// An account in good order.
    pub fn new(domain: &str, name: &str, sid: &str, password: &str) -> Self {
        Self {
            domain: domain.into(),
            name: name.into(),
            sid: sid.into(),
            password: password.into(),
            state: "ok",
        }
    }

    /// The same in another state.
    #[must_use]
    pub fn but(mut self, state: &'static str) -> Self {
        self.state = state;
        self
    }
}

/// A folder with a fake Windows and an agent's data: one machine.
pub struct FakeWindows {
    folder: TempDir,
}

impl FakeWindows {
    /// A machine with these accounts.
    ///
    /// # Panics
    /// When there is no temporary folder.
    pub fn new(name: &str, sid: &str, accounts: &[Account]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let windows = Self { folder };
        let accounts: Vec<Value> = accounts
            .iter()
            .map(|account| {
                json!({ "domain": account.domain, "name": account.name, "sid": account.sid,
                        "password": account.password, "state": account.state })
            })
            .collect();
        let file =
            json!({ "machine": { "name": name, "sid": sid, "firmware_uuid": "" }, "accounts": accounts });
        std::fs::write(windows.file(), file.to_string()).expect("written");
        windows
    }

    /// The file that stands for Windows.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("windows.json")
    }

    /// The agent's data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("agent")
    }

    /// The folder of both.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
