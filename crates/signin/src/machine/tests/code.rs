use super::*;

fn verify(answer: &VerifyAnswer) -> Reply {
    Reply::Verify(signed(answer))
}

#[test]
fn name_password_and_code_sign_a_person_in() {
    let (mut bench, attempt) = Bench::at_code();
    assert_eq!(bench.reason(), Some(Reason::CodeAsked));
    assert_eq!(bench.screen().person, Some("CORP\\user1001".into()));
    bench.submit(typed_code(" 123 456 "));
    assert_eq!(bench.verify_request().code.expose_text(), Some("123456"));
    assert_eq!(bench.verify_request().attempt, attempt);
    assert!(bench.screen().busy);
    bench.server_says(verify(&VerifyAnswer::Accept { accept: Bench::accept(attempt) }));

    let release = bench.released().expect("a release in the step of the accept");
    assert_eq!(release.account, mara().account);
    assert_eq!((release.name.as_str(), release.attempt), ("mara", Some(attempt)));
    assert_eq!(release.password.expose_text(), Some(PASSWORD));
    assert_eq!((bench.screen().view, bench.screen().busy), (View::Closed, true));
    let used = release.approval.consume(bench.now, Some(attempt), MACHINE, &mara().account.sid, SESSION);
    assert_eq!(used, Ok(()));

    bench.step(Input::Windows(WindowsResult::SignedIn));
    assert_eq!((bench.screen().view, bench.reason()), (View::Closed, Some(Reason::Welcome)));
    assert_eq!(bench.reported(), [ReportedEvent::SignedIn]);
}

#[test]
fn where_policy_asks_for_no_code_the_proven_password_is_released_at_once() {
    let mut bench = Bench::new();
    let attempt = bench.begun();
    bench.server_says(Reply::Begin(signed(&BeginAnswer::NotNeeded { accept: Bench::accept(attempt) })));
    assert!(bench.released().is_some());
}

#[test]
fn a_wrong_or_used_code_says_so_and_how_many_tries_are_left() {
    let (mut bench, _) = Bench::at_code();
    for (answer, reason, left) in [
        (VerifyAnswer::Wrong { left: 4 }, Reason::CodeWrong, 4),
        (VerifyAnswer::Used { left: 3 }, Reason::CodeUsed, 3),
    ] {
        bench.submit(typed_code("123456")).server_says(verify(&answer));
        let message = bench.screen().message.unwrap();
        assert_eq!((message.reason, message.left), (reason, Some(left)));
        assert_eq!((bench.screen().view, bench.screen().busy), (View::Code, false));
        assert!(bench.released().is_none());
    }
}

#[test]
fn what_cannot_be_a_code_is_refused_without_asking_the_server() {
    let (mut bench, _) = Bench::at_code();
    for (code, reason) in [
        ("", Reason::FieldEmpty),
        ("   ", Reason::FieldEmpty),
        ("12345", Reason::CodeMalformed),
        ("123456789", Reason::CodeMalformed),
        ("letters", Reason::CodeMalformed),
        (&"1".repeat(65), Reason::InputTooLong),
    ] {
        bench.submit(typed_code(code));
        assert_eq!(bench.reason(), Some(reason), "{code:?}");
        assert!(bench.call().is_none());
    }
    bench.submit(Typed::default());
    assert_eq!(bench.reason(), Some(Reason::FieldEmpty));
}

#[test]
fn a_recovery_code_is_sent_in_its_one_form() {
    let (mut bench, _) = Bench::at_code();
    let code = otp::RecoveryCode::random(&mut bench.rng);
    let shown = code.to_groups().expose_text().unwrap().to_lowercase();
    bench.submit(typed_code(&shown));
    assert_eq!(bench.verify_request().code.expose_text(), Some(code.expose()));
}

#[test]
fn a_temporary_code_is_sent_in_its_one_form() {
    let (mut bench, _) = Bench::at_code();
    let code = otp::TemporaryCode::random(&mut bench.rng);
    let shown = code.to_groups().expose_text().unwrap().to_lowercase();
    bench.submit(typed_code(&shown));
    assert_eq!(bench.verify_request().code.expose_text(), Some(code.expose()));
}

#[test]
fn a_locked_or_disabled_person_reads_the_reason_until_when_and_whom_to_ask() {
    for reason in [Reason::Locked, Reason::PersonDisabled, Reason::TokenDisabled] {
        let mut at_begin = Bench::new();
        at_begin.begun();
        at_begin.server_says(Reply::Begin(signed(&BeginAnswer::Refuse { refusal: refusal(reason) })));
        let (mut at_code, _) = Bench::at_code();
        at_code.submit(typed_code("123456"));
        at_code.server_says(verify(&VerifyAnswer::Refuse { refusal: refusal(reason) }));
        for bench in [at_begin, at_code] {
            bench.assert_first_view(Some(reason));
            let message = bench.screen().message.unwrap();
            assert_eq!(message.at, Some(UnixTime::from_secs(9)));
            assert_eq!(message.support.as_deref(), Some("Ana"));
            assert_eq!(bench.reported(), [], "the server has recorded its own refusal");
        }
    }
}

#[test]
fn a_refusal_that_names_nobody_names_the_support_of_the_machine() {
    let mut bench = Bench::new();
    bench.begun();
    let refusal = Refusal { reason: Reason::EnrollmentOff, until: None, support: None };
    bench.server_says(Reply::Begin(signed(&BeginAnswer::Refuse { refusal })));
    assert_eq!(bench.screen().message.unwrap().support, context().support);
}

