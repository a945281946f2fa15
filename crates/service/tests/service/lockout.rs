use crate::{enrolled, why, why_until};
use domain::AuditKind;
use model::Reason;
use protocol::http::{BeginAnswer, VerifyAnswer};
use std::time::Duration;
use testkit::{Pc, Phone, Server, domain};

/// Types wrong codes, each in an attempt of its own; the last answer.
async fn wrong(server: &Server, pc: &Pc, phone: &Phone, times: usize) -> VerifyAnswer {
    let mut last = None;
    for _ in 0..times {
        last = Some(server.sign_in(pc, &domain(1001), &phone.wrong_code(server.now())).await);
    }
    last.unwrap()
}

async fn right(server: &Server, pc: &Pc, phone: &Phone) -> VerifyAnswer {
    server.sign_in(pc, &domain(1001), &phone.code(server.now())).await
}

#[tokio::test]
async fn the_fifth_wrong_code_blocks_for_a_quarter_of_an_hour_and_the_next_five_for_half_an_hour() {
    let (server, pc, phone) = enrolled().await;
    for minutes in [15, 30, 60, 120, 240, 240] {
        let until = server.now().plus(Duration::from_secs(minutes * 60));
        assert_eq!(wrong(&server, &pc, &phone, 4).await, VerifyAnswer::Wrong { left: 1 });
        assert_eq!(why_until(&wrong(&server, &pc, &phone, 1).await), (Reason::Locked, Some(until)));
        server.wait(minutes * 60 - 1);
        let begun = server.at(&pc, &domain(1001)).begin().await;
        assert_eq!(why_until(&begun), (Reason::Locked, Some(until)));
        server.wait(1);
    }
    assert!(matches!(right(&server, &pc, &phone).await, VerifyAnswer::Accept { .. }));
    assert_eq!(server.count(AuditKind::PairBlocked), 6);
}

#[tokio::test]
async fn a_blocked_persons_right_code_is_refused_also_in_an_attempt_that_began_earlier() {
    let (server, pc, phone) = enrolled().await;
    let earlier = server.attempt(&pc, &domain(1001)).await;
    wrong(&server, &pc, &phone, 5).await;
    let code = phone.code(server.now());
    assert_eq!(why(&earlier.verify(&code).await), Reason::Locked);
    let over = earlier.try_verify(server.request_id(), &code).await;
    assert!(matches!(over, Err(service::CallError::AttemptOver)), "{over:?}");
    assert_eq!(server.count(AuditKind::CodeAccepted), 0);
}

#[tokio::test]
async fn the_right_code_on_the_fifth_try_is_accepted_and_leaves_nothing_behind() {
    let (server, pc, phone) = enrolled().await;
    wrong(&server, &pc, &phone, 4).await;
    assert!(matches!(right(&server, &pc, &phone).await, VerifyAnswer::Accept { .. }));
    assert_eq!(server.rows("lockouts"), 0);
    assert_eq!(wrong(&server, &pc, &phone, 1).await, VerifyAnswer::Wrong { left: 4 });
}

#[tokio::test]
async fn wrong_codes_in_one_attempt_and_in_many_count_alike() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    attempt.verify(&phone.wrong_code(server.now())).await;
    assert_eq!(wrong(&server, &pc, &phone, 1).await, VerifyAnswer::Wrong { left: 3 });
    server.wait(240);
    assert_eq!(wrong(&server, &pc, &phone, 1).await, VerifyAnswer::Wrong { left: 2 });
}

#[tokio::test]
async fn a_used_code_counts_too() {
    let (server, pc, phone) = enrolled().await;
    let code = phone.code(server.now());
    right(&server, &pc, &phone).await;
    for left in (1..5).rev() {
        assert_eq!(server.sign_in(&pc, &domain(1001), &code).await, VerifyAnswer::Used { left });
    }
    assert_eq!(why(&server.sign_in(&pc, &domain(1001), &code).await), Reason::Locked);
}

#[tokio::test]
async fn who_is_blocked_on_one_machine_gets_in_on_another() {
    let (server, pc, phone) = enrolled().await;
    let there = server.pc("PC-2").await;
    wrong(&server, &pc, &phone, 5).await;
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::Locked);
    assert!(matches!(right(&server, &there, &phone).await, VerifyAnswer::Accept { .. }));
    // Which is no pardon here.
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::Locked);
}

