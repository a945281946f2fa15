//! Codes for people who have no token at hand.

use crate::why;
use domain::{AuditKind, PersonState, TokenState};
use model::Reason;
use protocol::http::{BeginAnswer, VerifyAnswer};
use service::{
    AdminError,
    people::{self, NewTemporaryCode, Uses},
};
use std::time::Duration;
use testkit::{Pc, Phone, Server, domain};

const HOUR: Duration = Duration::from_secs(3_600);

async fn enrolled() -> (Server, Pc, Phone) {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let phone = server.enroll(&pc, &domain(1001)).await;
    server.wait(300);
    (server, pc, phone)
}

async fn try_code(server: &Server, valid: Duration, uses: Uses) -> Result<String, AdminError> {
    let new = server.with_rng(|rng| NewTemporaryCode::random(rng)).unwrap();
    let sid = domain(1001).sid.to_string();
    let made = server.try_admin(move |work| people::set_temporary_code(work, &sid, new, valid, uses)).await?;
    assert_eq!(made.expires_at, server.now().plus(valid));
    Ok(made.code.expose_text().unwrap().to_owned())
}

async fn code(server: &Server, uses: Uses) -> String {
    try_code(server, HOUR, uses).await.unwrap()
}

async fn signs_in(server: &Server, pc: &Pc, code: &str) -> bool {
    match server.sign_in(pc, &domain(1001), code).await {
        VerifyAnswer::Accept { .. } => true,
        VerifyAnswer::Wrong { .. } => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_temporary_code_is_good_as_often_as_was_chosen_and_the_token_stays_good() {
    let (server, pc, phone) = enrolled().await;
    for (uses, good) in [(Uses::Times(1), 1), (Uses::Times(3), 3), (Uses::Any, 6)] {
        let code = code(&server, uses).await;
        let mut taken = 0;
        for _ in 0..6 {
            taken += u32::from(signs_in(&server, &pc, &code).await);
            server.unlock(&domain(1001)).await;
        }
        assert_eq!(taken, good, "{uses:?}");
    }
    assert_eq!(
        (server.count(AuditKind::TemporaryCodeMade), server.count(AuditKind::TemporaryCodeUsed)),
        (3, 10)
    );
    assert!(signs_in(&server, &pc, &phone.code(server.now())).await);
}

#[tokio::test]
async fn a_temporary_code_ends_by_the_clock_by_a_newer_one_and_by_being_ended() {
    let (server, pc, _) = enrolled().await;
    let first = code(&server, Uses::Any).await;
    server.wait(3_599);
    assert!(signs_in(&server, &pc, &first).await);
    server.wait(1);
    assert!(!signs_in(&server, &pc, &first).await);

    let (second, third) = (code(&server, Uses::Any).await, code(&server, Uses::Any).await);
    assert!(!signs_in(&server, &pc, &second).await);
    assert!(signs_in(&server, &pc, &third).await);
    let sid = domain(1001).sid.to_string();
    let again = sid.clone();
    server.admin(move |work| people::end_temporary_code(work, &sid)).await;
    assert!(!signs_in(&server, &pc, &third).await);
    let nothing = server.try_admin(move |work| people::end_temporary_code(work, &again)).await;
    assert!(nothing.unwrap_err().to_string().contains("no temporary code"));
}

#[tokio::test]
async fn of_two_sign_ins_with_a_code_that_is_good_once_one_is_accepted() {
    let (server, pc, _) = enrolled().await;
    let code = code(&server, Uses::Times(1)).await;
    // Two sign-ins begun, one use.
    let (one, other) = (server.attempt(&pc, &domain(1001)).await, server.attempt(&pc, &domain(1001)).await);
    let answers = tokio::join!(one.verify(&code), other.verify(&code));
    let accepted = [&answers.0, &answers.1]
        .iter()
        .filter(|answer| matches!(answer, VerifyAnswer::Accept { .. }))
        .count();
    assert_eq!(accepted, 1, "{answers:?}");
}

#[tokio::test]
async fn wrong_temporary_codes_count_like_wrong_one_time_passwords() {
    let (server, pc, phone) = enrolled().await;
    let void = code(&server, Uses::Any).await;
    let good = code(&server, Uses::Any).await;
    for left in [4, 3, 2] {
        assert_eq!(server.sign_in(&pc, &domain(1001), &void).await, VerifyAnswer::Wrong { left });
    }
    let wrong = phone.wrong_code(server.now());
    assert_eq!(server.sign_in(&pc, &domain(1001), &wrong).await, VerifyAnswer::Wrong { left: 1 });
    assert_eq!(why(&server.sign_in(&pc, &domain(1001), &void).await), Reason::Locked);
    // Blocked, and a right one does not help.
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::Locked);
    server.unlock(&domain(1001)).await;
    assert!(signs_in(&server, &pc, &good).await);
    assert_eq!(server.rows("lockouts"), 0);
}

#[tokio::test]
async fn somebody_whose_token_is_revoked_is_asked_for_the_temporary_code_and_for_nothing_without_one() {
    let (server, pc, phone) = enrolled().await;
    let token = server.tokens(&pc, &domain(1001)).remove(0);
    server.set_token(&token, TokenState::Revoked).await;
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::TokenDisabled);
    let code = code(&server, Uses::Any).await;
    assert_eq!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::Code { digits: Vec::new() });
    // The revoked token is none.
    let attempt = server.attempt(&pc, &domain(1001)).await;
    assert_eq!(why(&attempt.verify(&phone.code(server.now())).await), Reason::TokenDisabled);
    assert!(signs_in(&server, &pc, &code).await);
    server.wait(3_600);
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::TokenDisabled);
}

#[tokio::test]
async fn there_is_none_for_longer_than_a_week_for_the_disabled_and_for_those_without_a_token() {
    let (server, pc, _) = enrolled().await;
    let week = Duration::from_secs(7 * 86_400);
    try_code(&server, week, Uses::Any).await.unwrap();
    for (valid, uses) in
        [(week + Duration::from_secs(1), Uses::Any), (Duration::ZERO, Uses::Any), (HOUR, Uses::Times(0))]
    {
        assert!(matches!(try_code(&server, valid, uses).await, Err(AdminError::Refused(_))));
    }
    let code = code(&server, Uses::Any).await;
    server.set_person(&domain(1001), PersonState::Disabled).await;
    assert!(try_code(&server, HOUR, Uses::Any).await.unwrap_err().to_string().contains("disabled"));
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::PersonDisabled);
    server.set_person(&domain(1001), PersonState::Active).await;
    let token = server.tokens(&pc, &domain(1001)).remove(0);
    server.set_token(&token, TokenState::Replaced).await;
    assert!(try_code(&server, HOUR, Uses::Any).await.unwrap_err().to_string().contains("no token"));
    assert!(matches!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::Enroll { .. }));
    drop(code);
}

#[tokio::test]
async fn nothing_of_a_temporary_code_is_in_the_database_but_a_slow_hash() {
    let (server, _, _) = enrolled().await;
    code(&server, Uses::Any).await;
    let hashes = server.number("SELECT count(*) FROM temporary_codes WHERE hash LIKE '$argon2id$%'");
    assert_eq!((hashes, server.rows("temporary_codes")), (1, 1));
    server.wait(3_600);
    service::housekeeping::tidy(&server.service, server.now()).await.unwrap();
    assert_eq!(server.rows("temporary_codes"), 0);
}
