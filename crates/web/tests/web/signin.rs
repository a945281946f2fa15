use crate::{
    pc::{Pc, code},
    server::Server,
};
use model::Reason;
use protocol::http::{
    BeginAnswer, ErrorKind, Report, ReportRequest, ReportedEvent, VerifyAnswer, VerifyRequest, to_body,
};

#[tokio::test]
async fn a_person_enrolls_at_the_first_sign_in_and_uses_the_token_from_then_on() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let hello = pc.call(&pc.hello_request()).await.unwrap();
    assert_eq!(
        (hello.server_time, hello.group.as_str(), hello.statement_serial),
        (server.now(), "default", 1)
    );

    let uri = pc.enroll(1001).await;
    // The code that confirmed is burnt.
    let burnt = code(&uri, server.now());
    assert!(matches!(pc.sign_in(1001, &burnt).await, VerifyAnswer::Used { .. }));
    server.pass(30);

    let begin = pc.begin_request(1001);
    assert_eq!(pc.call(&begin).await.unwrap(), BeginAnswer::Code { digits: vec![6] });
    let verify = pc.verify_request(begin.attempt, &code(&uri, server.now()));
    match pc.call(&verify).await.unwrap() {
        VerifyAnswer::Accept { accept } => {
            assert_eq!((accept.attempt, accept.machine), (begin.attempt, pc.id()));
            assert_eq!((accept.sid, accept.session), (begin.account.sid, 1));
        }
        other => panic!("{other:?}"),
    }
    let again = code(&uri, server.now());
    assert!(matches!(pc.sign_in(1001, &again).await, VerifyAnswer::Used { .. }));
}

#[tokio::test]
async fn a_retry_gets_the_answer_the_request_got_and_another_message_with_its_id_gets_none() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let uri = pc.enroll(1001).await;
    server.pass(30);
    let begin = pc.begin_request(1001);
    pc.call(&begin).await.unwrap();
    let verify = pc.verify_request(begin.attempt, &code(&uri, server.now()));
    let body = to_body(&verify).unwrap();
    let first = pc.call_body::<VerifyRequest>(body.clone()).await.unwrap();
    assert!(matches!(first, VerifyAnswer::Accept { .. }));
    assert_eq!(pc.call_body::<VerifyRequest>(body.clone()).await.unwrap(), first);
    let mut other = body;
    other.push(b' ');
    let error = pc.call_body::<VerifyRequest>(other).await.unwrap_err();
    assert_eq!(error.error, ErrorKind::Request);
}

#[tokio::test]
async fn a_wrong_code_is_counted_and_the_fifth_blocks() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let uri = pc.enroll(1001).await;
    server.pass(30);
    let right = code(&uri, server.now());
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for left in [4, 3, 2, 1] {
        assert_eq!(pc.sign_in(1001, wrong).await, VerifyAnswer::Wrong { left });
    }
    match pc.sign_in(1001, wrong).await {
        VerifyAnswer::Refuse { refusal } => {
            assert_eq!(
                (refusal.reason, refusal.until),
                (Reason::Locked, Some(server.now().plus(std::time::Duration::from_secs(900))))
            );
        }
        other => panic!("{other:?}"),
    }
    match pc.call(&pc.begin_request(1001)).await.unwrap() {
        BeginAnswer::Refuse { refusal } => assert_eq!(refusal.reason, Reason::Locked),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_attempt_is_good_for_one_approval_and_for_its_own_machine() {
    let server = Server::new();
    let (pc, other) = (Pc::joined(&server, 1).await, Pc::joined(&server, 2).await);
    let uri = pc.enroll(1001).await;
    server.pass(30);
    let begin = pc.begin_request(1001);
    pc.call(&begin).await.unwrap();
    let right = code(&uri, server.now());
    let error = other.call(&other.verify_request(begin.attempt, &right)).await.unwrap_err();
    assert_eq!(error.error, ErrorKind::AttemptOver);
    pc.call(&pc.verify_request(begin.attempt, &right)).await.unwrap();
    let error = pc.call(&pc.verify_request(begin.attempt, &right)).await.unwrap_err();
    assert_eq!(error.error, ErrorKind::AttemptOver);
}

#[tokio::test]
async fn a_report_is_taken_and_too_long_a_one_is_not() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let report = |n| {
        let one = || Report {
            id: pc.request(),
            attempt: None,
            at: server.now(),
            account: None,
            what: ReportedEvent::Abandoned,
        };
        ReportRequest { events: (0..n).map(|_| one()).collect() }
    };
    pc.call(&report(ReportRequest::MAX_EVENTS)).await.unwrap();
    let error = pc.call(&report(ReportRequest::MAX_EVENTS + 1)).await.unwrap_err();
    assert_eq!(error.error, ErrorKind::Request);
}
