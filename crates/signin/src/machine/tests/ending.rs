use super::*;

/// A way into each state a person can be in, with the name of the state.
fn everywhere() -> Vec<(&'static str, Bench, bool)> {
    let mut all = vec![("first view", Bench::new(), false)];
    let mut add = |name, bench: Bench, begun| all.push((name, bench, begun));

    let mut bench = Bench::new();
    bench.submit(typed_password("mara", PASSWORD));
    add("proving", bench, false);
    let mut bench = Bench::new();
    bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::MustChange(mara()));
    add("new password", bench, false);
    let mut bench = Bench::new();
    bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::MustChange(mara()));
    bench.submit(typed_new("new one", "new one"));
    add("changing", bench, false);
    let mut bench = Bench::new();
    bench.begun();
    add("beginning", bench, true);
    add("code", Bench::at_code().0, true);
    let (mut bench, _) = Bench::at_code();
    bench.submit(typed_code("123456"));
    add("verifying", bench, true);
    let mut bench = Bench::new();
    bench.begun();
    bench.server_says(Reply::Begin(signed(&BeginAnswer::Enroll { pending: None, needs_code: true })));
    add("enrollment code", bench, true);
    add("enrolling", Bench::at_qr().0, true);
    let (mut bench, _) = Bench::at_qr();
    bench.press(Command::StartOver);
    add("showing", bench, true);
    let (mut bench, _) = Bench::at_qr();
    bench.submit(typed_code("123456"));
    add("confirming", bench, true);
    add("released", released().0, false);
    let (mut bench, _) = released();
    bench.step(Input::Windows(WindowsResult::SignedIn));
    add("closed", bench, false);
    all
}

fn released() -> (Bench, Release) {
    let mut bench = Bench::new();
    let attempt = bench.begun();
    bench.server_says(Reply::Begin(signed(&BeginAnswer::NotNeeded { accept: Bench::accept(attempt) })));
    let release = bench.released().unwrap();
    (bench, release)
}

#[test]
fn cancel_and_deselect_lead_to_an_empty_first_view_from_everywhere() {
    for leave in [|| Input::Pressed(Command::Cancel), || Input::Deselected] {
        for (name, mut bench, begun) in everywhere() {
            bench.step(leave());
            bench.assert_first_view(None);
            assert!(matches!(bench.actions.first(), Some(Action::Show(_))), "{name}");
            let expected = if begun { vec![ReportedEvent::Abandoned] } else { vec![] };
            assert_eq!(bench.reported(), expected, "{name}");
            assert_eq!(bench.wakes_at(), None, "{name}");
        }
    }
}

#[test]
fn whoever_submits_again_after_a_release_gets_an_empty_first_view_and_nothing_else() {
    let hand_over = || Input::HandedOver { name: "mara".parse().unwrap(), password: secret(PASSWORD) };
    for again in [|| Input::Submitted(typed_code("123456")), hand_over] {
        let (mut bench, _) = released();
        bench.step(again());
        bench.assert_first_view(None);
        assert!(bench.released().is_none());
        assert_eq!(bench.reported(), vec![]);
    }
}

#[test]
fn an_accept_that_comes_after_cancel_or_deselect_releases_nothing() {
    for leave in [|| Input::Pressed(Command::Cancel), || Input::Deselected] {
        let (mut bench, attempt) = Bench::at_code();
        bench.submit(typed_code("123456"));
        let (ticket, _) = bench.call().unwrap();
        let accept = signed(&VerifyAnswer::Accept { accept: Bench::accept(attempt) });
        bench.step(leave()).step(Input::Replied(ticket, Reply::Verify(accept)));
        assert!(bench.released().is_none());
        bench.assert_first_view(None);

        // The same name again starts from nothing (multiotp #260): password, proof, begin, code.
        bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::Proven(mara()));
        let accept = signed(&VerifyAnswer::Accept { accept: Bench::accept(attempt) });
        bench.step(Input::Replied(ticket, Reply::Verify(accept)));
        assert!(bench.released().is_none());
    }
}

#[test]
fn the_password_is_held_no_longer_than_the_limit_after_it_was_typed() {
    let (mut bench, _) = Bench::at_qr();
    let limit = START.plus(Duration::from_secs(180));
    bench.tick(179);
    assert_eq!(bench.wakes_at(), Some(limit));
    assert!(bench.qr().is_some());
    bench.tick(1).assert_first_view(Some(Reason::TimedOut));
    assert_eq!(bench.reported(), [ReportedEvent::Abandoned]);
}

#[test]
fn what_is_typed_after_the_limit_is_not_sent() {
    let (mut bench, _) = Bench::at_code();
    bench.now = bench.now.plus(Duration::from_secs(180));
    bench.submit(typed_code("123456"));
    assert!(bench.call().is_none());
    bench.assert_first_view(Some(Reason::TimedOut));
}

#[test]
fn every_state_with_a_password_times_out() {
    for (name, mut bench, _) in everywhere() {
        if bench.view.state.credentials().is_some() {
            bench.tick(180);
            bench.assert_first_view(Some(Reason::TimedOut));
        } else if !matches!(name, "first view" | "released" | "closed") {
            panic!("{name} holds no password");
        }
    }
}

#[test]
fn a_tick_before_anything_is_due_changes_nothing() {
    for (name, mut bench, _) in everywhere() {
        let before = bench.screen();
        bench.step(Input::Tick);
        assert_eq!(bench.screen(), before, "{name}");
        assert!(bench.actions.iter().all(|action| matches!(action, Action::WakeAt(_))), "{name}");
    }
}

