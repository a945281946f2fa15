//! Which master keys the database knows of: the one that seals, and others that something may still be sealed under.
//!
//! It is a row, so that it changes in one moment for every process. The first is the one that seals; every transaction
//! of every process goes by it. So once a new key is first here, nothing is sealed under an older one any more.

use crate::{Service, Trouble, Work};
use store::{DbError, KeyId, MasterKeys, Rx, SealError, Sealer, Snapshot, Tx, tables};

/// Ids in hexadecimal, with blanks between.
const RING: &str = "master_keys";

/// The keys, the one that seals first; `None` in a database of an earlier version.
pub(crate) fn find(rx: &Rx<'_>) -> Result<Option<Vec<KeyId>>, DbError> {
    let Some(value) = tables::settings::find(rx, RING)? else { return Ok(None) };
    let ids = std::str::from_utf8(&value)
        .ok()
        .and_then(|text| text.split(' ').map(|id| id.parse().ok()).collect::<Option<Vec<KeyId>>>());
    ids.map(Some).ok_or(DbError::WrongValue { column: 0, expected: "ids of master keys" })
}

pub(super) fn set(tx: &mut Tx<'_>, ids: &[KeyId]) -> Result<(), DbError> {
    // Every process goes by it.
    tx.announce();
    let text: Vec<String> = ids.iter().map(KeyId::to_string).collect();
    tables::settings::set(tx, RING, text.join(" ").as_bytes())
}

/// Goes by the keys in the database; where none are named yet, names those at hand.
pub(super) fn first_start(tx: &mut Tx<'_>, sealer: &Sealer) -> Result<(), Trouble> {
    match find(tx)? {
        Some(ring) => sealer.follow(&ring).map_err(Trouble::failed),
        None => Ok(set(tx, &sealer.ids())?),
    }
}

/// The keys the database knows of, the one that seals first.
///
/// # Errors
/// [`Trouble`].
pub fn of(service: &Service) -> Result<Vec<KeyId>, Trouble> {
    Ok(service.read(|rx| Ok::<_, Trouble>(find(rx)?))?.unwrap_or_else(|| service.sealer().ids()))
}

/// The same within a transaction.
///
/// # Errors
/// [`Trouble`].
pub fn known(work: &Work<'_, '_>) -> Result<Vec<KeyId>, Trouble> {
    Ok(find(work.tx)?.unwrap_or_else(|| work.sealer().ids()))
}

/// The first key that a database needs and that is not among these; `None`: all are there. Looks only, and needs no
/// schema of this version.
///
/// # Errors
/// [`DbError`].
pub fn missing(database: &Snapshot, keys: &MasterKeys) -> Result<Option<KeyId>, DbError> {
    if !database.has_table("settings")? {
        return Ok(None);
    }
    let needed = database.read(|rx| {
        let signing = tables::settings::find(rx, super::SIGNING_KEY)?;
        let signing = signing.and_then(|sealed| KeyId::of(&sealed));
        Ok::<_, DbError>(find(rx)?.unwrap_or_default().into_iter().chain(signing).collect::<Vec<_>>())
    })?;
    let there = keys.ids();
    Ok(needed.into_iter().find(|id| !there.contains(id)))
}

/// Whether this is what opening a sealed value fails with where its key is not there.
pub fn is_missing_key(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref::<SealError>(), Some(SealError::UnknownKey(_)))
}
