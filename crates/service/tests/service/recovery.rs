use crate::why;
use domain::{AuditKind, PersonState};
use model::{Reason, Secret};
use protocol::http::VerifyAnswer;
use service::{CallError, people, people::RecoveryCodes};
use std::sync::Arc;
use testkit::{Pc, Phone, Server, domain};

async fn enrolled() -> (Server, Pc, Phone, Vec<Secret>) {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let phone = server.enroll(&pc, &domain(1001)).await;
    let codes = new_codes(&server).await;
    (server, pc, phone, codes)
}

async fn new_codes(server: &Server) -> Vec<Secret> {
    let codes = server.with_rng(|rng| RecoveryCodes::random(rng)).unwrap();
    let sid = domain(1001).sid.to_string();
    server.admin(move |work| people::set_recovery_codes(work, &sid, codes)).await
}

fn text(code: &Secret) -> &str {
    code.expose_text().unwrap()
}

#[tokio::test]
async fn a_recovery_code_lets_in_once_and_the_older_set_is_void() {
    let (server, pc, _, codes) = enrolled().await;
    assert_eq!(codes.len(), 10);
    let attempt = server.attempt(&pc, &domain(1001)).await;
    assert_eq!(attempt.verify(text(&codes[3])).await, VerifyAnswer::Accept { accept: attempt.accept() });
    assert_eq!(server.sign_in(&pc, &domain(1001), text(&codes[3])).await, VerifyAnswer::Wrong { left: 4 });
    assert_eq!(server.count(AuditKind::RecoveryCodeUsed), 1);

    let newer = new_codes(&server).await;
    assert_eq!(server.sign_in(&pc, &domain(1001), text(&codes[4])).await, VerifyAnswer::Wrong { left: 3 });
    let answer = server.sign_in(&pc, &domain(1001), text(&newer[9])).await;
    assert!(matches!(answer, VerifyAnswer::Accept { .. }));
    assert_eq!(server.rows("lockouts"), 0, "a right one is forgiven its predecessors");
}

#[tokio::test]
async fn wrong_recovery_codes_count_like_wrong_one_time_passwords() {
    let (server, pc, phone, codes) = enrolled().await;
    let void = text(&codes[0]).to_owned();
    new_codes(&server).await;
    for left in [4, 3] {
        assert_eq!(server.sign_in(&pc, &domain(1001), &void).await, VerifyAnswer::Wrong { left });
    }
    for left in [2, 1] {
        let code = phone.wrong_code(server.now());
        assert_eq!(server.sign_in(&pc, &domain(1001), &code).await, VerifyAnswer::Wrong { left });
    }
    assert_eq!(why(&server.sign_in(&pc, &domain(1001), &void).await), Reason::Locked);
    assert_eq!((server.count(AuditKind::CodeWrong), server.count(AuditKind::PairBlocked)), (5, 1));
}

#[tokio::test]
async fn a_blocked_persons_recovery_code_is_refused_and_stays_unused() {
    let (server, pc, phone, codes) = enrolled().await;
    let earlier = server.attempt(&pc, &domain(1001)).await;
    for _ in 0..5 {
        server.sign_in(&pc, &domain(1001), &phone.wrong_code(server.now())).await;
    }
    assert_eq!(why(&earlier.verify(text(&codes[0])).await), Reason::Locked);
    assert_eq!(server.number("SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL"), 0);
}

#[tokio::test]
async fn the_right_recovery_code_on_the_fifth_try_is_accepted() {
    let (server, pc, phone, codes) = enrolled().await;
    for _ in 0..4 {
        server.sign_in(&pc, &domain(1001), &phone.wrong_code(server.now())).await;
    }
    let answer = server.sign_in(&pc, &domain(1001), text(&codes[0])).await;
    assert!(matches!(answer, VerifyAnswer::Accept { .. }), "{answer:?}");
    assert_eq!(server.rows("lockouts"), 0);
}

#[tokio::test]
async fn a_retry_of_a_recovery_code_gets_the_same_answer() {
    let (server, pc, _, codes) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let request = server.request_id();
    let first = attempt.try_verify(request, text(&codes[0])).await.unwrap();
    assert_eq!(attempt.try_verify(request, text(&codes[0])).await.unwrap(), first);
    assert!(matches!(attempt.try_verify(request, text(&codes[1])).await, Err(CallError::Request(_))));
    assert_eq!(server.number("SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL"), 1);
}

/// What is decided while the slow hashes are being computed outranks a right code. The last of ten codes takes longest.
async fn meanwhile(event: impl AsyncFnOnce(&Server, &Pc, &Phone)) -> VerifyAnswer {
    let (server, pc, phone, codes) = enrolled().await;
    let (server, pc) = (Arc::new(server), Arc::new(pc));
    let code = text(&codes[9]).to_owned();
    let verifying = tokio::spawn({
        let (server, pc) = (Arc::clone(&server), Arc::clone(&pc));
        async move { server.sign_in(&pc, &domain(1001), &code).await }
    });
    while server.rows("lockouts") == 0 {
        assert!(!verifying.is_finished(), "compared before the count was on disk");
        tokio::task::yield_now().await;
    }
    event(&server, &pc, &phone).await;
    assert!(!verifying.is_finished(), "the hashes were done too early for this test to mean anything");
    verifying.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_disabled_while_a_recovery_code_is_compared_does_not_get_in() {
    let answer =
        meanwhile(async |server, _, _| server.set_person(&domain(1001), PersonState::Disabled).await).await;
    assert_eq!(why(&answer), Reason::PersonDisabled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_blocked_while_a_recovery_code_is_compared_does_not_get_in() {
    let answer = meanwhile(async |server, pc, phone| {
        for _ in 0..4 {
            server.sign_in(pc, &domain(1001), &phone.wrong_code(server.now())).await;
        }
    })
    .await;
    assert_eq!(why(&answer), Reason::Locked);
}
