//! What somebody with a joined machine's key can do to the running server, and what they cannot.

use countersign_e2e::{BareMachine, Oath, Server, Start, has_oathtool};
use model::Reason;
use protocol::http::{
    BeginAnswer, ConfirmAnswer, ErrorKind, NoopRequest, PasswordEvidence, ShowAnswer, VerifyAnswer,
};

const MACHINE: &str = "S-1-5-21-100-200-301";
const OTHER: &str = "S-1-5-21-100-200-302";
const DOMAIN: &str = "S-1-5-21-7-8-9";

/// Enrolls a person and gives their token.
async fn enroll(machine: &BareMachine, start: &Start) -> Oath {
    let (attempt, began) = machine.begin(start).await;
    assert!(matches!(began, Ok(BeginAnswer::Enroll { .. })), "{began:?}");
    let (uri, _) = machine.show(attempt, None, false).await;
    let token = Oath::scan(&uri.expect("shown"));
    let confirmed = machine.confirm(attempt, &token.code(0)).await;
    assert!(matches!(confirmed, Ok(ConfirmAnswer::Accept { .. })), "{confirmed:?}");
    token
}

fn refused(answer: &Result<BeginAnswer, protocol::http::ErrorAnswer>) -> Option<Reason> {
    match answer {
        Ok(BeginAnswer::Refuse { refusal }) => Some(refusal.reason),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_accepted_once_and_the_confirming_code_is_burnt() {
    assert!(has_oathtool(), "oathtool is missing; `cargo xtask test --setup` installs it");
    let server = Server::start();
    let machine = BareMachine::join(&server, "default", MACHINE).await;
    let start = Start::domain(DOMAIN, 1001);

    let token = enroll(&machine, &start).await;
    let confirming = token.code(0);

    let (attempt, began) = machine.begin(&start).await;
    assert!(matches!(began, Ok(BeginAnswer::Code { ref digits }) if *digits == [6]), "{began:?}");
    let again = machine.verify(attempt, &confirming).await;
    assert!(matches!(again, Ok(VerifyAnswer::Used { .. })), "{again:?}");

    let wrong = machine.verify(attempt, &token.wrong_code()).await;
    assert!(matches!(wrong, Ok(VerifyAnswer::Wrong { left: 3 })), "{wrong:?}");

    let next = token.code(1);
    let accepted = machine.verify(attempt, &next).await;
    let Ok(VerifyAnswer::Accept { accept }) = accepted else { panic!("{accepted:?}") };
    assert_eq!((accept.attempt, accept.machine, accept.session), (attempt, machine.id, 1));
    assert_eq!(accept.sid, start.account.sid);

    // The same attempt is over, and the same code is used in a new one.
    let over = machine.verify(attempt, &token.code(2)).await;
    assert!(matches!(over, Err(ref error) if error.error == ErrorKind::AttemptOver), "{over:?}");
    let (attempt, _) = machine.begin(&start).await;
    let twice = machine.verify(attempt, &next).await;
    assert!(matches!(twice, Ok(VerifyAnswer::Used { .. })), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_can_be_asked_for_again_and_nothing_else_can() {
    let server = Server::start();
    let machine = BareMachine::join(&server, "default", MACHINE).await;
    let start = Start::domain(DOMAIN, 1002);
    let token = enroll(&machine, &start).await;
    let (attempt, _) = machine.begin(&start).await;
    let request = BareMachine::verify_request(attempt, &token.code(1));
    let first = machine.call(&request).await;
    assert!(matches!(first, Ok(VerifyAnswer::Accept { .. })), "{first:?}");
    assert_eq!(machine.call(&request).await, first);

    let mut other = BareMachine::verify_request(attempt, &token.code(2));
    other.request = request.request;
    let reused = machine.call(&other).await;
    assert!(matches!(reused, Err(ref error) if error.error == ErrorKind::Request), "{reused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_machines_enroll_one_person_and_the_loser_is_told_where() {
    let server = Server::start();
    let a = BareMachine::join(&server, "default", MACHINE).await;
    let b = BareMachine::join(&server, "default", OTHER).await;
    let start = Start::domain(DOMAIN, 1003);

    let (at_a, _) = a.begin(&start).await;
    let (at_b, _) = b.begin(&start).await;
    let (uri_a, _) = a.show(at_a, None, false).await;
    let (uri_b, _) = b.show(at_b, None, false).await;
    let (token_a, token_b) = (Oath::scan(&uri_a.unwrap()), Oath::scan(&uri_b.unwrap()));
    assert_ne!(token_a.uri, token_b.uri, "another machine gets a seed of its own");

    // A seed is good where it is shown and nowhere else.
    let elsewhere = b.confirm(at_b, &token_a.code(0)).await;
    assert!(matches!(elsewhere, Ok(ConfirmAnswer::Wrong { .. })), "{elsewhere:?}");

    // Broken off and resumed: the same QR here.
    let (again, began) = a.begin(&start).await;
    assert!(matches!(began, Ok(BeginAnswer::Enroll { pending: Some(_), .. })), "{began:?}");
    let (uri, shown) = a.show(again, None, false).await;
    assert_eq!(uri.as_deref(), Some(token_a.uri.as_str()));
    assert!(matches!(shown, Ok(ShowAnswer::Show { resumed: true, .. })), "{shown:?}");
    // Start over: another one, and the first is dead.
    let (uri, _) = a.show(again, None, true).await;
    let token_a2 = Oath::scan(&uri.unwrap());
    assert_ne!(token_a2.uri, token_a.uri);
    let dead = a.confirm(again, &token_a.code(0)).await;
    assert!(matches!(dead, Ok(ConfirmAnswer::Wrong { .. })), "{dead:?}");

    let won = a.confirm(again, &token_a2.code(0)).await;
    assert!(matches!(won, Ok(ConfirmAnswer::Accept { .. })), "{won:?}");
    let lost = b.confirm(at_b, &token_b.code(0)).await;
    assert!(
        matches!(lost, Ok(ConfirmAnswer::EnrolledElsewhere { ref machine, .. }) if machine == "PC-301"),
        "{lost:?}"
    );
    let tokens = server.json(&["token", "list"]);
    assert_eq!(tokens.as_array().map(Vec::len), Some(1), "{tokens}");
    let kinds: Vec<String> = server
        .audit(&[])
        .iter()
        .filter_map(|event| event["event"]["kind"].as_str().map(str::to_owned))
        .collect();
    for kind in ["token_enrolled", "enrollment_lost", "enrollment_resumed", "enrollment_started_over"] {
        assert!(kinds.iter().any(|found| found == kind), "{kind} is missing from {kinds:?}");
    }
    assert!(server.cli(&["audit", "verify"]).len() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_speaks_for_its_own_local_accounts_and_no_others() {
    let server = Server::start();
    let machine = BareMachine::join(&server, "default", MACHINE).await;
    let own = machine.begin(&Start::local(&MACHINE.parse().unwrap(), 1001)).await.1;
    assert!(matches!(own, Ok(BeginAnswer::Enroll { .. })), "{own:?}");

    let foreign = machine.begin(&Start::local(&OTHER.parse().unwrap(), 1001)).await.1;
    assert_eq!(refused(&foreign), Some(Reason::AccountNotAllowed));

    // A SID of another domain than the one said to vouch for it.
    let mut lie = Start::domain(DOMAIN, 1001);
    lie.account.sid = "S-1-5-21-1-1-1-500".parse().unwrap();
    assert_eq!(refused(&machine.begin(&lie).await.1), Some(Reason::AccountNotAllowed));

    server.policy(&format!("[groups.default]\nlocal_accounts = false\ndomains = [\"{DOMAIN}\"]\n"));
    let own = machine.begin(&Start::local(&MACHINE.parse().unwrap(), 1001)).await.1;
    assert_eq!(refused(&own), Some(Reason::AccountNotAllowed));
    let stranger = machine.begin(&Start::domain("S-1-5-21-7-8-10", 1001)).await.1;
    assert_eq!(refused(&stranger), Some(Reason::AccountNotAllowed));
    let known = machine.begin(&Start::domain(DOMAIN, 1001)).await.1;
    assert!(matches!(known, Ok(BeginAnswer::Enroll { .. })), "{known:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_enrolls_ten_strangers_a_day_and_no_more() {
    let server = Server::start();
    let machine = BareMachine::join(&server, "default", MACHINE).await;
    for number in 1..=10 {
        let (attempt, _) = machine.begin(&Start::domain(DOMAIN, number)).await;
        let (uri, answer) = machine.show(attempt, None, false).await;
        assert!(uri.is_some(), "person {number}: {answer:?}");
    }
    let (attempt, began) = machine.begin(&Start::domain(DOMAIN, 11)).await;
    let reason = match began {
        Ok(BeginAnswer::Refuse { refusal }) => Some(refusal.reason),
        _ => match machine.show(attempt, None, false).await.1 {
            Ok(ShowAnswer::Refuse { refusal }) => Some(refusal.reason),
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(reason, Some(Reason::EnrollmentLimit));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_from_one_machine_block_the_pair_and_not_the_person() {
    let server = Server::start();
    let a = BareMachine::join(&server, "default", MACHINE).await;
    let b = BareMachine::join(&server, "default", OTHER).await;
    let start = Start::domain(DOMAIN, 1004);
    let token = enroll(&a, &start).await;

    let wrong = token.wrong_code();
    for left in [4, 3, 2, 1] {
        // A new attempt does not give new tries.
        let (attempt, _) = b.begin(&start).await;
        let answer = b.verify(attempt, &wrong).await;
        assert_eq!(answer, Ok(VerifyAnswer::Wrong { left }));
    }
    let (attempt, _) = b.begin(&start).await;
    let locked = b.verify(attempt, &wrong).await;
    assert!(
        matches!(locked, Ok(VerifyAnswer::Refuse { ref refusal }) if refusal.reason == Reason::Locked),
        "{locked:?}"
    );
    assert_eq!(refused(&b.begin(&start).await.1), Some(Reason::Locked));

    // Elsewhere the person gets in.
    let (attempt, _) = a.begin(&start).await;
    let answer = a.verify(attempt, &token.code(1)).await;
    assert!(matches!(answer, Ok(VerifyAnswer::Accept { .. })), "{answer:?}");

    server.cli(&["user", "unlock", "CORP\\user1004"]);
    assert!(matches!(b.begin(&start).await.1, Ok(BeginAnswer::Code { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_asks_too_much_is_suspended() {
    let server = Server::start();
    server.policy("[limits]\nrequests_per_minute = 30\n");
    let machine = BareMachine::join(&server, "default", MACHINE).await;
    let mut suspended = 0;
    for _ in 0..70 {
        match machine.call(&NoopRequest {}).await {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.error, ErrorKind::MachineSuspended);
                suspended += 1;
            }
        }
    }
    assert!(suspended >= 10, "{suspended}");
    let kinds = server.audit(&["--kind", "machine_suspended"]);
    assert_eq!(kinds.len(), 1, "one event for one suspension: {kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unproven_password_enrolls_nobody() {
    let server = Server::start();
    let machine = BareMachine::join(&server, "default", MACHINE).await;
    let mut start = Start::domain(DOMAIN, 1005);
    start.password = PasswordEvidence::Unproven;
    let (attempt, began) = machine.begin(&start).await;
    assert_eq!(refused(&began), Some(Reason::PasswordUnproven));
    let (uri, shown) = machine.show(attempt, None, false).await;
    assert!(
        uri.is_none() && matches!(shown, Err(ref error) if error.error == ErrorKind::AttemptOver),
        "{shown:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn self_enrollment_follows_the_policy() {
    let server = Server::start();
    let machine = BareMachine::join(&server, "default", MACHINE).await;
    let start = Start::domain(DOMAIN, 1006);

    server.policy("[groups.default]\nself_enrollment = \"off\"\n");
    assert_eq!(refused(&machine.begin(&start).await.1), Some(Reason::EnrollmentOff));
    server.policy("[groups.default]\nself_enrollment = { open_until = 2020-01-01 }\n");
    assert_eq!(refused(&machine.begin(&start).await.1), Some(Reason::EnrollmentOver));

    server.policy("[groups.default]\nself_enrollment = \"after_approval\"\n");
    assert_eq!(refused(&machine.begin(&start).await.1), Some(Reason::ApprovalNeeded));
    server.cli(&["user", "approve", "CORP\\user1006", "PC-301"]);
    let (_, began) = machine.begin(&start).await;
    assert!(matches!(began, Ok(BeginAnswer::Enroll { needs_code: false, .. })), "{began:?}");

    let start = Start::domain(DOMAIN, 1007);
    server.policy("[groups.default]\nself_enrollment = \"with_code\"\n");
    let (attempt, began) = machine.begin(&start).await;
    assert!(matches!(began, Ok(BeginAnswer::Enroll { needs_code: true, .. })), "{began:?}");
    let made = server.json(&["user", "enrollment-code", "CORP\\user1007"]);
    let code = made["code"].as_str().expect("a code");
    // Left out, the attempt has to begin anew; wrong, it is counted.
    let (uri, none) = machine.show(attempt, None, false).await;
    assert!(
        uri.is_none() && matches!(none, Err(ref error) if error.error == ErrorKind::AttemptOver),
        "{none:?}"
    );
    let (uri, wrong) = machine.show(attempt, Some("000-000-000"), false).await;
    assert!(uri.is_none() && matches!(wrong, Ok(ShowAnswer::CodeWrong { left: 4 })), "{wrong:?}");
    let (uri, right) = machine.show(attempt, Some(&code.to_lowercase()), false).await;
    let token = Oath::scan(&uri.unwrap_or_else(|| panic!("{right:?}")));
    let born = machine.confirm(attempt, &token.code(0)).await;
    assert!(matches!(born, Ok(ConfirmAnswer::Accept { .. })), "{born:?}");
}
