//! Sign-in attempts, and what requests were answered.

use crate::{DbError, Row, Rx, Tx, params};
use domain::{AccountKey, Attempt, MachineState, PersonState, Stage};
use model::{AttemptId, MachineId, PersonId, Place, RequestId, SignInKind, UnixTime};

/// An attempt, with what may have changed since it began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Open {
    /// The attempt.
    pub attempt: Attempt,
    /// Whether its person may sign in.
    pub person: PersonState,
    /// Whether the server listens to its machine.
    pub machine: MachineState,
    /// For a suspended machine: when that ends by itself.
    pub suspended_until: Option<UnixTime>,
}

fn attempt(row: &Row<'_>) -> Result<Attempt, DbError> {
    let kind: String = row.get(6)?;
    let place: String = row.get(7)?;
    Ok(Attempt {
        machine: row.get(0)?,
        id: row.get(1)?,
        person: row.get(2)?,
        account: AccountKey { authority: row.parse(3)?, sid: row.get(4)? },
        session: row.get(5)?,
        kind: SignInKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or(DbError::WrongValue { column: 6, expected: "a kind of sign-in" })?,
        place: Place::ALL
            .into_iter()
            .find(|known| known.as_str() == place)
            .ok_or(DbError::WrongValue { column: 7, expected: "a place" })?,
        stage: row.parse(8)?,
        needs_code: row.get(9)?,
        begun_at: row.get(10)?,
        expires_at: row.get(11)?,
    })
}

/// An attempt of a machine that is not past its time, with how its person and its machine stand now.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, machine: MachineId, id: AttemptId, now: UnixTime) -> Result<Option<Open>, DbError> {
    rx.query_opt(
        "SELECT a.machine_id, a.id, a.person_id, a.authority, a.sid, a.session, a.kind, a.place, a.stage, a.needs_code,
                a.begun_at, a.expires_at, p.state, m.state, m.suspended_until
         FROM attempts a JOIN people p ON p.id = a.person_id JOIN machines m ON m.id = a.machine_id
         WHERE a.machine_id = ?1 AND a.id = ?2 AND a.expires_at > ?3",
        params![machine, id, now],
        |row| {
            Ok(Open {
                attempt: attempt(row)?,
                person: row.parse(12)?,
                machine: row.parse(13)?,
                suspended_until: row.get(14)?,
            })
        },
    )
}

/// Adds an attempt. `false`: the machine has used this id before.
///
/// # Errors
/// [`DbError`].
pub fn add(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<bool, DbError> {
    let rows = tx.execute(
        "INSERT INTO attempts (machine_id, id, person_id, authority, sid, session, kind, place, stage, needs_code,
                               begun_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (machine_id, id) DO NOTHING",
        params![
            attempt.machine,
            attempt.id,
            attempt.person,
            attempt.account.authority.to_string(),
            attempt.account.sid,
            attempt.session,
            attempt.kind.as_str(),
            attempt.place.as_str(),
            attempt.stage.as_str(),
            attempt.needs_code,
            attempt.begun_at,
            attempt.expires_at
        ],
    )?;
    Ok(rows == 1)
}

/// Ends an attempt: an approval is given once. `false`: it was over already.
///
/// # Errors
/// [`DbError`].
pub fn end(tx: &mut Tx<'_>, machine: MachineId, id: AttemptId) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE attempts SET stage = ?3 WHERE machine_id = ?1 AND id = ?2 AND stage <> ?3",
        params![machine, id, Stage::Over.as_str()],
    )?;
    Ok(rows == 1)
}

/// Ends every attempt of a person: what it was begun for may not be theirs any more.
///
/// # Errors
/// [`DbError`].
pub fn end_all(tx: &mut Tx<'_>, person: PersonId) -> Result<usize, DbError> {
    tx.execute(
        "UPDATE attempts SET stage = ?2 WHERE person_id = ?1 AND stage <> ?2",
        params![person, Stage::Over.as_str()],
    )
}

/// A request about an attempt, and what it was answered.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The attempt's machine.
    pub machine: MachineId,
    /// The attempt, which need not have come about.
    pub attempt: AttemptId,
    /// The request's id.
    pub request: RequestId,
    /// SHA-256 of its body.
    pub body_hash: &'a [u8; 32],
    /// Its answer.
    pub answer: &'a str,
}

