use super::*;

#[test]
fn a_name_that_cannot_be_is_refused_without_asking_windows() {
    for (name, reason) in [
        ("", Reason::FieldEmpty),
        ("  ", Reason::FieldEmpty),
        ("CORP\\", Reason::FieldEmpty),
        ("ma\u{202E}ra", Reason::NameUnusable),
        (&"a".repeat(257), Reason::InputTooLong),
    ] {
        let mut bench = Bench::new();
        bench.submit(typed_password(name, PASSWORD));
        bench.assert_first_view(Some(reason));
        assert!(bench.proof().is_none(), "{name:?}");
    }
}

#[test]
fn an_empty_password_is_for_windows_to_judge_and_a_huge_one_is_not() {
    let mut bench = Bench::new();
    bench.submit(typed_password("mara", &"x".repeat(1025)));
    bench.assert_first_view(Some(Reason::InputTooLong));
    bench.submit(Typed { user_name: Some("mara".into()), ..Typed::default() });
    bench.assert_first_view(Some(Reason::FieldEmpty));
    bench.submit(typed_password("mara", ""));
    assert!(bench.proof().is_some());
    bench.press(Command::Cancel).submit(typed_password("mara", &"x".repeat(1024)));
    assert!(bench.proof().is_some());
}

#[test]
fn while_windows_is_asked_the_view_is_busy_and_takes_no_second_password() {
    let mut bench = Bench::new();
    bench.submit(typed_password("mara", PASSWORD));
    let screen = bench.screen();
    assert_eq!((screen.view, screen.busy, screen.person), (View::Password, true, None));
    assert_eq!(bench.reason(), Some(Reason::Working));
    assert!(matches!(bench.actions.first(), Some(Action::Show(screen)) if screen.busy));
    bench.submit(typed_password("mara", "another"));
    assert!(bench.proof().is_none());
}

#[test]
fn a_wrong_password_reads_the_same_whether_or_not_windows_knows_the_account() {
    let verdicts = [
        PasswordVerdict::Wrong(None),
        PasswordVerdict::Wrong(Some(mara().account)),
        PasswordVerdict::CouldNotTell(None),
    ];
    let screens = verdicts.map(|verdict| {
        let mut bench = Bench::new();
        bench.submit(typed_password("mara", PASSWORD)).windows_says(verdict);
        bench.assert_first_view(Some(Reason::SignInFailed));
        assert!(bench.call().is_none());
        bench.screen()
    });
    assert!(screens.iter().all(|screen| *screen == screens[0]));
}

#[test]
fn a_wrong_password_is_reported_for_an_account_windows_knows_and_only_then() {
    for (known, expected) in [(None, vec![]), (Some(mara().account), vec![ReportedEvent::PasswordWrong])] {
        let mut bench = Bench::new();
        bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::Wrong(known));
        assert_eq!(bench.reported(), expected);
    }
}

#[test]
fn a_proven_password_begins_a_sign_in_with_everything_the_server_decides_by() {
    let mut bench = Bench::with(Context { kind: SignInKind::Elevation, place: Place::Remote, ..context() });
    bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::Proven(mara()));
    let Some((_, Request::Begin(request))) = bench.call() else { panic!("no begin request") };
    assert_eq!(request.account, mara().account);
    assert_eq!(request.groups, mara().groups);
    assert_eq!(
        (request.kind, request.place, request.session),
        (SignInKind::Elevation, Place::Remote, SESSION)
    );
    assert_eq!(request.password, PasswordEvidence::Proven);
    assert_eq!(bench.screen().person, Some("CORP\\user1001".into()));
}

#[test]
fn two_sign_ins_have_two_attempts() {
    let mut bench = Bench::new();
    let first = bench.begun();
    bench.press(Command::Cancel);
    assert_ne!(bench.begun(), first);
}

#[test]
fn a_password_windows_could_not_judge_goes_to_the_server_as_unproven() {
    let mut bench = Bench::new();
    bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::CouldNotTell(Some(mara())));
    let Some((_, Request::Begin(request))) = bench.call() else { panic!("no begin request") };
    assert_eq!(request.password, PasswordEvidence::Unproven);
}

#[test]
fn without_a_proof_nobody_learns_that_a_person_is_locked_or_disabled() {
    for reason in [Reason::Locked, Reason::LockedEverywhere, Reason::PersonDisabled, Reason::TokenDisabled] {
        let mut bench = Bench::new();
        bench
            .submit(typed_password("mara", PASSWORD))
            .windows_says(PasswordVerdict::CouldNotTell(Some(mara())))
            .server_says(Reply::Begin(signed(&BeginAnswer::Refuse { refusal: refusal(reason) })));
        bench.assert_first_view(Some(Reason::SignInFailed));
        assert_eq!(bench.screen().message.unwrap().at, None);
    }
}

#[test]
fn without_a_proof_no_enrollment_begins_whatever_the_server_says() {
    for needs_code in [false, true] {
        let mut bench = Bench::new();
        bench
            .submit(typed_password("mara", PASSWORD))
            .windows_says(PasswordVerdict::CouldNotTell(Some(mara())))
            .server_says(Reply::Begin(signed(&BeginAnswer::Enroll { pending: Some(pending()), needs_code })));
        bench.assert_first_view(Some(Reason::PasswordUnproven));
        assert_eq!(bench.reported(), [ReportedEvent::Refused { reason: Reason::PasswordUnproven }]);
    }
}

#[test]
fn a_stale_verdict_is_ignored() {
    let mut bench = Bench::new();
    bench.submit(typed_password("mara", PASSWORD));
    let stale = bench.proof().unwrap();
    bench.press(Command::Cancel).submit(typed_password("noor", PASSWORD));
    bench.step(Input::Password(stale, PasswordVerdict::Proven(mara())));
    assert!(bench.call().is_none());
    assert!(bench.screen().busy);
}

