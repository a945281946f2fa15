use crate::{enrolled, why};
use domain::{AuditKind, PersonState, TokenState};
use model::{Reason, Secret};
use otp::Drift;
use protocol::http::{BeginAnswer, VerifyAnswer, VerifyRequest};
use service::{CallError, housekeeping, machines, signin};
use testkit::{Pc, Phone, Server, domain};

const USED: VerifyAnswer = VerifyAnswer::Used { left: 4 };
const WRONG: VerifyAnswer = VerifyAnswer::Wrong { left: 4 };

fn is_accept(answer: &VerifyAnswer) -> bool {
    matches!(answer, VerifyAnswer::Accept { .. })
}

#[tokio::test]
async fn a_code_accepted_once_is_refused_the_second_time() {
    let (server, pc, phone) = enrolled().await;
    let code = phone.code(server.now());
    let attempt = server.attempt(&pc, &domain(1001)).await;
    assert_eq!(attempt.verify(&code).await, VerifyAnswer::Accept { accept: attempt.accept() });
    assert_eq!(server.sign_in(&pc, &domain(1001), &code).await, USED);
    assert_eq!(server.count(AuditKind::CodeAccepted), 1);
    assert_eq!(server.count(AuditKind::CodeUsed), 1);
}

#[tokio::test]
async fn a_code_of_a_step_before_the_last_accepted_one_is_used_up_too() {
    let (server, pc, phone) = enrolled().await;
    let now = server.now();
    assert!(is_accept(&server.sign_in(&pc, &domain(1001), &phone.code(now)).await));
    assert_eq!(server.sign_in(&pc, &domain(1001), &phone.code_at(now, -1)).await, USED);
}

#[tokio::test]
async fn one_step_either_side_is_accepted_and_two_are_not() {
    for (step, right) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let (server, pc, phone) = enrolled().await;
        let answer = server.sign_in(&pc, &domain(1001), &phone.code_at(server.now(), step)).await;
        assert_eq!(is_accept(&answer), right, "{step}: {answer:?}");
    }
}

#[tokio::test]
async fn a_change_of_the_window_holds_for_an_attempt_that_has_begun() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    server.policy("[tokens]\nsteps_before = 0\n").await;
    assert_eq!(attempt.verify(&phone.code_at(server.now(), -1)).await, WRONG);
    server.policy("").await;
    assert!(is_accept(&attempt.verify(&phone.code_at(server.now(), -1)).await));
}

#[tokio::test]
async fn a_phone_that_runs_ahead_is_followed() {
    let (server, pc, phone) = enrolled().await;
    assert!(is_accept(&server.sign_in(&pc, &domain(1001), &phone.code_at(server.now(), 1)).await));
    assert_eq!(server.tokens(&pc, &domain(1001))[0].drift, Drift::from_steps(1));
    server.wait(300);
    assert!(is_accept(&server.sign_in(&pc, &domain(1001), &phone.code_at(server.now(), 2)).await));
    // And one whose clock was put right again is not locked out.
    server.wait(300);
    assert!(is_accept(&server.sign_in(&pc, &domain(1001), &phone.code(server.now())).await));
}

#[tokio::test]
async fn what_cannot_be_a_code_counts_like_a_wrong_one() {
    let (server, pc, _) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    for (left, text) in [(4, ""), (3, "letters"), (2, "12345"), (1, "1234567890")] {
        assert_eq!(attempt.verify(text).await, VerifyAnswer::Wrong { left }, "{text:?}");
    }
    assert_eq!(why(&attempt.verify("x").await), Reason::Locked);
}

#[tokio::test]
async fn a_retry_gets_the_answer_that_was_given_and_changes_nothing() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let (wrong, right) = (phone.wrong_code(server.now()), phone.code(server.now()));
    let request = server.request_id();
    for _ in 0..10 {
        assert_eq!(attempt.try_verify(request, &wrong).await.unwrap(), WRONG);
    }
    assert_eq!(server.count(AuditKind::CodeWrong), 1);
    let request = server.request_id();
    let accept = VerifyAnswer::Accept { accept: attempt.accept() };
    for _ in 0..3 {
        assert_eq!(attempt.try_verify(request, &right).await.unwrap(), accept);
    }
    assert_eq!(server.count(AuditKind::CodeAccepted), 1);
}

