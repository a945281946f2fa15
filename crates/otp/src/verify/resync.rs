use crate::{Algorithm, Code, Counter, Digits, Drift, Period, Seed, TimeStep, generate::Generator};
use model::UnixTime;

/// Two codes that a token showed one after the other, to find its counter or its clock again (RFC 4226 §7.4, RFC 6238 §6).
///
/// Of one code with six digits a window of a thousand would take a guess in a thousand; of two in a row, one in a thousand
/// millions.
#[derive(Debug)]
pub struct Resync<'a> {
    /// The seed.
    pub seed: &'a Seed,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The number of digits.
    pub digits: Digits,
    /// The code that was shown first.
    pub first: &'a Code,
    /// The one after it.
    pub second: &'a Code,
}

impl Resync<'_> {
    /// The counter of the second code, where the first is one from `next` on, at most so many ahead. The nearest, if
    /// there are several.
    ///
    /// The caller must make it atomic, as after [`HotpCheck::verify`](crate::HotpCheck::verify): the counter is used up by
    /// one conditional update.
    pub fn hotp(&self, next: Counter, look_ahead: u32) -> Option<Counter> {
        let from = next.value();
        // The last counter is left out: nothing could be expected after it.
        let until = from.saturating_add(u64::from(look_ahead)).min(u64::MAX - 2);
        self.pair((from..=until).collect()).map(Counter::new)
    }

    /// The step of the second code and how far the clock of the token is off, where the first is one of so many steps before
    /// and after the present, and later than the last one used. The one nearest to the present, if there are several.
    ///
    /// The second code is taken to be shown at `now`. The caller must make it atomic, as after
    /// [`TotpCheck::verify`](crate::TotpCheck::verify).
    pub fn totp(
        &self,
        period: Period,
        now: UnixTime,
        around: u32,
        last_step: Option<TimeStep>,
    ) -> Option<(TimeStep, Drift)> {
        let present = TimeStep::at(now, period).number();
        let least = last_step.map_or(0, |last| last.number().saturating_add(1));
        let mut firsts: Vec<u64> = Vec::new();
        for distance in 0..=u64::from(around) {
            firsts.extend(present.checked_sub(distance));
            firsts.extend((distance > 0).then(|| present.checked_add(distance)).flatten());
        }
        firsts.retain(|first| (least..u64::MAX).contains(first));
        let second = self.pair(firsts)?;
        let drift = Drift::from_steps(second.wrapping_sub(present) as i64);
        Some((TimeStep::from_number(second), drift))
    }

    /// The number after the first of these whose code is the first, and whose next one has the second.
    fn pair(&self, firsts: Vec<u64>) -> Option<u64> {
        if self.first.digits() != self.digits || self.second.digits() != self.digits {
            return None;
        }
        let generator = Generator::new(self.seed, self.algorithm, self.digits);
        let (first, second) = (self.first.value(), self.second.value());
        // Not in constant time: somebody with one right code learns how far it is off, and knows that anyway.
        let fits = |&number: &u64| {
            generator.value(number) == first && generator.value(number.saturating_add(1)) == second
        };
        firsts.into_iter().find(fits).map(|number| number.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hotp, totp};
    use model::Secret;

    fn seed() -> Seed {
        Seed::new(Secret::from_text("12345678901234567890".into())).unwrap()
    }

    fn code(counter: u64) -> Code {
        hotp(&seed(), Algorithm::Sha1, Digits::SIX, Counter::new(counter))
    }

    fn found(next: u64, ahead: u32, first: &Code, second: &Code) -> Option<u64> {
        let resync = Resync { seed: &seed(), algorithm: Algorithm::Sha1, digits: Digits::SIX, first, second };
        resync.hotp(Counter::new(next), ahead).map(Counter::value)
    }

    #[test]
    fn a_counter_is_found_by_two_codes_in_a_row_and_by_nothing_less() {
        assert_eq!(found(0, 1000, &code(700), &code(701)), Some(701));
        assert_eq!(found(700, 1000, &code(700), &code(701)), Some(701));
        for (next, ahead, first, second) in [
            (0, 1000, 700, 702),
            (0, 1000, 701, 700),
            (0, 1000, 700, 700),
            (701, 1000, 700, 701),
            (0, 699, 700, 701),
        ] {
            assert_eq!(
                found(next, ahead, &code(first), &code(second)),
                None,
                "{next} {ahead} {first} {second}"
            );
        }
        let eight = hotp(&seed(), Algorithm::Sha1, Digits::EIGHT, Counter::new(701));
        assert_eq!(found(0, 1000, &code(700), &eight), None);
        assert_eq!(found(u64::MAX - 3, u32::MAX, &code(1), &code(2)), None);
    }

    #[test]
    fn a_clock_is_found_by_two_codes_in_a_row_before_and_after_the_present() {
        let (now, period, seed) = (UnixTime::from_secs(3_000_000), Period::DEFAULT, seed());
        let shown = |step: u64| totp(&seed, Algorithm::Sha1, Digits::SIX, TimeStep::from_number(step));
        let present = TimeStep::at(now, period).number();
        let look = |first: u64, second: u64, around, last: Option<u64>| {
            let (first, second) = (&shown(first), &shown(second));
            let resync =
                Resync { seed: &seed, algorithm: Algorithm::Sha1, digits: Digits::SIX, first, second };
            resync.totp(period, now, around, last.map(TimeStep::from_number))
        };
        for off in [-900i64, -1, 0, 1, 900] {
            let second = present.checked_add_signed(off).unwrap();
            let expected = (TimeStep::from_number(second), Drift::from_steps(off));
            assert_eq!(look(second - 1, second, 1000, None), Some(expected), "{off}");
            assert_eq!(look(second - 1, second, 1000, Some(second - 2)), Some(expected), "{off}");
            // Used up.
            assert_eq!(look(second - 1, second, 1000, Some(second - 1)), None);
            assert_eq!(look(second, second - 1, 1000, None), None);
        }
        assert_eq!(look(present + 12, present + 13, 10, None), None);
    }
}