#[test]
fn an_accept_of_anything_else_than_what_was_asked_releases_nothing() {
    let changes: [fn(&mut Accept); 4] = [
        |accept| accept.attempt = AttemptId::from_bytes([9; 16]),
        |accept| accept.machine = MachineId::from_bytes([9; 16]),
        |accept| accept.sid = account(1002).sid,
        |accept| accept.session = SESSION + 1,
    ];
    for change in changes {
        let accept = |attempt| {
            let mut accept = Bench::accept(attempt);
            change(&mut accept);
            accept
        };
        let mut begin = Bench::new();
        let attempt = begin.begun();
        begin.server_says(Reply::Begin(signed(&BeginAnswer::NotNeeded { accept: accept(attempt) })));
        let (mut code, attempt) = Bench::at_code();
        code.submit(typed_code("123456"));
        code.server_says(Reply::Verify(signed(&VerifyAnswer::Accept { accept: accept(attempt) })));
        let (mut confirm, attempt) = Bench::at_qr();
        confirm.submit(typed_code("123456"));
        confirm.server_says(Reply::Confirm(signed(&ConfirmAnswer::Accept { accept: accept(attempt) })));
        for mut bench in [begin, code, confirm] {
            assert!(bench.released().is_none());
            bench.assert_first_view(Some(Reason::ComponentFailed));
            assert_eq!(bench.reported(), [ReportedEvent::Refused { reason: Reason::ComponentFailed }]);
        }
    }
}

#[test]
fn an_approval_is_good_for_one_sign_in_and_a_short_time() {
    let sid = mara().account.sid;
    let (bench, release) = released();
    let (now, attempt) = (bench.now, release.attempt);
    let in_time = now.plus(Duration::from_secs(59));
    assert_eq!(release.approval.consume(in_time, attempt, MACHINE, &sid, SESSION), Ok(()));

    let late = now.plus(Duration::from_secs(60));
    let expired = released().1.approval.consume(late, attempt, MACHINE, &sid, SESSION);
    assert_eq!(expired, Err(ApprovalError::Expired));

    let other = Err(ApprovalError::OtherSignIn);
    let approval = || released().1.approval;
    assert_eq!(approval().consume(now, Some(AttemptId::from_bytes([9; 16])), MACHINE, &sid, SESSION), other);
    assert_eq!(approval().consume(now, attempt, MachineId::from_bytes([9; 16]), &sid, SESSION), other);
    assert_eq!(approval().consume(now, attempt, MACHINE, &account(1002).sid, SESSION), other);
    assert_eq!(approval().consume(now, attempt, MACHINE, &sid, SESSION + 1), other);
}

#[test]
fn no_server_can_make_an_approval_last() {
    let mut bench = Bench::new();
    let attempt = bench.begun();
    let accept = Accept { valid_for_s: u32::MAX, ..Bench::accept(attempt) };
    bench.server_says(Reply::Begin(signed(&BeginAnswer::NotNeeded { accept })));
    let approval = bench.released().unwrap().approval;
    let now = bench.now.plus(Duration::from_secs(120));
    let sid = mara().account.sid;
    assert_eq!(approval.consume(now, Some(attempt), MACHINE, &sid, SESSION), Err(ApprovalError::Expired));
}

#[test]
fn a_refusal_of_windows_leads_to_the_first_view_and_is_reported_with_its_status() {
    let (mut bench, _) = released();
    let (status, substatus) = (0xC000_006D, 0xC000_006A);
    bench.step(Input::Windows(WindowsResult::Refused { status, substatus }));
    bench.assert_first_view(Some(Reason::WindowsRefused));
    assert_eq!(bench.reported(), [ReportedEvent::WindowsRefused { status, substatus }]);
}

#[test]
fn a_host_that_never_tells_gets_the_first_view_back() {
    let (mut bench, _) = released();
    assert_eq!(bench.wakes_at(), Some(START.plus(Duration::from_secs(60))));
    bench.tick(60);
    bench.assert_first_view(None);
    assert_eq!(bench.reported(), []);
}

#[test]
fn a_verdict_of_windows_counts_even_when_it_took_long() {
    let (mut bench, _) = released();
    bench.now = bench.now.plus(Duration::from_secs(90));
    bench.step(Input::Windows(WindowsResult::SignedIn));
    assert_eq!(bench.reported(), [ReportedEvent::SignedIn]);
}

#[test]
fn a_verdict_of_windows_without_a_release_means_nothing() {
    for (name, mut bench, _) in everywhere() {
        if name != "released" {
            let before = bench.screen();
            bench.step(Input::Windows(WindowsResult::SignedIn));
            assert_eq!((bench.screen(), bench.reported()), (before, vec![]), "{name}");
        }
    }
}

#[test]
fn unlock_and_elevation_work_like_a_sign_in() {
    for kind in SignInKind::ALL {
        let user = (kind == SignInKind::Unlock).then(|| "CORP\\mara".parse().unwrap());
        let mut bench = Bench::with(Context { kind, user, ..context() });
        let attempt = bench.begun();
        bench.server_says(Reply::Begin(signed(&BeginAnswer::Code { digits: vec![6] })));
        bench.submit(typed_code("123456"));
        bench.server_says(Reply::Verify(signed(&VerifyAnswer::Accept { accept: Bench::accept(attempt) })));
        let release = bench.released().expect("a release");
        assert_eq!(release.name.as_str() == "CORP\\mara", kind == SignInKind::Unlock);
    }
}

#[test]
fn no_secret_is_printed_by_anything_of_the_machine() {
    for (name, bench, _) in everywhere() {
        let printed = format!("{:?} {:?} {:?}", bench.view, bench.actions, bench.screen());
        for secret in [PASSWORD, "new one", "123456", "GEZD"] {
            assert!(!printed.contains(secret), "{secret} in {name}");
        }
    }
}
