use crate::why;
use domain::{AuditKind, PersonState, TokenState};
use model::{Reason, Secret};
use protocol::http::{BeginAnswer, ConfirmAnswer, PasswordEvidence, ShowAnswer};
use service::CallError;
use store::tables;
use testkit::{Server, domain};

#[tokio::test]
async fn without_a_proven_password_there_is_no_pending_row_and_no_seed() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let mut attempt = server.at(&pc, &domain(1001));
    attempt.password = PasswordEvidence::Unproven;
    assert_eq!(why(&attempt.begin().await), Reason::PasswordUnproven);
    assert!(matches!(attempt.try_show(false, None).await, Err(CallError::AttemptOver)));
    assert!(matches!(attempt.try_confirm(server.request_id(), "000000").await, Err(CallError::AttemptOver)));
    assert_eq!((server.rows("pending_enrollments"), server.rows("tokens"), server.rows("people")), (0, 0, 0));
}

#[tokio::test]
async fn a_seed_is_made_when_the_qr_is_asked_for_and_not_earlier() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let attempt = server.at(&pc, &domain(1001));
    assert_eq!(attempt.begin().await, BeginAnswer::Enroll { pending: None, needs_code: false });
    assert_eq!(server.rows("pending_enrollments"), 0);
    attempt.show().await;
    assert_eq!(server.rows("pending_enrollments"), 1);
}

#[tokio::test]
async fn a_token_is_born_at_the_first_correct_code_and_not_before() {
    let server = Server::new();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let attempt = server.attempt(&pc, &mara).await;
    let phone = attempt.show().await.phone();
    assert_eq!(server.rows("tokens"), 0);
    let wrong = attempt.confirm(&phone.wrong_code(server.now())).await;
    assert_eq!((wrong, server.rows("tokens")), (ConfirmAnswer::Wrong { left: 4 }, 0));
    // Neither does a code of a pending seed sign anybody in.
    assert!(matches!(
        attempt.try_verify(server.request_id(), &phone.code(server.now())).await,
        Err(CallError::AttemptOver)
    ));

    let right = attempt.confirm(&phone.code(server.now())).await;
    assert_eq!(right, ConfirmAnswer::Accept { accept: attempt.accept() });
    let tokens = server.tokens(&pc, &mara);
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].state, TokenState::Active);
    assert_eq!(tokens[0].last_step, Some(server.now().as_secs() / 30));
    assert_eq!(server.rows("pending_enrollments"), 0);
}

#[tokio::test]
async fn the_confirming_code_is_burnt() {
    let server = Server::new();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let phone = server.enroll(&pc, &mara).await;
    let answer = server.sign_in(&pc, &mara, &phone.code(server.now())).await;
    assert_eq!(answer, protocol::http::VerifyAnswer::Used { left: 4 });
}

#[tokio::test]
async fn the_same_machine_shows_the_same_seed_again_and_another_machine_one_of_its_own() {
    let server = Server::new();
    let (here, there, mara) = (server.pc("PC-1").await, server.pc("PC-2").await, domain(1001));
    let first = server.attempt(&here, &mara).await.show().await;
    server.wait(120);
    let again = server.at(&here, &mara);
    let BeginAnswer::Enroll { pending: Some(pending), needs_code: false } = again.begin().await else {
        panic!("nothing to resume");
    };
    assert_eq!(pending, first.pending);
    let again = again.show().await;
    assert!(again.resumed && !first.resumed);
    assert_eq!(again.phone().uri, first.phone().uri);
    assert_eq!(again.pending, first.pending, "showing again does not make it last longer");

    let elsewhere = server.attempt(&there, &mara).await.show().await;
    assert!(!elsewhere.resumed);
    assert_ne!(elsewhere.phone().uri.seed, first.phone().uri.seed);
}

#[tokio::test]
async fn the_first_correct_code_wins_and_the_other_machine_is_told_where_and_when() {
    let server = Server::new();
    let (a, b, mara) = (server.pc("PC-A").await, server.pc("PC-B").await, domain(1001));
    let (on_a, on_b) = (server.attempt(&a, &mara).await, server.attempt(&b, &mara).await);
    let (phone_a, phone_b) = (on_a.show().await.phone(), on_b.show().await.phone());
    server.wait(40);
    let at = server.now();
    assert!(matches!(on_b.confirm(&phone_b.code(at)).await, ConfirmAnswer::Accept { .. }));
    assert_eq!(server.number("SELECT count(*) FROM pending_enrollments WHERE length(seed) > 0"), 0);

    server.wait(30);
    let told = ConfirmAnswer::EnrolledElsewhere { machine: "PC-B".into(), at };
    assert_eq!(on_a.confirm(&phone_a.code(server.now())).await, told);
    assert_eq!(
        on_a.try_show(false, None).await.unwrap(),
        ShowAnswer::EnrolledElsewhere { machine: "PC-B".into(), at }
    );
    assert_eq!(server.rows("tokens"), 1);
    let lost: Vec<_> =
        server.events().into_iter().filter(|event| event.kind == AuditKind::EnrollmentLost).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].machine, Some(a.machine.id));
    assert!(lost[0].detail.contains("PC-B"), "{}", lost[0].detail);
}

