//! Counters of wrong codes: every try is counted before its code is compared, and the count taken back when the code was
//! right.
//!
//! Whatever compares a code asks for a [`Tally`], and only [`count`] makes one. The count is written when the verdict is
//! known: answer and count leave in one transaction or not at all, so that no answer says *wrong* that was not counted. What
//! is compared outside the transaction writes the count first, see [`Tally::stands`].

use crate::{Trouble, Work, gateway, work::Event};
use domain::{AuditKind, Origin};
use model::{MachineId, PersonId, Reason, UnixTime};
use policy::{Lock, Lockout, PersonLockout, Verdict};
use serde::{Serialize, de::DeserializeOwned};
use store::tables;

const EVERYWHERE: &str = "everywhere";

/// Where somebody tries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// At a machine, or in a browser by an invitation.
    Origin(Origin),
    /// Through a gateway.
    Gateway(gateway::Id),
    /// In self-service.
    SelfService,
}

impl From<Origin> for Place {
    fn from(origin: Origin) -> Self {
        Self::Origin(origin)
    }
}

/// What became of a try.
#[expect(clippy::large_enum_variant, reason = "lives from the call to the match around it")]
pub(crate) enum Counted {
    /// The code may be compared.
    Open(Tally),
    /// No code may be compared now.
    Blocked {
        /// Here or everywhere.
        reason: Reason,
        /// When the block ends.
        until: UnixTime,
    },
}

/// A counted try: the right to compare one code.
#[must_use]
pub(crate) struct Tally {
    person: PersonId,
    place: Place,
    before: Counters,
    here: Lockout,
    everywhere: Option<PersonLockout>,
    wrong: Wrong,
}

/// What a wrong code leads to.
#[derive(Clone, Copy)]
pub(crate) struct Wrong {
    /// Tries left after this one. 0: this one was the last.
    pub(crate) left: u32,
    /// The block it leads to.
    pub(crate) then: Option<(Reason, UnixTime)>,
}

/// The counters as stored; `None`: nothing is counted.
struct Counters {
    here: Option<Lockout>,
    everywhere: Option<PersonLockout>,
}

/// Whether wrong codes block a person here or everywhere.
pub(crate) fn state(work: &Work<'_, '_>, person: PersonId, place: Origin) -> Result<Lock, Trouble> {
    let settings = work.policy.lockout();
    let Counters { here, everywhere } = Counters::load(work, person, &place.into())?;
    Ok(Lock::of(
        here.unwrap_or_default().verdict(work.now, &settings),
        everywhere.unwrap_or_default().verdict(work.now, &settings),
    ))
}

/// Counts a try as wrong.
///
/// At an invitation, through a gateway and in self-service only the tries there count: whoever has got hold of one must not be able to
/// keep a person from signing in elsewhere.
pub(crate) fn count(
    work: &Work<'_, '_>,
    person: PersonId,
    place: impl Into<Place>,
) -> Result<Counted, Trouble> {
    let place = place.into();
    let settings = work.policy.lockout();
    let before = Counters::load(work, person, &place)?;
    let everywhere = before.everywhere.clone().unwrap_or_default();
    if let Verdict::Blocked { until } = everywhere.verdict(work.now, &settings) {
        return Ok(Counted::Blocked { reason: Reason::LockedEverywhere, until });
    }
    let here = match before.here.unwrap_or_default().begin_attempt(work.now, &settings) {
        Ok(next) => next,
        Err(blocked) => return Ok(Counted::Blocked { reason: Reason::Locked, until: blocked.until }),
    };
    let everywhere = match place {
        Place::Origin(Origin::Machine(machine)) => {
            everywhere.begin_attempt(machine, work.now, &settings).ok()
        }
        Place::Origin(Origin::Invitation(_) | Origin::Client(_) | Origin::Hardware)
        | Place::Gateway(_)
        | Place::SelfService => None,
    };
    let block = |verdict| match verdict {
        Verdict::Blocked { until } => Some(until),
        Verdict::Open { .. } => None,
    };
    let everywhere_until = everywhere.as_ref().and_then(|next| block(next.verdict(work.now, &settings)));
    let wrong = match (everywhere_until, here.verdict(work.now, &settings)) {
        (Some(until), _) => Wrong { left: 0, then: Some((Reason::LockedEverywhere, until)) },
        (None, Verdict::Blocked { until }) => Wrong { left: 0, then: Some((Reason::Locked, until)) },
        (None, Verdict::Open { left }) => Wrong { left, then: None },
    };
    Ok(Counted::Open(Tally { person, place, before, here, everywhere, wrong }))
}

impl Tally {
    /// The code was wrong, or is about to be compared outside this transaction: the count stands.
    pub(crate) fn stands(self, work: &mut Work<'_, '_>) -> Result<Wrong, Trouble> {
        save(work, self.person, &key(&self.place), &self.here)?;
        if let Some(everywhere) = &self.everywhere {
            save(work, self.person, EVERYWHERE, everywhere)?;
        }
        Ok(self.wrong)
    }

    /// The code was right, and was compared in this transaction.
    pub(crate) fn forgiven(self, work: &mut Work<'_, '_>) -> Result<(), Trouble> {
        self.before.forgive(work, self.person, &self.place)
    }
}

/// Takes back a count that stands: the code was right.
pub(crate) fn forgive(work: &mut Work<'_, '_>, person: PersonId, place: Origin) -> Result<(), Trouble> {
    let place = place.into();
    Counters::load(work, person, &place)?.forgive(work, person, &place)
}

impl Counters {
    fn load(work: &Work<'_, '_>, person: PersonId, place: &Place) -> Result<Self, Trouble> {
        let [here, everywhere] = tables::lockouts::find_both(work.tx, person, [&key(place), EVERYWHERE])?;
        Ok(Self { here: parse(here)?, everywhere: parse(everywhere)? })
    }

    /// Nothing is written where nothing is counted, which is the case at nearly every right code.
    fn forgive(self, work: &mut Work<'_, '_>, person: PersonId, place: &Place) -> Result<(), Trouble> {
        if self.here.is_some() {
            tables::lockouts::clear(work.tx, person, &key(place))?;
        }
        if let (Place::Origin(Origin::Machine(machine)), Some(counted)) = (place, self.everywhere) {
            let next = counted.clone().succeeded(*machine);
            if next == PersonLockout::default() {
                tables::lockouts::clear(work.tx, person, EVERYWHERE)?;
            } else if next != counted {
                save(work, person, EVERYWHERE, &next)?;
            }
        }
        Ok(())
    }
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

fn key(place: &Place) -> String {
    match place {
        Place::Origin(Origin::Machine(id)) => format!("machine:{id}"),
        Place::Origin(Origin::Invitation(id)) => format!("invitation:{id}"),
        Place::Origin(Origin::Hardware) => "hardware".to_owned(),
        Place::SelfService => "self-service".to_owned(),
        Place::Origin(Origin::Client(id)) => format!("client:{id}"),
        Place::Gateway(id) => id.to_string(),
    }
}

fn parse<T: DeserializeOwned>(stored: Option<String>) -> Result<Option<T>, Trouble> {
    stored.map(|json| serde_json::from_str(&json).map_err(Trouble::failed)).transpose()
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
