use super::*;
use crate::{hotp, totp};
use model::Secret;
use proptest::prelude::*;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn seed() -> Seed {
    Seed::new(Secret::from_text("12345678901234567890".into())).unwrap()
}

fn check(seed: &Seed) -> TotpCheck<'_> {
    TotpCheck {
        seed,
        algorithm: Algorithm::Sha1,
        digits: Digits::SIX,
        period: Period::DEFAULT,
        window: Window::default(),
        drift: Drift::NONE,
        last_step: None,
    }
}

fn present() -> TimeStep {
    TimeStep::at(NOW, Period::DEFAULT)
}

fn code(seed: &Seed, offset: i64) -> Code {
    totp(seed, Algorithm::Sha1, Digits::SIX, present().shifted(offset).unwrap())
}

fn accepted(offset: i64) -> Verdict {
    Verdict::Accepted { step: present().shifted(offset).unwrap(), drift: Drift::from_steps(offset) }
}

#[test]
fn the_window_is_exactly_as_wide_as_asked_for() {
    let seed = seed();
    for (before, after) in [(0, 0), (1, 1), (0, 3), (3, 0), (2, 5)] {
        let check = TotpCheck { window: Window { before, after }, ..check(&seed) };
        for offset in -9..=9 {
            let expected = if (-i64::from(before)..=i64::from(after)).contains(&offset) {
                accepted(offset)
            } else {
                Verdict::Wrong
            };
            assert_eq!(check.verify(&code(&seed, offset), NOW), expected, "{before} {after} {offset}");
        }
    }
}

#[test]
fn drift_moves_the_window_and_the_undrifted_one_stays() {
    let seed = seed();
    for drift in [-10i64, -2, 4, 10] {
        let check = TotpCheck { drift: Drift::from_steps(drift), ..check(&seed) };
        for offset in -15..=15i64 {
            let within = (offset - drift).abs() <= 1 || offset.abs() <= 1;
            let expected = if within { accepted(offset) } else { Verdict::Wrong };
            assert_eq!(check.verify(&code(&seed, offset), NOW), expected, "{drift} {offset}");
        }
    }
}

#[test]
fn a_right_code_of_a_step_not_after_the_last_is_used() {
    let seed = seed();
    let check = TotpCheck { last_step: Some(present()), ..check(&seed) };
    assert_eq!(check.verify(&code(&seed, -1), NOW), Verdict::Used);
    assert_eq!(check.verify(&code(&seed, 0), NOW), Verdict::Used);
    assert_eq!(check.verify(&code(&seed, 1), NOW), accepted(1));
    assert_eq!(check.verify(&code(&seed, 2), NOW), Verdict::Wrong);
}

#[test]
fn a_code_with_another_number_of_digits_is_wrong_even_with_the_same_value() {
    let seed = seed();
    let right = code(&seed, 0);
    let padded: Code = format!("0{}", right.expose()).parse().unwrap();
    assert_eq!(check(&seed).verify(&right, NOW), accepted(0));
    assert_eq!(check(&seed).verify(&padded, NOW), Verdict::Wrong);
}

#[test]
fn of_two_steps_with_the_same_code_the_latest_counts() {
    let seed = seed();
    let window = Window { before: 255, after: 255 };
    // Among 511 six-digit codes a pair is likely within a few tries.
    let (now, first, second) = (0..)
        .map(|round| UnixTime::from_secs(NOW.as_secs() + round * 30 * 511))
        .find_map(|now| {
            let center = TimeStep::at(now, Period::DEFAULT);
            let mut seen = std::collections::HashMap::new();
            (-255..=255).find_map(|offset| {
                let step = center.shifted(offset)?;
                let text = totp(&seed, Algorithm::Sha1, Digits::SIX, step).expose().to_owned();
                seen.insert(text, step).map(|first| (now, first, step))
            })
        })
        .unwrap();
    let code = totp(&seed, Algorithm::Sha1, Digits::SIX, first);
    for last_step in [None, Some(first)] {
        let check = TotpCheck { window, last_step, ..check(&seed) };
        let Verdict::Accepted { step, .. } = check.verify(&code, now) else { panic!("not accepted") };
        assert!(step >= second, "{first:?} {second:?} {step:?}");
    }
    let check =
        TotpCheck { window, last_step: TimeStep::at(now, Period::DEFAULT).shifted(255), ..check(&seed) };
    assert_eq!(check.verify(&code, now), Verdict::Used);
}

#[test]
fn the_ends_of_time_are_no_special_case() {
    let seed = seed();
    let zero = totp(&seed, Algorithm::Sha1, Digits::SIX, TimeStep::from_number(0));
    let verdict = check(&seed).verify(&zero, UnixTime::from_secs(0));
    assert_eq!(verdict, Verdict::Accepted { step: TimeStep::from_number(0), drift: Drift::NONE });
    let used = TotpCheck { last_step: Some(TimeStep::from_number(0)), ..check(&seed) };
    assert_eq!(used.verify(&zero, UnixTime::from_secs(0)), Verdict::Used);

    let second = Period::from_secs(1).unwrap();
    let end = TimeStep::from_number(u64::MAX);
    let last = totp(&seed, Algorithm::Sha1, Digits::SIX, end);
    for drift in [Drift::NONE, Drift::from_steps(i64::MAX), Drift::from_steps(i64::MIN)] {
        let check = TotpCheck { period: second, drift, ..check(&seed) };
        let verdict = check.verify(&last, UnixTime::from_secs(u64::MAX));
        assert_eq!(verdict, Verdict::Accepted { step: end, drift: Drift::NONE });
    }
}