#[test]
fn after_a_lost_answer_the_same_code_is_the_same_request_and_another_code_is_not() {
    for lost in [Reply::Unreachable, error(ErrorKind::ServerTrouble), error(ErrorKind::Busy)] {
        let (mut bench, attempt) = Bench::at_code();
        bench.submit(typed_code("123456"));
        let first = to_body(bench.verify_request()).unwrap();
        bench.server_says(lost);
        assert_eq!((bench.screen().view, bench.screen().busy), (View::Code, false));

        bench.submit(typed_code("12345"));
        bench.submit(typed_code("123-456"));
        assert_eq!(to_body(bench.verify_request()).unwrap(), first);
        bench.server_says(Reply::Unreachable).submit(typed_code("654321"));
        assert_ne!(to_body(bench.verify_request()).unwrap(), first);
        let id = bench.verify_request().request;
        bench.server_says(verify(&VerifyAnswer::Wrong { left: 1 })).submit(typed_code("654321"));
        assert_ne!(bench.verify_request().request, id, "an answered request is over");
        bench.server_says(verify(&VerifyAnswer::Accept { accept: Bench::accept(attempt) }));
        assert!(bench.released().is_some());
    }
}

#[test]
fn an_unreachable_server_asks_for_the_code_again_and_not_for_the_password() {
    for (reply, reason) in [
        (Reply::Unreachable, Reason::Unreachable),
        (error(ErrorKind::ServerTrouble), Reason::ServerTrouble),
        (error(ErrorKind::Busy), Reason::ServerTrouble),
        (error(ErrorKind::Other), Reason::ServerTrouble),
    ] {
        let (mut bench, _) = Bench::at_code();
        bench.submit(typed_code("123456")).server_says(reply);
        assert_eq!((bench.screen().view, bench.reason()), (View::Code, Some(reason)));
        assert_eq!(bench.reported(), []);
    }
}

#[test]
fn a_call_that_is_not_answered_in_time_counts_as_unreachable_and_its_late_accept_for_nothing() {
    let (mut bench, attempt) = Bench::at_code();
    bench.submit(typed_code("123456"));
    let (late, _) = bench.call().unwrap();
    let limit = bench.now.plus(Duration::from_secs(15));
    assert_eq!(bench.wakes_at(), Some(limit));
    bench.tick(14);
    assert!(bench.screen().busy);
    assert_eq!(bench.wakes_at(), Some(limit), "an early tick has used up the alarm");
    bench.tick(1);
    assert_eq!((bench.screen().view, bench.reason()), (View::Code, Some(Reason::Unreachable)));
    let accept = verify(&VerifyAnswer::Accept { accept: Bench::accept(attempt) });
    bench.step(Input::Replied(late, accept));
    assert!(bench.released().is_none());
    assert_eq!(bench.screen().view, View::Code);
}

#[test]
fn an_accept_after_the_limit_releases_nothing_even_when_no_tick_came() {
    let (mut bench, attempt) = Bench::at_code();
    bench.submit(typed_code("123456"));
    let (ticket, _) = bench.call().unwrap();
    bench.now = bench.now.plus(Duration::from_secs(15));
    let accept = verify(&VerifyAnswer::Accept { accept: Bench::accept(attempt) });
    bench.step(Input::Replied(ticket, accept));
    assert!(bench.released().is_none());
    assert_eq!(bench.reason(), Some(Reason::Unreachable));
}

#[test]
fn at_the_beginning_every_trouble_leads_back_to_the_first_view_and_is_reported() {
    for (reply, reason) in [
        (Reply::Unreachable, Reason::Unreachable),
        (error(ErrorKind::ServerTrouble), Reason::ServerTrouble),
        (error(ErrorKind::Clock), Reason::ClockOff),
        (error(ErrorKind::MachineUnknown), Reason::MachineUnknown),
        (error(ErrorKind::MachineSuspended), Reason::MachineSuspended),
        (error(ErrorKind::MachineCloned), Reason::MachineCloned),
        (error(ErrorKind::AttemptOver), Reason::TimedOut),
        (error(ErrorKind::Signature), Reason::ComponentFailed),
        (error(ErrorKind::Request), Reason::ComponentFailed),
        (error(ErrorKind::JoinCodeRefused), Reason::ComponentFailed),
        (verify(&VerifyAnswer::Wrong { left: 1 }), Reason::ComponentFailed),
    ] {
        let mut bench = Bench::new();
        bench.begun();
        bench.server_says(reply);
        bench.assert_first_view(Some(reason));
        assert_eq!(bench.reported(), [ReportedEvent::Refused { reason }]);
    }
}

#[test]
fn a_signed_error_that_trying_again_cannot_mend_leads_back_to_the_first_view() {
    for (kind, reason) in [
        (ErrorKind::Clock, Reason::ClockOff),
        (ErrorKind::MachineUnknown, Reason::MachineUnknown),
        (ErrorKind::AttemptOver, Reason::TimedOut),
        (ErrorKind::Signature, Reason::ComponentFailed),
    ] {
        let (mut code, _) = Bench::at_code();
        code.submit(typed_code("123456")).server_says(error(kind));
        let (mut show, _) = Bench::at_enroll();
        show.press(Command::ShowQr).server_says(error(kind));
        let (mut confirm, _) = Bench::at_qr();
        confirm.submit(typed_code("123456")).server_says(error(kind));
        for bench in [code, show, confirm] {
            bench.assert_first_view(Some(reason));
        }
    }
}
