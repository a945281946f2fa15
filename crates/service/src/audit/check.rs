//! The seals of the trail are checked, and the first event that does not fit is named.

use super::{LEAF, PURPOSE, digest};
use crate::{Service, Trouble};
use data_encoding::HEXLOWER;
use domain::AuditEvent;
use protocol::signature::{SignatureValue, VerifyingKey};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::{
    Rx,
    tables::{
        self,
        audit::{Entry, Found, Seal},
    },
};

/// What a seal of before was signed for, whose digest covers the texts themselves.
const PURPOSE_OF_BEFORE: &str = "countersign-audit-1";
/// Seals looked at in one go.
const SEALS: u32 = 100;

/// What a check of the trail found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// Seals checked.
    pub seals: u64,
    /// The last sealed event; write it down to notice a tail that was cut off.
    pub last_sealed: u64,
    /// The digest of the last seal, in hexadecimal; `None`: there is none.
    pub last_digest: Option<String>,
    /// Events after the last seal.
    pub unsealed: usize,
    /// The first event that does not fit, where it can be told.
    pub first_unfit: Option<u64>,
    /// What does not fit; empty: all is in order.
    pub faults: Vec<String>,
}

/// Checks every seal of the trail against the server's key.
///
/// # Errors
/// [`Trouble`].
pub fn verify(service: &Service) -> Result<Checked, Trouble> {
    verify_at_least(service, 0)
}

/// The same for somebody who has written down that this event was sealed: a trail that ends before it was cut off.
///
/// # Errors
/// [`Trouble`].
pub fn verify_at_least(service: &Service, event: u64) -> Result<Checked, Trouble> {
    let key = service.signing_key().verifying_key();
    let mut checked = service.read(|rx| check(rx, &key))?;
    if checked.last_sealed < event {
        checked.faults.push(format!(
            "the trail was cut off: its last sealed event is {}, and {event} had been sealed",
            checked.last_sealed
        ));
    }
    Ok(checked)
}

fn check(rx: &Rx<'_>, key: &VerifyingKey) -> Result<Checked, Trouble> {
    let mut checked = Checked {
        seals: 0,
        last_sealed: 0,
        last_digest: None,
        unsealed: 0,
        first_unfit: None,
        faults: Vec::new(),
    };
    if tables::audit::before_first(rx)? {
        checked.faults.push("an event was put before the first one".into());
    }
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
    checked.last_digest = last.map(|seal| HEXLOWER.encode(&seal.digest));
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
    let events = tables::audit::found_between(rx, after, seal.last_seq)?;
    let purpose = match &seal.leaves {
        Some(leaves) => {
            let (leaves, whole) = parse(leaves);
            let ends = leaves.first().zip(leaves.last()).map(|(first, last)| (first.0, last.0));
            let stored = seal.leaves.as_deref().unwrap_or_default();
            if digest(seal.number, &seal.previous, stored) != seal.digest
                || !whole
                || ends != Some((seal.first_seq, seal.last_seq))
            {
                fault("the seal itself was changed");
            }
            if let Some((event, what)) = first_unfit(&leaves, &events) {
                fault(&what);
                checked.first_unfit.get_or_insert(event);
            }
            PURPOSE
        }
        None => {
            if digest_of_before(seal, &events) != seal.digest {
                fault("its events were changed");
            }
            PURPOSE_OF_BEFORE
        }
    };
    let mut fault = |what: &str| {
        let (first, last) = (seal.first_seq, seal.last_seq);
        checked.faults.push(format!("seal {} (events {first} to {last}): {what}", seal.number));
    };
    let signed = <[u8; 64]>::try_from(seal.signature.as_slice())
        .is_ok_and(|bytes| key.verifies(purpose, &seal.digest, &SignatureValue::from_bytes(bytes)));
    if !signed {
        fault("it is not signed by this server");
    }
    checked.seals += 1;
    checked.last_sealed = seal.last_seq;
    Ok(())
}

type Leaf = (u64, [u8; 32]);

/// The leaves, and whether there is nothing besides.
fn parse(bytes: &[u8]) -> (Vec<Leaf>, bool) {
    let (chunks, rest) = bytes.as_chunks::<LEAF>();
    let leaf = |chunk: &[u8; LEAF]| {
        let (seq, hash) = chunk.split_first_chunk::<8>()?;
        Some((u64::from_be_bytes(*seq), hash.try_into().ok()?))
    };
    (chunks.iter().filter_map(leaf).collect(), rest.is_empty())
}

/// The first event that is not as it was sealed, and what became of it.
fn first_unfit(leaves: &[Leaf], events: &[Found]) -> Option<(u64, String)> {
    let sealed: BTreeMap<u64, [u8; 32]> = leaves.iter().copied().collect();
    let found: BTreeMap<u64, [u8; 32]> = events
        .iter()
        .map(|found| (found.entry.seq, Sha256::digest(found.entry.event.as_bytes()).into()))
        .collect();
    let elsewhere = |all: &BTreeMap<u64, [u8; 32]>, hash: &[u8; 32], but: u64| {
        all.iter().find(|&(&seq, other)| seq != but && other == hash).map(|(&seq, _)| seq)
    };
    let mut all: Vec<u64> = sealed.keys().chain(found.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    let text = all.into_iter().find_map(|seq| {
        let what = match (sealed.get(&seq), found.get(&seq)) {
            (Some(one), Some(other)) if one == other => return None,
            (Some(_), Some(other)) => match elsewhere(&sealed, other, seq) {
                Some(from) => format!("event {seq} was put in another order: it is what event {from} was"),
                None => format!("event {seq} was changed"),
            },
            (Some(one), None) => match elsewhere(&found, one, seq) {
                Some(to) => format!("event {seq} was put in another order: it is event {to} now"),
                None => format!("event {seq} was removed"),
            },
            (None, _) => format!("event {seq} was inserted"),
        };
        Some((seq, what))
    });
    // What lists go by is beside the text, and not sealed itself.
    let columns = events.iter().find(|found| !columns_fit(found)).map(|found| {
        let seq = found.entry.seq;
        (seq, format!("event {seq} was changed: it is listed under something else than its text says"))
    });
    match (text, columns) {
        (Some(text), Some(columns)) if columns.0 < text.0 => Some(columns),
        (text, columns) => text.or(columns),
    }
}

fn columns_fit(found: &Found) -> bool {
    serde_json::from_str::<AuditEvent>(&found.entry.event).is_ok_and(|event| {
        event.at == found.at
            && event.kind.as_str() == found.kind
            && event.person == found.person
            && event.machine == found.machine
    })
}

fn digest_of_before(seal: &Seal, events: &[Found]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seal.number.to_be_bytes());
    hash.update(seal.previous);
    for Found { entry: Entry { seq, event }, .. } in events {
        hash.update(seq.to_be_bytes());
        hash.update((event.len() as u64).to_be_bytes());
        hash.update(event.as_bytes());
    }
    hash.finalize().into()
}
