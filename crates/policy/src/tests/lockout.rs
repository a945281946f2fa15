use super::NOW;
use crate::{Blocked, Lockout, LockoutSettings, MachineFailures, PersonLockout, Verdict};
use model::{MachineId, UnixTime};
use proptest::prelude::*;

fn settings() -> LockoutSettings {
    LockoutSettings::default()
}

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 16])
}

fn after(seconds: u64) -> UnixTime {
    UnixTime::from_secs(NOW.as_secs() + seconds)
}

/// The state after wrong codes in a row, one a second.
fn wrong_codes(mut state: Lockout, from: UnixTime, count: i64) -> Lockout {
    for i in 0..count {
        state = state.begin_attempt(from.shifted(i), &settings()).unwrap();
    }
    state
}

#[test]
fn the_fifth_wrong_code_blocks_for_a_quarter_of_an_hour() {
    let four = wrong_codes(Lockout::default(), NOW, 4);
    assert_eq!(four.verdict(after(4), &settings()), Verdict::Open { left: 1 });
    let five = four.begin_attempt(after(4), &settings()).unwrap();
    let until = after(4 + 900);
    assert_eq!(five.verdict(after(5), &settings()), Verdict::Blocked { until });
    assert_eq!(five.begin_attempt(after(5), &settings()), Err(Blocked { until }));
    assert_eq!(five.verdict(until.shifted(-1), &settings()), Verdict::Blocked { until });
    assert_eq!(five.verdict(until, &settings()), Verdict::Open { left: 5 });
}

#[test]
fn blocks_double_up_to_four_hours() {
    let (mut state, mut now) = (Lockout::default(), NOW);
    let mut minutes = Vec::new();
    for _ in 0..7 {
        state = wrong_codes(state, now, 5);
        now = now.shifted(5);
        let Verdict::Blocked { until } = state.verdict(now, &settings()) else { panic!("open after five") };
        minutes.push((until.since(now).as_secs() + 1) / 60);
        now = until;
    }
    assert_eq!(minutes, [15, 30, 60, 120, 240, 240, 240]);
}

#[test]
fn a_right_code_on_the_last_try_leaves_nothing_behind() {
    let counted = wrong_codes(Lockout::default(), NOW, 5);
    assert!(matches!(counted.verdict(after(5), &settings()), Verdict::Blocked { .. }));
    assert_eq!(counted.succeeded(), Lockout::default());
}

#[test]
fn a_day_without_a_wrong_code_forgets_the_earlier_ones() {
    let four = wrong_codes(Lockout::default(), NOW, 4);
    assert_eq!(four.verdict(after(3 + 86_399), &settings()), Verdict::Open { left: 1 });
    assert_eq!(four.verdict(after(3 + 86_400), &settings()), Verdict::Open { left: 5 });
    let next = four.begin_attempt(after(3 + 86_400), &settings()).unwrap();
    assert_eq!((next.failures, next.level), (1, 0));
}

#[test]
fn a_block_is_remembered_from_its_end_so_that_waiting_it_out_does_not_reset_the_doubling() {
    let quick = LockoutSettings { forget_after_seconds: 60, ..settings() };
    let blocked = wrong_codes(Lockout::default(), NOW, 5);
    let end = after(4 + 900);
    assert_eq!(blocked.begin_attempt(end.shifted(59), &quick).unwrap().level, 1);
    assert_eq!(blocked.begin_attempt(end.shifted(60), &quick).unwrap().level, 0);
}

#[test]
fn a_clock_that_ran_years_ahead_shuts_nobody_out_once_it_is_right_again() {
    let years_ahead = NOW.shifted(20 * 365 * 86_400);
    let blocked = wrong_codes(Lockout::default(), years_ahead, 5);
    assert_eq!(blocked.verdict(NOW, &settings()), Verdict::Open { left: 5 });
    let next = blocked.begin_attempt(NOW, &settings()).unwrap();
    assert_eq!((next.blocked_until, next.last_failure_at), (None, Some(NOW)));
}

#[test]
fn milder_settings_end_blocks_that_are_longer_than_they_allow() {
    let blocked = wrong_codes(Lockout::default(), NOW, 5);
    let milder = LockoutSettings { longest_block_seconds: 60, ..settings() };
    assert!(matches!(blocked.verdict(after(5), &settings()), Verdict::Blocked { .. }));
    assert!(matches!(blocked.verdict(after(5), &milder), Verdict::Open { .. }));
}

