//! A token is born at the first correct code.

use super::{newest_token, place_name};
use crate::signin::{self, Compared, Tally};
use crate::{Trouble, Work, work::Event};
use domain::{AuditKind, Origin, PendingEnrollment, Token, TokenState};
use model::{MachineId, PersonId, Secret, TokenId, UnixTime};
use otp::{Code, Drift, Seed};
use rand_core::Rng;
use store::tables;

/// What a first code was.
pub(super) enum FirstCode {
    /// Right: the token exists.
    Born,
    /// Right, but somebody else got there first.
    Lost(String, UnixTime),
    /// Not right.
    Wrong,
}

/// Compares a first code with a pending seed. If it is right the token is made, the code burnt, and every other
/// pending seed of the person dies. The try has been counted.
pub(super) fn try_first_code(
    work: &mut Work<'_, '_>,
    _counted: &Tally,
    pending: &PendingEnrollment,
    seed: &Seed,
    code: Option<&Code>,
) -> Result<FirstCode, Trouble> {
    // Nothing of a seed that is pending has been used.
    let compared = code.map(|code| signin::compare(work, &pending.parameters, None, Drift::NONE, seed, code));
    let Some(Compared::Right { step, drift }) = compared else { return Ok(FirstCode::Wrong) };
    // The conditional update: of all who hold a right first code here, one takes the pending enrollment away.
    if !tables::enrollments::take(work.tx, pending.person, pending.origin, work.now)? {
        let lost = newest_token(work, pending.person)?;
        return Ok(lost.map_or(FirstCode::Wrong, |(place, at)| FirstCode::Lost(place, at)));
    }
    let id = TokenId::random(&mut *work.rng);
    let token = Token {
        id,
        person: pending.person,
        serial: serial(&mut *work.rng),
        label: String::new(),
        parameters: pending.parameters,
        last_step: Some(step),
        drift,
        state: TokenState::Active,
        created_at: work.now,
        origin: pending.origin,
        last_used_at: Some(work.now),
    };
    let sealed = work.seal(signin::seed_cell(&id.to_bytes()), &Secret::new(seed.expose().to_vec()))?;
    tables::tokens::add(work.tx, &token, &sealed)?;
    let place = place_name(work, pending.origin)?;
    end_pending(work, pending.person, &place)?;
    let event = Event::new(AuditKind::TokenEnrolled)
        .person(pending.person)
        .token(id)
        .detail(format!("{} on {place}", token.serial));
    work.record(on(event, pending.origin))?;
    Ok(FirstCode::Born)
}

/// The machine of an origin, if it is one.
pub(super) fn machine_of(origin: Origin) -> Option<MachineId> {
    match origin {
        Origin::Machine(id) => Some(id),
        Origin::Invitation(_) | Origin::Client(_) | Origin::Hardware => None,
    }
}

/// An event on the machine of an origin, if it is one.
pub(super) fn on(event: Event, origin: Origin) -> Event {
    match machine_of(origin) {
        Some(machine) => event.machine(machine),
        None => event,
    }
}

/// Ends every enrollment of a person that is pending, as they have a token of this place now, and what was to let them
/// enroll.
pub(crate) fn end_pending(work: &mut Work<'_, '_>, person: PersonId, place: &str) -> Result<(), Trouble> {
    for other in tables::enrollments::alive(work.tx, person)? {
        let event = Event::new(AuditKind::EnrollmentLost)
            .person(other.person)
            .detail(format!("a token was enrolled on {place} first"));
        work.record(on(event, other.origin))?;
    }
    tables::enrollments::kill_all(work.tx, person, place, work.now)?;
    tables::enrollments::drop_code(work.tx, person)?;
    tables::enrollments::drop_approvals(work.tx, person)?;
    Ok(())
}

/// `CS-` and eight letters and digits that are not mistaken for each other.
fn serial(rng: &mut dyn Rng) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0; 8];
    rng.fill_bytes(&mut bytes);
    let body: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
    format!("CS-{body}")
}
