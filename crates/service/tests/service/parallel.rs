//! Many at the same moment, on a database as in production.

use domain::AuditKind;
use model::AccountClaim;
use protocol::http::{ConfirmAnswer, ShowAnswer, VerifyAnswer};
use service::{CallError, enroll, people};
use std::{future::Future, sync::Arc, time::Duration};
use testkit::{Attempt, Pc, Phone, Server, domain};

const MANY: usize = 50;

/// Runs something so many times at once, on all threads.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    futures: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

/// A server that lives as long as the test, so that attempts can be handed to tasks.
fn server() -> &'static Server {
    Box::leak(Box::new(Server::on_disk()))
}

async fn pcs(server: &'static Server, count: usize) -> &'static [Pc] {
    let mut pcs = Vec::new();
    for number in 0..count {
        pcs.push(server.pc(&format!("PC-{number}")).await);
    }
    Vec::leak(pcs)
}

async fn attempts(
    server: &'static Server,
    pcs: &'static [Pc],
    account: &AccountClaim,
) -> Vec<Attempt<'static>> {
    let begin = |pc| {
        let account = account.clone();
        async move { server.attempt(pc, &account).await }
    };
    at_once(pcs.iter().map(begin)).await
}

/// The folder of a leaked server is not removed by itself.
struct CleanUp(&'static Server);

impl Drop for CleanUp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.database().parent().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_machines_with_the_same_code_one_is_accepted() {
    let server = server();
    let _clean_up = CleanUp(server);
    server.policy("[defaults]\nnew_people_per_day = 1000\n").await;
    let pcs = pcs(server, MANY).await;
    let mut people: Vec<(AccountClaim, Phone)> = Vec::new();
    for rid in 0..MANY as u32 {
        let account = domain(1_000 + rid);
        let phone = server.enroll(&pcs[0], &account).await;
        people.push((account, phone));
    }
    server.wait(60);
    for (account, phone) in people {
        let attempts = attempts(server, pcs, &account).await;
        let code = phone.code(server.now());
        let answers = at_once(attempts.into_iter().map(|attempt| {
            let code = code.clone();
            async move { attempt.verify(&code).await }
        }))
        .await;
        let accepted = answers.iter().filter(|answer| matches!(answer, VerifyAnswer::Accept { .. })).count();
        assert_eq!(accepted, 1, "{answers:?}");
        let told_wrong = answers.iter().any(|answer| matches!(answer, VerifyAnswer::Wrong { .. }));
        assert!(!told_wrong, "a right code that comes late is used, not wrong: {answers:?}");
    }
    assert_eq!(server.count(AuditKind::CodeAccepted), MANY);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_confirmations_of_one_attempt_one_makes_a_token() {
    let server = server();
    let _clean_up = CleanUp(server);
    let pcs = pcs(server, 1).await;
    let attempt: &Attempt<'_> = Box::leak(Box::new(server.attempt(&pcs[0], &domain(1001)).await));
    let code = attempt.show().await.phone().code(server.now());
    let answers = at_once((0..MANY).map(|_| {
        let code = code.clone();
        async move { attempt.try_confirm(server.request_id(), &code).await }
    }))
    .await;
    let accepted = answers.iter().filter(|answer| matches!(answer, Ok(ConfirmAnswer::Accept { .. }))).count();
    let over = answers.iter().filter(|answer| matches!(answer, Err(CallError::AttemptOver))).count();
    assert_eq!((accepted, over), (1, MANY - 1));
    assert_eq!((server.rows("tokens"), server.count(AuditKind::TokenEnrolled)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_attempts_with_the_same_first_code_one_is_accepted() {
    let server = server();
    let _clean_up = CleanUp(server);
    let pcs = pcs(server, 1).await;
    let mut open = Vec::new();
    for _ in 0..MANY {
        open.push(server.attempt(&pcs[0], &domain(1001)).await);
    }
    let code = open[0].show().await.phone().code(server.now());
    let answers = at_once(open.into_iter().map(|attempt| {
        let code = code.clone();
        async move { attempt.confirm(&code).await }
    }))
    .await;
    let accepted = answers.iter().filter(|answer| matches!(answer, ConfirmAnswer::Accept { .. })).count();
    let told =
        answers.iter().filter(|answer| matches!(answer, ConfirmAnswer::EnrolledElsewhere { .. })).count();
    assert_eq!((accepted, told, server.rows("tokens")), (1, MANY - 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_sights_of_one_account_make_one_person_and_one_seed_per_machine() {
    let server = server();
    let _clean_up = CleanUp(server);
    let pcs = pcs(server, 10).await;
    let begin = |number: usize| async move { server.attempt(&pcs[number % 10], &domain(1001)).await };
    let attempts = at_once((0..MANY).map(begin)).await;
    assert_eq!((server.rows("people"), server.rows("accounts")), (1, 1));
    assert_eq!(server.count(AuditKind::PersonAdded), 1);

    let shown = at_once(attempts.into_iter().map(|attempt| async move {
        let answer = attempt.try_show(false, None).await.unwrap();
        assert!(matches!(answer, ShowAnswer::Show { .. }), "{answer:?}");
        (attempt.pc.machine.id, attempt.shown(answer).phone().uri.seed.to_base32().expose().to_vec())
    }))
    .await;
    assert_eq!(server.rows("pending_enrollments"), 10);
    let mut seeds = shown.clone();
    seeds.sort();
    seeds.dedup();
    assert_eq!(seeds.len(), 10, "one seed per machine, whoever asked first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_sent_many_times_at_once_gets_nobody_in_without_a_code() {
    let server = server();
    let _clean_up = CleanUp(server);
    let pcs = pcs(server, 1).await;
    for rid in 0..5 {
        let account = domain(1_000 + rid);
        let answers = at_once((0..MANY).map(|_| {
            let account = account.clone();
            async move { server.at(&pcs[0], &account).begin().await }
        }))
        .await;
        for answer in answers {
            assert!(matches!(answer, protocol::http::BeginAnswer::Enroll { .. }), "{answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_at_once_five_are_compared() {
    let server = server();
    let _clean_up = CleanUp(server);
    let pcs = pcs(server, 1).await;
    let phone = server.enroll(&pcs[0], &domain(1001)).await;
    server.wait(60);
    let mut open = Vec::new();
    for _ in 0..MANY {
        open.push(server.attempt(&pcs[0], &domain(1001)).await);
    }
    let wrong = phone.wrong_code(server.now());
    at_once(open.into_iter().map(|attempt| {
        let wrong = wrong.clone();
        async move { attempt.verify(&wrong).await }
    }))
    .await;
    assert_eq!((server.count(AuditKind::CodeWrong), server.count(AuditKind::PairBlocked)), (5, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_recovery_codes_guessed_at_once_at_most_five_are_told_wrong() {
    let server = server();
    let _clean_up = CleanUp(server);
    let pcs = pcs(server, 1).await;
    server.enroll(&pcs[0], &domain(1001)).await;
    let make = || server.with_rng(|rng| people::RecoveryCodes::random(rng)).unwrap();
    let sid = domain(1001).sid.to_string();
    let (void, good) = (make(), make());
    let void = server
        .admin({
            let sid = sid.clone();
            move |work| people::set_recovery_codes(work, &sid, void)
        })
        .await;
    let good = server.admin(move |work| people::set_recovery_codes(work, &sid, good)).await;
    let mut open = Vec::new();
    for _ in 0..21 {
        open.push(server.attempt(&pcs[0], &domain(1001)).await);
    }
    let last = open.pop().unwrap();
    let answers = at_once(open.into_iter().enumerate().map(|(number, attempt)| {
        let code = void[number % 10].duplicate();
        async move { attempt.try_verify(server.request_id(), code.expose_text().unwrap()).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| !matches!(answer, Ok(VerifyAnswer::Accept { .. }))), "{answers:?}");
    // Those that were compared before the block came into force were told wrong; nobody was told anything after it.
    let (wrong, refused) = (server.count(AuditKind::CodeWrong), server.count(AuditKind::SignInRefused));
    assert!(wrong <= 5 && wrong + refused == 20, "{wrong} wrong, {refused} refused");
    assert_eq!(server.count(AuditKind::PairBlocked), 1);
    assert_eq!(crate::why(&last.verify(good[0].expose_text().unwrap()).await), model::Reason::Locked);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_recovery_codes_in_one_attempt_at_once_cost_one_code_and_give_one_accept() {
    let server = server();
    let _clean_up = CleanUp(server);
    let pcs = pcs(server, 1).await;
    server.enroll(&pcs[0], &domain(1001)).await;
    let codes = server.with_rng(|rng| people::RecoveryCodes::random(rng)).unwrap();
    let sid = domain(1001).sid.to_string();
    let codes = server.admin(move |work| people::set_recovery_codes(work, &sid, codes)).await;
    let attempt: &Attempt<'_> = Box::leak(Box::new(server.attempt(&pcs[0], &domain(1001)).await));
    let answers = at_once(codes.into_iter().take(4).map(|code| async move {
        attempt.try_verify(server.request_id(), code.expose_text().unwrap()).await
    }))
    .await;
    let accepted = answers.iter().filter(|answer| matches!(answer, Ok(VerifyAnswer::Accept { .. }))).count();
    assert_eq!(accepted, 1, "{answers:?}");
    assert_eq!(server.number("SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL"), 1);
    assert_eq!(server.count(AuditKind::RecoveryCodeUsed), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_overtakes_its_request_changes_nothing() {
    let server = server();
    let _clean_up = CleanUp(server);
    let pcs = pcs(server, 1).await;
    let phone = server.enroll(&pcs[0], &domain(1001)).await;
    server.wait(60);
    let attempt: &Attempt<'_> = Box::leak(Box::new(server.attempt(&pcs[0], &domain(1001)).await));
    let (request, code) = (server.request_id(), phone.code(server.now()));
    let answers = at_once((0..MANY).map(|_| {
        let code = code.clone();
        async move { attempt.try_verify(request, &code).await.unwrap() }
    }))
    .await;
    let accept = VerifyAnswer::Accept { accept: attempt.accept() };
    assert!(answers.iter().all(|answer| *answer == accept), "{answers:?}");
    assert_eq!(server.count(AuditKind::CodeAccepted), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_used_many_times_at_once_makes_one_token() {
    let server = server();
    let _clean_up = CleanUp(server);
    let person = server.admin(|work| people::add(work, "Mara")).await;
    let (page, uri) = server
        .admin(move |work| {
            let link = enroll::invite(work, person, Duration::from_secs(600))?;
            let page = enroll::invited(work, &link)?.unwrap();
            let uri = enroll::show_invited(work, &page)?;
            Ok((page, uri))
        })
        .await;
    let code = Phone::scan(&uri).code(server.now());
    let answers =
        at_once(
            (0..MANY).map(|_| {
                let (page, code) = (page.clone(), code.parse().ok());
                async move {
                    server.admin(move |work| Ok(enroll::confirm_invited(work, &page, code.as_ref())?)).await
                }
            }),
        )
        .await;
    let enrolled = answers.iter().filter(|&answer| *answer == enroll::InvitedAnswer::Enrolled).count();
    assert_eq!((enrolled, server.rows("tokens")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_code_used_many_times_at_once_lets_in_as_many_as_it_says() {
    let server = server();
    let _clean_up = CleanUp(server);
    let (_, secret) = server.join_code("default", 3, Duration::from_secs(60)).await;
    let secret = Arc::new(secret);
    let joined =
        at_once((0..20).map(|number| {
            let secret = Arc::clone(&secret);
            async move {
                server.join(server.join_request(&format!("PC-{number}"), secret.duplicate())).await.is_ok()
            }
        }))
        .await;
    assert_eq!(joined.into_iter().filter(|&joined| joined).count(), 3);
    assert_eq!(server.rows("machines"), 3);
}
