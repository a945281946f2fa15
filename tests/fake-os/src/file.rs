use model::{AccountName, Sid};
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

/// The file: one machine and its accounts.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The machine.
    pub machine: Machine,
    /// Local, domain and Entra accounts.
    pub accounts: Vec<Account>,
    /// Windows sessions. One that is not listed is at the console with nobody signed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
}

/// A Windows session.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Its number.
    pub id: u32,
    /// Who is signed in there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<AccountName>,
    /// Whether it is somebody's over Remote Desktop.
    #[serde(default)]
    pub remote: bool,
}

/// The machine.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Its name; the `domain` of its local accounts.
    pub name: String,
    /// Its SID.
    pub sid: Sid,
    /// Its firmware's UUID.
    #[serde(default)]
    pub firmware_uuid: String,
}

/// An account.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// `DOMAIN` in `DOMAIN\name`.
    pub domain: String,
    /// The name in the domain.
    pub name: String,
    /// User principal name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upn: Option<String>,
    /// Its SID, which also says whether machine, domain or tenant vouches for it.
    pub sid: Sid,
    /// The Entra tenant, for accounts whose SID is one of Entra.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The password.
    pub password: String,
    /// What is the matter with it.
    #[serde(default)]
    pub state: State,
    /// SIDs of its groups.
    #[serde(default)]
    pub groups: Vec<Sid>,
}

/// What is the matter with an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing.
    #[default]
    Ok,
    /// The password has to be changed.
    Expired,
    /// Locked by Windows.
    Locked,
    /// Disabled in Windows.
    Disabled,
    /// Windows does not know it.
    Unknown,
    /// Windows cannot prove its password.
    Unprovable,
}

impl File {
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        let beside = path.with_extension("new");
        fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)).map_err(|error| error.to_string())
    }
}
