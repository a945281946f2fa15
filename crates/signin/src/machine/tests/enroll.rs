use super::*;

fn confirm(answer: &ConfirmAnswer) -> Reply {
    Reply::Confirm(signed(answer))
}

fn at(answer: BeginAnswer) -> (Bench, AttemptId) {
    let mut bench = Bench::new();
    let attempt = bench.begun();
    bench.server_says(Reply::Begin(signed(&answer)));
    (bench, attempt)
}

#[test]
fn a_first_sign_in_shows_the_qr_on_demand_and_signs_in_with_its_first_code() {
    let (mut bench, attempt) = Bench::at_enroll();
    assert_eq!(bench.reason(), Some(Reason::EnrollStart));
    assert_eq!((bench.qr(), bench.key()), (None, None));
    assert_eq!(
        bench.screen().commands(),
        [Command::ShowQr, Command::ShowKey, Command::GetTheApp],
        "nothing was shown yet, so there is nothing to start over"
    );

    bench.press(Command::ShowQr);
    assert!(bench.screen().busy && bench.qr().is_none());
    let request = bench.show_request();
    assert_eq!(
        (request.attempt, request.start_over, request.enrollment_code.is_none()),
        (attempt, false, true)
    );
    let answer = bench.shows(attempt);
    bench.server_says(answer);
    assert_eq!((bench.qr(), bench.key()), (Some(URI.to_owned()), None));
    assert_eq!(bench.screen().enrollment.unwrap().shown_at, Some(START));

    bench.submit(typed_code("123456"));
    assert_eq!(bench.confirm_request().code.expose_text(), Some("123456"));
    bench.server_says(confirm(&ConfirmAnswer::Accept { accept: Bench::accept(attempt) }));
    assert!(bench.released().is_some());
    assert!(bench.screen().enrollment.is_none());
    assert!(!format!("{:?}", bench.view).contains("PendingSeed"));
}

#[test]
fn the_key_and_the_qr_are_shown_when_asked_for_and_hidden_together() {
    let (mut bench, attempt) = Bench::at_enroll();
    bench.press(Command::ShowKey);
    let answer = bench.shows(attempt);
    bench.server_says(answer);
    assert_eq!((bench.qr(), bench.key()), (None, Some(KEY.to_owned())));
    bench.press(Command::ShowQr);
    assert!(bench.call().is_none(), "the seed is here");
    assert_eq!((bench.qr(), bench.key()), (Some(URI.to_owned()), Some(KEY.to_owned())));
    bench.press(Command::HideQr);
    assert_eq!((bench.qr(), bench.key()), (None, None));
    bench.press(Command::ShowQr);
    assert!(bench.call().is_none());
    assert_eq!((bench.qr(), bench.key()), (Some(URI.to_owned()), None));
}

#[test]
fn an_enrollment_that_was_begun_here_is_resumed_and_says_since_when() {
    let (mut bench, attempt) = at(BeginAnswer::Enroll { pending: Some(pending()), needs_code: false });
    let message = bench.screen().message.unwrap();
    assert_eq!((message.reason, message.at), (Reason::EnrollResumed, Some(START)));
    assert!(bench.screen().commands().contains(&Command::StartOver));
    assert_eq!(bench.qr(), None, "hidden until asked for");
    bench.press(Command::ShowQr);
    let ShowAnswer::Show { sealed_uri, pending, .. } = show(bench.show_request(), MACHINE, attempt, URI)
    else {
        panic!("not shown")
    };
    bench.server_says(Reply::Show(signed(&ShowAnswer::Show { sealed_uri, pending, resumed: true })));
    assert_eq!((bench.qr(), bench.reason()), (Some(URI.to_owned()), Some(Reason::EnrollResumed)));
}

#[test]
fn start_over_takes_the_old_qr_away_at_once_and_shows_a_new_one() {
    let (mut bench, attempt) = Bench::at_qr();
    bench.press(Command::StartOver);
    assert_eq!(bench.qr(), None);
    assert!(bench.show_request().start_over);
    let other = URI.replace("GEZDGNBV", "AAAAAAAA");
    let answer = show(bench.show_request(), MACHINE, attempt, &other);
    bench.server_says(Reply::Show(signed(&answer)));
    assert_eq!((bench.qr(), bench.reason()), (Some(other), Some(Reason::EnrollStart)));
}

