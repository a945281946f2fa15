//! What an administrator does with clients made for privacyIDEA.

use super::PATH_BYTES;
use crate::{AdminError, Work, gateway, work::Event};
use data_encoding::BASE32_NOPAD;
use domain::{AuditKind, CompatClient, GatewayPassword};
use ipnet::IpNet;
use model::{CompatClientId, Secret, UnixTime};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{DbError, Rx, tables};

/// Bytes of a client's password.
const PASSWORD_BYTES: usize = 20;

/// A client about to be let in.
#[derive(Clone, Debug)]
pub struct New {
    /// What to call it.
    pub name: gateway::Name,
    /// Where it asks from; empty: from anywhere.
    pub networks: Vec<IpNet>,
    /// What it sends as password.
    pub password: GatewayPassword,
    /// Whether people may enroll through it.
    pub may_enroll: bool,
    /// What it may have wrong in an hour.
    pub wrong_per_hour: u32,
}

/// A client that was let in, with what is shown once.
#[derive(Debug)]
pub struct Made {
    /// Which client.
    pub id: CompatClientId,
    /// The secret part of its address: what comes behind `/compat/`.
    pub path: Secret,
    /// The password of its account, whose name is the client's.
    pub password: Secret,
}

/// A client as lists show it.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Which client.
    pub id: CompatClientId,
    /// What it is called.
    pub name: String,
    /// Where it asks from; empty: from anywhere.
    pub networks: Vec<String>,
    /// What it sends as password.
    pub password: GatewayPassword,
    /// Whether people may enroll through it.
    pub may_enroll: bool,
    /// What it may have wrong in an hour.
    pub wrong_per_hour: u32,
    /// When it was let in.
    pub created_at: UnixTime,
}

/// Lets a client in.
///
/// # Errors
/// [`AdminError::Refused`] when another one has the name.
pub fn add(work: &mut Work<'_, '_>, new: New) -> Result<Made, AdminError> {
    let name = new.name.to_string();
    if tables::compat_clients::by_name(work.tx, &name)?.is_some() {
        return Err(AdminError::Refused(format!("there is a client “{name}” already; remove it first")));
    }
    let mut secret = |bytes: usize| {
        let mut random = vec![0; bytes];
        work.rng.fill_bytes(&mut random);
        Secret::from_text(BASE32_NOPAD.encode(&random).to_ascii_lowercase())
    };
    let (path, password) = (secret(PATH_BYTES), secret(PASSWORD_BYTES));
    let client = CompatClient {
        id: CompatClientId::random(&mut *work.rng),
        name,
        networks: new.networks,
        password: new.password,
        may_enroll: new.may_enroll,
        wrong_per_hour: new.wrong_per_hour,
        created_at: work.now,
    };
    tables::compat_clients::add(work.tx, &client, &hash(&path), &hash(&password))?;
    let networks: Vec<String> = client.networks.iter().map(ToString::to_string).collect();
    let from = if networks.is_empty() { "anywhere".to_owned() } else { networks.join(", ") };
    let enrolls = if client.may_enroll { ", may enroll people" } else { "" };
    work.record(
        Event::new(AuditKind::CompatClientMade).detail(format!("{} from {from}{enrolls}", client.name)),
    )?;
    Ok(Made { id: client.id, path, password })
}

/// All clients, by name.
///
/// # Errors
/// [`DbError`].
pub fn list(rx: &Rx<'_>) -> Result<Vec<Listed>, DbError> {
    let listed = |client: CompatClient| Listed {
        id: client.id,
        name: client.name,
        networks: client.networks.iter().map(ToString::to_string).collect(),
        password: client.password,
        may_enroll: client.may_enroll,
        wrong_per_hour: client.wrong_per_hour,
        created_at: client.created_at,
    };
    Ok(tables::compat_clients::all(rx)?.into_iter().map(listed).collect())
}

/// Lets a client in no more.
///
/// # Errors
/// [`AdminError::NotFound`].
pub fn remove(work: &mut Work<'_, '_>, name: &str) -> Result<(), AdminError> {
    let found = tables::compat_clients::by_name(work.tx, name)?;
    let Some(client) = found else {
        return Err(AdminError::NotFound {
            what: "client",
            name: name.to_owned(),
            hint: "`countersign compat-client list` shows all",
        });
    };
    tables::compat_clients::remove(work.tx, client.id)?;
    Ok(work.record(Event::new(AuditKind::CompatClientEnded).detail(client.name))?)
}

fn hash(secret: &Secret) -> [u8; 32] {
    Sha256::digest(secret.expose()).into()
}
