use super::{DOMAIN, NOW, policy, sid, stranger};
use crate::{
    Approval, Decision, EnrollmentCode, Facts, Lock, Needs, Password, Policy, Tokens, Verdict, decide,
    explain,
};
use model::{AuthorityClaim, Place, Reason, SignInKind, UnixTime};

const LATER: UnixTime = UnixTime::from_secs(NOW.as_secs() + 900);

const NEVER: &str = "ask = \"never\"";
const BREAK_GLASS: &str =
    "[[rules]]\nname = \"break-glass\"\nsids = [\"S-1-5-21-1-2-3-1001\"]\nask = \"never\"";

fn enrollment(value: &str) -> Policy {
    policy(&format!("[defaults]\nself_enrollment = {value}"))
}

fn enroll(needs: Needs) -> Decision {
    Decision::Enroll { rule: "default".into(), needs }
}

fn refused(reason: Reason) -> Decision {
    Decision::Refuse { reason, until: None, cause: reason }
}

fn refused_until(reason: Reason, until: UnixTime) -> Decision {
    Decision::Refuse { reason, until: Some(until), cause: reason }
}

fn not_needed(rule: &str) -> Decision {
    Decision::NotNeeded { rule: rule.into(), break_glass: false }
}

#[test]
fn by_default_a_stranger_enrolls_and_a_person_with_a_token_is_asked() {
    let open = Policy::default();
    assert_eq!(decide(&open, &stranger()), enroll(Needs::Nothing));
    let enrolled = Facts { tokens: Tokens::Active, ..stranger() };
    assert_eq!(decide(&open, &enrolled), Decision::AskCode { rule: "default".into() });
    let unproven = Facts { password: Password::Unproven, ..enrolled };
    assert_eq!(decide(&open, &unproven), Decision::AskCode { rule: "default".into() });
}

#[test]
fn the_first_rule_that_matches_wins() {
    let rules = policy(
        r#"
        [[rules]]
        name = "servers"
        groups = ["servers"]
        ask = "never"
        [[rules]]
        name = "remote"
        place = "remote"
        ask = "always"
        [[rules]]
        name = "unlock"
        kinds = ["unlock"]
        ask = "never"
        [[rules]]
        name = "kiosk people"
        sids = ["S-1-5-21-1-2-3-600", "S-1-5-21-1-2-3-513"]
        kinds = ["elevation"]
        ask = "never"
        "#,
    );
    let at = |group: &str, kind, place| {
        let mut facts = Facts { tokens: Tokens::Active, ..stranger() };
        facts.subject.machine.group = group.into();
        facts.subject.machine.kind = kind;
        facts.subject.machine.place = place;
        facts
    };
    use {Place::*, SignInKind::*};
    let ask = |rule: &str| Decision::AskCode { rule: rule.into() };
    assert_eq!(decide(&rules, &at("servers", Unlock, Remote)), not_needed("servers"));
    assert_eq!(decide(&rules, &at("office", Unlock, Remote)), ask("remote"));
    assert_eq!(decide(&rules, &at("office", Unlock, Console)), not_needed("unlock"));
    assert_eq!(decide(&rules, &at("office", SignIn, Console)), ask("default"));
    assert_eq!(decide(&rules, &at("office", Elevation, Console)), not_needed("kiosk people"));
    let mut outsider = at("office", Elevation, Console);
    outsider.subject.account_groups.clear();
    assert_eq!(decide(&rules, &outsider), ask("default"));
}

#[test]
fn a_disabled_or_blocked_person_is_refused_even_where_no_code_is_needed() {
    let disabled = Facts { person_disabled: true, tokens: Tokens::Active, ..stranger() };
    let here = Facts { lock: Lock::Here { until: LATER }, tokens: Tokens::Active, ..stranger() };
    let everywhere = Facts { lock: Lock::Everywhere { until: LATER }, ..here.clone() };
    for rules in [Policy::default(), policy(NEVER)] {
        assert_eq!(decide(&rules, &disabled), refused(Reason::PersonDisabled));
        assert_eq!(decide(&rules, &here), refused_until(Reason::Locked, LATER));
        assert_eq!(decide(&rules, &everywhere), refused_until(Reason::LockedEverywhere, LATER));
    }
    let both = Facts { person_disabled: true, ..here };
    assert_eq!(decide(&Policy::default(), &both), refused(Reason::PersonDisabled));
}

#[test]
fn break_glass_passes_whatever_the_state_of_the_person() {
    let worst = Facts {
        person_disabled: true,
        lock: Lock::Everywhere { until: LATER },
        tokens: Tokens::NoneActive,
        machine_suspended_until: Some(LATER),
        password: Password::Unproven,
        ..stranger()
    };
    let passed = Decision::NotNeeded { rule: "break-glass".into(), break_glass: true };
    assert_eq!(decide(&policy(BREAK_GLASS), &worst), passed);
}

