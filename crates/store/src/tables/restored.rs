//! What is changed in a database that was put back: everything that can be used once, and may have been used since.

use super::text;
use crate::{DbError, Rx, Tx, params};
use model::{PersonId, TokenId, UnixTime};
use otp::{Drift, TokenParameters};

/// What there is of what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// People.
    pub people: u64,
    /// Tokens in any state.
    pub tokens: u64,
    /// Machines in any state.
    pub machines: u64,
    /// Events in the audit trail.
    pub events: u64,
}

/// What a token is, as far as its steps are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stepping {
    /// Whose it is.
    pub person: PersonId,
    /// Which one.
    pub id: TokenId,
    /// How it makes codes.
    pub parameters: TokenParameters,
    /// By how many steps its clock was off when it was last used.
    pub drift: Drift,
}

/// Counts.
///
/// # Errors
/// [`DbError`].
pub fn counts(rx: &Rx<'_>) -> Result<Counts, DbError> {
    rx.query_one(
        "SELECT (SELECT COUNT(*) FROM people), (SELECT COUNT(*) FROM tokens), (SELECT COUNT(*) FROM machines),
                (SELECT COUNT(*) FROM audit)",
        &[],
        |row| {
            Ok(Counts {
                people: row.get(0)?,
                tokens: row.get(1)?,
                machines: row.get(2)?,
                events: row.get(3)?,
            })
        },
    )
}

/// Tokens after one, in the order of person and id.
///
/// # Errors
/// [`DbError`].
pub fn stepping(
    rx: &Rx<'_>,
    after: Option<(PersonId, TokenId)>,
    limit: u32,
) -> Result<Vec<Stepping>, DbError> {
    let (person, id) = after.unwrap_or((PersonId::from_bytes([0; 16]), TokenId::from_bytes([0; 16])));
    rx.query_all(
        "SELECT person_id, id, parameters, drift FROM tokens WHERE (person_id, id) > (?1, ?2)
         ORDER BY person_id, id LIMIT ?3",
        params![person, id, limit],
        |row| {
            Ok(Stepping {
                person: row.get(0)?,
                id: row.get(1)?,
                parameters: text::parse_parameters(2, &row.get::<String>(2)?)?,
                drift: Drift::from_steps(row.get(3)?),
            })
        },
    )
}

/// Makes a token refuse this step and every one before it.
///
/// # Errors
/// [`DbError`].
pub fn refuse_up_to(tx: &mut Tx<'_>, person: PersonId, id: TokenId, step: u64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE tokens SET last_step = ?3 WHERE person_id = ?1 AND id = ?2 AND last_step < ?3",
        params![person, id, step],
    )?;
    Ok(())
}

/// Takes an active token's codes no longer, until an administrator enables it. The verdict: whether it was active.
///
/// # Errors
/// [`DbError`].
pub fn disable(tx: &mut Tx<'_>, person: PersonId, id: TokenId) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE tokens SET state = 'disabled' WHERE person_id = ?1 AND id = ?2 AND state = 'active'",
        params![person, id],
    )?;
    Ok(rows == 1)
}

/// Uses up every recovery code that is left; how many.
///
/// # Errors
/// [`DbError`].
pub fn use_up_recovery_codes(tx: &mut Tx<'_>, now: UnixTime) -> Result<usize, DbError> {
    tx.execute("UPDATE recovery_codes SET used_at = ?1 WHERE used_at IS NULL", params![now])
}

/// Ends what is good for a short time: sign-ins and enrollments under way, invitations, enrollment codes, temporary codes,
/// join codes; how many of the last four.
///
/// # Errors
/// [`DbError`].
pub fn end_what_is_under_way(tx: &mut Tx<'_>, now: UnixTime) -> Result<usize, DbError> {
    for sql in ["DELETE FROM attempts", "DELETE FROM answers", "DELETE FROM pending_enrollments"] {
        tx.execute(sql, &[])?;
    }
    let mut ended = tx.execute(
        "UPDATE invitations SET used_at = ?1 WHERE used_at IS NULL AND expires_at > ?1",
        params![now],
    )?;
    ended += tx.execute("DELETE FROM enrollment_codes WHERE expires_at > ?1", params![now])?;
    tx.execute("DELETE FROM enrollment_codes", &[])?;
    ended += tx.execute(
        "DELETE FROM temporary_codes WHERE expires_at > ?1 AND (uses_left IS NULL OR uses_left > 0)",
        params![now],
    )?;
    tx.execute("DELETE FROM temporary_codes", &[])?;
    ended += tx.execute(
        "UPDATE join_codes SET uses_left = 0 WHERE uses_left > 0 AND expires_at > ?1",
        params![now],
    )?;
    Ok(ended)
}