#[tokio::test]
async fn starting_over_makes_a_new_seed_and_the_old_one_is_dead() {
    let server = Server::new();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let attempt = server.attempt(&pc, &mara).await;
    let old = attempt.show().await;
    server.wait(60);
    let new = attempt.start_over().await;
    assert!(!new.resumed);
    assert_eq!(new.pending.shown_at, server.now());
    assert_ne!(new.phone().uri.seed, old.phone().uri.seed);
    let answer = attempt.confirm(&old.phone().code(server.now())).await;
    assert_eq!(answer, ConfirmAnswer::Wrong { left: 4 });
    let answer = attempt.confirm(&new.phone().code(server.now())).await;
    assert!(matches!(answer, ConfirmAnswer::Accept { .. }));
    assert_eq!(server.count(AuditKind::EnrollmentStartedOver), 1);
}

#[tokio::test]
async fn a_pending_enrollment_is_good_for_ten_minutes_and_not_a_second_longer() {
    for (seconds, good) in [(599, true), (600, false)] {
        let server = Server::new();
        let (pc, mara) = (server.pc("PC-1").await, domain(1001));
        let first = server.attempt(&pc, &mara).await.show().await;
        server.wait(500);
        let attempt = server.attempt(&pc, &mara).await;
        server.wait(seconds - 500);
        let answer = attempt.confirm(&first.phone().code(server.now())).await;
        if good {
            assert!(matches!(answer, ConfirmAnswer::Accept { .. }), "{answer:?}");
            continue;
        }
        assert_eq!((answer, server.rows("tokens")), (ConfirmAnswer::Expired, 0));
        let next = attempt.show().await;
        assert!(!next.resumed);
        assert_ne!(next.phone().uri.seed, first.phone().uri.seed);
    }
}

#[tokio::test]
async fn a_disabled_person_neither_sees_a_qr_nor_confirms_one() {
    let server = Server::new();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let attempt = server.attempt(&pc, &mara).await;
    let phone = attempt.show().await.phone();
    server.set_person(&mara, PersonState::Disabled).await;
    assert_eq!(why(&attempt.confirm(&phone.code(server.now())).await), Reason::PersonDisabled);
    assert_eq!(why(&server.at(&pc, &mara).begin().await), Reason::PersonDisabled);
    server.set_person(&mara, PersonState::Active).await;

    let attempt = server.attempt(&pc, &mara).await;
    server.set_person(&mara, PersonState::Disabled).await;
    assert_eq!(why(&attempt.try_show(false, None).await.unwrap()), Reason::PersonDisabled);
    assert_eq!((server.rows("tokens"), server.count(AuditKind::EnrollmentRefused)), (0, 2));
}

#[tokio::test]
async fn wrong_first_codes_block_and_then_neither_the_right_one_nor_another_qr_helps() {
    let server = Server::new();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let (attempt, second) = (server.attempt(&pc, &mara).await, server.attempt(&pc, &mara).await);
    let phone = attempt.show().await.phone();
    for left in (1..5).rev() {
        let answer = attempt.confirm(&phone.wrong_code(server.now())).await;
        assert_eq!(answer, ConfirmAnswer::Wrong { left });
    }
    assert_eq!(why(&attempt.confirm(&phone.wrong_code(server.now())).await), Reason::Locked);
    // An attempt begun before the block is no way around it.
    assert_eq!(why(&second.confirm(&phone.code(server.now())).await), Reason::Locked);
    assert!(matches!(second.try_show(true, None).await, Err(CallError::AttemptOver)));
    assert_eq!(why(&server.at(&pc, &mara).begin().await), Reason::Locked);
    assert_eq!(server.rows("tokens"), 0);
}

#[tokio::test]
async fn a_blocked_person_is_shown_nothing() {
    let server = Server::new();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let (attempt, second) = (server.attempt(&pc, &mara).await, server.attempt(&pc, &mara).await);
    let phone = attempt.show().await.phone();
    for _ in 0..5 {
        attempt.try_confirm(server.request_id(), &phone.wrong_code(server.now())).await.unwrap();
    }
    assert_eq!(why(&second.try_show(false, None).await.unwrap()), Reason::Locked);
}

