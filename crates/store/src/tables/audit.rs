//! Audit events and the seals over them.
//!
//! Events are rows of the transaction that caused them, stored as the JSON text they are exported as; a seal covers
//! a batch of rows byte for byte.

use crate::{DbError, Row, Rx, Tx, params};
use domain::AuditEvent;
use model::{MachineId, PersonId, UnixTime};

/// A recorded event: its place in the trail, and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Grows by one with each event; gaps are rolled-back work of other writers and mean nothing.
    pub seq: u64,
    /// The event as JSON, byte for byte as recorded.
    pub event: String,
}

/// A seal over a batch of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seal {
    /// From 1 on, without gaps.
    pub number: u64,
    /// The first event covered.
    pub first_seq: u64,
    /// The last event covered.
    pub last_seq: u64,
    /// When it was sealed.
    pub at: UnixTime,
    /// The digest of the seal before; zeros for the first.
    pub previous: [u8; 32],
    /// What is signed.
    pub digest: [u8; 32],
    /// The key it is signed with.
    pub key_id: String,
    /// Ed25519 over the digest.
    pub signature: Vec<u8>,
    /// Number (8 bytes, the highest first) and SHA-256 of each event, one after the other. `None`: a seal of before, which
    /// covers the texts as a whole.
    pub leaves: Option<Vec<u8>>,
}

/// Which events are asked for.
#[derive(Clone, Copy, Default, Debug)]
pub struct Filter {
    /// About this person.
    pub person: Option<PersonId>,
    /// On this machine.
    pub machine: Option<MachineId>,
    /// Of this kind.
    pub kind: Option<domain::AuditKind>,
    /// Not before then.
    pub since: Option<UnixTime>,
    /// Before this place in the trail.
    pub before: Option<u64>,
    /// Before then.
    pub until: Option<UnixTime>,
}

/// Records an event; `json` is its text.
///
/// # Errors
/// [`DbError`].
pub fn add(tx: &mut Tx<'_>, event: &AuditEvent, json: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO audit (at, kind, person_id, machine_id, event) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![event.at, event.kind.as_str(), event.person, event.machine, json],
    )?;
    Ok(())
}

fn entry(row: &Row<'_>) -> Result<Entry, DbError> {
    Ok(Entry { seq: row.get(0)?, event: row.get(1)? })
}

/// The newest events that pass a filter, newest first.
///
/// # Errors
/// [`DbError`].
pub fn newest(rx: &Rx<'_>, filter: &Filter, limit: u32) -> Result<Vec<Entry>, DbError> {
    rx.query_all(
        "SELECT seq, event FROM audit
         WHERE (person_id = ?1 OR ?1 IS NULL) AND (machine_id = ?2 OR ?2 IS NULL)
           AND (kind = ?3 OR ?3 IS NULL) AND (at >= ?4 OR ?4 IS NULL) AND (seq < ?5 OR ?5 IS NULL)
           AND (at < ?6 OR ?6 IS NULL)
         ORDER BY seq DESC LIMIT ?7",
        params![
            filter.person,
            filter.machine,
            filter.kind.map(domain::AuditKind::as_str),
            filter.since,
            filter.before,
            filter.until,
            limit
        ],
        entry,
    )
}

/// Events that pass a filter after a place in the trail, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn passing_after(rx: &Rx<'_>, filter: &Filter, seq: u64, limit: u32) -> Result<Vec<Entry>, DbError> {
    rx.query_all(
        "SELECT seq, event FROM audit
         WHERE (person_id = ?1 OR ?1 IS NULL) AND (machine_id = ?2 OR ?2 IS NULL)
           AND (kind = ?3 OR ?3 IS NULL) AND (at >= ?4 OR ?4 IS NULL) AND (at < ?5 OR ?5 IS NULL)
           AND seq > ?6 ORDER BY seq LIMIT ?7",
        params![
            filter.person,
            filter.machine,
            filter.kind.map(domain::AuditKind::as_str),
            filter.since,
            filter.until,
            seq,
            limit
        ],
        entry,
    )
}

/// An event with the columns by which it is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The event.
    pub entry: Entry,
    /// When.
    pub at: UnixTime,
    /// The word of its kind.
    pub kind: String,
    /// About whom.
    pub person: Option<PersonId>,
    /// On which machine.
    pub machine: Option<MachineId>,
}

