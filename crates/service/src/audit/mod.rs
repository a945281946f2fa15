//! The audit trail: list it, seal it in batches, check the seals.
//!
//! A seal has a leaf for each event of its batch: its number and the SHA-256 of its text. Its digest covers the number of the
//! seal, the digest of the seal before, and the leaves; the signing key signs it. Taking out, changing, moving or adding an
//! event in a sealed batch, or a whole batch, breaks the chain, and the leaves tell which event it was. What can be cut off
//! unseen is the tail after the last seal somebody wrote down.

mod check;
mod export;

pub use check::{Checked, verify, verify_at_least};
pub use export::{csv_header, csv_row, json_line, page};

use crate::{AdminError, Service, Trouble, Work, names, work::Event};
use domain::{Actor, AuditKind};
use model::UnixTime;
use protocol::signature::SigningKey;
use sha2::{Digest, Sha256};
use store::{
    Rx,
    tables::{
        self,
        audit::{Entry, Filter, Seal},
    },
};

/// What a seal with leaves is signed for.
const PURPOSE: &str = "countersign-audit-2";
/// The most events in one batch.
const BATCH: u32 = 10_000;

/// Which events to list.
#[derive(Debug, Default, Clone)]
pub struct Wanted {
    /// About a person: id or name.
    pub person: Option<String>,
    /// On a machine: id or name.
    pub machine: Option<String>,
    /// Of a kind.
    pub kind: Option<AuditKind>,
    /// Not before then.
    pub since: Option<UnixTime>,
    /// Before this place in the trail. For lists; an export says itself where it goes on.
    pub before: Option<u64>,
    /// Before then.
    pub until: Option<UnixTime>,
}

fn filter(rx: &Rx<'_>, wanted: &Wanted) -> Result<Filter, AdminError> {
    Ok(Filter {
        person: wanted
            .person
            .as_deref()
            .map(|name| names::person(rx, name).map(|found| found.id))
            .transpose()?,
        machine: wanted
            .machine
            .as_deref()
            .map(|name| names::machine(rx, name).map(|found| found.id))
            .transpose()?,
        kind: wanted.kind,
        since: wanted.since,
        before: wanted.before,
        until: wanted.until,
    })
}

/// The newest events that are wanted, newest first.
///
/// # Errors
/// [`AdminError`].
pub fn list(rx: &Rx<'_>, wanted: &Wanted, limit: u32) -> Result<Vec<Entry>, AdminError> {
    let filter = filter(rx, wanted)?;
    Ok(tables::audit::newest(rx, &filter, limit)?)
}

/// Records that the server has started.
///
/// # Errors
/// [`Trouble`].
pub fn record_start(service: &Service, now: UnixTime, version: &str) -> Result<(), Trouble> {
    let event = Event::new(AuditKind::ServerStarted).detail(format!("version {version}"));
    service.work_blocking(now, Actor::Server, move |work| work.record(event))
}

/// Seals what has happened since the last seal; `false`: nothing has.
///
/// # Errors
/// [`Trouble`].
pub async fn seal(service: &Service, now: UnixTime) -> Result<bool, Trouble> {
    let key = service.signing_key().clone();
    service.work(now, Actor::Server, move |work| seal_batch(work, &key)).await
}

fn seal_batch(work: &mut Work<'_, '_>, key: &SigningKey) -> Result<bool, Trouble> {
    let last = tables::audit::last_seal(work.tx)?;
    let (number, after, previous) =
        last.map_or((1, 0, [0; 32]), |seal| (seal.number + 1, seal.last_seq, seal.digest));
    let events = tables::audit::after(work.tx, after, BATCH)?;
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(false) };
    let leaves = leaves(&events);
    let digest = digest(number, &previous, &leaves);
    let seal = Seal {
        number,
        first_seq: first.seq,
        last_seq: last.seq,
        at: work.now,
        previous,
        digest,
        key_id: key.verifying_key().to_string(),
        signature: key.sign(PURPOSE, &digest).to_bytes().to_vec(),
        leaves: Some(leaves),
    };
    tables::audit::add_seal(work.tx, &seal)?;
    Ok(true)
}

/// Number and hash of each event.
fn leaves(events: &[Entry]) -> Vec<u8> {
    let mut leaves = Vec::with_capacity(events.len() * LEAF);
    for entry in events {
        leaves.extend_from_slice(&entry.seq.to_be_bytes());
        leaves.extend_from_slice(&Sha256::digest(entry.event.as_bytes()));
    }
    leaves
}

/// Bytes of a leaf.
const LEAF: usize = 8 + 32;

fn digest(number: u64, previous: &[u8; 32], leaves: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(number.to_be_bytes())
        .chain_update(previous)
        .chain_update(leaves)
        .finalize()
        .into()
}