fn hotp_check(seed: &Seed, next: u64) -> HotpCheck<'_> {
    HotpCheck {
        seed,
        algorithm: Algorithm::Sha1,
        digits: Digits::SIX,
        next: Counter::new(next),
        look_ahead: 3,
        look_behind: 2,
    }
}

#[test]
fn a_counter_within_the_look_ahead_is_accepted_and_one_behind_is_used() {
    let seed = seed();
    for counter in 0..20 {
        let code = hotp(&seed, Algorithm::Sha1, Digits::SIX, Counter::new(counter));
        let expected = match counter {
            10..=13 => HotpVerdict::Accepted { counter: Counter::new(counter) },
            8 | 9 => HotpVerdict::Used,
            _ => HotpVerdict::Wrong,
        };
        assert_eq!(hotp_check(&seed, 10).verify(&code), expected, "{counter}");
    }
}

#[test]
fn of_two_counters_with_the_same_code_the_nearest_counts() {
    let seed = seed();
    let at = |value| hotp(&seed, Algorithm::Sha1, Digits::SIX, Counter::new(value));
    let (first, second) = (0..)
        .find_map(|round| {
            let mut seen = std::collections::HashMap::new();
            let mut counters = (0..=255).map(|distance| round * 256 + distance);
            counters.find_map(|counter| {
                seen.insert(at(counter).expose().to_owned(), counter).map(|first| (first, counter))
            })
        })
        .unwrap();
    for (next, expected) in [(first, first), (first + 1, second)] {
        let check = HotpCheck { look_ahead: 255, ..hotp_check(&seed, next) };
        assert_eq!(check.verify(&at(first)), HotpVerdict::Accepted { counter: Counter::new(expected) });
    }
}

#[test]
fn the_ends_of_the_counter_are_no_special_case() {
    let seed = seed();
    let at = |value| hotp(&seed, Algorithm::Sha1, Digits::SIX, Counter::new(value));
    assert_eq!(hotp_check(&seed, 0).verify(&at(0)), HotpVerdict::Accepted { counter: Counter::new(0) });
    let last = u64::MAX - 1;
    assert_eq!(
        hotp_check(&seed, last).verify(&at(last)),
        HotpVerdict::Accepted { counter: Counter::new(last) }
    );
    assert_eq!(hotp_check(&seed, last).verify(&at(u64::MAX)), HotpVerdict::Wrong);
    assert_eq!(hotp_check(&seed, u64::MAX).verify(&at(last)), HotpVerdict::Used);
}

proptest! {
    #[test]
    fn no_step_is_ever_accepted_twice(
        period in 1u32..40,
        before in 0u8..4,
        after in 0u8..4,
        // Clocks jump both ways on server and token, and codes are typed again and again.
        tries in prop::collection::vec((-90i64..120, -6i64..6), 1..60),
    ) {
        let seed = seed();
        let period = Period::from_secs(period).unwrap();
        let (mut now, mut drift, mut last_step) = (NOW, Drift::NONE, None);
        for (jump, token_ahead) in tries {
            now = now.shifted(jump);
            let shown = TimeStep::at(now, period).shifted(token_ahead).unwrap();
            let code = totp(&seed, Algorithm::Sha1, Digits::SIX, shown);
            let check = TotpCheck { period, window: Window { before, after }, drift, last_step, ..check(&seed) };
            if let Verdict::Accepted { step, drift: new } = check.verify(&code, now) {
                prop_assert!(last_step.is_none_or(|last| step > last));
                prop_assert_eq!(&totp(&seed, Algorithm::Sha1, Digits::SIX, step), &code);
                prop_assert_eq!(TimeStep::at(now, period).shifted(new.steps()), Some(step));
                (drift, last_step) = (new, Some(step));
                let again = TotpCheck { period, window: Window { before, after }, drift, last_step, ..check };
                prop_assert_eq!(again.verify(&code, now), Verdict::Used);
            }
        }
    }

    #[test]
    fn no_counter_is_ever_accepted_twice(start: u64, presses in prop::collection::vec(-5i64..8, 1..60)) {
        let seed = seed();
        let mut next = Counter::new(start);
        for press in presses {
            let Some(shown) = next.value().checked_add_signed(press) else { continue };
            let code = hotp(&seed, Algorithm::Sha1, Digits::SIX, Counter::new(shown));
            if let HotpVerdict::Accepted { counter } = hotp_check(&seed, next.value()).verify(&code) {
                prop_assert!(counter >= next);
                next = counter.next().unwrap();
                prop_assert_eq!(hotp_check(&seed, next.value()).verify(&code), HotpVerdict::Used);
            }
        }
    }

    #[test]
    fn a_code_of_no_candidate_is_wrong(typed in 0u64..1_000_000, last in prop::option::of(-3i64..3)) {
        let seed = seed();
        let typed = Code::from_value(typed, Digits::SIX);
        let right = (-1..=1).any(|offset| code(&seed, offset) == typed);
        let last_step = last.and_then(|offset| present().shifted(offset));
        let verdict = TotpCheck { last_step, ..check(&seed) }.verify(&typed, NOW);
        prop_assert_eq!(verdict != Verdict::Wrong, right);
    }
}