/// All events after a place in the trail, up to another, oldest first, with the columns by which they are found.
///
/// # Errors
/// [`DbError`].
pub fn found_between(rx: &Rx<'_>, after: u64, last: u64) -> Result<Vec<Found>, DbError> {
    rx.query_all(
        "SELECT seq, event, at, kind, person_id, machine_id FROM audit
         WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
        params![after, last],
        |row| {
            Ok(Found {
                entry: entry(row)?,
                at: row.get(2)?,
                kind: row.get(3)?,
                person: row.get(4)?,
                machine: row.get(5)?,
            })
        },
    )
}

/// Events after a place in the trail, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn after(rx: &Rx<'_>, seq: u64, limit: u32) -> Result<Vec<Entry>, DbError> {
    rx.query_all(
        "SELECT seq, event FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        params![seq, limit],
        entry,
    )
}

/// All events after a place in the trail, up to another, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn between(rx: &Rx<'_>, after: u64, last: u64) -> Result<Vec<Entry>, DbError> {
    rx.query_all(
        "SELECT seq, event FROM audit WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
        params![after, last],
        entry,
    )
}

/// Whether an event has been put before the first, where no recorded one is.
///
/// # Errors
/// [`DbError`].
pub fn before_first(rx: &Rx<'_>) -> Result<bool, DbError> {
    let found =
        rx.query_opt("SELECT 1 FROM audit WHERE seq < 1 LIMIT 1", params![], |row| row.get::<u32>(0))?;
    Ok(found.is_some())
}

/// How many events there are after a place in the trail.
///
/// # Errors
/// [`DbError`].
pub fn count_after(rx: &Rx<'_>, seq: u64) -> Result<usize, DbError> {
    rx.query_one("SELECT count(*) FROM audit WHERE seq > ?1", params![seq], |row| {
        Ok(row.get::<u32>(0)? as usize)
    })
}

fn seal(row: &Row<'_>) -> Result<Seal, DbError> {
    Ok(Seal {
        number: row.get(0)?,
        first_seq: row.get(1)?,
        last_seq: row.get(2)?,
        at: row.get(3)?,
        previous: row.get(4)?,
        digest: row.get(5)?,
        key_id: row.get(6)?,
        signature: row.get(7)?,
        leaves: row.get(8)?,
    })
}

const SEALS: &str =
    "SELECT number, first_seq, last_seq, at, previous, digest, key_id, signature, leaves FROM audit_seals";

/// The newest seal.
///
/// # Errors
/// [`DbError`].
pub fn last_seal(rx: &Rx<'_>) -> Result<Option<Seal>, DbError> {
    rx.query_opt(&format!("{SEALS} ORDER BY number DESC LIMIT 1"), params![], seal)
}

/// The seals after a number, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn seals_after(rx: &Rx<'_>, number: u64, limit: u32) -> Result<Vec<Seal>, DbError> {
    rx.query_all(&format!("{SEALS} WHERE number > ?1 ORDER BY number LIMIT ?2"), params![number, limit], seal)
}

/// Adds a seal.
///
/// # Errors
/// [`DbError`], also when another process made one with this number.
pub fn add_seal(tx: &mut Tx<'_>, seal: &Seal) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO audit_seals (number, first_seq, last_seq, at, previous, digest, key_id, signature,
                                  leaves)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            seal.number,
            seal.first_seq,
            seal.last_seq,
            seal.at,
            seal.previous,
            seal.digest,
            seal.key_id,
            seal.signature,
            seal.leaves
        ],
    )?;
    Ok(())
}

/// How often something of a kind happened on a day, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Whole days since 1970.
    pub day: u64,
    /// What.
    pub kind: String,
    /// On which machine.
    pub machine: Option<MachineId>,
    /// How often.
    pub count: u64,
}

/// What happened since a moment on each day and machine, among the newest `most` events.
///
/// The trail has no index by time, so that every event costs one page less; it is read from its end.
///
/// # Errors
/// [`DbError`].
pub fn tally(rx: &Rx<'_>, since: UnixTime, most: u32) -> Result<Vec<Tally>, DbError> {
    rx.query_all(
        "SELECT at / 86400, kind, machine_id, count(*)
         FROM (SELECT at, kind, machine_id FROM audit ORDER BY seq DESC LIMIT ?2) AS newest
         WHERE at >= ?1 GROUP BY at / 86400, kind, machine_id ORDER BY at / 86400, kind",
        params![since, most],
        |row| Ok(Tally { day: row.get(0)?, kind: row.get(1)?, machine: row.get(2)?, count: row.get(3)? }),
    )
}
