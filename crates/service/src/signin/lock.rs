//! Counters of wrong codes: raised before a code is compared, taken back when it was right.

use crate::{Trouble, Work, work::Event};
use domain::{AuditKind, Origin};
use model::{MachineId, PersonId, Reason, UnixTime};
use policy::{Blocked, Lock, Lockout, PersonLockout, Verdict};
use serde::{Serialize, de::DeserializeOwned};
use store::tables;

/// Where codes are typed, as counters know it.
type Place = Origin;

const EVERYWHERE: &str = "everywhere";

/// An attempt was counted; what to say if it turns out wrong.
pub(crate) enum Counted {
    /// The code may be compared.
    Open {
        /// Tries left after this one, if it is wrong. 0: this one was the last.
        left: u32,
        /// The block it leads to, if it is wrong.
        then: Option<(Reason, UnixTime)>,
    },
    /// No code may be compared now.
    Blocked {
        /// Here or everywhere.
        reason: Reason,
        /// When the block ends.
        until: UnixTime,
    },
}

/// Whether wrong codes block a person here or everywhere.
pub(crate) fn state(work: &Work<'_, '_>, person: PersonId, place: Place) -> Result<Lock, Trouble> {
    let settings = work.policy.lockout();
    let here: Lockout = load(work, person, &key(place))?;
    let everywhere: PersonLockout = load(work, person, EVERYWHERE)?;
    Ok(Lock::of(here.verdict(work.now, &settings), everywhere.verdict(work.now, &settings)))
}

/// Counts an attempt as wrong before its code is compared.
pub(crate) fn count(work: &mut Work<'_, '_>, person: PersonId, place: Place) -> Result<Counted, Trouble> {
    let settings = work.policy.lockout();
    let here: Lockout = load(work, person, &key(place))?;
    let everywhere: PersonLockout = load(work, person, EVERYWHERE)?;
    if let Verdict::Blocked { until } = everywhere.verdict(work.now, &settings) {
        return Ok(Counted::Blocked { reason: Reason::LockedEverywhere, until });
    }
    let here = match here.begin_attempt(work.now, &settings) {
        Ok(next) => next,
        Err(Blocked { until }) => return Ok(Counted::Blocked { reason: Reason::Locked, until }),
    };
    save(work, person, &key(place), &here)?;
    let mut everywhere_until = None;
    if let Origin::Machine(machine) = place {
        everywhere_until = count_everywhere(work, person, machine, everywhere)?;
    }
    let then = match (everywhere_until, here.verdict(work.now, &settings)) {
        (Some(until), _) => Some((Reason::LockedEverywhere, until)),
        (None, Verdict::Blocked { until }) => Some((Reason::Locked, until)),
        (None, Verdict::Open { .. }) => None,
    };
    let left = match here.verdict(work.now, &settings) {
        Verdict::Open { left } if then.is_none() => left,
        _ => 0,
    };
    Ok(Counted::Open { left, then })
}

fn count_everywhere(
    work: &mut Work<'_, '_>,
    person: PersonId,
    machine: MachineId,
    before: PersonLockout,
) -> Result<Option<UnixTime>, Trouble> {
    let settings = work.policy.lockout();
    let Ok(next) = before.begin_attempt(machine, work.now, &settings) else { return Ok(None) };
    save(work, person, EVERYWHERE, &next)?;
    Ok(match next.verdict(work.now, &settings) {
        Verdict::Blocked { until } => Some(until),
        Verdict::Open { .. } => None,
    })
}

/// Takes the count back: the code was right.
pub(crate) fn forgive(work: &mut Work<'_, '_>, person: PersonId, place: Place) -> Result<(), Trouble> {
    tables::lockouts::clear(work.tx, person, &key(place))?;
    if let Origin::Machine(machine) = place {
        let counted: PersonLockout = load(work, person, EVERYWHERE)?;
        let next = counted.succeeded(machine);
        if next == PersonLockout::default() {
            tables::lockouts::clear(work.tx, person, EVERYWHERE)?;
        } else {
            save(work, person, EVERYWHERE, &next)?;
        }
    }
    Ok(())
}

/// Records what a wrong code led to.
pub(crate) fn record_block(
    work: &mut Work<'_, '_>,
    person: PersonId,
    machine: Option<MachineId>,
    then: Option<(Reason, UnixTime)>,
) -> Result<(), Trouble> {
    let Some((reason, until)) = then else { return Ok(()) };
    let kind = if reason == Reason::LockedEverywhere {
        tables::people::set_blocked_until(work.tx, person, Some(until))?;
        AuditKind::PersonBlocked
    } else {
        AuditKind::PairBlocked
    };
    let mut event = Event::new(kind).person(person).detail(format!("until {until}"));
    if let Some(machine) = machine {
        event = event.machine(machine);
    }
    work.record(event)
}

fn key(place: Place) -> String {
    match place {
        Origin::Machine(id) => format!("machine:{id}"),
        Origin::Invitation(id) => format!("invitation:{id}"),
    }
}

fn load<T: DeserializeOwned + Default>(
    work: &Work<'_, '_>,
    person: PersonId,
    place: &str,
) -> Result<T, Trouble> {
    match tables::lockouts::find(work.tx, person, place)? {
        Some(json) => serde_json::from_str(&json).map_err(Trouble::failed),
        None => Ok(T::default()),
    }
}

fn save<T: Serialize>(
    work: &mut Work<'_, '_>,
    person: PersonId,
    place: &str,
    state: &T,
) -> Result<(), Trouble> {
    let json = serde_json::to_string(state).map_err(Trouble::failed)?;
    Ok(tables::lockouts::set(work.tx, person, place, &json)?)
}