#[test]
fn being_in_a_named_windows_group_is_no_break_glass() {
    let rules = policy(&BREAK_GLASS.replace("1001", "513"));
    assert_eq!(decide(&rules, &stranger()), not_needed("break-glass"));
    let disabled = Facts { person_disabled: true, ..stranger() };
    assert_eq!(decide(&rules, &disabled), refused(Reason::PersonDisabled));
}

#[test]
fn naming_an_account_in_an_always_rule_is_no_break_glass() {
    let rules = policy(&BREAK_GLASS.replace("never", "always"));
    assert_eq!(
        decide(&rules, &Facts { tokens: Tokens::Active, ..stranger() }),
        Decision::AskCode { rule: "break-glass".into() }
    );
}

#[test]
fn a_machine_learns_nothing_about_a_person_it_may_not_speak_for() {
    let rules = policy("[groups.office]\ndomains = []");
    for facts in [
        stranger(),
        Facts { person_disabled: true, ..stranger() },
        Facts { lock: Lock::Here { until: LATER }, ..stranger() },
        Facts { tokens: Tokens::Active, ..stranger() },
    ] {
        assert_eq!(decide(&rules, &facts), refused(Reason::AccountNotAllowed));
    }
    let local = Facts { authority: AuthorityClaim::ThisMachine, ..stranger() };
    assert_eq!(decide(&rules, &local), enroll(Needs::Nothing));
    let not_asked = policy("ask = \"never\"\n[groups.office]\ndomains = []");
    assert_eq!(decide(&not_asked, &stranger()), not_needed("default"));
}

#[test]
fn a_suspended_machine_is_refused_until_the_suspension_ends() {
    let facts = |until| Facts { machine_suspended_until: Some(until), ..stranger() };
    assert_eq!(decide(&Policy::default(), &facts(LATER)), refused_until(Reason::MachineSuspended, LATER));
    assert_eq!(decide(&Policy::default(), &facts(NOW)), enroll(Needs::Nothing));
}

#[test]
fn nobody_enrolls_around_tokens_that_are_disabled() {
    let facts = Facts {
        tokens: Tokens::NoneActive,
        enrollment_code: EnrollmentCode::Right,
        approval: Approval::Granted,
        ..stranger()
    };
    assert_eq!(decide(&Policy::default(), &facts), refused(Reason::TokenDisabled));
}

#[test]
fn nothing_is_enrolled_on_an_unproven_password() {
    for mode in ["\"open\"", "\"with_code\"", "\"after_approval\"", "{ within_days_of_first_seen = 9 }"] {
        let facts = Facts {
            password: Password::Unproven,
            enrollment_code: EnrollmentCode::Right,
            approval: Approval::Granted,
            ..stranger()
        };
        assert_eq!(decide(&enrollment(mode), &facts), refused(Reason::PasswordUnproven), "{mode}");
    }
}

#[test]
fn the_password_alone_is_enough_until_the_date_and_no_longer() {
    let rules = policy("[defaults]\nunproven_first_signin = { password_only_until = 2026-11-24T06:40:00Z }");
    let at = |now| Facts { password: Password::Unproven, now, ..stranger() };
    assert_eq!(decide(&rules, &at(NOW.shifted(-1))), Decision::PasswordOnly { until: NOW });
    assert_eq!(decide(&rules, &at(NOW)), refused(Reason::PasswordUnproven));
    assert_eq!(decide(&rules, &Facts { now: NOW.shifted(-1), ..stranger() }), enroll(Needs::Nothing));
}

#[test]
fn before_the_password_is_proven_a_refusal_tells_nothing_about_the_person() {
    let unproven = Facts { password: Password::Unproven, ..stranger() };
    for (facts, cause) in [
        (Facts { person_disabled: true, ..unproven.clone() }, Reason::PersonDisabled),
        (Facts { lock: Lock::Here { until: LATER }, ..unproven.clone() }, Reason::Locked),
        (Facts { lock: Lock::Everywhere { until: LATER }, ..unproven.clone() }, Reason::LockedEverywhere),
        (Facts { tokens: Tokens::NoneActive, ..unproven }, Reason::TokenDisabled),
    ] {
        assert_eq!(
            decide(&Policy::default(), &facts),
            Decision::Refuse { reason: Reason::SignInFailed, until: None, cause }
        );
    }
}

#[test]
fn enrollment_that_is_off_is_refused() {
    assert_eq!(decide(&enrollment("\"off\""), &stranger()), refused(Reason::EnrollmentOff));
}

#[test]
fn enrollment_open_until_a_date_is_over_at_that_moment() {
    let rules = enrollment("{ open_until = 2026-11-24T06:40:00Z }");
    let before = Facts { now: NOW.shifted(-1), ..stranger() };
    assert_eq!(decide(&rules, &before), enroll(Needs::Nothing));
    assert_eq!(decide(&rules, &stranger()), refused(Reason::EnrollmentOver));
}

#[test]
fn days_count_from_when_the_person_was_first_seen() {
    let rules = enrollment("{ within_days_of_first_seen = 2 }");
    let first_seen = |ago: i64| Facts { first_seen_at: Some(NOW.shifted(-ago)), ..stranger() };
    assert_eq!(decide(&rules, &stranger()), enroll(Needs::Nothing));
    assert_eq!(decide(&rules, &first_seen(2 * 86_400 - 1)), enroll(Needs::Nothing));
    assert_eq!(decide(&rules, &first_seen(2 * 86_400)), refused(Reason::EnrollmentOver));
}

