//! Pending enrollments, enrollment codes, approvals, invitations.

use super::text;
use crate::{DbError, Row, Rx, Tx, params};
use domain::{Approval, Origin, PendingEnrollment};
use model::{InvitationId, MachineId, PersonId, UnixTime};

const COLUMNS: &str = "person_id, origin, parameters, shown_at, expires_at, lost_to, lost_at";

fn pending(row: &Row<'_>) -> Result<PendingEnrollment, DbError> {
    Ok(PendingEnrollment {
        person: row.get(0)?,
        origin: text::parse_origin(1, &row.get::<String>(1)?)?,
        parameters: text::parse_parameters(2, &row.get::<String>(2)?)?,
        shown_at: row.get(3)?,
        expires_at: row.get(4)?,
        lost_to: row.get::<Option<String>>(5)?.zip(row.get::<Option<UnixTime>>(6)?),
    })
}

/// What is pending for a person in one place, dead or alive, with its sealed seed.
///
/// # Errors
/// [`DbError`].
pub fn find(
    rx: &Rx<'_>,
    person: PersonId,
    origin: Origin,
) -> Result<Option<(PendingEnrollment, Vec<u8>)>, DbError> {
    rx.query_opt(
        &format!("SELECT {COLUMNS}, seed FROM pending_enrollments WHERE person_id = ?1 AND origin = ?2"),
        params![person, text::origin(origin)],
        |row| Ok((pending(row)?, row.get(7)?)),
    )
}

/// Everything pending for a person that is not dead.
///
/// # Errors
/// [`DbError`].
pub fn alive(rx: &Rx<'_>, person: PersonId) -> Result<Vec<PendingEnrollment>, DbError> {
    rx.query_all(
        &format!("SELECT {COLUMNS} FROM pending_enrollments WHERE person_id = ?1 AND lost_at IS NULL"),
        params![person],
        pending,
    )
}

/// Begins a pending enrollment, in place of what was there.
///
/// # Errors
/// [`DbError`].
pub fn put(tx: &mut Tx<'_>, pending: &PendingEnrollment, sealed_seed: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO pending_enrollments (person_id, origin, parameters, seed, shown_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (person_id, origin) DO UPDATE SET
             parameters = excluded.parameters, seed = excluded.seed, shown_at = excluded.shown_at,
             expires_at = excluded.expires_at, lost_to = NULL, lost_at = NULL",
        params![
            pending.person,
            text::origin(pending.origin),
            text::parameters(&pending.parameters),
            sealed_seed,
            pending.shown_at,
            pending.expires_at
        ],
    )?;
    Ok(())
}

/// Takes a pending enrollment that is alive and in time, once: whoever gets `true` makes the token.
///
/// # Errors
/// [`DbError`].
pub fn take(tx: &mut Tx<'_>, person: PersonId, origin: Origin, now: UnixTime) -> Result<bool, DbError> {
    let rows = tx.execute(
        "DELETE FROM pending_enrollments
         WHERE person_id = ?1 AND origin = ?2 AND lost_at IS NULL AND expires_at > ?3",
        params![person, text::origin(origin), now],
    )?;
    Ok(rows == 1)
}

/// Kills everything pending for a person: the seeds are wiped, why stays until expiry.
///
/// # Errors
/// [`DbError`].
pub fn kill_all(tx: &mut Tx<'_>, person: PersonId, lost_to: &str, now: UnixTime) -> Result<usize, DbError> {
    tx.execute(
        "UPDATE pending_enrollments SET lost_to = ?2, lost_at = ?3, seed = X'' WHERE person_id = ?1 AND lost_at IS NULL",
        params![person, lost_to, now],
    )
}

/// Drops what is pending in one place.
///
/// # Errors
/// [`DbError`].
pub fn drop(tx: &mut Tx<'_>, person: PersonId, origin: Origin) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM pending_enrollments WHERE person_id = ?1 AND origin = ?2",
        params![person, text::origin(origin)],
    )?;
    Ok(())
}

/// Drops what is pending for a person anywhere.
///
/// # Errors
/// [`DbError`].
pub fn drop_all(tx: &mut Tx<'_>, person: PersonId) -> Result<(), DbError> {
    tx.execute("DELETE FROM pending_enrollments WHERE person_id = ?1", params![person])?;
    Ok(())
}

/// Drops what ran out before `before`.
///
/// # Errors
/// [`DbError`].
pub fn drop_expired(tx: &mut Tx<'_>, before: UnixTime) -> Result<usize, DbError> {
    tx.execute("DELETE FROM pending_enrollments WHERE expires_at < ?1", params![before])
}

/// Sets a person's enrollment code (sealed), in place of an older one.
///
/// # Errors
/// [`DbError`].
pub fn set_code(
    tx: &mut Tx<'_>,
    person: PersonId,
    sealed: &[u8],
    now: UnixTime,
    expires_at: UnixTime,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO enrollment_codes (person_id, code, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (person_id) DO UPDATE SET
             code = excluded.code, created_at = excluded.created_at, expires_at = excluded.expires_at",
        params![person, sealed, now, expires_at],
    )?;
    Ok(())
}