#[test]
fn start_over_without_anything_to_start_over_does_nothing() {
    let (mut bench, _) = Bench::at_enroll();
    bench.press(Command::StartOver);
    assert!(bench.call().is_none() && !bench.screen().busy);
}

#[test]
fn every_question_for_the_qr_has_a_key_of_its_own() {
    let (mut bench, _) = Bench::at_enroll();
    bench.press(Command::ShowQr);
    let first = bench.show_request().seal_to;
    bench.server_says(Reply::Unreachable).press(Command::ShowQr);
    assert_ne!(bench.show_request().seal_to, first);
}

#[test]
fn a_seed_sealed_for_another_machine_or_attempt_or_that_is_none_is_not_shown() {
    for (machine, other_attempt, uri) in [
        (MachineId::from_bytes([8; 16]), false, URI),
        (MACHINE, true, URI),
        (MACHINE, false, "https://example.com"),
        (MACHINE, false, "otpauth://totp/Test:mara?secret=1"),
    ] {
        let (mut bench, attempt) = Bench::at_enroll();
        bench.press(Command::ShowQr);
        let attempt = if other_attempt { AttemptId::from_bytes([9; 16]) } else { attempt };
        let answer = show(bench.show_request(), machine, attempt, uri);
        bench.server_says(Reply::Show(signed(&answer)));
        bench.assert_first_view(Some(Reason::ComponentFailed));
    }
}

#[test]
fn a_wrong_first_code_leaves_the_qr_as_it_was() {
    for hidden in [false, true] {
        let (mut bench, _) = Bench::at_qr();
        if hidden {
            bench.press(Command::HideQr);
        }
        bench.submit(typed_code("000000")).server_says(confirm(&ConfirmAnswer::Wrong { left: 2 }));
        let message = bench.screen().message.unwrap();
        assert_eq!((message.reason, message.left), (Reason::EnrollCodeWrong, Some(2)));
        assert_eq!(bench.qr().is_none(), hidden);
        bench.submit(typed_code("nothing"));
        assert_eq!((bench.reason(), bench.qr().is_none()), (Some(Reason::CodeMalformed), hidden));
    }
}

#[test]
fn a_recovery_code_is_no_first_code() {
    let (mut bench, _) = Bench::at_qr();
    let code = otp::RecoveryCode::random(&mut bench.rng);
    bench.submit(typed_code(code.expose()));
    assert_eq!(bench.reason(), Some(Reason::CodeMalformed));
    assert!(bench.call().is_none());
}

#[test]
fn an_enrollment_that_ran_out_wants_a_new_qr() {
    let (mut bench, _) = Bench::at_qr();
    bench.submit(typed_code("123456")).server_says(confirm(&ConfirmAnswer::Expired));
    assert_eq!((bench.screen().view, bench.reason()), (View::Enroll, Some(Reason::EnrollExpired)));
    assert_eq!((bench.qr(), bench.screen().enrollment.unwrap().shown_at), (None, None));
    bench.press(Command::ShowQr);
    assert!(!bench.show_request().start_over);
}

#[test]
fn a_token_enrolled_elsewhere_meanwhile_is_named_and_the_password_asked_for_again() {
    let (machine, at) = ("PC-7".to_owned(), UnixTime::from_secs(5));
    let (mut shown, _) = Bench::at_enroll();
    shown
        .press(Command::ShowQr)
        .server_says(Reply::Show(signed(&ShowAnswer::EnrolledElsewhere { machine: machine.clone(), at })));
    let (mut confirmed, _) = Bench::at_qr();
    confirmed
        .submit(typed_code("123456"))
        .server_says(confirm(&ConfirmAnswer::EnrolledElsewhere { machine: machine.clone(), at }));
    for bench in [shown, confirmed] {
        bench.assert_first_view(Some(Reason::EnrolledElsewhere));
        let message = bench.screen().message.unwrap();
        assert_eq!((message.machine, message.at), (Some(machine.clone()), Some(at)));
    }
}

#[test]
fn a_server_out_of_reach_takes_the_qr_away_and_keeps_the_view_and_the_request() {
    let (mut bench, attempt) = Bench::at_qr();
    bench.submit(typed_code("123456"));
    let first = to_body(bench.confirm_request()).unwrap();
    bench.server_says(Reply::Unreachable);
    assert_eq!((bench.screen().view, bench.reason()), (View::Enroll, Some(Reason::Unreachable)));
    assert_eq!((bench.qr(), bench.key()), (None, None));

    bench.press(Command::ShowQr);
    let answer = bench.shows(attempt);
    bench.server_says(answer).submit(typed_code("123456"));
    assert_eq!(to_body(bench.confirm_request()).unwrap(), first);
    bench.tick(15);
    assert_eq!((bench.reason(), bench.qr()), (Some(Reason::Unreachable), None));
}