#[tokio::test]
async fn every_request_of_an_attempt_gets_its_own_answer_again_for_ten_minutes() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.at(&pc, &domain(1001));
    let (wrong, right) = (phone.wrong_code(server.now()), phone.code(server.now()));
    let [begin, first, second, last] = std::array::from_fn(|_| server.request_id());
    let begun = attempt.begin_as(begin).await.unwrap();
    let steps = [
        (first, wrong.as_str(), WRONG),
        (second, wrong.as_str(), VerifyAnswer::Wrong { left: 3 }),
        (last, right.as_str(), VerifyAnswer::Accept { accept: attempt.accept() }),
    ];
    for (request, code, answer) in &steps {
        assert_eq!(attempt.try_verify(*request, code).await.unwrap(), *answer);
    }
    server.wait(600);
    while housekeeping::tidy(&server.service, server.now()).await.unwrap() {}
    assert_eq!(attempt.begin_as(begin).await.unwrap(), begun);
    for (request, code, answer) in &steps {
        assert_eq!(attempt.try_verify(*request, code).await.unwrap(), *answer);
        let other = attempt.try_verify(*request, "other").await;
        assert!(matches!(other, Err(CallError::Request(_))), "{other:?}");
    }
    // Four minutes of the attempt, and ten more.
    server.wait(241);
    while housekeeping::tidy(&server.service, server.now()).await.unwrap() {}
    assert_eq!((server.rows("attempts"), server.rows("answers")), (0, 0));
}

#[tokio::test]
async fn a_refusal_that_began_no_attempt_is_given_again_too() {
    let (server, pc, _) = enrolled().await;
    server.set_person(&domain(1001), PersonState::Disabled).await;
    let (attempt, request) = (server.at(&pc, &domain(1001)), server.request_id());
    let refused = attempt.begin_as(request).await.unwrap();
    server.set_person(&domain(1001), PersonState::Active).await;
    assert_eq!(attempt.begin_as(request).await.unwrap(), refused);
    assert_eq!(server.count(AuditKind::SignInRefused), 1);
}

#[tokio::test]
async fn a_request_id_is_good_for_one_body_and_one_machine() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let request = server.request_id();
    assert!(is_accept(&attempt.try_verify(request, &phone.code(server.now())).await.unwrap()));
    let other = attempt.try_verify(request, &phone.wrong_code(server.now())).await;
    assert!(matches!(other, Err(CallError::Request(_))), "{other:?}");

    let there = server.pc("PC-2").await;
    let mut elsewhere = server.at(&there, &domain(1001));
    elsewhere.id = attempt.id;
    let other = elsewhere.try_verify(request, &phone.code(server.now())).await;
    assert!(matches!(other, Err(CallError::AttemptOver)), "{other:?}");
}

#[tokio::test]
async fn an_attempt_is_approved_once() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    assert!(is_accept(&attempt.verify(&phone.code(server.now())).await));
    server.wait(30);
    let again = attempt.try_verify(server.request_id(), &phone.code(server.now())).await;
    assert!(matches!(again, Err(CallError::AttemptOver)), "{again:?}");
}

#[tokio::test]
async fn an_attempt_id_is_used_once() {
    let (server, pc, _) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    assert!(matches!(attempt.try_begin().await, Err(CallError::Request(_))));
    let request = server.request_id();
    let mut other = server.at(&pc, &domain(1001));
    let first = other.begin_as(request).await.unwrap();
    assert_eq!(other.begin_as(request).await.unwrap(), first, "a retry is not a second attempt");
    other.account = domain(1002);
    assert!(matches!(other.begin_as(request).await, Err(CallError::Request(_))));
}

#[tokio::test]
async fn an_attempt_of_another_machine_is_over() {
    let (server, pc, phone) = enrolled().await;
    let there = server.pc("PC-2").await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let mut stolen = server.at(&there, &domain(1001));
    stolen.id = attempt.id;
    let answer = stolen.try_verify(server.request_id(), &phone.code(server.now())).await;
    assert!(matches!(answer, Err(CallError::AttemptOver)), "{answer:?}");
}