#[test]
fn a_view_for_one_account_signs_in_that_account_whatever_name_is_typed() {
    let mut bench = Bench::with(Context { user: Some("CORP\\mara".parse().unwrap()), ..context() });
    assert_eq!(bench.screen().person, Some("CORP\\mara".into()));
    bench.submit(typed_password("noor", PASSWORD));
    let name = bench.actions.iter().find_map(|action| match action {
        Action::ProvePassword { name, .. } => Some(name.as_str()),
        _ => None,
    });
    assert_eq!(name, Some("CORP\\mara"));
}

#[test]
fn what_remote_desktop_handed_over_is_proven_like_anything_typed() {
    let mut bench = Bench::new();
    bench.step(Input::HandedOver { name: "CORP\\mara".parse().unwrap(), password: secret(PASSWORD) });
    assert!(bench.call().is_none() && bench.released().is_none());
    bench.windows_says(PasswordVerdict::Proven(mara()));
    assert!(matches!(bench.call(), Some((_, Request::Begin(_)))));
}

#[test]
fn a_hand_over_is_used_once_and_never_again() {
    let mut bench = Bench::new();
    let hand_over = || Input::HandedOver { name: "mara".parse().unwrap(), password: secret(PASSWORD) };
    bench.step(hand_over()).windows_says(PasswordVerdict::Wrong(None));
    bench.assert_first_view(Some(Reason::SignInFailed));
    bench.step(hand_over());
    assert!(bench.proof().is_none());
    bench.step(Input::Deselected).step(hand_over());
    assert!(bench.proof().is_none());
}

#[test]
fn a_hand_over_without_a_password_asks_windows_nothing() {
    let mut bench = Bench::new();
    bench.step(Input::HandedOver { name: "mara".parse().unwrap(), password: secret("") });
    assert!(bench.proof().is_none());
    bench.assert_first_view(None);
}

/// Up to the view for a new password.
fn at_new_password() -> Bench {
    let mut bench = Bench::new();
    bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::MustChange(mara()));
    assert_eq!((bench.screen().view, bench.reason()), (View::NewPassword, Some(Reason::PasswordExpired)));
    bench
}

fn change(bench: &Bench) -> Option<(Ticket, &Secret, &Secret)> {
    bench.actions.iter().find_map(|action| match action {
        Action::ChangePassword { ticket, old, new, .. } => Some((*ticket, old, new)),
        _ => None,
    })
}

#[test]
fn an_expired_password_is_changed_proven_again_and_then_the_code_is_asked() {
    let mut bench = at_new_password();
    bench.submit(typed_new("new one", "new one"));
    let (ticket, old, new) = change(&bench).unwrap();
    assert_eq!((old.expose_text(), new.expose_text()), (Some(PASSWORD), Some("new one")));
    bench.step(Input::PasswordChange(ticket, ChangeVerdict::Changed));
    let proven = bench.actions.iter().find_map(|action| match action {
        Action::ProvePassword { password, .. } => password.expose_text(),
        _ => None,
    });
    assert_eq!(proven, Some("new one"));
    bench.windows_says(PasswordVerdict::Proven(mara()));
    let attempt = bench.attempt();
    bench.server_says(Reply::Begin(signed(&BeginAnswer::NotNeeded { accept: Bench::accept(attempt) })));
    assert_eq!(bench.released().unwrap().password.expose_text(), Some("new one"));
}

#[test]
fn new_passwords_that_differ_or_are_empty_are_not_sent_to_windows() {
    for (new, repeated, reason) in [
        ("one", "two", Reason::PasswordsDiffer),
        ("", "", Reason::FieldEmpty),
        ("one", "", Reason::FieldEmpty),
        (&*"x".repeat(1025), &*"x".repeat(1025), Reason::InputTooLong),
    ] {
        let mut bench = at_new_password();
        bench.submit(typed_new(new, repeated));
        assert!(change(&bench).is_none());
        assert_eq!((bench.screen().view, bench.reason()), (View::NewPassword, Some(reason)));
    }
}

#[test]
fn a_new_password_windows_does_not_take_is_asked_for_again() {
    for (verdict, reason) in [
        (ChangeVerdict::NotTaken, Reason::PasswordNotTaken),
        (ChangeVerdict::Failed, Reason::ComponentFailed),
    ] {
        let mut bench = at_new_password();
        bench.submit(typed_new("short", "short"));
        let (ticket, ..) = change(&bench).unwrap();
        bench.step(Input::PasswordChange(ticket, verdict));
        assert_eq!((bench.screen().view, bench.reason()), (View::NewPassword, Some(reason)));
        bench.submit(typed_new("longer", "longer"));
        assert_eq!(change(&bench).unwrap().1.expose_text(), Some(PASSWORD));
    }
}

#[test]
fn a_proof_or_a_change_that_never_ends_is_given_up() {
    let mut bench = Bench::new();
    bench.submit(typed_password("mara", PASSWORD));
    let late = bench.proof().unwrap();
    assert_eq!(bench.wakes_at(), Some(START.plus(Duration::from_secs(15))));
    bench.tick(15).assert_first_view(Some(Reason::ComponentFailed));
    assert_eq!(bench.reported(), [ReportedEvent::Refused { reason: Reason::ComponentFailed }]);
    bench.step(Input::Password(late, PasswordVerdict::Proven(mara())));
    assert!(bench.call().is_none());

    let mut bench = at_new_password();
    bench.submit(typed_new("new one", "new one")).tick(15);
    bench.assert_first_view(Some(Reason::ComponentFailed));
}
