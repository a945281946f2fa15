use crate::Period;
use model::UnixTime;

/// The number of whole periods since the epoch: what a TOTP code is made from (RFC 6238 §4.2, with T0 = 0).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TimeStep(u64);

impl TimeStep {
    /// The step that `now` falls into.
    pub const fn at(now: UnixTime, period: Period) -> Self {
        Self(now.as_secs() / period.as_secs() as u64)
    }

    /// The step with this number, as stored.
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number of the step, for storage.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The first second of the step; stays at the greatest time instead of wrapping.
    pub const fn starts_at(self, period: Period) -> UnixTime {
        UnixTime::from_secs(self.0.saturating_mul(period.as_secs() as u64))
    }

    /// The first second after the step; stays at the greatest time instead of wrapping.
    pub const fn ends_at(self, period: Period) -> UnixTime {
        Self(self.0.saturating_add(1)).starts_at(period)
    }

    /// The step so many steps later, or earlier when negative. `None` when there is no such step.
    pub const fn shifted(self, steps: i64) -> Option<Self> {
        match self.0.checked_add_signed(steps) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

/// How many steps a token's clock is ahead of ours (negative: behind), as its last accepted code showed
/// (RFC 6238 §6).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Drift(i64);

impl Drift {
    /// No difference.
    pub const NONE: Self = Self(0);

    /// A drift of so many steps.
    pub const fn from_steps(steps: i64) -> Self {
        Self(steps)
    }

    /// The drift in steps.
    pub const fn steps(self) -> i64 {
        self.0
    }
}

/// What a HOTP code is made from (RFC 4226 §5.1): grows by one with each press of the button.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Counter(u64);

impl Counter {
    /// The counter with this value.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The counter of the next code. `None` after the last of 2⁶⁴ codes.
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_holds_from_its_first_second_to_the_second_before_the_next() {
        let period = Period::DEFAULT;
        let step = TimeStep::at(UnixTime::from_secs(59), period);
        assert_eq!(step.number(), 1);
        assert_eq!((step.starts_at(period).as_secs(), step.ends_at(period).as_secs()), (30, 60));
        assert_eq!(TimeStep::at(step.ends_at(period), period).number(), 2);
    }

    #[test]
    fn steps_do_not_wrap() {
        assert_eq!(TimeStep::from_number(0).shifted(-1), None);
        assert_eq!(TimeStep::from_number(u64::MAX).shifted(1), None);
        assert_eq!(TimeStep::from_number(u64::MAX).ends_at(Period::DEFAULT), UnixTime::from_secs(u64::MAX));
        assert_eq!(Counter::new(u64::MAX).next(), None);
    }
}
