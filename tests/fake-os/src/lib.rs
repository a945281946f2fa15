//! A fake Windows for tests and the lab: machine and accounts come from a JSON file.
//!
//! Must not reach a shipped file; [`MARKER`] is how that is checked.
#![forbid(unsafe_code)]

mod file;

pub use file::{Account, File, Machine, Session, State};

use model::{AccountClaim, AccountName, AuthorityClaim, NameForm, Place, Secret, Sid, SignInKind};
use os::{
    ChangeVerdict, Credentials, Os, OsError, Packed, PasswordVerdict, Protection, Resolved, Severity,
    Unpacked,
    logon::{self, LogonParts, Message, domain_and_user},
};
use std::{
    io::Write,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// Stands in every binary that has this crate in it.
pub const MARKER: &str = "COUNTERSIGN-FAKE-OS";

/// Names the file.
pub const VARIABLE: &str = "COUNTERSIGN_FAKE_OS";

/// `ulAuthenticationPackage` of all that the fake packs. Windows gives out numbers from 0 in the order in which it loads
/// its packages; it has never so many.
pub const PACKAGE: u32 = 0xC5;

/// The shortest new password taken, in characters.
const MIN_PASSWORD: usize = 8;

/// A fake Windows. The file is read anew for each question, so that a test can change an account meanwhile.
#[derive(Debug)]
pub struct FakeOs {
    path: PathBuf,
    /// Held while the file is rewritten.
    writing: Mutex<()>,
}

/// The fake cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The variable is not set.
    #[error("{VARIABLE} does not name a file of accounts")]
    NotSet,
    /// The file cannot be used.
    #[error("{path}: {why}")]
    File {
        /// Where.
        path: String,
        /// What is the matter.
        why: String,
    },
}

impl FakeOs {
    /// The fake whose file the environment variable [`VARIABLE`] names.
    ///
    /// # Errors
    /// Not set, or the file cannot be used.
    pub fn from_env() -> Result<Self, SetUpError> {
        Self::new(std::env::var_os(VARIABLE).ok_or(SetUpError::NotSet)?.into())
    }

    /// The fake of a file.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn new(path: PathBuf) -> Result<Self, SetUpError> {
        let os = Self { path, writing: Mutex::new(()) };
        os.file().map_err(|why| SetUpError::File { path: os.path.display().to_string(), why })?;
        Ok(os)
    }

    fn file(&self) -> Result<File, String> {
        File::read(&self.path)
    }
}

impl Os for FakeOs {
    fn resolve(&self, name: &AccountName) -> Result<Option<Resolved>, OsError> {
        let file = self.file().map_err(OsError::Failed)?;
        Ok(find(&file, name).and_then(|account| resolved(&file, account)))
    }

    fn prove_password(&self, name: &AccountName, password: &Secret) -> PasswordVerdict {
        let Ok(file) = self.file() else { return PasswordVerdict::CouldNotTell(None) };
        let Some(account) = find(&file, name) else { return PasswordVerdict::Wrong(None) };
        let Some(resolved) = resolved(&file, account) else { return PasswordVerdict::Wrong(None) };
        let right = password.expose() == account.password.as_bytes();
        match account.state {
            State::Unprovable => PasswordVerdict::CouldNotTell(Some(resolved)),
            State::Ok if right => PasswordVerdict::Proven(resolved),
            State::Expired if right => PasswordVerdict::MustChange(resolved),
            _ => PasswordVerdict::Wrong(Some(resolved.account)),
        }
    }

    fn change_password(&self, account: &AccountClaim, old: &Secret, new: &Secret) -> ChangeVerdict {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let (Ok(mut file), Some(new)) = (self.file(), new.expose_text()) else {
            return ChangeVerdict::Failed;
        };
        let Some(entry) = file.accounts.iter_mut().find(|entry| entry.sid == account.sid) else {
            return ChangeVerdict::Failed;
        };
        if !matches!(entry.state, State::Ok | State::Expired) || old.expose() != entry.password.as_bytes() {
            return ChangeVerdict::Failed;
        }
        if new.chars().count() < MIN_PASSWORD || new == entry.password {
            return ChangeVerdict::NotTaken;
        }
        entry.password = new.to_owned();
        entry.state = State::Ok;
        match file.write(&self.path) {
            Ok(()) => ChangeVerdict::Changed,
            Err(_) => ChangeVerdict::Failed,
        }
    }

    fn machine(&self) -> Result<os::Machine, OsError> {
        let machine = self.file().map_err(OsError::Failed)?.machine;
        Ok(os::Machine {
            name: machine.name,
            sid: machine.sid,
            firmware_uuid: machine.firmware_uuid,
            os: "Fake Windows".into(),
        })
    }

