//! The audit trail: list it, seal it in batches, check the seals.
//!
//! A seal's digest covers the number, the digest of the seal before, and every event of its batch byte for byte; the
//! signing key signs it. Taking out, changing or adding an event in a sealed batch, or a whole batch, breaks the chain.
//! What can be cut off unseen is the tail after the last seal somebody wrote down.

use crate::{AdminError, Service, Trouble, Work, names};
use domain::{Actor, AuditKind};
use model::UnixTime;
use protocol::signature::{SignatureValue, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use store::{
    Rx,
    tables::{
        self,
        audit::{Entry, Filter, Seal},
    },
};

const PURPOSE: &str = "countersign-audit-1";
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
}

/// The newest events that are wanted, newest first.
///
/// # Errors
/// [`AdminError`].
pub fn list(rx: &Rx<'_>, wanted: &Wanted, limit: u32) -> Result<Vec<Entry>, AdminError> {
    let filter = Filter {
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
    };
    Ok(tables::audit::newest(rx, &filter, limit)?)
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
    let digest = digest(number, &previous, &events);
    let seal = Seal {
        number,
        first_seq: first.seq,
        last_seq: last.seq,
        at: work.now,
        previous,
        digest,
        key_id: key.verifying_key().to_string(),
        signature: key.sign(PURPOSE, &digest).to_bytes().to_vec(),
    };
    tables::audit::add_seal(work.tx, &seal)?;
    Ok(true)
}

fn digest(number: u64, previous: &[u8; 32], events: &[Entry]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(number.to_be_bytes());
    hash.update(previous);
    for entry in events {
        hash.update(entry.seq.to_be_bytes());
        hash.update((entry.event.len() as u64).to_be_bytes());
        hash.update(entry.event.as_bytes());
    }
    hash.finalize().into()
}

/// What a check of the trail found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// Seals checked.
    pub seals: u64,
    /// The last sealed event; write it down to notice a tail that was cut off.
    pub last_sealed: u64,
    /// Events after the last seal.
    pub unsealed: usize,
    /// What does not fit; empty: all is in order.
    pub faults: Vec<String>,
}

/// Checks every seal of the trail against the server's key.
///
/// # Errors
/// [`Trouble`].
pub fn verify(service: &Service) -> Result<Checked, Trouble> {
    let key = service.signing_key().verifying_key();
    service.read(|rx| check(rx, &key))
}

fn check(rx: &Rx<'_>, key: &VerifyingKey) -> Result<Checked, Trouble> {
    let mut checked = Checked { seals: 0, last_sealed: 0, unsealed: 0, faults: Vec::new() };
    let mut previous = [0; 32];
    for seal in tables::audit::seals(rx)? {
        checked.seals += 1;
        let mut fault = |what: &str| {
            let (first, last) = (seal.first_seq, seal.last_seq);
            checked.faults.push(format!("seal {} (events {first} to {last}): {what}", seal.number));
        };
        if seal.number != checked.seals {
            fault("a seal before it is missing");
        }
        if seal.previous != previous {
            fault("it does not follow the seal before it");
        }
        let all = tables::audit::after(rx, checked.last_sealed, BATCH)?;
        let events: Vec<Entry> = all.into_iter().filter(|entry| entry.seq <= seal.last_seq).collect();
        if digest(seal.number, &seal.previous, &events) != seal.digest {
            fault("its events were changed");
        }
        let signed = <[u8; 64]>::try_from(seal.signature.as_slice())
            .is_ok_and(|bytes| key.verifies(PURPOSE, &seal.digest, &SignatureValue::from_bytes(bytes)));
        if !signed {
            fault("it is not signed by this server");
        }
        previous = seal.digest;
        checked.last_sealed = seal.last_seq;
    }
    checked.unsealed = tables::audit::after(rx, checked.last_sealed, BATCH)?.len();
    Ok(checked)
}
