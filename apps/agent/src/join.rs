//! Joining a machine to its server with a join code.

use crate::{
    agent::{VERSION, proxy_choice},
    clock::ClockOffset,
    rng::system_rng,
    state::{Folder, Identity, IdentityError, StateError},
    transport::{Answer, ProxyChoice, Signer, SystemRoots, Transport, Unreachable, read_statement},
};
use model::MachineId;
use os::{Machine, Os, OsError};
use protocol::{
    http::{ErrorKind, JoinRequest},
    joincode::{JoinCode, JoinCodeError},
    signature::{KeyId, SigningKey},
    statement::{SignedStatement, Statement, StatementError},
};
use std::sync::Arc;

/// Why a machine could not be joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The text is not a join code.
    #[error(transparent)]
    Code(#[from] JoinCodeError),
    /// No server of the join code was reached.
    #[error("the server cannot be reached: {0}")]
    Unreachable(#[from] Unreachable),
    /// Something answered, but not the server the join code was made on.
    #[error("what answers is not the server this join code was made on: {0}")]
    NotOurServer(#[from] StatementError),
    /// The statement is good, but the certificate shown is not in it.
    #[error("something stands between this machine and the server: its certificate is not the server's")]
    InBetween,
    /// The server does not take the machine.
    #[error("the server refused: {message}")]
    Refused {
        /// What is the matter.
        kind: ErrorKind,
        /// A sentence for a log.
        message: String,
    },
    /// The operating system did not answer.
    #[error(transparent)]
    Os(#[from] OsError),
    /// What was agreed could not be kept.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The folder cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The machine is joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Its id.
    pub machine: MachineId,
    /// Its group.
    pub group: String,
}

/// Joins the machine and keeps its new identity in place of any before.
///
/// # Errors
/// See [`JoinError`]; an identity from before stays as it was.
pub async fn join(os: &dyn Os, folder: &Folder, code: &str) -> Result<Joined, JoinError> {
    let code = JoinCode::parse(code)?;
    let settings = folder.settings()?;
    let proxy = proxy_choice(settings.proxy);
    let machine = os.machine()?;
    let (signed, statement) = statement_of(&code, &proxy).await?;

    let key = Arc::new(SigningKey::random(&mut system_rng()));
    let keyid = KeyId::New(key.verifying_key().fingerprint());
    let offset = Arc::new(ClockOffset::default());
    let transport = Transport::new(
        &Arc::new(statement.clone()),
        Signer { key: Arc::clone(&key), keyid },
        &proxy,
        // The statement has just been read over a connection with a key it names: no need for anybody else's word.
        SystemRoots::Ignored,
        Arc::clone(&offset),
    )?;
    let answer = match transport.call(&request(&code, &key, machine)).await? {
        Answer::Good(answer) => answer.into_inner(),
        Answer::Error(error) => {
            let error = error.into_inner();
            return Err(JoinError::Refused { kind: error.error, message: error.message });
        }
    };
    let identity = Identity { machine: answer.machine, group: answer.group, key, signed, statement };
    folder.keep_identity(os, &identity)?;
    folder.keep_clock_offset(&offset)?;
    Ok(Joined { machine: identity.machine, group: identity.group })
}

/// The statement of keys from the first address that has a good one. The join code's fingerprint says which is good;
/// the certificate that was shown has to be in it, so that what reads along is noticed here and not later.
async fn statement_of(
    code: &JoinCode,
    proxy: &ProxyChoice,
) -> Result<(SignedStatement, Statement), JoinError> {
    let mut failure = JoinError::Unreachable(Unreachable::NoServer);
    for url in code.urls() {
        failure = match read_statement(url, proxy).await {
            Err(error) => error.into(),
            Ok((signed, shown)) => match Statement::verify(&signed, &[code.signing_key()]) {
                Err(error) => error.into(),
                Ok(statement) if !statement.accepts_spki(&shown) => JoinError::InBetween,
                Ok(statement) => return Ok((signed, statement)),
            },
        };
        tracing::info!(%url, why = %failure, "no good statement of keys there");
    }
    Err(failure)
}

fn request(code: &JoinCode, key: &SigningKey, machine: Machine) -> JoinRequest {
    JoinRequest {
        secret: code.secret_text(),
        public_key: key.verifying_key(),
        name: machine.name.chars().take(256).collect(),
        machine_sid: machine.sid,
        firmware_uuid: machine.firmware_uuid,
        agent_version: VERSION.into(),
        os: machine.os,
    }
}
