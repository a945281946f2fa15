//! What wrong codes lead to, as two small state machines: one per (person, machine), one per person.
//!
//! Both count an attempt *before* its code is compared and take the count back when the code was right, so that a
//! crash, or a hundred requests at the same moment, never give a guess for free (invariant 3). They hold no clock and
//! survive any: a clock that jumps neither shortens a block below what it has left nor makes one last for ever.

use crate::LockoutSettings;
use model::{MachineId, UnixTime};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Whether another code may be tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may.
    Open {
        /// Wrong codes until the next block; at least 1.
        left: u32,
    },
    /// It may not.
    Blocked {
        /// When it may again. At most the longest block away.
        until: UnixTime,
    },
}

/// An attempt came during a block. Nothing is counted, so that trying on does not make the block longer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("blocked until {until}")]
pub struct Blocked {
    /// When the block ends.
    pub until: UnixTime,
}

/// Wrong codes of one person on one machine. What is stored; every value is a good one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Lockout {
    /// Wrong codes since the last right one or the last block.
    pub failures: u32,
    /// Blocks in a row. Each makes the next one twice as long.
    pub level: u32,
    /// When the last block ended or ends.
    pub blocked_until: Option<UnixTime>,
    /// When the last code was counted.
    pub last_failure_at: Option<UnixTime>,
}

impl Lockout {
    /// Whether a code may be tried now.
    pub fn verdict(&self, now: UnixTime, settings: &LockoutSettings) -> Verdict {
        match block_at(self.blocked_until, now, settings) {
            Some(until) => Verdict::Blocked { until },
            None => Verdict::Open { left: left(settings.failures, self.refreshed(now, settings).failures) },
        }
    }

    /// Counts an attempt as wrong. Store the result before comparing the code.
    ///
    /// # Errors
    /// [`Blocked`]: no attempt may be made now. Nothing is to be stored.
    pub fn begin_attempt(&self, now: UnixTime, settings: &LockoutSettings) -> Result<Self, Blocked> {
        if let Some(until) = block_at(self.blocked_until, now, settings) {
            return Err(Blocked { until });
        }
        let mut next = self.refreshed(now, settings);
        next.failures = next.failures.saturating_add(1);
        next.last_failure_at = Some(now);
        next.blocked_until = past(next.blocked_until, now);
        if next.failures >= settings.failures {
            next.blocked_until = Some(now.plus(block_length(next.level, settings)));
            next.level = next.level.saturating_add(1);
            next.failures = 0;
        }
        Ok(next)
    }

    /// The state after a right code: nothing is left of what was counted.
    #[must_use]
    pub fn succeeded(self) -> Self {
        Self::default()
    }

    /// The state with what is too old taken out.
    fn refreshed(&self, now: UnixTime, settings: &LockoutSettings) -> Self {
        let quiet_since = self.last_failure_at.max(self.blocked_until);
        if quiet_since.is_some_and(|at| is_forgotten(at, now, settings)) { Self::default() } else { *self }
    }
}

/// Wrong codes of one person, by machine. What is stored; every value is a good one.
///
/// Blocks the person everywhere once the wrong codes not forgotten are at least [`LockoutSettings::failures`] and come
/// from at least [`LockoutSettings::machines`] machines. Its size is bounded by these two numbers.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonLockout {
    /// What each machine contributes.
    pub machines: BTreeMap<MachineId, MachineFailures>,
    /// Blocks in a row. Each makes the next one twice as long.
    pub level: u32,
    /// When the last block ended or ends.
    pub blocked_until: Option<UnixTime>,
}

/// Wrong codes of a person that came from one machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MachineFailures {
    /// How many.
    pub failures: u32,
    /// When the last one was counted.
    pub last_failure_at: UnixTime,
}

