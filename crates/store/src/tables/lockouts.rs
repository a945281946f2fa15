//! Counters of wrong codes. What they mean is `policy`'s affair; here they are texts.

use crate::{DbError, Rx, Tx, params};
use model::PersonId;

/// The counter of a person in a place (`machine:…`, `invitation:…`, or `everywhere`).
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, person: PersonId, place: &str) -> Result<Option<String>, DbError> {
    rx.query_opt(
        "SELECT state FROM lockouts WHERE person_id = ?1 AND place = ?2",
        params![person, place],
        |row| row.get(0),
    )
}

/// The counters of a person in two places, in one look.
///
/// # Errors
/// [`DbError`].
pub fn find_both(rx: &Rx<'_>, person: PersonId, places: [&str; 2]) -> Result<[Option<String>; 2], DbError> {
    let mut found = [None, None];
    let rows = rx.query_all(
        "SELECT place, state FROM lockouts WHERE person_id = ?1 AND place IN (?2, ?3)",
        params![person, places[0], places[1]],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (place, state) in rows {
        for (slot, wanted) in found.iter_mut().zip(places) {
            if place == wanted {
                *slot = Some(state.clone());
            }
        }
    }
    Ok(found)
}

/// Sets the counter of a person in a place.
///
/// # Errors
/// [`DbError`].
pub fn set(tx: &mut Tx<'_>, person: PersonId, place: &str, state: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO lockouts (person_id, place, state) VALUES (?1, ?2, ?3)
         ON CONFLICT (person_id, place) DO UPDATE SET state = excluded.state",
        params![person, place, state],
    )?;
    Ok(())
}

/// Forgets the counter of a person in a place.
///
/// # Errors
/// [`DbError`].
pub fn clear(tx: &mut Tx<'_>, person: PersonId, place: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM lockouts WHERE person_id = ?1 AND place = ?2", params![person, place])?;
    Ok(())
}

/// Forgets all counters of a person.
///
/// # Errors
/// [`DbError`].
pub fn clear_all(tx: &mut Tx<'_>, person: PersonId) -> Result<(), DbError> {
    tx.execute("DELETE FROM lockouts WHERE person_id = ?1", params![person])?;
    Ok(())
}
