//! What only the operating system can answer: is this password right, which machine is this, where is a key safe.
//!
//! Must not know the sign-in, the server, or what is decided with an answer.
#![forbid(unsafe_code)]

pub mod logon;
mod plain;
pub mod windows;

pub use plain::NotWindows;

use model::{AccountClaim, AccountName, Place, Secret, Sid, SignInKind};

/// The questions. Every one may block for seconds (a domain controller far away): ask on a thread that may wait.
pub trait Os: Send + Sync {
    /// The account a typed name stands for, or `None` when there is none.
    ///
    /// # Errors
    /// Nobody could be asked.
    fn resolve(&self, name: &AccountName) -> Result<Option<Resolved>, OsError>;

    /// Whether this password is right.
    fn prove_password(&self, name: &AccountName, password: &Secret) -> PasswordVerdict;

    /// Changes the password of an account.
    fn change_password(&self, account: &AccountClaim, old: &Secret, new: &Secret) -> ChangeVerdict;

    /// Which machine this is.
    ///
    /// # Errors
    /// The machine cannot be told from another one.
    fn machine(&self) -> Result<Machine, OsError>;

    /// Seals bytes so that they are of no use on another machine, as far as [`Os::protection`] goes.
    ///
    /// # Errors
    /// The system could not seal.
    fn protect(&self, bytes: &Secret) -> Result<Vec<u8>, OsError>;

    /// The reverse of [`Os::protect`].
    ///
    /// # Errors
    /// Sealed elsewhere, damaged, or the system could not open it.
    fn unprotect(&self, sealed: &[u8]) -> Result<Secret, OsError>;

    /// What [`Os::protect`] relies on.
    fn protection(&self) -> Protection;

    /// Packs credentials the way the sign-in screen hands them to Windows.
    ///
    /// # Errors
    /// The system could not pack them: nobody gets in.
    fn pack(&self, credentials: &Credentials<'_>) -> Result<Packed, OsError>;

    /// The reverse, for what Remote Desktop handed over. Anybody can have put anything into it.
    ///
    /// # Errors
    /// It is not packed credentials with a password, or the system could not open it.
    fn unpack(&self, packed: &Packed) -> Result<Unpacked, OsError>;

    /// What the system knows about a Windows session. Where it cannot tell, the most careful answer stands.
    fn session(&self, session: u32) -> Session;

    /// Owner, group and access list of the pipe that sign-ins come through, as Windows' security descriptor language
    /// writes them. Empty where there is no such pipe.
    fn pipe_access(&self) -> &'static str;

    /// Writes to the system's event log, where there is one. Never an error: a full log must not stop a sign-in.
    fn record_event(&self, severity: Severity, text: &str);
}

/// Credentials to be packed.
#[derive(Debug)]
pub struct Credentials<'a> {
    /// The account, as the system resolved it.
    pub account: &'a AccountClaim,
    /// The name as typed.
    pub name: &'a AccountName,
    /// The password.
    pub password: &'a Secret,
    /// What Windows calls what somebody is getting into: unlocking is packed with a message type of its own.
    pub kind: SignInKind,
    /// `dwFlags` of `SetUsageScenario`: in an elevation, whether the caller is a 32-bit program
    /// (`CREDUIWIN_PACK_32_WOW`).
    pub flags: u32,
    /// `ICredentialProviderUser::GetProviderID` of the tile, in memory order, where the tile is a user's.
    pub provider: Option<[u8; 16]>,
}

/// Packed credentials: `CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION` without the CLSID.
#[derive(Debug)]
pub struct Packed {
    /// `ulAuthenticationPackage`.
    pub package: u32,
    /// `rgbSerialization`.
    pub bytes: Secret,
}

/// What was in packed credentials.
#[derive(Debug)]
pub struct Unpacked {
    /// The account's name, `DOMAIN\user` or as it came.
    pub name: AccountName,
    /// The password.
    pub password: Secret,
}

/// A Windows session, as far as a sign-in depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is signed in there. `None`: nobody, so that a sign-in is one and not an unlocking.
    pub user: Option<AccountName>,
    /// Whether it is somebody's at a distance. Where nobody can tell, it is.
    pub place: Place,
}

/// The account a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The account.
    pub account: AccountClaim,
    /// SIDs of its groups.
    pub groups: Vec<Sid>,
}

/// What the system says about a password. *Could not tell* is neither right nor wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// Right.
    Proven(Resolved),
    /// Right, but it has to be changed first.
    MustChange(Resolved),
    /// Wrong, or the account is unknown, disabled or locked. Named where the system knows it.
    Wrong(Option<AccountClaim>),
    /// The system cannot prove this account's password.
    CouldNotTell(Option<Resolved>),
}

/// What became of a password change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeVerdict {
    /// The new password is in force.
    Changed,
    /// The new password was refused.
    NotTaken,
    /// It could not be done now.
    Failed,
}

/// Which machine this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its name, for people.
    pub name: String,
    /// SID of its account database. A cloned image has the same.
    pub sid: Sid,
    /// The firmware's UUID in lower-case hyphenated form, or empty. A clone has another.
    pub firmware_uuid: String,
    /// Operating system and version, for people.
    pub os: String,
}

/// What keeps a sealed key from being used elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// A TPM.
    Tpm,
    /// Windows' data protection for the machine.
    Dpapi,
    /// Nothing but the permissions of the file.
    FilePermissions,
}

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Good to know.
    Information,
    /// Somebody should look.
    Warning,
    /// Something does not work.
    Error,
}

/// Why the system did not answer.
#[derive(Debug, thiserror::Error)]
pub enum OsError {
    /// This kind of system cannot answer that.
    #[error("this system cannot tell {0}")]
    NotHere(&'static str),
    /// Sealed by another machine, or damaged.
    #[error("the sealed data was not sealed here or is damaged")]
    SealedElsewhere,
    /// The system failed.
    #[error("the system failed: {0}")]
    Failed(String),
}