/// The state after one wrong code from each machine, one a second.
fn wrong_from(machines: &[u8]) -> PersonLockout {
    machines.iter().zip(0..).fold(PersonLockout::default(), |state, (&number, i)| {
        state.begin_attempt(machine(number), after(i), &settings()).unwrap()
    })
}

#[test]
fn five_wrong_codes_from_three_machines_block_the_person() {
    let open = |machines: &[u8]| match wrong_from(machines).verdict(after(10), &settings()) {
        Verdict::Open { left } => Some(left),
        Verdict::Blocked { .. } => None,
    };
    assert_eq!(open(&[]), Some(5));
    assert_eq!(open(&[1, 2, 3]), Some(2));
    assert_eq!(open(&[1, 1, 1, 1, 1, 1, 1, 2]), Some(1));
    assert_eq!(open(&[1, 1, 2, 2]), Some(1));
    let blocked = wrong_from(&[1, 1, 2, 2, 3]);
    let until = after(4 + 900);
    assert_eq!(blocked.verdict(after(5), &settings()), Verdict::Blocked { until });
    assert_eq!(blocked.begin_attempt(machine(9), after(5), &settings()), Err(Blocked { until }));
    assert_eq!(blocked.verdict(until, &settings()), Verdict::Open { left: 5 });
}

#[test]
fn a_right_code_forgives_its_own_machine_and_no_other() {
    let state = wrong_from(&[1, 1, 2, 2]).succeeded(machine(1));
    let left = MachineFailures { failures: 2, last_failure_at: after(3) };
    assert_eq!(state.machines, [(machine(2), left)].into());
}

#[test]
fn a_right_code_on_the_attempt_that_would_block_lifts_the_block() {
    let state = wrong_from(&[1, 1, 2, 2, 3]).succeeded(machine(3));
    assert_eq!(state.verdict(after(5), &settings()), Verdict::Open { left: 5 });
}

#[test]
fn wrong_codes_of_a_machine_are_forgotten_after_a_day() {
    let state = wrong_from(&[1, 1, 2, 2]);
    let next = state.begin_attempt(machine(3), after(86_400 + 2), &settings()).unwrap();
    assert_eq!(next.machines.keys().copied().collect::<Vec<_>>(), [machine(2), machine(3)]);
}

#[test]
fn blocks_of_a_person_double_too() {
    let (mut state, mut now) = (PersonLockout::default(), NOW);
    let mut minutes = Vec::new();
    for _ in 0..6 {
        for number in [1, 2, 3, 4, 5] {
            state = state.begin_attempt(machine(number), now, &settings()).unwrap();
        }
        let Verdict::Blocked { until } = state.verdict(now, &settings()) else { panic!("open after five") };
        minutes.push(until.since(now).as_secs() / 60);
        now = until;
    }
    assert_eq!(minutes, [15, 30, 60, 120, 240, 240]);
}

#[test]
fn states_survive_json() {
    let (pair, person) = (wrong_codes(Lockout::default(), NOW, 5), wrong_from(&[1, 2, 2]));
    assert_eq!(serde_json::from_str::<Lockout>(&serde_json::to_string(&pair).unwrap()).unwrap(), pair);
    assert_eq!(
        serde_json::from_str::<PersonLockout>(&serde_json::to_string(&person).unwrap()).unwrap(),
        person
    );
    assert_eq!(serde_json::from_str::<PersonLockout>("{}").unwrap(), PersonLockout::default());
}

fn is_open(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Open { left } if left >= 1)
}

/// One thing that happens: how the clock moves (also backwards), where, and whether the code is right.
type Step = (i64, u8, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(
        (prop_oneof![0_i64..30, -100_000_i64..200_000], 1_u8..6, prop::bool::weighted(0.1)),
        0..80,
    )
}

fn any_settings() -> impl Strategy<Value = LockoutSettings> {
    (1_u32..8, 1_u32..2000, 1_u32..20_000, 2_u32..5, 60_u32..100_000).prop_map(
        |(failures, first_block_seconds, longest_block_seconds, machines, forget_after_seconds)| {
            LockoutSettings {
                failures,
                first_block_seconds,
                longest_block_seconds,
                machines,
                forget_after_seconds,
            }
        },
    )
}