impl PersonLockout {
    /// Whether a code may be tried now, as far as the person is concerned. `left` is at the worst: should all further
    /// wrong codes come from as many machines as it takes.
    pub fn verdict(&self, now: UnixTime, settings: &LockoutSettings) -> Verdict {
        match block_at(self.blocked_until, now, settings) {
            Some(until) => Verdict::Blocked { until },
            None => {
                let current = self.refreshed(now, settings);
                let by_count = left(settings.failures, current.failures());
                Verdict::Open { left: by_count.max(left(settings.machines, current.machine_count())) }
            }
        }
    }

    /// Counts an attempt from a machine as wrong. Store the result before comparing the code.
    ///
    /// # Errors
    /// [`Blocked`]: no attempt may be made now. Nothing is to be stored.
    pub fn begin_attempt(
        &self,
        machine: MachineId,
        now: UnixTime,
        settings: &LockoutSettings,
    ) -> Result<Self, Blocked> {
        if let Some(until) = block_at(self.blocked_until, now, settings) {
            return Err(Blocked { until });
        }
        let mut next = self.refreshed(now, settings);
        let failures = next.machines.get(&machine).map_or(0, |machine| machine.failures).saturating_add(1);
        next.machines.insert(machine, MachineFailures { failures, last_failure_at: now });
        next.blocked_until = past(next.blocked_until, now);
        if next.failures() >= settings.failures && next.machine_count() >= settings.machines {
            next.blocked_until = Some(now.plus(block_length(next.level, settings)));
            next.level = next.level.saturating_add(1);
            next.machines.clear();
        }
        Ok(next)
    }

    /// The state after a right code from a machine: its wrong codes are forgotten and the block is lifted that this
    /// very attempt may have set. What other machines contribute stays, or a person who signs in often would keep
    /// guesses made elsewhere from ever adding up.
    #[must_use]
    pub fn succeeded(mut self, machine: MachineId) -> Self {
        self.machines.remove(&machine);
        self.level = 0;
        self.blocked_until = None;
        self
    }

    fn refreshed(&self, now: UnixTime, settings: &LockoutSettings) -> Self {
        let mut next = self.clone();
        next.machines.retain(|_, machine| !is_forgotten(machine.last_failure_at, now, settings));
        if next.machines.is_empty() && next.blocked_until.is_none_or(|at| is_forgotten(at, now, settings)) {
            next = Self::default();
        }
        next
    }

    fn failures(&self) -> u32 {
        self.machines.values().fold(0, |sum, machine| sum.saturating_add(machine.failures))
    }

    fn machine_count(&self) -> u32 {
        u32::try_from(self.machines.len()).unwrap_or(u32::MAX)
    }
}

/// The end of the block that holds now, if one does.
///
/// A block that ends further away than any block can was set by a clock that ran ahead, or under settings that have
/// been made milder since; it counts as over, or one wrong clock would shut a person out for years.
fn block_at(blocked_until: Option<UnixTime>, now: UnixTime, settings: &LockoutSettings) -> Option<UnixTime> {
    blocked_until.filter(|&until| now < until && until.since(now) <= longest(settings))
}

/// Takes out the end of a block that lies ahead and does not hold, so that nothing is counted from it any more.
fn past(blocked_until: Option<UnixTime>, now: UnixTime) -> Option<UnixTime> {
    blocked_until.filter(|&until| until <= now)
}

/// 1 for the first block, then 2, 4, 8 … times its length, up to the longest.
fn block_length(level: u32, settings: &LockoutSettings) -> Duration {
    let first = Duration::from_secs(settings.first_block_seconds.into());
    first.saturating_mul(1 << level.min(31)).min(longest(settings))
}

fn longest(settings: &LockoutSettings) -> Duration {
    Duration::from_secs(settings.longest_block_seconds.into())
}

fn is_forgotten(at: UnixTime, now: UnixTime, settings: &LockoutSettings) -> bool {
    now.since(at) >= Duration::from_secs(settings.forget_after_seconds.into())
}

fn left(limit: u32, used: u32) -> u32 {
    limit.saturating_sub(used).max(1)
}