#[test]
fn a_qr_that_cannot_be_fetched_can_be_asked_for_again() {
    let (mut bench, attempt) = Bench::at_enroll();
    bench.press(Command::ShowQr).server_says(error(ErrorKind::Busy));
    assert_eq!((bench.screen().view, bench.reason()), (View::Enroll, Some(Reason::ServerTrouble)));
    bench.press(Command::ShowQr).tick(15);
    assert_eq!((bench.screen().view, bench.reason()), (View::Enroll, Some(Reason::Unreachable)));
    bench.press(Command::ShowQr);
    let answer = bench.shows(attempt);
    bench.server_says(answer);
    assert!(bench.qr().is_some());
}

#[test]
fn where_an_enrollment_code_is_needed_the_qr_comes_after_it() {
    let (mut bench, attempt) = at(BeginAnswer::Enroll { pending: None, needs_code: true });
    assert_eq!(
        (bench.screen().view, bench.reason()),
        (View::EnrollmentCode, Some(Reason::EnrollmentCodeNeeded))
    );
    assert!(bench.screen().enrollment.is_none());
    bench.press(Command::ShowQr);
    assert!(bench.call().is_none());
    for (code, reason) in [("  ", Reason::FieldEmpty), (&*"a".repeat(65), Reason::InputTooLong)] {
        bench.submit(typed_enrollment_code(code));
        assert_eq!((bench.reason(), bench.call().is_none()), (Some(reason), true));
    }

    bench.submit(typed_enrollment_code(" ABC-DEF-123 "));
    let sent = bench.show_request().enrollment_code.as_ref().and_then(|code| code.expose_text());
    assert_eq!(sent, Some("ABC-DEF-123"));
    bench.server_says(Reply::Show(signed(&ShowAnswer::CodeWrong { left: 1 })));
    let message = bench.screen().message.unwrap();
    assert_eq!((message.reason, message.left), (Reason::EnrollmentCodeWrong, Some(1)));
    assert_eq!(bench.screen().view, View::EnrollmentCode);

    bench.submit(typed_enrollment_code("ABC-DEF-124"));
    let answer = bench.shows(attempt);
    bench.server_says(answer);
    assert_eq!((bench.screen().view, bench.qr()), (View::Enroll, Some(URI.to_owned())));
}

#[test]
fn after_a_lost_answer_the_same_enrollment_code_is_the_same_request() {
    let (mut bench, attempt) = at(BeginAnswer::Enroll { pending: None, needs_code: true });
    bench.submit(typed_enrollment_code("ABC-DEF-124"));
    let first = to_body(bench.show_request()).unwrap();
    bench.server_says(Reply::Unreachable);
    assert_eq!((bench.screen().view, bench.reason()), (View::EnrollmentCode, Some(Reason::Unreachable)));
    bench.submit(typed_enrollment_code("")).submit(typed_enrollment_code("ABC-DEF-124"));
    assert_eq!(to_body(bench.show_request()).unwrap(), first);
    let answer = bench.shows(attempt);
    bench.server_says(answer);
    assert!(bench.qr().is_some());
}

#[test]
fn an_enrollment_begun_here_needs_no_second_enrollment_code() {
    let (bench, _) = at(BeginAnswer::Enroll { pending: Some(pending()), needs_code: true });
    assert_eq!(bench.screen().view, View::Enroll);
}

#[test]
fn a_refusal_during_enrollment_takes_everything_away() {
    let (mut shown, _) = Bench::at_enroll();
    let refusal = refusal(Reason::ApprovalNeeded);
    shown.press(Command::ShowQr);
    shown.server_says(Reply::Show(signed(&ShowAnswer::Refuse { refusal: refusal.clone() })));
    let (mut confirmed, _) = Bench::at_qr();
    confirmed.submit(typed_code("123456")).server_says(confirm(&ConfirmAnswer::Refuse { refusal }));
    for bench in [shown, confirmed] {
        bench.assert_first_view(Some(Reason::ApprovalNeeded));
    }
}
