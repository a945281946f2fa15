use super::*;

fn listed(sid: &str) -> Context {
    Context { break_glass: vec![sid.parse().unwrap()], ..context() }
}

fn by_name() -> Context {
    listed("S-1-5-21-1-2-3-1001")
}

#[test]
fn an_account_or_a_group_that_is_listed_gets_in_with_the_password_and_no_server_is_asked() {
    for context in [by_name(), listed("S-1-5-32-545")] {
        for verdict in [PasswordVerdict::Proven(mara()), PasswordVerdict::CouldNotTell(Some(mara()))] {
            for no_server in [None, Some(Reason::NotJoined)] {
                let mut bench = Bench::with(Context { no_server, ..context.clone() });
                bench.submit(typed_password("mara", PASSWORD)).windows_says(verdict.clone());
                assert!(bench.call().is_none());
                assert_eq!(bench.reported(), [ReportedEvent::BreakGlass]);
                let Release { approval, attempt, account, password, .. } = bench.released().unwrap();
                assert!(approval.is_break_glass() && attempt.is_none());
                assert_eq!((account.clone(), password.expose_text()), (mara().account, Some(PASSWORD)));
                assert_eq!(approval.consume(bench.now, None, MACHINE, &account.sid, SESSION), Ok(()));
            }
        }
    }
}

#[test]
fn nobody_who_is_listed_gets_in_without_a_good_verdict() {
    for verdict in [
        PasswordVerdict::Wrong(Some(mara().account)),
        PasswordVerdict::Wrong(None),
        PasswordVerdict::CouldNotTell(None),
        PasswordVerdict::MustChange(mara()),
    ] {
        let mut bench = Bench::with(by_name());
        bench.submit(typed_password("mara", PASSWORD)).windows_says(verdict);
        assert!(bench.released().is_none() && !bench.reported().contains(&ReportedEvent::BreakGlass));
    }
}

#[test]
fn whoever_is_not_listed_is_asked_for_a_code_as_ever() {
    let mut bench = Bench::with(listed("S-1-5-21-1-2-3-1002"));
    bench.begun();
    assert!(bench.released().is_none());
}

#[test]
fn whoever_is_not_listed_hears_that_no_server_can_be_asked_and_only_with_a_good_verdict() {
    for reason in [Reason::NotJoined, Reason::MachineCloned] {
        let no_server = Some(reason);
        let context = Context { no_server, ..listed("S-1-5-21-1-2-3-1002") };
        let mut bench = Bench::with(context.clone());
        bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::Proven(mara()));
        assert!(bench.released().is_none() && bench.call().is_none());
        bench.assert_first_view(Some(reason));
        assert_eq!(bench.reported(), [ReportedEvent::Refused { reason }]);

        let mut bench = Bench::with(context);
        bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::Wrong(None));
        bench.assert_first_view(Some(Reason::SignInFailed));
    }
}

#[test]
fn an_approval_of_the_list_is_none_of_a_server() {
    let release = || {
        let mut bench = Bench::with(by_name());
        bench.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::Proven(mara()));
        (bench.now, bench.released().unwrap().approval)
    };
    let sid = mara().account.sid;
    let other = Err(ApprovalError::OtherSignIn);
    let (now, approval) = release();
    assert_eq!(approval.consume(now, Some(AttemptId::from_bytes([1; 16])), MACHINE, &sid, SESSION), other);
    let (now, approval) = release();
    assert_eq!(approval.consume(now, None, MACHINE, &account(1002).sid, SESSION), other);
    let (now, approval) = release();
    assert_eq!(approval.consume(now, None, MACHINE, &sid, SESSION + 1), other);
}