/// A person's enrollment code, sealed, that is still good.
///
/// # Errors
/// [`DbError`].
pub fn code(rx: &Rx<'_>, person: PersonId, now: UnixTime) -> Result<Option<Vec<u8>>, DbError> {
    rx.query_opt(
        "SELECT code FROM enrollment_codes WHERE person_id = ?1 AND expires_at > ?2",
        params![person, now],
        |row| row.get(0),
    )
}

/// Uses a person's enrollment code up.
///
/// # Errors
/// [`DbError`].
pub fn drop_code(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM enrollment_codes WHERE person_id = ?1", params![person])? == 1)
}

fn approval(row: &Row<'_>) -> Result<Approval, DbError> {
    Ok(Approval {
        person: row.get(0)?,
        machine: row.get(1)?,
        requested_at: row.get(2)?,
        granted: row.get(3)?,
        decided_at: row.get(4)?,
    })
}

/// What was asked and said about a person's enrollment on a machine.
///
/// # Errors
/// [`DbError`].
pub fn approval_for(rx: &Rx<'_>, person: PersonId, machine: MachineId) -> Result<Option<Approval>, DbError> {
    rx.query_opt(
        "SELECT person_id, machine_id, requested_at, granted, decided_at FROM enrollment_approvals
         WHERE person_id = ?1 AND machine_id = ?2",
        params![person, machine],
        approval,
    )
}

/// Everything asked, open questions first.
///
/// # Errors
/// [`DbError`].
pub fn approvals(rx: &Rx<'_>) -> Result<Vec<Approval>, DbError> {
    rx.query_all(
        "SELECT person_id, machine_id, requested_at, granted, decided_at FROM enrollment_approvals
         ORDER BY granted IS NOT NULL, requested_at",
        params![],
        approval,
    )
}

/// Notes that an approval is asked for. `false`: it had been asked for before.
///
/// # Errors
/// [`DbError`].
pub fn request_approval(
    tx: &mut Tx<'_>,
    person: PersonId,
    machine: MachineId,
    now: UnixTime,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "INSERT INTO enrollment_approvals (person_id, machine_id, requested_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (person_id, machine_id) DO NOTHING",
        params![person, machine, now],
    )?;
    Ok(rows == 1)
}

/// Notes what was said. `false`: it had not been asked for.
///
/// # Errors
/// [`DbError`].
pub fn decide_approval(
    tx: &mut Tx<'_>,
    person: PersonId,
    machine: MachineId,
    granted: bool,
    now: UnixTime,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE enrollment_approvals SET granted = ?3, decided_at = ?4 WHERE person_id = ?1 AND machine_id = ?2",
        params![person, machine, granted, now],
    )?;
    Ok(rows == 1)
}

/// Uses up what was said, once the token exists.
///
/// # Errors
/// [`DbError`].
pub fn drop_approvals(tx: &mut Tx<'_>, person: PersonId) -> Result<(), DbError> {
    tx.execute("DELETE FROM enrollment_approvals WHERE person_id = ?1", params![person])?;
    Ok(())
}

/// Adds an invitation by the hash of its secret.
///
/// # Errors
/// [`DbError`].
pub fn add_invitation(
    tx: &mut Tx<'_>,
    id: InvitationId,
    secret_hash: &[u8; 32],
    person: PersonId,
    now: UnixTime,
    expires_at: UnixTime,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO invitations (id, secret_hash, person_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id, secret_hash, person, now, expires_at],
    )?;
    Ok(())
}

/// Whose invitation this is, if it is unused and in time.
///
/// # Errors
/// [`DbError`].
pub fn invitation(
    rx: &Rx<'_>,
    secret_hash: &[u8; 32],
    now: UnixTime,
) -> Result<Option<(InvitationId, PersonId)>, DbError> {
    rx.query_opt(
        "SELECT id, person_id FROM invitations WHERE secret_hash = ?1 AND used_at IS NULL AND expires_at > ?2",
        params![secret_hash, now],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Whether an invitation is unused and in time.
///
/// # Errors
/// [`DbError`].
pub fn invitation_is_good(rx: &Rx<'_>, id: InvitationId, now: UnixTime) -> Result<bool, DbError> {
    let found = rx.query_opt(
        "SELECT 1 FROM invitations WHERE id = ?1 AND used_at IS NULL AND expires_at > ?2",
        params![id, now],
        |row| row.get::<u32>(0),
    )?;
    Ok(found.is_some())
}

/// Uses an invitation up: the verdict on a link that can be used once. `false`: it was used before, or is past its time.
///
/// # Errors
/// [`DbError`].
pub fn use_invitation(tx: &mut Tx<'_>, id: InvitationId, now: UnixTime) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE invitations SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL AND expires_at > ?2",
        params![id, now],
    )?;
    Ok(rows == 1)
}