#[test]
fn with_code_asks_for_a_code_before_anything_is_shown() {
    let rules = enrollment("\"with_code\"");
    let with = |enrollment_code| Facts { enrollment_code, new_people_today: 99, ..stranger() };
    assert_eq!(decide(&rules, &with(EnrollmentCode::NotGiven)), enroll(Needs::Code));
    assert_eq!(decide(&rules, &with(EnrollmentCode::Right)), enroll(Needs::Nothing));
    assert_eq!(decide(&rules, &with(EnrollmentCode::Wrong)), refused(Reason::EnrollmentCodeWrong));
}

#[test]
fn an_enrollment_code_opens_every_mode_and_a_wrong_one_none() {
    for mode in ["\"off\"", "\"open\"", "{ open_until = 2020-01-01 }", "\"with_code\"", "\"after_approval\""]
    {
        let with = |enrollment_code| Facts { enrollment_code, ..stranger() };
        assert_eq!(decide(&enrollment(mode), &with(EnrollmentCode::Right)), enroll(Needs::Nothing), "{mode}");
        assert_eq!(
            decide(&enrollment(mode), &with(EnrollmentCode::Wrong)),
            refused(Reason::EnrollmentCodeWrong),
            "{mode}"
        );
    }
}

#[test]
fn enrollment_after_approval_waits_for_the_administrators_word() {
    let rules = enrollment("\"after_approval\"");
    let with = |approval| Facts { approval, ..stranger() };
    assert_eq!(decide(&rules, &with(Approval::None)), Decision::WaitForApproval);
    assert_eq!(decide(&rules, &with(Approval::Requested)), Decision::WaitForApproval);
    assert_eq!(decide(&rules, &with(Approval::Granted)), enroll(Needs::Nothing));
    assert_eq!(decide(&rules, &with(Approval::Denied)), refused(Reason::ApprovalDenied));
}

#[test]
fn a_machine_brings_so_many_new_people_a_day_and_no_more() {
    let with = |new_people_today| Facts { new_people_today, ..stranger() };
    for mode in ["\"open\"", "{ open_until = 2027-01-31 }", "{ within_days_of_first_seen = 9 }"] {
        assert_eq!(decide(&enrollment(mode), &with(9)), enroll(Needs::Nothing), "{mode}");
        assert_eq!(decide(&enrollment(mode), &with(10)), refused(Reason::EnrollmentLimit), "{mode}");
    }
    // Requests for approval are limited too, or a hostile machine could bury the administrator in them.
    let after_approval = enrollment("\"after_approval\"");
    assert_eq!(decide(&after_approval, &with(10)), refused(Reason::EnrollmentLimit));
    let granted = Facts { approval: Approval::Granted, ..with(10) };
    assert_eq!(decide(&after_approval, &granted), enroll(Needs::Nothing));
    // Somebody with a token is no new person.
    let enrolled = Facts { tokens: Tokens::Active, ..with(10) };
    assert!(matches!(decide(&Policy::default(), &enrolled), Decision::AskCode { .. }));
}

#[test]
fn a_block_everywhere_outranks_one_here() {
    let (open, blocked) = (Verdict::Open { left: 1 }, Verdict::Blocked { until: LATER });
    assert_eq!(Lock::of(open, open), Lock::Open);
    assert_eq!(Lock::of(blocked, open), Lock::Here { until: LATER });
    assert_eq!(Lock::of(open, blocked), Lock::Everywhere { until: LATER });
    assert_eq!(Lock::of(blocked, Verdict::Blocked { until: NOW }), Lock::Everywhere { until: NOW });
}

#[test]
fn an_explanation_tells_every_rule_looked_at_and_serializes() {
    let rules = policy(
        r#"
        [[rules]]
        name = "servers"
        groups = ["servers"]
        ask = "never"
        [[rules]]
        name = "operators"
        sids = ["S-1-5-21-1-2-3-777"]
        ask = "never"
        [[rules]]
        name = "domain"
        sids = ["S-1-5-21-1-2-3-513"]
        ask = "always"
        [[rules]]
        name = "never reached"
        ask = "never"
        "#,
    );
    let facts = stranger();
    assert_eq!(facts.authority, AuthorityClaim::Domain(sid(DOMAIN)));
    let explanation = explain(&rules, &facts);
    assert_eq!(
        serde_json::to_value(&explanation).unwrap(),
        serde_json::json!({
            "decision": "enroll",
            "rule": "domain",
            "needs": "nothing",
            "lines": [
                "rule \"servers\" does not match: it is for other machine groups",
                "rule \"operators\" does not match: it names neither the account nor a group the account is in",
                "rule \"domain\" matches: the account is in S-1-5-21-1-2-3-513",
                "a code is needed, and the person has no token",
                "self-enrollment is open",
            ],
        })
    );
}
