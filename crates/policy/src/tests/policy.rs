use super::{NOW, policy, sid};
use crate::{
    Allowed, Ask, GroupSettings, LimitSettings, LockoutSettings, MAX_POLICY_BYTES, Policy, PolicyError,
    SelfEnrollment, TokenAlgorithm, TokenSettings, UnprovenFirstSignIn,
    check::{SECTIONS, full_name},
    keys::Accepts,
};
use model::{AuthorityClaim, Place, SignInKind};
use proptest::prelude::*;

const FULL: &str = r#"
ask = "never"
[[rules]]
name = "break-glass"
groups = ["servers", "office"]
sids = ["S-1-5-21-1-2-3-500"]
kinds = ["sign_in", "unlock"]
place = "console"
ask = "never"
[[rules]]
name = "the rest"
ask = "always"
[defaults]
issuer = "Example"
support = "extension 4711"
self_enrollment = { within_days_of_first_seen = 14 }
unproven_first_signin = { password_only_until = 2027-01-31 }
new_people_per_day = 30
local_accounts = false
domains = ["S-1-5-21-1-2-3"]
entra_tenants = []
offline_days = 3
trust_system_roots = true
[groups.servers]
self_enrollment = "with_code"
domains = "any"
entra_tenants = ["0F0E0D0C-0B0A-4908-8706-050403020100"]
[groups."the office"]
self_enrollment = { open_until = 2027-01-31T18:00:00+01:00 }
[tokens]
algorithm = "sha256"
digits = 8
period_seconds = 2
steps_before = 0
steps_after = 2
[lockout]
failures = 3
first_block_seconds = 10
longest_block_seconds = 40
machines = 2
forget_after_seconds = 60
[limits]
requests_per_minute = 60
enrollment_pending_seconds = 300
password_hold_seconds = 90
approval_seconds = 30
tokens_per_person = 2
"#;

fn error(text: &str) -> String {
    Policy::from_toml(text).unwrap_err().to_string()
}

#[test]
fn an_empty_document_is_the_default_policy() {
    assert_eq!(policy(""), Policy::default());
    assert_eq!(Policy::default().default_ask(), Ask::Always);
    assert_eq!(Policy::default().to_toml().unwrap(), "");
}

#[test]
fn every_key_is_read() {
    let read = policy(FULL);
    assert_eq!(read.default_ask(), Ask::Never);
    let rule = &read.rules()[0];
    assert_eq!((rule.name.as_str(), rule.place, rule.ask), ("break-glass", Some(Place::Console), Ask::Never));
    assert!(rule.kinds.as_ref().unwrap().contains(&SignInKind::Unlock));
    assert!(rule.sids.as_ref().unwrap().contains(&sid("S-1-5-21-1-2-3-500")));
    assert_eq!(read.rules()[1].groups, None);
    let tokens = TokenSettings {
        algorithm: TokenAlgorithm::Sha256,
        digits: 8,
        period_seconds: 2,
        steps_before: 0,
        steps_after: 2,
    };
    assert_eq!(read.tokens(), tokens);
    let lockout = LockoutSettings {
        failures: 3,
        first_block_seconds: 10,
        longest_block_seconds: 40,
        machines: 2,
        forget_after_seconds: 60,
    };
    assert_eq!(read.lockout(), lockout);
    let limits = LimitSettings {
        requests_per_minute: 60,
        enrollment_pending_seconds: 300,
        password_hold_seconds: 90,
        approval_seconds: 30,
        tokens_per_person: 2,
    };
    assert_eq!(read.limits(), limits);
    let unnamed = read.group("unnamed");
    assert_eq!((unnamed.issuer.as_str(), unnamed.support.as_str()), ("Example", "extension 4711"));
    assert_eq!((unnamed.new_people_per_day, unnamed.offline_days), (30, 3));
    assert_eq!((unnamed.local_accounts, unnamed.trust_system_roots), (false, true));
    assert_eq!(unnamed.entra_tenants, Allowed::Only([].into()));
    assert!(matches!(unnamed.self_enrollment, SelfEnrollment::WithinDaysOfFirstSeen(days)
        if days.duration().as_secs() == 14 * 86_400));
    assert!(matches!(unnamed.unproven_first_signin, UnprovenFirstSignIn::PasswordOnlyUntil(until)
        if until.end().to_string() == "2027-02-01T00:00:00Z"));
}

#[test]
fn a_group_overrides_key_by_key() {
    let read = policy(FULL);
    let (servers, rest) = (read.group("servers"), read.group("office"));
    assert_eq!(servers.self_enrollment, SelfEnrollment::WithCode);
    let others_same = GroupSettings {
        self_enrollment: rest.self_enrollment,
        domains: rest.domains.clone(),
        entra_tenants: rest.entra_tenants.clone(),
        ..servers
    };
    assert_eq!(others_same, rest);
    assert!(matches!(read.group("the office").self_enrollment, SelfEnrollment::OpenUntil(until)
        if until.end().to_string() == "2027-01-31T17:00:00Z"));
    assert_eq!(read.group_names().into_iter().collect::<Vec<_>>(), ["office", "servers", "the office"]);
}

