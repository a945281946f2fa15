use super::{Folder, StateError, atomic};
use data_encoding::BASE64;
use model::{MachineId, Sid};
use os::{Os, OsError};
use protocol::{
    signature::{SigningKey, VerifyingKey},
    statement::{SignedStatement, Statement},
};
use serde::{Deserialize, Serialize};
use std::{fs, sync::Arc};

const FILE: &str = "identity.json";
/// Says that the key was dropped because the machine is a copy; a new join removes it.
const CLONED: &str = "cloned";

/// Who the machine is to its server. One file, so that key, id and statement always belong together.
#[derive(Debug)]
pub struct Identity {
    /// The machine's id.
    pub machine: MachineId,
    /// The machine's group at join.
    pub group: String,
    /// The machine's key.
    pub key: Arc<SigningKey>,
    /// The newest statement of keys, as it came.
    pub signed: SignedStatement,
    /// The same, verified.
    pub statement: Statement,
}

/// Why the machine has no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Nobody has joined it.
    #[error("this machine has not been joined to a server")]
    NotJoined,
    /// It is a copy of a joined machine. The key has been dropped.
    #[error("this machine is a copy of another one; its key was dropped, join it again")]
    Cloned,
    /// The file is not what was written.
    #[error("{FILE} is damaged: {0}; join the machine again")]
    Damaged(String),
    /// The system did not answer.
    #[error(transparent)]
    Os(#[from] OsError),
    /// The folder cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    machine: MachineId,
    group: String,
    machine_sid: Sid,
    firmware_uuid: String,
    /// Sealed by the operating system, in base64.
    key: String,
    /// The key that vouches for the statement: the one that had signed it when it was taken.
    trusted: VerifyingKey,
    statement: SignedStatement,
}

pub(super) fn load(folder: &Folder, os: &dyn Os) -> Result<Identity, IdentityError> {
    let path = folder.file(FILE);
    let Some(bytes) = atomic::read_if_there(&path).map_err(|error| StateError::new(&path, error))? else {
        let cloned = folder.file(CLONED).exists();
        return Err(if cloned { IdentityError::Cloned } else { IdentityError::NotJoined });
    };
    let stored: Stored = serde_json::from_slice(&bytes).map_err(damaged)?;
    let here = os.machine()?;
    if stored.machine_sid != here.sid || !same_firmware(&stored.firmware_uuid, &here.firmware_uuid) {
        drop_key(folder)?;
        return Err(IdentityError::Cloned);
    }
    let sealed = BASE64.decode(stored.key.as_bytes()).map_err(damaged)?;
    let key = Arc::new(SigningKey::from_secret(&os.unprotect(&sealed)?).map_err(damaged)?);
    let statement = Statement::verify(&stored.statement, &[stored.trusted.fingerprint()]).map_err(damaged)?;
    Ok(Identity { machine: stored.machine, group: stored.group, key, signed: stored.statement, statement })
}

/// A file that cannot be read looks like none.
pub(super) fn peek(folder: &Folder) -> Option<MachineId> {
    #[derive(Deserialize)]
    struct Peek {
        machine: MachineId,
    }
    let bytes = atomic::read_if_there(&folder.file(FILE)).ok()??;
    serde_json::from_slice(&bytes).ok().map(|Peek { machine }| machine)
}

pub(super) fn keep(folder: &Folder, os: &dyn Os, identity: &Identity) -> Result<(), IdentityError> {
    let here = os.machine()?;
    let stored = Stored {
        machine: identity.machine,
        group: identity.group.clone(),
        machine_sid: here.sid,
        firmware_uuid: here.firmware_uuid,
        key: BASE64.encode(&os.protect(&identity.key.to_secret())?),
        trusted: identity.statement.signing_key(),
        statement: identity.signed.clone(),
    };
    let path = folder.file(FILE);
    let bytes = serde_json::to_vec_pretty(&stored).map_err(damaged)?;
    atomic::write(&path, &bytes).map_err(|error| StateError::new(&path, error))?;
    // Best effort: as long as there is an identity, the mark means nothing.
    let _ = fs::remove_file(folder.file(CLONED));
    Ok(())
}

/// An empty one could not be read (on Linux only root may) and says nothing.
fn same_firmware(joined: &str, here: &str) -> bool {
    joined.is_empty() || here.is_empty() || joined == here
}

fn drop_key(folder: &Folder) -> Result<(), StateError> {
    let mark = folder.file(CLONED);
    atomic::write(&mark, b"").map_err(|error| StateError::new(&mark, error))?;
    let path = folder.file(FILE);
    fs::remove_file(&path).map_err(|error| StateError::new(&path, error))
}

fn damaged(error: impl ToString) -> IdentityError {
    IdentityError::Damaged(error.to_string())
}