/// The body hash and the answer of a request about an attempt, if it was answered.
///
/// # Errors
/// [`DbError`].
pub fn answer(
    rx: &Rx<'_>,
    machine: MachineId,
    attempt: AttemptId,
    request: RequestId,
) -> Result<Option<([u8; 32], String)>, DbError> {
    rx.query_opt(
        "SELECT first_hash, first_answer FROM attempts WHERE machine_id = ?1 AND id = ?2 AND first_request = ?3
         UNION ALL
         SELECT last_hash, last_answer FROM attempts WHERE machine_id = ?1 AND id = ?2 AND last_request = ?3
         UNION ALL
         SELECT body_hash, answer FROM answers WHERE machine_id = ?1 AND attempt_id = ?2 AND request_id = ?3",
        params![machine, attempt, request],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Keeps what the request that began an attempt was answered. `false`: there is no such attempt, or its first answer is
/// kept already.
///
/// # Errors
/// [`DbError`].
pub fn keep_first_answer(tx: &mut Tx<'_>, answered: Answered<'_>) -> Result<bool, DbError> {
    let Answered { machine, attempt, request, body_hash, answer } = answered;
    let rows = tx.execute(
        "UPDATE attempts SET first_request = ?3, first_hash = ?4, first_answer = ?5
         WHERE machine_id = ?1 AND id = ?2 AND first_request IS NULL",
        params![machine, attempt, request, body_hash, answer],
    )?;
    Ok(rows == 1)
}

/// Keeps what the request that ended an attempt was answered. `false`: it is not over, or its last answer is kept
/// already.
///
/// # Errors
/// [`DbError`].
pub fn keep_last_answer(tx: &mut Tx<'_>, answered: Answered<'_>) -> Result<bool, DbError> {
    let Answered { machine, attempt, request, body_hash, answer } = answered;
    let rows = tx.execute(
        "UPDATE attempts SET last_request = ?3, last_hash = ?4, last_answer = ?5
         WHERE machine_id = ?1 AND id = ?2 AND stage = ?6 AND last_request IS NULL",
        params![machine, attempt, request, body_hash, answer, Stage::Over.as_str()],
    )?;
    Ok(rows == 1)
}

/// Keeps what a request was answered that neither began nor ended an attempt.
///
/// # Errors
/// [`DbError`].
pub fn keep_answer(tx: &mut Tx<'_>, answered: Answered<'_>, now: UnixTime) -> Result<(), DbError> {
    let Answered { machine, attempt, request, body_hash, answer } = answered;
    tx.execute(
        "INSERT INTO answers (machine_id, attempt_id, request_id, body_hash, answer, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![machine, attempt, request, body_hash, answer, now],
    )?;
    Ok(())
}

/// Drops attempts whose time ended before `before`, with their first and last answers, and other answers given before
/// it; at most `limit` rows of each, so that sign-ins
/// need not wait for a clean-up.
///
/// # Errors
/// [`DbError`].
pub fn drop_old(tx: &mut Tx<'_>, before: UnixTime, limit: u32) -> Result<usize, DbError> {
    let attempts = tx.execute(
        "DELETE FROM attempts WHERE (machine_id, id) IN
             (SELECT machine_id, id FROM attempts WHERE expires_at < ?1 LIMIT ?2)",
        params![before, limit],
    )?;
    let answers = tx.execute(
        "DELETE FROM answers WHERE (machine_id, attempt_id, request_id) IN
             (SELECT machine_id, attempt_id, request_id FROM answers WHERE at < ?1 LIMIT ?2)",
        params![before, limit],
    )?;
    Ok(attempts + answers)
}

/// Notes a machine's report. `false`: it was recorded before.
///
/// # Errors
/// [`DbError`].
pub fn note_report(
    tx: &mut Tx<'_>,
    machine: MachineId,
    id: RequestId,
    now: UnixTime,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "INSERT INTO reports (machine_id, id, at) VALUES (?1, ?2, ?3) ON CONFLICT (machine_id, id) DO NOTHING",
        params![machine, id, now],
    )?;
    Ok(rows == 1)
}

/// Drops the notes on reports that came before `before`; at most `limit`.
///
/// # Errors
/// [`DbError`].
pub fn drop_reports(tx: &mut Tx<'_>, before: UnixTime, limit: u32) -> Result<usize, DbError> {
    tx.execute(
        "DELETE FROM reports WHERE (machine_id, id) IN (SELECT machine_id, id FROM reports WHERE at < ?1 LIMIT ?2)",
        params![before, limit],
    )
}
