//! Copies of the rows that every request of a machine needs: the machine, and the policy in force.
//!
//! A copy is good until something may have changed its row: a use case that says so
//! ([`Work::outdate_copies`](crate::Work)), or another process that changed the database. Then all are forgotten. What is
//! decided in a transaction does not rest on them: use cases look at the rows again.

use domain::Machine;
use model::MachineId;
use policy::Policy;
use protocol::signature::VerifyingKey;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Machines remembered; beyond that all are forgotten.
const MOST: usize = 10_000;

/// A machine and its key, ready to verify with.
#[derive(Clone, Debug)]
pub struct Known {
    /// The machine.
    pub machine: Machine,
    /// Its public key.
    pub key: VerifyingKey,
}

#[derive(Default)]
pub(crate) struct Copies {
    /// How often use cases have changed rows that are copied. Apart, since a write that nobody waits for any more has to
    /// be able to count as well.
    changes: Arc<AtomicU64>,
    /// The store's number of others' changes, as last seen.
    outside: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    as_of: Moment,
    machines: HashMap<MachineId, Arc<Known>>,
    policy: Option<Arc<Policy>>,
}

/// What had been changed when a copy was asked for; grows with each change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Moment(u64);

/// Outdates all copies when it is dropped: whoever changed their rows drops it after the commit.
pub(crate) struct Outdated(Arc<AtomicU64>);

impl Drop for Outdated {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

impl Copies {
    pub(crate) fn outdated(&self) -> Outdated {
        Outdated(Arc::clone(&self.changes))
    }

    /// Takes note of [`store::Store::outside_changes`].
    pub(crate) fn note_outside(&self, changes: u64) {
        self.outside.fetch_max(changes, Ordering::AcqRel);
    }

    /// The copy of a machine, or what `read` finds.
    pub(crate) fn machine<E>(
        &self,
        id: MachineId,
        read: impl FnOnce() -> Result<Option<Known>, E>,
    ) -> Result<Option<Arc<Known>>, E> {
        let moment = self.moment();
        if let Some(known) = self.kept(moment, |kept| kept.machines.get(&id).cloned()).flatten() {
            return Ok(Some(known));
        }
        let Some(known) = read()?.map(Arc::new) else { return Ok(None) };
        self.kept(moment, |kept| {
            if kept.machines.len() >= MOST {
                kept.machines.clear();
            }
            kept.machines.insert(id, Arc::clone(&known))
        });
        Ok(Some(known))
    }

    /// The copy of the policy in force, or what `read` finds.
    pub(crate) fn policy<E>(&self, read: impl FnOnce() -> Result<Arc<Policy>, E>) -> Result<Arc<Policy>, E> {
        let moment = self.moment();
        if let Some(policy) = self.kept(moment, |kept| kept.policy.clone()).flatten() {
            return Ok(policy);
        }
        let policy = read()?;
        self.kept(moment, |kept| kept.policy = Some(Arc::clone(&policy)));
        Ok(policy)
    }

    /// Taken before rows are read: a change in between makes what was read older than what is asked for next.
    fn moment(&self) -> Moment {
        Moment(self.outside.load(Ordering::Acquire) + self.changes.load(Ordering::Acquire))
    }

    /// Does something with the copies of a moment. `None`: those that are kept are newer.
    fn kept<T>(&self, moment: Moment, f: impl FnOnce(&mut Kept) -> T) -> Option<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_of < moment {
            *kept = Kept { as_of: moment, ..Kept::default() };
        }
        (kept.as_of == moment).then(|| f(&mut kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::MachineState;
    use model::{GroupId, UnixTime};
    use protocol::signature::SigningKey;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    use std::convert::Infallible;

    const ID: MachineId = MachineId::from_bytes([1; 16]);

    fn known(state: MachineState) -> Known {
        let key = SigningKey::random(&mut ChaCha20Rng::seed_from_u64(1)).verifying_key();
        let machine = Machine {
            id: ID,
            name: "PC-1".into(),
            group: GroupId::from_bytes([2; 16]),
            group_name: "default".into(),
            public_key: key.to_bytes(),
            machine_sid: "S-1-5-21-1-2-3".parse().unwrap(),
            firmware_uuid: String::new(),
            agent_version: String::new(),
            os: String::new(),
            joined_at: UnixTime::from_secs(0),
            last_seen_at: UnixTime::from_secs(0),
            state,
            suspended_until: None,
        };
        Known { machine, key }
    }

    /// The state the copies tell when the row says `stored`.
    fn told(copies: &Copies, stored: MachineState) -> MachineState {
        let read = || Ok::<_, Infallible>(Some(known(stored)));
        copies.machine(ID, read).unwrap().unwrap().machine.state
    }

    #[test]
    fn a_copy_is_good_until_a_change_of_ours_or_of_others() {
        use MachineState::{Active, Cloned, Removed, Suspended};
        let copies = Copies::default();
        assert_eq!([told(&copies, Active), told(&copies, Suspended)], [Active, Active]);
        drop(copies.outdated());
        assert_eq!([told(&copies, Suspended), told(&copies, Cloned)], [Suspended, Suspended]);
        copies.note_outside(1);
        assert_eq!([told(&copies, Cloned), told(&copies, Removed)], [Cloned, Cloned]);
        // Noted late by somebody slower.
        copies.note_outside(0);
        assert_eq!(told(&copies, Removed), Cloned);
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let copies = Copies::default();
        let read = || {
            let old = known(MachineState::Active);
            drop(copies.outdated());
            Ok::<_, Infallible>(Some(old))
        };
        copies.machine(ID, read).unwrap();
        assert_eq!(told(&copies, MachineState::Removed), MachineState::Removed);

        // The same where somebody else has begun to keep newer ones meanwhile.
        let read = || {
            let old = known(MachineState::Active);
            drop(copies.outdated());
            told(&copies, MachineState::Suspended);
            Ok::<_, Infallible>(Some(old))
        };
        drop(copies.outdated());
        copies.machine(ID, read).unwrap();
        assert_eq!(told(&copies, MachineState::Removed), MachineState::Suspended);
    }
}