#[tokio::test]
async fn an_attempt_ends_a_minute_after_the_password_is_wiped() {
    for (seconds, open) in [(239, true), (240, false)] {
        let (server, pc, phone) = enrolled().await;
        let attempt = server.attempt(&pc, &domain(1001)).await;
        server.wait(seconds);
        let answer = attempt.try_verify(server.request_id(), &phone.code(server.now())).await;
        match answer {
            Ok(VerifyAnswer::Accept { .. }) => assert!(open),
            Err(CallError::AttemptOver) => assert!(!open),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_person_disabled_before_or_after_the_beginning_does_not_get_in() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    server.set_person(&domain(1001), PersonState::Disabled).await;
    assert_eq!(why(&attempt.verify(&phone.code(server.now())).await), Reason::PersonDisabled);
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::PersonDisabled);
    // The code was not compared, and is still good.
    server.set_person(&domain(1001), PersonState::Active).await;
    assert!(is_accept(&server.sign_in(&pc, &domain(1001), &phone.code(server.now())).await));
}

#[tokio::test]
async fn a_token_that_is_not_active_any_more_refuses_its_code_plainly_and_counts_nothing() {
    for state in [TokenState::Disabled, TokenState::Revoked, TokenState::Replaced] {
        let (server, pc, phone) = enrolled().await;
        let attempt = server.attempt(&pc, &domain(1001)).await;
        server.set_token(&server.tokens(&pc, &domain(1001))[0], state).await;
        assert_eq!(why(&attempt.verify(&phone.code(server.now())).await), Reason::TokenDisabled, "{state:?}");
        assert_eq!(server.rows("lockouts"), 0);
    }
}

#[tokio::test]
async fn a_revoked_token_ends_in_a_refusal_and_a_replaced_one_in_a_new_enrollment() {
    let (server, pc, _) = enrolled().await;
    let token = server.tokens(&pc, &domain(1001)).remove(0);
    server.set_token(&token, TokenState::Disabled).await;
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::TokenDisabled);
    server.set_token(&token, TokenState::Revoked).await;
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::TokenDisabled);
    let name = token.serial.clone();
    let back =
        server.try_admin(move |work| service::tokens::set_state(work, &name, TokenState::Active)).await;
    assert!(back.is_err(), "revoked is for good");
    server.set_token(&token, TokenState::Replaced).await;
    let begun = server.at(&pc, &domain(1001)).begin().await;
    assert!(matches!(begun, BeginAnswer::Enroll { pending: None, .. }), "{begun:?}");
}

/// A verify request that was let in when the machine was still as it joined.
async fn in_flight(
    server: &Server,
    pc: &Pc,
    id: model::AttemptId,
    code: &str,
) -> Result<VerifyAnswer, CallError> {
    let request =
        VerifyRequest { request: server.request_id(), attempt: id, code: Secret::from_text(code.into()) };
    signin::verify(&server.service, server.now(), pc.machine.clone(), [0; 32], request).await
}

#[tokio::test]
async fn a_machine_that_was_removed_or_suspended_meanwhile_gets_no_accept() {
    let (server, pc, phone) = enrolled().await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let code = phone.code(server.now());
    server.admin(|work| machines::suspend(work, "PC-1")).await;
    let answer = in_flight(&server, &pc, attempt.id, &code).await;
    assert!(matches!(answer, Err(CallError::MachineSuspended { until: None })), "{answer:?}");
    server.admin(|work| machines::remove(work, "PC-1")).await;
    let answer = in_flight(&server, &pc, attempt.id, &code).await;
    assert!(matches!(answer, Err(CallError::MachineUnknown)), "{answer:?}");
    assert_eq!(server.count(AuditKind::CodeAccepted), 0);
}

#[tokio::test]
async fn a_seed_that_does_not_open_tells_nothing_about_a_code() {
    let (server, pc, phone) = enrolled().await;
    // A second token of hers, whose row is damaged.
    let second = invited_token(&server, &pc).await;
    server.wait(300);
    let attempt = server.attempt(&pc, &domain(1001)).await;
    server
        .tamper("UPDATE tokens SET seed = X'00' WHERE created_at = (SELECT max(created_at) FROM tokens)")
        .await;
    for code in [phone.code(server.now()), phone.wrong_code(server.now()), second.code(server.now())] {
        let answer = attempt.try_verify(server.request_id(), &code).await;
        assert!(matches!(answer, Err(CallError::Trouble(_))), "{answer:?}");
    }
}

/// One more token for the person of `enrolled`.
async fn invited_token(server: &Server, pc: &Pc) -> Phone {
    use service::enroll::{InvitedAnswer, confirm_invited, invite, invited, show_invited};
    let (person, now) = (server.person(pc, &domain(1001)).unwrap().id, server.now());
    let uri = server
        .admin(move |work| {
            let secret = invite(work, person, std::time::Duration::from_secs(600))?;
            let invited = invited(work, &secret)?.unwrap();
            let uri = show_invited(work, &invited)?;
            let code = Phone::scan(&uri).code(now).parse().unwrap();
            assert_eq!(confirm_invited(work, &invited, Some(&code))?, InvitedAnswer::Enrolled);
            Ok(uri)
        })
        .await;
    Phone::scan(&uri)
}

#[tokio::test]
async fn each_of_twenty_tokens_lets_its_owner_in() {
    let (server, pc, first) = enrolled().await;
    server.policy("[limits]\ntokens_per_person = 20\n").await;
    let mut phones = vec![first];
    for _ in 1..20 {
        phones.push(invited_token(&server, &pc).await);
    }
    server.wait(300);
    for (number, phone) in phones.iter().enumerate() {
        let answer = server.sign_in(&pc, &domain(1001), &phone.code(server.now())).await;
        assert!(is_accept(&answer), "{number}: {answer:?}");
    }
}
