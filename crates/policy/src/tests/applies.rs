//! Provider and filter, agent and server answer the same question from different knowledge; these tests hold their
//! answers together.

use super::{NOW, machine, policy, sid};
use crate::{
    Applies, Approval, Ask, Decision, EnrollmentCode, Facts, Lock, MachineFacts, Password, Policy, Subject,
    Tokens, applies, decide, explain,
};
use model::{AuthorityClaim, Place, Reason, SignInKind, UnixTime};
use proptest::{prelude::*, sample::select};

#[test]
fn without_rules_the_default_holds_for_everybody() {
    assert_eq!(applies(&Policy::default(), &machine("office")), Applies::Always);
    assert_eq!(applies(&policy("ask = \"never\""), &machine("office")), Applies::Never);
}

#[test]
fn a_rule_about_accounts_makes_it_depend_on_the_account_only_if_it_differs() {
    let with = |sids_ask: &str, rest: &str| {
        policy(&format!(
            "[[rules]]\nname = \"a\"\nsids = [\"S-1-5-18\"]\nask = \"{sids_ask}\"\n\
             [[rules]]\nname = \"b\"\ngroups = [\"office\"]\nask = \"{rest}\""
        ))
    };
    assert_eq!(applies(&with("never", "always"), &machine("office")), Applies::Depends);
    assert_eq!(applies(&with("always", "never"), &machine("office")), Applies::Depends);
    assert_eq!(applies(&with("never", "never"), &machine("office")), Applies::Never);
    assert_eq!(applies(&with("always", "always"), &machine("office")), Applies::Always);
    assert_eq!(applies(&with("always", "never"), &machine("lab")), Applies::Always);
    assert_eq!(applies(&with("never", "never"), &machine("lab")), Applies::Depends);
}

#[test]
fn rules_behind_one_that_matches_everybody_have_no_say() {
    let rules = policy(
        "[[rules]]\nname = \"a\"\nask = \"never\"\n[[rules]]\nname = \"b\"\nsids = [\"S-1-5-18\"]\nask = \"always\"",
    );
    assert_eq!(applies(&rules, &machine("office")), Applies::Never);
}

const GROUPS: [&str; 3] = ["office", "servers", "lab"];
const SIDS: [&str; 4] = ["S-1-5-21-1-2-3-500", "S-1-5-21-1-2-3-1001", "S-1-5-32-544", "S-1-5-32-545"];

fn list(of: &'static [&'static str]) -> impl Strategy<Value = Option<Vec<&'static str>>> {
    proptest::option::of(proptest::sample::subsequence(of, 1..of.len()))
}

fn rule() -> impl Strategy<Value = String> {
    let kinds = list(&["sign_in", "unlock", "elevation"]);
    let place = proptest::option::of(select(&["console", "remote"][..]));
    (list(&GROUPS), list(&SIDS), kinds, place, select(&["always", "never"][..])).prop_map(
        |(groups, sids, kinds, place, ask)| {
            let mut text = format!("ask = \"{ask}\"\n");
            for (key, value) in [("groups", groups), ("sids", sids), ("kinds", kinds)] {
                text += &value.map_or_else(String::new, |value| format!("{key} = {value:?}\n"));
            }
            text + &place.map_or_else(String::new, |place| format!("place = \"{place}\"\n"))
        },
    )
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let modes = ["off", "open", "with_code", "after_approval"];
    (proptest::collection::vec(rule(), 0..6), select(&["always", "never"][..]), any::<bool>(), select(modes.to_vec()))
        .prop_map(|(rules, ask, local, mode)| {
            let mut text = format!(
                "ask = \"{ask}\"\n[defaults]\nself_enrollment = \"{mode}\"\n[groups.lab]\nlocal_accounts = {local}\n"
            );
            for (i, rule) in rules.iter().enumerate() {
                text += &format!("[[rules]]\nname = \"r{i}\"\n{rule}");
            }
            policy(&text)
        })
}

fn any_machine() -> impl Strategy<Value = MachineFacts> {
    (select(&GROUPS[..]), select(&SignInKind::ALL[..]), select(&Place::ALL[..]))
        .prop_map(|(group, kind, place)| MachineFacts { group: group.to_owned(), kind, place })
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let until = UnixTime::from_secs(NOW.as_secs() + 60);
    let accounts = (select(&SIDS[..2]), proptest::sample::subsequence(&SIDS[2..], 0..=2));
    let state = (
        select(vec![Password::Proven, Password::Unproven]),
        any::<bool>(),
        select(vec![Tokens::None, Tokens::Active, Tokens::NoneActive]),
        select(vec![Lock::Open, Lock::Here { until }, Lock::Everywhere { until }]),
        select(vec![EnrollmentCode::NotGiven, EnrollmentCode::Right, EnrollmentCode::Wrong]),
        select(vec![Approval::None, Approval::Requested, Approval::Granted, Approval::Denied]),
        proptest::option::of(Just(until)),
        0_u32..20,
    );
    (any_machine(), accounts, state).prop_map(|(machine, (account, groups), state)| {
        let (password, person_disabled, tokens, lock, enrollment_code, approval, suspended, new_people) =
            state;
        let account_groups = groups.into_iter().map(sid).collect();
        Facts {
            subject: Subject { machine, account: sid(account), account_groups, directory_groups: Vec::new() },
            authority: AuthorityClaim::ThisMachine,
            now: NOW,
            password,
            person_disabled,
            first_seen_at: None,
            tokens,
            lock,
            enrollment_code,
            approval,
            machine_suspended_until: suspended,
            new_people_today: new_people,
        }
    })
}