    fn protect(&self, bytes: &Secret) -> Result<Vec<u8>, OsError> {
        Ok([MARKER.as_bytes(), bytes.expose()].concat())
    }

    fn unprotect(&self, sealed: &[u8]) -> Result<Secret, OsError> {
        let bytes = sealed.strip_prefix(MARKER.as_bytes()).ok_or(OsError::SealedElsewhere)?;
        Ok(Secret::new(bytes.to_vec()))
    }

    fn protection(&self) -> Protection {
        Protection::FilePermissions
    }

    fn pack(&self, credentials: &Credentials<'_>) -> Result<Packed, OsError> {
        let machine = self.file().map_err(OsError::Failed)?.machine;
        // Accounts of identity providers and elevations are packed like everybody, as there is no Windows to do it.
        let message = match credentials.kind {
            SignInKind::SignIn | SignInKind::Elevation => Message::Interactive,
            SignInKind::Unlock => Message::WorkstationUnlock,
        };
        let (domain, user) = domain_and_user(&credentials.account.name, &machine.name);
        let bytes = logon::pack(message, domain, user, credentials.password)
            .map_err(|error| OsError::Failed(error.to_string()))?;
        Ok(Packed { package: PACKAGE, bytes })
    }

    fn unpack(&self, packed: &Packed) -> Result<Unpacked, OsError> {
        logon::unpack(packed.bytes.expose())
            .and_then(LogonParts::into_unpacked)
            .map_err(|error| OsError::Failed(error.to_string()))
    }

    fn session(&self, session: u32) -> os::Session {
        // As on Windows, where nobody can tell it is somebody's at a distance.
        let Ok(file) = self.file() else { return os::Session { user: None, place: Place::Remote } };
        match file.sessions.iter().find(|entry| entry.id == session) {
            Some(entry) => os::Session {
                user: entry.user.clone(),
                place: if entry.remote { Place::Remote } else { Place::Console },
            },
            None => os::Session { user: None, place: Place::Console },
        }
    }

    fn pipe_access(&self) -> &'static str {
        // Nobody is the system under Wine.
        "O:BAG:BAD:P(A;;GA;;;BA)(A;;GA;;;SY)"
    }

    fn record_event(&self, severity: Severity, text: &str) {
        let line = format!("{severity:?}: {text}\n");
        eprint!("{MARKER} event: {line}");
        // Beside the file, since nobody sees what a service writes. Without it there is still the line above.
        let mut log = std::fs::OpenOptions::new();
        let opened = log.append(true).create(true).open(self.path.with_extension("events"));
        let _kept = opened.and_then(|mut log| log.write_all(line.as_bytes()));
    }
}

/// The account a name stands for, as Windows would: a bare name is first looked for on the machine.
fn find<'a>(file: &'a File, name: &AccountName) -> Option<&'a Account> {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let local = |account: &Account| same(&account.domain, &file.machine.name);
    let known = || file.accounts.iter().filter(|account| account.state != State::Unknown);
    match name.form() {
        NameForm::Bare(user) => known()
            .find(|account| local(account) && same(&account.name, user))
            .or_else(|| known().find(|account| same(&account.name, user))),
        NameForm::ThisMachine(user) => known().find(|account| local(account) && same(&account.name, user)),
        NameForm::Domain { domain, user } => {
            known().find(|account| same(&account.domain, domain) && same(&account.name, user))
        }
        NameForm::Principal { .. } => {
            known().find(|account| account.upn.as_deref().is_some_and(|upn| same(upn, name.as_str())))
        }
    }
}

fn resolved(file: &File, account: &Account) -> Option<Resolved> {
    Some(Resolved {
        account: AccountClaim {
            authority: authority(&file.machine.sid, account)?,
            sid: account.sid.clone(),
            name: format!("{}\\{}", account.domain, account.name).parse().ok()?,
            upn: account.upn.as_deref().and_then(|upn| upn.parse().ok()),
        },
        groups: account.groups.clone(),
    })
}

/// Who vouches for an account follows from its SID.
fn authority(machine: &Sid, account: &Account) -> Option<AuthorityClaim> {
    if account.sid.is_entra() {
        return Some(AuthorityClaim::Entra(account.tenant.clone()?));
    }
    let issuer = account.sid.issuer()?;
    Some(if issuer == *machine { AuthorityClaim::ThisMachine } else { AuthorityClaim::Domain(issuer) })
}

#[cfg(test)]
mod tests;