#[tokio::test]
async fn wrong_codes_from_three_machines_block_a_person_everywhere_until_somebody_unlocks_them() {
    let (server, a, phone) = enrolled().await;
    let (b, c, d) = (server.pc("PC-2").await, server.pc("PC-3").await, server.pc("PC-4").await);
    let on_d = server.attempt(&d, &domain(1001)).await;
    wrong(&server, &a, &phone, 2).await;
    wrong(&server, &b, &phone, 2).await;
    let until = Some(server.now().plus(Duration::from_secs(900)));
    let last = wrong(&server, &c, &phone, 1).await;
    assert_eq!(why_until(&last), (Reason::LockedEverywhere, until));
    assert_eq!(server.person(&a, &domain(1001)).unwrap().blocked_until, until);
    assert_eq!(why(&server.at(&d, &domain(1001)).begin().await), Reason::LockedEverywhere);
    let code = phone.code(server.now());
    assert_eq!(why(&on_d.verify(&code).await), Reason::LockedEverywhere);

    server.unlock(&domain(1001)).await;
    assert!(matches!(server.sign_in(&d, &domain(1001), &code).await, VerifyAnswer::Accept { .. }));
    assert_eq!((server.count(AuditKind::PersonBlocked), server.count(AuditKind::PersonUnlocked)), (1, 1));
}

#[tokio::test]
async fn a_right_code_does_not_forgive_what_other_machines_did() {
    let (server, a, phone) = enrolled().await;
    let (b, c) = (server.pc("PC-2").await, server.pc("PC-3").await);
    wrong(&server, &a, &phone, 2).await;
    wrong(&server, &b, &phone, 2).await;
    // The fifth try, from a third machine: wrong, it would block the person.
    assert!(matches!(right(&server, &c, &phone).await, VerifyAnswer::Accept { .. }));
    assert_eq!(why(&wrong(&server, &c, &phone, 1).await), Reason::LockedEverywhere);
}

#[tokio::test]
async fn unlocking_lifts_the_block_of_a_pair() {
    let (server, pc, phone) = enrolled().await;
    wrong(&server, &pc, &phone, 5).await;
    server.unlock(&domain(1001)).await;
    assert!(matches!(right(&server, &pc, &phone).await, VerifyAnswer::Accept { .. }));
}

#[tokio::test]
async fn a_change_of_the_lockout_policy_takes_effect_at_once() {
    let (server, pc, phone) = enrolled().await;
    wrong(&server, &pc, &phone, 2).await;
    server.policy("[lockout]\nfailures = 3\n").await;
    assert_eq!(why(&wrong(&server, &pc, &phone, 1).await), Reason::Locked);
    server.policy("[lockout]\nlongest_block_seconds = 60\n").await;
    assert!(matches!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::Code { .. }));
}

#[tokio::test]
async fn counted_tries_are_in_the_same_transaction_as_the_answer() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    // The answer cannot be kept: nothing of the try may stay, and no answer may leave.
    server
        .alter(
            "CREATE TRIGGER no_step BEFORE INSERT ON answers BEGIN SELECT RAISE(ABORT, 'no'); END",
            "ALTER TABLE answers ADD CONSTRAINT no_step CHECK (false) NOT VALID",
        )
        .await;
    server
        .alter(
            "CREATE TRIGGER no_end BEFORE UPDATE OF last_answer ON attempts
             BEGIN SELECT RAISE(ABORT, 'no'); END",
            "ALTER TABLE attempts ADD CONSTRAINT no_end CHECK (last_answer IS NULL) NOT VALID",
        )
        .await;
    for code in [phone.wrong_code(server.now()), phone.code(server.now())] {
        let answer = attempt.try_verify(server.request_id(), &code).await;
        assert!(matches!(answer, Err(service::CallError::Trouble(_))), "{answer:?}");
    }
    assert_eq!((server.rows("lockouts"), server.count(AuditKind::CodeAccepted)), (0, 0));
    server.alter("DROP TRIGGER no_end", "ALTER TABLE attempts DROP CONSTRAINT no_end").await;
    let accepted = attempt.verify(&phone.code(server.now())).await;
    assert!(matches!(accepted, VerifyAnswer::Accept { .. }), "the code was not used up: {accepted:?}");
}