#[tokio::test]
async fn nobody_enrolls_around_a_token_that_was_revoked_while_they_were_at_it() {
    for state in [TokenState::Revoked, TokenState::Disabled] {
        let server = Server::new();
        let (a, b, mara) = (server.pc("PC-A").await, server.pc("PC-B").await, domain(1001));
        // The attempt on B began when there was no token, and may enroll.
        let on_b = server.attempt(&b, &mara).await;
        server.enroll(&a, &mara).await;
        let token = server.tokens(&a, &mara).remove(0);
        server.set_token(&token, state).await;
        assert_eq!(why(&on_b.try_show(false, None).await.unwrap()), Reason::TokenDisabled, "{state:?}");
        assert_eq!(server.rows("pending_enrollments"), 0);
        assert_eq!(why(&server.at(&b, &mara).begin().await), Reason::TokenDisabled);
    }
}

#[tokio::test]
async fn a_first_code_makes_no_token_for_a_person_who_has_one_by_now() {
    let server = Server::new();
    let (a, b, mara, other) = (server.pc("PC-A").await, server.pc("PC-B").await, domain(1001), domain(1002));
    let attempt = server.attempt(&a, &mara).await;
    let phone = attempt.show().await.phone();
    server.enroll(&b, &other).await;
    let (keep, gone) = (server.person(&a, &mara).unwrap().id, server.person(&b, &other).unwrap().id);
    // By the hand of an administrator who gives the token, and nothing else, to her.
    server.admin(move |work| Ok(tables::tokens::give_all(work.tx, gone, keep)?)).await;
    let answer = attempt.confirm(&phone.code(server.now())).await;
    assert!(matches!(answer, ConfirmAnswer::EnrolledElsewhere { .. }), "{answer:?}");
    assert_eq!(server.rows("tokens"), 1);
}

#[tokio::test]
async fn a_loser_may_enroll_at_once_when_the_token_that_won_is_taken_away() {
    let server = Server::new();
    let (a, b, mara) = (server.pc("PC-A").await, server.pc("PC-B").await, domain(1001));
    let on_b = server.attempt(&b, &mara).await;
    on_b.show().await;
    server.enroll(&a, &mara).await;
    server.set_token(&server.tokens(&a, &mara)[0], TokenState::Replaced).await;
    let shown = server.attempt(&b, &mara).await.show().await;
    assert!(!shown.resumed);
}

#[tokio::test]
async fn an_attempt_belongs_to_the_machine_that_began_it() {
    let server = Server::new();
    let (a, b, mara) = (server.pc("PC-A").await, server.pc("PC-B").await, domain(1001));
    let on_a = server.attempt(&a, &mara).await;
    let phone = on_a.show().await.phone();
    let mut stolen = server.at(&b, &mara);
    stolen.id = on_a.id;
    assert!(matches!(stolen.try_show(false, None).await, Err(CallError::AttemptOver)));
    let code = phone.code(server.now());
    assert!(matches!(stolen.try_confirm(server.request_id(), &code).await, Err(CallError::AttemptOver)));
}

#[tokio::test]
async fn a_retry_gets_the_same_qr_and_the_same_accept() {
    let server = Server::new();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let attempt = server.attempt(&pc, &mara).await;
    let phone = attempt.show().await.phone();
    let (request, code) = (server.request_id(), phone.code(server.now()));
    let first = attempt.try_confirm(request, &code).await.unwrap();
    assert_eq!(attempt.try_confirm(request, &code).await.unwrap(), first);
    assert!(matches!(first, ConfirmAnswer::Accept { .. }));
    assert!(matches!(
        attempt.try_confirm(request, &phone.wrong_code(server.now())).await,
        Err(CallError::Request(_))
    ));
    assert!(matches!(attempt.try_confirm(server.request_id(), &code).await, Err(CallError::AttemptOver)));
    assert_eq!(server.rows("tokens"), 1);
}

#[tokio::test]
async fn no_column_holds_a_seed_in_the_clear() {
    let server = Server::on_disk();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let pending = server.attempt(&pc, &domain(1002)).await.show().await.phone();
    let born = server.enroll(&pc, &mara).await;
    let copy = server.database().with_extension("copy");
    server.service.store().copy_to(&copy).unwrap();
    let bytes = std::fs::read(copy).unwrap();
    for phone in [pending, born] {
        let base32: Secret = phone.uri.seed.to_base32();
        for needle in [phone.uri.seed.expose(), base32.expose()] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    assert!(bytes.windows(8).any(|window| window == b"CORP\\use"), "the copy has the rows in it");
}