fn any_moment() -> impl Strategy<Value = Option<UnixTime>> {
    proptest::option::of(any::<u64>().prop_map(UnixTime::from_secs))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_sequence_blocks_a_pair_for_longer_than_the_longest_block(steps in steps(), settings in any_settings()) {
        let (mut state, mut now) = (Lockout::default(), NOW);
        for (move_by, _, right) in steps {
            now = now.shifted(move_by);
            match state.begin_attempt(now, &settings) {
                Ok(next) => state = if right { next.succeeded() } else { next },
                Err(blocked) => prop_assert!(now < blocked.until),
            }
            let longest = u64::from(settings.longest_block_seconds);
            if let Verdict::Blocked { until } = state.verdict(now, &settings) {
                prop_assert!(now < until && until.since(now).as_secs() <= longest);
            }
            prop_assert!(state.failures < settings.failures);
            let waited = now.shifted(longest as i64);
            prop_assert!(is_open(state.verdict(waited, &settings)));
        }
    }

    #[test]
    fn no_stored_state_whatever_blocks_for_ever(
        failures: u32, level: u32, blocked_until in any_moment(), last_failure_at in any_moment(), now: u64,
        settings in any_settings(),
    ) {
        let (state, now) = (Lockout { failures, level, blocked_until, last_failure_at }, UnixTime::from_secs(now));
        let longest = u64::from(settings.longest_block_seconds);
        match state.begin_attempt(now, &settings) {
            Err(Blocked { until }) => prop_assert!(until.since(now).as_secs() <= longest),
            Ok(next) => {
                if let Verdict::Blocked { until } = next.verdict(now, &settings) {
                    prop_assert!(until.since(now).as_secs() <= longest);
                }
            }
        }
    }

    #[test]
    fn between_two_blocks_there_are_as_many_guesses_as_the_policy_says(
        gaps in proptest::collection::vec(0_i64..3000, 1..100),
    ) {
        let (mut state, mut now, mut tries) = (Lockout::default(), NOW, 0);
        for gap in gaps {
            now = now.shifted(gap);
            let Ok(next) = state.begin_attempt(now, &settings()) else { continue };
            state = next;
            tries += 1;
            prop_assert_eq!(is_open(state.verdict(now, &settings())), tries % 5 != 0);
        }
    }

    #[test]
    fn the_verdict_and_the_attempt_agree(steps in steps(), settings in any_settings()) {
        let (mut state, mut person, mut now) = (Lockout::default(), PersonLockout::default(), NOW);
        for (move_by, number, _) in steps {
            now = now.shifted(move_by);
            let open = is_open(state.verdict(now, &settings));
            prop_assert_eq!(state.begin_attempt(now, &settings).is_ok(), open);
            let open = is_open(person.verdict(now, &settings));
            prop_assert_eq!(person.begin_attempt(machine(number), now, &settings).is_ok(), open);
            state = state.begin_attempt(now, &settings).unwrap_or(state);
            person = person.begin_attempt(machine(number), now, &settings).unwrap_or(person);
        }
    }

    #[test]
    fn fewer_machines_than_the_policy_says_never_block_a_person_elsewhere(
        steps in steps(), settings in any_settings(),
    ) {
        let (mut state, mut now) = (PersonLockout::default(), NOW);
        for (move_by, number, right) in steps {
            now = now.shifted(move_by);
            let from = machine(number % (settings.machines as u8 - 1));
            let counted = state.begin_attempt(from, now, &settings);
            prop_assert!(counted.is_ok());
            state = counted.unwrap();
            if right {
                state = state.succeeded(from);
            }
            let verdict = state.verdict(now, &settings);
            prop_assert!(is_open(verdict), "{verdict:?}");
        }
    }

    #[test]
    fn a_persons_block_ends_and_their_state_stays_small(steps in steps(), settings in any_settings()) {
        let (mut state, mut now) = (PersonLockout::default(), NOW);
        for (move_by, number, right) in steps {
            now = now.shifted(move_by);
            if let Ok(next) = state.begin_attempt(machine(number), now, &settings) {
                state = if right { next.succeeded(machine(number)) } else { next };
            }
            let longest = u64::from(settings.longest_block_seconds);
            if let Verdict::Blocked { until } = state.verdict(now, &settings) {
                prop_assert!(now < until && until.since(now).as_secs() <= longest);
            }
            let waited = now.shifted(longest as i64);
            prop_assert!(is_open(state.verdict(waited, &settings)));
            prop_assert!(state.machines.len() < settings.machines.max(settings.failures) as usize);
        }
    }
}