/// What is refused for the person's or the machine's sake, whether or not a code is needed.
fn is_refusal_of_person(decision: &Decision) -> bool {
    use Reason::{Locked, LockedEverywhere, PersonDisabled};
    matches!(decision, Decision::Refuse { cause: PersonDisabled | Locked | LockedEverywhere, .. })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_applies_to_everybody_holds_for_each(policy in any_policy(), facts in any_facts()) {
        let decision = decide(&policy, &facts);
        let passes = matches!(decision, Decision::NotNeeded { .. });
        match applies(&policy, &facts.subject.machine) {
            Applies::Always => prop_assert!(!passes, "{decision:?}"),
            Applies::Never => prop_assert!(passes || is_refusal_of_person(&decision), "{decision:?}"),
            Applies::Depends => {}
        }
    }

    #[test]
    fn the_agents_ruling_is_what_the_server_decides_by(policy in any_policy(), facts in any_facts()) {
        let ruling = policy.ruling(&facts.subject);
        let decision = decide(&policy, &facts);
        match &decision {
            Decision::NotNeeded { rule, break_glass } => {
                prop_assert_eq!((rule, *break_glass, Ask::Never), (&ruling.rule, ruling.break_glass, ruling.ask));
            }
            Decision::AskCode { rule } | Decision::Enroll { rule, .. } => {
                prop_assert_eq!((rule, Ask::Always), (&ruling.rule, ruling.ask));
            }
            Decision::WaitForApproval | Decision::PasswordOnly { .. } => prop_assert_eq!(ruling.ask, Ask::Always),
            Decision::Refuse { .. } => prop_assert!(ruling.ask == Ask::Always || is_refusal_of_person(&decision)),
        }
    }

    #[test]
    fn a_groups_share_decides_as_the_whole_policy(policy in any_policy(), facts in any_facts()) {
        let share = policy.for_group(&facts.subject.machine.group);
        prop_assert_eq!(explain(&share, &facts).decision, decide(&policy, &facts));
        prop_assert_eq!(applies(&share, &facts.subject.machine), applies(&policy, &facts.subject.machine));
        let sent: Policy = serde_json::from_str(&serde_json::to_string(&share).unwrap()).unwrap();
        prop_assert_eq!(sent, share);
    }

    #[test]
    fn explaining_changes_nothing_and_always_says_something(policy in any_policy(), facts in any_facts()) {
        let explanation = explain(&policy, &facts);
        prop_assert_eq!(&explanation.decision, &decide(&policy, &facts));
        prop_assert!(explanation.lines.len() >= 2, "{:?}", explanation.lines);
    }

    #[test]
    fn a_secret_is_shown_only_with_a_proven_password(policy in any_policy(), facts in any_facts()) {
        let enrolls = matches!(decide(&policy, &facts), Decision::Enroll { .. } | Decision::WaitForApproval);
        if enrolls {
            prop_assert_eq!(facts.password, Password::Proven);
        }
    }
}

fn of_the_directory(ask: &str, more: &str, rest: &str) -> Policy {
    policy(&format!(
        "ask = \"{rest}\"\n[[rules]]\nname = \"a\"\ndirectory_groups = [\"Finance\"]\nask = \"{ask}\"\n{more}"
    ))
}

#[test]
fn a_rule_about_a_group_of_the_directory_is_for_its_members() {
    let never = of_the_directory("never", "", "always");
    let mut facts = super::stranger();
    assert_eq!(never.ruling(&facts.subject).ask, Ask::Always);
    facts.subject.directory_groups = vec!["finance".into(), "S-1-5-21-1-2-3-1105".into()];
    assert_eq!(never.ruling(&facts.subject).ask, Ask::Never);
    assert!(!never.ruling(&facts.subject).break_glass);
    assert!(explain(&never, &facts).lines.iter().any(|line| line.contains("in Finance")));
    // Beside SIDs, both have to match.
    let both = of_the_directory("never", "sids = [\"S-1-5-32-544\"]\n", "always");
    assert_eq!(both.ruling(&facts.subject).ask, Ask::Always);
    facts.subject.account_groups.push(sid("S-1-5-32-544"));
    assert_eq!(both.ruling(&facts.subject).ask, Ask::Never);
    facts.subject.directory_groups.clear();
    assert_eq!(both.ruling(&facts.subject).ask, Ask::Always);
}

#[test]
fn a_machine_that_knows_no_directory_asks_the_server_and_lets_nobody_in_by_itself() {
    for more in ["", "sids = [\"S-1-5-32-545\"]\n"] {
        for (ask, rest) in [("never", "always"), ("always", "never")] {
            let whole = of_the_directory(ask, more, rest);
            let share = whole.for_group("office");
            // Nothing that an older agent could not read.
            assert!(!share.to_toml().unwrap().contains("directory"), "{}", share.to_toml().unwrap());
            assert_eq!(policy(&share.to_toml().unwrap()), share);
            for policy in [&whole, &share] {
                assert_eq!(applies(policy, &machine("office")), Applies::Depends, "{ask} {more}");
            }
            let mut subject = super::stranger().subject;
            subject.account_groups.push(sid("S-1-1-0"));
            for groups in [vec![], vec!["Finance".to_owned()]] {
                subject.directory_groups = groups;
                if whole.ruling(&subject).ask == Ask::Always {
                    assert_eq!(share.ruling(&subject).ask, Ask::Always, "{ask} {more}");
                }
            }
        }
    }
}
