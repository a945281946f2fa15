//! Keys of the administration API: make, list, end, and who has sent one.

use crate::{
    AdminError, Service, Trouble, Work,
    backup::Network,
    gateway,
    tries::{Taken, try_again_at},
    work::Event,
};
use data_encoding::BASE32_NOPAD;
use domain::{Actor, ApiKey, AuditKind, Right, Scope};
use model::{ApiKeyId, Secret, UnixTime};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, time::Duration};
use store::{DbError, Rx, tables};

/// Begins the text of a key, so that one that leaked is found by whoever searches for such.
const PREFIX: &str = "csk_";
/// Bytes of a secret.
const SECRET_BYTES: usize = 32;
/// Unknown keys that a network may send in an hour.
const WRONG_PER_HOUR: u32 = 60;
/// How exactly it is known when a key was last used.
const USED: Duration = Duration::from_secs(60);

/// A key about to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// What to call it: as [`gateway::Name`].
    pub name: String,
    /// What it may do.
    pub rights: BTreeSet<Right>,
    /// Names of the machine groups it reaches; `None`: all.
    pub groups: Option<Vec<String>>,
    /// How long it is good; `None`: until it is ended.
    pub valid: Option<Duration>,
}

/// Why nobody has sent a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no such key, or it is over.
    #[error("the key is not known, or its time is over")]
    Unknown,
    /// Too many unknown ones from that network.
    #[error("too many unknown keys were sent from this network")]
    TooMany {
        /// When it may try again.
        until: UnixTime,
    },
    /// The server could not do its work.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// Makes a key, and its secret, which is shown once. `by` is the key that asks for it, which hands on no more than it has.
///
/// # Errors
/// [`AdminError`].
pub fn add(work: &mut Work<'_, '_>, new: New, by: Option<&ApiKey>) -> Result<(ApiKey, Secret), AdminError> {
    let name: gateway::Name = new.name.parse().map_err(|_| {
        AdminError::Refused(format!("a key's name has 1 to {} visible characters", gateway::Name::MAX))
    })?;
    let name = name.to_string();
    if tables::api_keys::all(work.tx)?.iter().any(|key| key.name == name) {
        return Err(AdminError::Refused(format!("there is a key “{name}” already; end it first")));
    }
    if new.rights.is_empty() {
        return Err(AdminError::Refused("a key without any right is of no use".into()));
    }
    let scope = match &new.groups {
        None => Scope::All,
        Some(groups) => Scope::Groups(groups.iter().map(|name| group(work, name)).collect::<Result<_, _>>()?),
    };
    let key = ApiKey {
        id: ApiKeyId::random(&mut *work.rng),
        name,
        rights: new.rights,
        scope,
        created_at: work.now,
        expires_at: new.valid.map(|valid| work.now.plus(valid)),
        last_used_at: None,
    };
    if by.is_some_and(|by| !by.includes(&key)) {
        return Err(AdminError::Refused("a key makes none that may do more than itself".into()));
    }
    let mut bytes = [0; SECRET_BYTES];
    work.rng.fill_bytes(&mut bytes);
    let secret = Secret::from_text(format!("{PREFIX}{}", BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()));
    tables::api_keys::add(work.tx, &key, &hash(secret.expose()))?;
    let rights: Vec<_> = key.rights.iter().map(|right| right.as_str()).collect();
    let detail = format!("{}, {}, {}", key.name, rights.join(" "), key.scope);
    work.record(Event::new(AuditKind::ApiKeyMade).detail(detail))?;
    Ok((key, secret))
}

fn group(work: &Work<'_, '_>, name: &str) -> Result<model::GroupId, AdminError> {
    let found = tables::machines::group(work.tx, name)?;
    found.map(|group| group.id).ok_or_else(|| AdminError::NotFound {
        what: "machine group",
        name: name.to_owned(),
        hint: "`countersign machine list` shows those that have machines",
    })
}

/// All keys, by name.
///
/// # Errors
/// [`DbError`].
pub fn list(rx: &Rx<'_>) -> Result<Vec<ApiKey>, DbError> {
    tables::api_keys::all(rx)
}

/// Ends a key, by id or name.
///
/// # Errors
/// [`AdminError::NotFound`].
pub fn end(work: &mut Work<'_, '_>, name: &str) -> Result<ApiKey, AdminError> {
    let keys = tables::api_keys::all(work.tx)?;
    let found = keys.into_iter().find(|key| key.name == name || name.parse() == Ok(key.id));
    let key = found.ok_or_else(|| AdminError::NotFound {
        what: "key",
        name: name.to_owned(),
        hint: "`countersign api-key list` shows all",
    })?;
    tables::api_keys::remove(work.tx, key.id)?;
    work.record(Event::new(AuditKind::ApiKeyEnded).detail(key.name.clone()))?;
    Ok(key)
}

/// Whose key this is, sent from a network. Unknown ones are counted there.
///
/// # Errors
/// [`KeyError`].
pub async fn authenticate(
    service: &Service,
    now: UnixTime,
    sent: &Secret,
    from: Network,
) -> Result<ApiKey, KeyError> {
    match service.api_tries().take(&from, now, WRONG_PER_HOUR) {
        Taken::Yes => {}
        Taken::FirstRefused => {
            let event = Event::new(AuditKind::ApiTriesLimited)
                .detail(format!("{from}, more than {WRONG_PER_HOUR} in an hour"));
            service.work(now, Actor::Server, move |work| work.record(event)).await?;
            return Err(KeyError::TooMany { until: try_again_at(now) });
        }
        Taken::Refused => return Err(KeyError::TooMany { until: try_again_at(now) }),
    }
    let hash = hash(sent.expose());
    let found = service.read(|rx| Ok::<_, Trouble>(tables::api_keys::by_secret(rx, &hash)?));
    let key = match found {
        Ok(Some(key)) if key.is_good(now) => key,
        Ok(_) => return Err(KeyError::Unknown),
        Err(trouble) => {
            service.api_tries().give_back(&from);
            return Err(trouble.into());
        }
    };
    service.api_tries().give_back(&from);
    if key.last_used_at.is_none_or(|last| now.since(last) >= USED) {
        let id = key.id;
        let noted = service.work(now, Actor::Server, move |work| {
            Ok::<_, Trouble>(tables::api_keys::used(work.tx, id, now)?)
        });
        noted.await?;
    }
    Ok(key)
}

fn hash(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}
