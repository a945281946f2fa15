//! Judging a typed code.
//!
//! A verdict is arithmetic on what the caller read from storage. It becomes true only when the caller writes it down
//! in one conditional update; see [`TotpCheck::verify`] and [`HotpCheck::verify`].

use crate::{Algorithm, Code, Counter, Digits, Drift, Period, Seed, TimeStep, generate::Generator};
use model::UnixTime;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};

mod resync;
#[cfg(test)]
mod tests;

pub use resync::Resync;

/// How many steps before and after the expected one are accepted.
///
/// Each step more is one more code that a guess can hit. RFC 6238 §5.2 recommends at most one step for delay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// Steps before the expected one: slow typing, slow network, a token that is behind.
    pub before: u8,
    /// Steps after the expected one: a token that is ahead.
    pub after: u8,
}

impl Default for Window {
    /// One step either side.
    fn default() -> Self {
        Self { before: 1, after: 1 }
    }
}

/// What there is to know about a TOTP token in order to judge a code.
#[derive(Debug)]
pub struct TotpCheck<'a> {
    /// The seed.
    pub seed: &'a Seed,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The number of digits.
    pub digits: Digits,
    /// How long one code holds.
    pub period: Period,
    /// How far from the expected step is accepted.
    pub window: Window,
    /// What the last accepted code said about the token's clock.
    pub drift: Drift,
    /// The last step of which a code was accepted, or burnt by enrollment. `None` for a token never used.
    pub last_step: Option<TimeStep>,
}

/// The judgement on a TOTP code.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Right, and of a step later than the last accepted one.
    Accepted {
        /// The step: the new last step.
        step: TimeStep,
        /// The step minus that of `now`: the new drift.
        drift: Drift,
    },
    /// Right, but of a step not later than the last accepted one: this code, or a later one, has been used.
    Used,
    /// Not the code of any step within the window.
    Wrong,
}

impl TotpCheck<'_> {
    /// Judges a code at the time `now`.
    ///
    /// Accepted are the steps within the window around the step of `now` plus the drift and, when there is a drift,
    /// also those around the step of `now` itself: a phone whose clock was put right must not lock its owner out.
    /// When several steps have the same code the latest counts, so that the same digits are never accepted twice
    /// within one window.
    ///
    /// Every candidate is computed and compared in constant time; the time taken depends on the window and on whether
    /// there is a drift, not on which step matched or on how many digits were right.
    ///
    /// The caller must make it atomic, or two requests at the same moment both see `Accepted`: after `Accepted`, run
    /// `UPDATE … SET last_step = :step, drift = :drift WHERE id = :token AND (last_step IS NULL OR last_step < :step)`
    /// and sign the person in only if it changed one row. No row changed means [`Verdict::Used`]. The failure counter
    /// rises before this call (it is taken back on success), and the update is on disk before the answer leaves.
    pub fn verify(&self, code: &Code, now: UnixTime) -> Verdict {
        let generator = Generator::new(self.seed, self.algorithm, self.digits);
        let typed = code.value();
        let present = TimeStep::at(now, self.period);
        let expected = present.shifted(self.drift.steps());
        let also = (self.drift != Drift::NONE).then_some(present);
        let (before, after) = (i64::from(self.window.before), i64::from(self.window.after));

        let mut found = Choice::from(0);
        let mut latest = 0u64;
        for center in [expected, also].into_iter().flatten() {
            for step in (-before..=after).filter_map(|offset| center.shifted(offset)) {
                let hit = generator.value(step.number()).ct_eq(&typed);
                let later = !found | step.number().ct_gt(&latest);
                latest.conditional_assign(&step.number(), hit & later);
                found |= hit;
            }
        }
        // The number of digits is no secret; 012345 as seven digits is another number of the same value.
        if !bool::from(found) || code.digits() != self.digits {
            return Verdict::Wrong;
        }
        let step = TimeStep::from_number(latest);
        if self.last_step.is_some_and(|last| step <= last) {
            return Verdict::Used;
        }
        Verdict::Accepted { step, drift: Drift::from_steps(latest.wrapping_sub(present.number()) as i64) }
    }
}

/// What there is to know about a HOTP token in order to judge a code.
#[derive(Debug)]
pub struct HotpCheck<'a> {
    /// The seed.
    pub seed: &'a Seed,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The number of digits.
    pub digits: Digits,
    /// The counter of the next code expected: one more than the last accepted.
    pub next: Counter,
    /// How many codes after the next one are accepted: presses of the button that nobody typed (RFC 4226 §7.4).
    pub look_ahead: u8,
    /// How many codes before the next one are recognized as used, rather than called wrong.
    pub look_behind: u8,
}

/// The judgement on a HOTP code.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HotpVerdict {
    /// Right, and not used before.
    Accepted {
        /// The counter it was made from. The next one expected is [`Counter::next`] of it.
        counter: Counter,
    },
    /// The code of a counter before the next one expected: this code, or a later one, has been used.
    Used,
    /// Not the code of any counter that was tried.
    Wrong,
}

impl HotpCheck<'_> {
    /// Judges a code.
    ///
    /// When several counters have the same code the nearest counts: the furthest would put the token itself behind
    /// the counter that we expect. Every candidate is computed and compared in constant time.
    ///
    /// The caller must make it atomic: after `Accepted`, run
    /// `UPDATE … SET next = :counter + 1 WHERE id = :token AND next <= :counter` and sign the person in only if it
    /// changed one row. No row changed means [`HotpVerdict::Used`].
    pub fn verify(&self, code: &Code) -> HotpVerdict {
        let generator = Generator::new(self.seed, self.algorithm, self.digits);
        let typed = code.value();
        let next = self.next.value();

        let mut used = Choice::from(0);
        for distance in 1..=u64::from(self.look_behind) {
            if let Some(counter) = next.checked_sub(distance) {
                used |= generator.value(counter).ct_eq(&typed);
            }
        }
        let mut found = Choice::from(0);
        let mut nearest = 0u64;
        for distance in 0..=u64::from(self.look_ahead) {
            // The last counter is left out: nothing could be expected after it.
            if let Some(counter) = next.checked_add(distance).filter(|&counter| counter < u64::MAX) {
                let hit = generator.value(counter).ct_eq(&typed);
                nearest.conditional_assign(&counter, hit & !found);
                found |= hit;
            }
        }
        match (code.digits() == self.digits, bool::from(found), bool::from(used)) {
            (true, true, _) => HotpVerdict::Accepted { counter: Counter::new(nearest) },
            (true, false, true) => HotpVerdict::Used,
            _ => HotpVerdict::Wrong,
        }
    }
}
