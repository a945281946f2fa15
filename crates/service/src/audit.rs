//! The audit trail: list it, seal it in batches, check the seals.
//!
//! A seal's digest covers the number, the digest of the seal before, and every event of its batch byte for byte; the
//! signing key signs it. Taking out, changing or adding an event in a sealed batch, or a whole batch, breaks the chain.
//! What can be cut off unseen is the tail after the last seal somebody wrote down.

use crate::{AdminError, Service, Trouble, Work, names, work::Event};
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
/// Seals looked at in one go.
const SEALS: u32 = 1_000;

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
    /// Before this place in the trail.
    pub before: Option<u64>,
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
        before: wanted.before,
    };
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
    let mut last: Option<Seal> = None;
    loop {
        let seals = tables::audit::seals_after(rx, last.as_ref().map_or(0, |seal| seal.number), SEALS)?;
        if seals.is_empty() {
            break;
        }
        for seal in seals {
            check_seal(rx, key, last.as_ref(), &seal, &mut checked)?;
            last = Some(seal);
        }
    }
    if tables::audit::before_first(rx)? {
        checked.faults.push("an event was put before the first one".into());
    }
    checked.unsealed = tables::audit::count_after(rx, checked.last_sealed)?;
    Ok(checked)
}

fn check_seal(
    rx: &Rx<'_>,
    key: &VerifyingKey,
    before: Option<&Seal>,
    seal: &Seal,
    checked: &mut Checked,
) -> Result<(), Trouble> {
    let mut fault = |what: &str| {
        let (first, last) = (seal.first_seq, seal.last_seq);
        checked.faults.push(format!("seal {} (events {first} to {last}): {what}", seal.number));
    };
    let (number, previous, after) =
        before.map_or((1, [0; 32], 0), |seal| (seal.number + 1, seal.digest, seal.last_seq));
    if seal.number != number {
        fault("a seal before it is missing");
    } else if seal.previous != previous {
        fault("it does not follow the seal before it");
    }
    // After a missing seal its own word says where it begins.
    let after = if seal.number == number { after } else { seal.first_seq.saturating_sub(1) };
    let events = tables::audit::between(rx, after, seal.last_seq)?;
    if digest(seal.number, &seal.previous, &events) != seal.digest {
        fault("its events were changed");
    }
    let signed = <[u8; 64]>::try_from(seal.signature.as_slice())
        .is_ok_and(|bytes| key.verifies(PURPOSE, &seal.digest, &SignatureValue::from_bytes(bytes)));
    if !signed {
        fault("it is not signed by this server");
    }
    checked.seals += 1;
    checked.last_sealed = seal.last_seq;
    Ok(())
}
