//! Who has been on which machine. Grows with pairs of people and machines, not with sign-ins.

use crate::{DbError, Rx, Tx, params};
use model::{MachineId, PersonId, UnixTime};

/// Notes that a person is on a machine. Nothing is written where it is known.
///
/// # Errors
/// [`DbError`].
pub fn note(tx: &mut Tx<'_>, person: PersonId, machine: MachineId, now: UnixTime) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO seen_on (person_id, machine_id, first_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (person_id, machine_id) DO NOTHING",
        params![person, machine, now],
    )?;
    Ok(())
}

/// The machines a person has been on, and since when; the newest first.
///
/// # Errors
/// [`DbError`].
pub fn machines_of(rx: &Rx<'_>, person: PersonId) -> Result<Vec<(MachineId, UnixTime)>, DbError> {
    rx.query_all(
        "SELECT machine_id, first_at FROM seen_on WHERE person_id = ?1 ORDER BY first_at DESC, machine_id",
        params![person],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// All pairs of a person and a machine.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<(PersonId, MachineId)>, DbError> {
    rx.query_all(
        "SELECT person_id, machine_id FROM seen_on ORDER BY person_id, machine_id",
        params![],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Gives what is known of one person to another as well.
///
/// # Errors
/// [`DbError`].
pub fn give_all(tx: &mut Tx<'_>, from: PersonId, to: PersonId) -> Result<(), DbError> {
    for (machine, at) in machines_of(tx, from)? {
        note(tx, to, machine, at)?;
    }
    Ok(())
}