#[test]
fn a_policy_survives_toml_and_json() {
    for text in ["", "[tokens]\ndigits = 6\n", FULL] {
        let read = policy(text);
        let written = read.to_toml().unwrap();
        assert_eq!(policy(&written), read, "{written}");
        assert_eq!(policy(&written).to_toml().unwrap(), written, "canonical text changes when read back");
        let json = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), read);
    }
    assert!(serde_json::from_str::<Policy>(r#""[lockout]\nfailures = 0""#).is_err());
}

#[test]
fn a_machines_share_names_no_other_group() {
    let share = policy(FULL).for_group("servers");
    assert!(share.group_names().is_empty());
    assert_eq!(share.group("whatever"), policy(FULL).group("servers"));
    assert_eq!(share.rules().len(), 2);
    assert_eq!(policy(FULL).for_group("lab").rules().len(), 1);
    assert!(!share.to_toml().unwrap().contains("office"));
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    for (text, expected) in [
        ("aks = \"never\"", "line 1: unknown key or word `aks`; did you mean `ask`?"),
        (
            "\n[lockout]\nfailurs = 3",
            "line 3: unknown key or word `lockout.failurs`; did you mean `lockout.failures`?",
        ),
        ("[lockuot]\nfailures = 3", "line 1: unknown key or word `lockuot`; did you mean `lockout`?"),
        ("issuer = \"x\"", "line 1: unknown key or word `issuer`; did you mean `defaults.issuer`?"),
        (
            "[groups.a]\n\n\ndomain = []",
            "line 4: unknown key or word `groups.a.domain`; did you mean `groups.a.domains`?",
        ),
        (
            "[[rules]]\nname = \"a\"\nask = \"alway\"",
            "line 3: unknown key or word `alway`; did you mean `always`?",
        ),
        (
            "[[rules]]\nname = \"a\"\nkind = []",
            "line 3: unknown key or word `rules.kind`; did you mean `rules.kinds`?",
        ),
        (
            "[defaults]\nself_enrollment = { open_untill = 2027-01-31 }",
            "line 2: unknown key or word `defaults.self_enrollment.open_untill`; did you mean `open_until`?",
        ),
        ("xyzzy = 1", "line 1: unknown key or word `xyzzy`"),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_its_line() {
    for (text, line, says) in [
        ("[lockout]\nfailures = 0", 2, "`lockout.failures` takes 1 to 100 wrong codes"),
        ("[lockout]\nfailures = 99999999999999999999", 2, "takes 1 to 100"),
        ("[limits]\npassword_hold_seconds = 181", 2, "takes 10 to 180 seconds"),
        ("[defaults]\nself_enrollment = { within_days_of_first_seen = 0 }", 2, "takes 1 to 3650 days"),
        ("[lockout]\nfailures = \"5\"", 2, "invalid type: string"),
        ("lockout = 5", 1, "expected a table"),
        ("rules = 5", 1, "expected a sequence"),
        ("[tokens]\ndigits =", 2, ""),
        ("[tokens]\ndigits = 6\ndigits = 6", 3, "duplicate key"),
        ("[[rules]]\nname = \"a\"\nask = \"never\"\ngroups = []", 4, "an empty list matches nobody"),
        (
            "[[rules]]\nname = \"a\"\nask = \"never\"\n[[rules]]\nname = \"a\"\nask = \"never\"",
            5,
            "another rule",
        ),
        ("[[rules]]\nname = \"default\"\nask = \"never\"", 2, "takes a text of"),
        ("[[rules]]\nname = \"a\\u202Eb\"\nask = \"never\"", 2, "takes a text of"),
        (
            "[[rules]]\nname = \"a\"\nask = \"never\"\nsids = [\"Administrators\"]",
            4,
            "not a security identifier",
        ),
        ("[[rules]]\nname = \"a\"\nask = \"never\"\nkinds = [\"login\"]", 4, "unknown variant"),
        ("[defaults]\nissuer = \"A:B\"", 2, "without `:`"),
        ("[defaults]\nissuer = \"Twenty-one characters\"", 2, "1 to 20 bytes"),
        ("[defaults]\ndomains = [\n\"S-1-5-21-1-2-3-500\"]", 3, "takes a list of domain SIDs"),
        ("[defaults]\ndomains = \"all\"", 2, "the word \"any\" or a list"),
        ("[defaults]\nentra_tenants = [\"contoso\"]", 2, "takes a list of tenant ids"),
        ("[defaults]\nself_enrollment = { open_until = 2027-01-31T18:00:00 }", 2, "needs an offset"),
        ("[defaults]\nself_enrollment = { open_until = \"2027-01-31\" }", 2, ""),
        ("[groups.\" a\"]\n", 1, "a group's name has"),
    ] {
        let message = error(text);
        assert!(
            message.starts_with(&format!("line {line}: ")) && message.contains(says),
            "{text}\n{message}"
        );
    }
    for text in ["[[rules]]\nask = \"never\"", "[[rules]]\nname = \"a\""] {
        assert!(error(text).contains("missing field"), "{text}");
    }
}

#[test]
fn both_ends_of_every_range_are_taken_and_nothing_beyond() {
    let mut numbers = 0;
    for section in SECTIONS.iter().filter(|section| section.path != "rules") {
        for key in section.keys {
            let Accepts::Number(min, max) = key.accepts else { continue };
            numbers += 1;
            let name = full_name(section.path, key.name);
            for good in [min, max] {
                assert!(Policy::from_toml(&format!("{name} = {good}")).is_ok(), "{name} = {good}");
            }
            for bad in [min - 1, max + 1] {
                let refused = Policy::from_toml(&format!("{name} = {bad}"));
                assert!(matches!(refused, Err(PolicyError::OutOfRange { .. })), "{name} = {bad}");
            }
        }
    }
    assert!(numbers >= 15, "only {numbers} keys have a range");
}

#[test]
fn every_word_of_every_key_is_taken() {
    for section in SECTIONS.iter().filter(|section| section.path != "rules") {
        for key in section.keys {
            let Accepts::OneOf(words, _) = key.accepts else { continue };
            for word in words {
                let text = format!("{} = \"{word}\"", full_name(section.path, key.name));
                assert!(Policy::from_toml(&text).is_ok(), "{text}");
            }
        }
    }
}

#[test]
fn a_text_beyond_the_size_limit_is_refused_unread() {
    let mut text = " ".repeat(MAX_POLICY_BYTES);
    assert!(Policy::from_toml(&text).is_ok());
    text.push(' ');
    assert_eq!(Policy::from_toml(&text), Err(PolicyError::TooLarge { bytes: MAX_POLICY_BYTES + 1 }));
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    for text in [
        format!("ask = {}", "[".repeat(100_000)),
        format!("ask = {}", "{a=".repeat(50_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[groups{}]\n", ".a".repeat(100_000)),
    ] {
        assert!(Policy::from_toml(&text).is_err());
    }
}

#[test]
fn a_machine_speaks_for_listed_authorities_only() {
    let tenant = |id: &str| AuthorityClaim::Entra(id.to_owned());
    let read = policy(FULL);
    let (servers, office) = (read.group("servers"), read.group("office"));
    assert!(!office.speaks_for(&AuthorityClaim::ThisMachine));
    assert!(office.speaks_for(&AuthorityClaim::Domain(sid("S-1-5-21-1-2-3"))));
    assert!(!office.speaks_for(&AuthorityClaim::Domain(sid("S-1-5-21-1-2-4"))));
    assert!(!office.speaks_for(&tenant("0f0e0d0c-0b0a-4908-8706-050403020100")));
    assert!(servers.speaks_for(&AuthorityClaim::Domain(sid("S-1-5-21-1-2-4"))));
    assert!(servers.speaks_for(&tenant("0f0e0d0c-0b0a-4908-8706-050403020100")));
    assert!(!servers.speaks_for(&tenant("0f0e0d0c-0b0a-4908-8706-050403020101")));
    assert!(!servers.speaks_for(&tenant("")));
    let default = Policy::default().group("office");
    for authority in [AuthorityClaim::ThisMachine, AuthorityClaim::Domain(sid("S-1-5-21-9-9-9")), tenant("x")]
    {
        assert!(default.speaks_for(&authority));
    }
}

#[test]
fn a_window_is_over_at_its_end_and_not_a_second_earlier() {
    let until: SelfEnrollment = toml::from_str::<std::collections::BTreeMap<String, SelfEnrollment>>(
        "a = { open_until = 2026-11-24T06:40:00Z }",
    )
    .unwrap()["a"];
    let SelfEnrollment::OpenUntil(until) = until else { panic!("{until:?}") };
    assert_eq!(until.end(), NOW);
    assert!(!until.lasts_at(NOW));
    assert!(until.lasts_at(NOW.shifted(-1)));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "(\\PC|[\\[\\]{}=.\"'\n#-]){0,200}") {
        let _ = Policy::from_toml(&text);
    }

    #[test]
    fn no_mutilated_policy_makes_the_parser_panic(
        cut in 0..FULL.len(), to in 0..FULL.len(), with in "[\\[\\]{}=.\"a0-]{0,3}",
    ) {
        let text = format!("{}{with}{}", &FULL[..cut.min(to)], &FULL[cut.max(to)..]);
        if let Ok(read) = Policy::from_toml(&text) {
            prop_assert_eq!(policy(&read.to_toml().unwrap()), read);
        }
    }
}
