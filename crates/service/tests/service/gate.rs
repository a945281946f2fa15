use crate::why;
use domain::{Actor, AuditKind, PersonState};
use model::{AccountClaim, Reason, Secret, UnixTime};
use protocol::http::{BeginAnswer, ConfirmAnswer, PasswordEvidence, ShowAnswer, ShowRequest};
use protocol::seal::RecipientKey;
use service::{AdminError, CallError, enroll};
use std::{
    pin::pin,
    sync::mpsc,
    task::{Context, Waker},
    time::Duration,
};
use testkit::{Pc, Server, domain, entra};

const DAY: u64 = 86_400;

async fn server_with(policy: &str) -> (Server, Pc) {
    let server = Server::new();
    server.policy(policy).await;
    let pc = server.pc("PC-1").await;
    (server, pc)
}

/// A code for somebody who has been seen.
async fn code_for(server: &Server, pc: &Pc, account: &AccountClaim) -> Secret {
    let person = server.person(pc, account).unwrap().id;
    server.admin(move |work| enroll::new_enrollment_code(work, person, Duration::from_secs(3_600))).await
}

fn needs_code(answer: &BeginAnswer) -> bool {
    matches!(answer, BeginAnswer::Enroll { needs_code: true, .. })
}

#[tokio::test]
async fn with_code_nobody_sees_a_qr_without_the_right_one() {
    let (server, pc) = server_with("[defaults]\nself_enrollment = \"with_code\"\n").await;
    let attempt = server.at(&pc, &domain(1001));
    assert!(needs_code(&attempt.begin().await));
    let code = code_for(&server, &pc, &domain(1001)).await;
    assert!(matches!(attempt.try_show(false, None).await, Err(CallError::AttemptOver)));
    assert!(matches!(attempt.try_show(true, None).await, Err(CallError::AttemptOver)));
    let wrong = Secret::from_text("000-000-000".into());
    assert_eq!(attempt.show_with(&wrong).await, ShowAnswer::CodeWrong { left: 4 });
    let nonsense = Secret::from_text("?".into());
    assert_eq!(attempt.show_with(&nonsense).await, ShowAnswer::CodeWrong { left: 3 });
    assert_eq!(server.rows("pending_enrollments"), 0);

    let shown = attempt.shown(attempt.show_with(&code).await);
    assert_eq!(server.rows("lockouts"), 0, "a right code is forgiven its predecessors");
    let answer = attempt.confirm(&shown.phone().code(server.now())).await;
    assert!(matches!(answer, ConfirmAnswer::Accept { .. }));
    assert_eq!(server.rows("enrollment_codes"), 0, "the code is used up when the token is born");
}

#[tokio::test]
async fn wrong_enrollment_codes_are_counted_and_block() {
    let (server, pc) = server_with("[defaults]\nself_enrollment = \"with_code\"\n").await;
    let (attempt, second) =
        (server.attempt(&pc, &domain(1001)).await, server.attempt(&pc, &domain(1001)).await);
    let code = code_for(&server, &pc, &domain(1001)).await;
    let wrong = Secret::from_text("000-000-000".into());
    for left in (1..5).rev() {
        assert_eq!(attempt.show_with(&wrong).await, ShowAnswer::CodeWrong { left });
    }
    assert_eq!(why(&attempt.show_with(&wrong).await), Reason::Locked);
    assert_eq!(why(&second.show_with(&code).await), Reason::Locked, "nor does the right one help now");
    assert_eq!(server.rows("pending_enrollments"), 0);
}

#[tokio::test]
async fn an_enrollment_code_is_one_persons_and_ends() {
    let (server, pc) = server_with("[defaults]\nself_enrollment = \"with_code\"\n").await;
    let (mine, others) = (server.attempt(&pc, &domain(1001)).await, server.attempt(&pc, &domain(1002)).await);
    let code = code_for(&server, &pc, &domain(1001)).await;
    assert_eq!(others.show_with(&code).await, ShowAnswer::CodeWrong { left: 4 });
    let older = code;
    let newer = code_for(&server, &pc, &domain(1001)).await;
    assert_eq!(mine.show_with(&older).await, ShowAnswer::CodeWrong { left: 4 });
    server.wait(3_599);
    assert!(matches!(
        server.attempt(&pc, &domain(1001)).await.show_with(&newer).await,
        ShowAnswer::Show { .. }
    ));
    // Past its hour, and past what was pending.
    server.wait(601);
    let late = server.attempt(&pc, &domain(1001)).await;
    assert!(matches!(late.show_with(&newer).await, ShowAnswer::CodeWrong { .. }));
}

#[tokio::test]
async fn a_pending_enrollment_that_ran_out_needs_its_code_again() {
    let (server, pc) = server_with("[defaults]\nself_enrollment = \"with_code\"\n").await;
    let first = server.attempt(&pc, &domain(1001)).await;
    let code = code_for(&server, &pc, &domain(1001)).await;
    assert!(matches!(first.show_with(&code).await, ShowAnswer::Show { .. }));
    server.wait(590);
    // Begun while the pending one was good: no code is asked for, as the same QR comes back.
    let attempt = server.at(&pc, &domain(1001));
    assert!(matches!(attempt.begin().await, BeginAnswer::Enroll { pending: Some(_), needs_code: false }));
    server.wait(10);
    let answer = attempt.try_show(false, None).await;
    assert!(matches!(answer, Err(CallError::AttemptOver)), "{answer:?}");
    assert!(matches!(attempt.try_show(true, None).await, Err(CallError::AttemptOver)));
    assert!(needs_code(&server.at(&pc, &domain(1001)).begin().await));
}

#[tokio::test]
async fn a_code_opens_every_mode_of_enrollment() {
    for mode in ["\"off\"", "\"after_approval\"", "{ open_until = 2026-01-01 }"] {
        let (server, pc) = server_with("").await;
        server.attempt(&pc, &domain(1001)).await;
        server.policy(&format!("[defaults]\nself_enrollment = {mode}\n")).await;
        assert!(
            server.at(&pc, &domain(1001)).begin().await
                != BeginAnswer::Enroll { pending: None, needs_code: true }
        );
        let code = code_for(&server, &pc, &domain(1001)).await;
        let attempt = server.at(&pc, &domain(1001));
        assert!(needs_code(&attempt.begin().await), "{mode}");
        assert!(matches!(attempt.show_with(&code).await, ShowAnswer::Show { .. }), "{mode}");
    }
}

#[tokio::test]
async fn an_approval_is_asked_for_once_and_opens_once() {
    let (server, pc) = server_with("[defaults]\nself_enrollment = \"after_approval\"\n").await;
    for _ in 0..3 {
        assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::ApprovalNeeded);
    }
    assert_eq!((server.count(AuditKind::ApprovalRequested), server.rows("attempts")), (1, 0));
    let (person, machine) = (server.person(&pc, &domain(1001)).unwrap().id, pc.machine.id);
    server.admin(move |work| enroll::decide_approval(work, person, machine, true)).await;
    // Not on another machine.
    let there = server.pc("PC-2").await;
    assert_eq!(why(&server.at(&there, &domain(1001)).begin().await), Reason::ApprovalNeeded);
    server.enroll(&pc, &domain(1001)).await;
    assert_eq!(server.rows("enrollment_approvals"), 0);
}

#[tokio::test]
async fn a_denial_ends_what_is_pending() {
    let (server, pc) = server_with("[defaults]\nself_enrollment = \"after_approval\"\n").await;
    server.at(&pc, &domain(1001)).begin().await;
    let (person, machine) = (server.person(&pc, &domain(1001)).unwrap().id, pc.machine.id);
    server.admin(move |work| enroll::decide_approval(work, person, machine, true)).await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let phone = attempt.show().await.phone();
    server.admin(move |work| enroll::decide_approval(work, person, machine, false)).await;
    assert_eq!(attempt.confirm(&phone.code(server.now())).await, ConfirmAnswer::Expired);
    assert_eq!(why(&attempt.try_show(false, None).await.unwrap()), Reason::ApprovalDenied);
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::ApprovalDenied);
}

#[tokio::test]
async fn enrollment_open_until_a_date_includes_that_day() {
    let (server, pc) = server_with("[defaults]\nself_enrollment = { open_until = 2026-11-24 }\n").await;
    server.attempt(&pc, &domain(1001)).await;
    server.clock.set(UnixTime::from_secs((server.now().as_secs() / DAY + 1) * DAY - 1));
    server.attempt(&pc, &domain(1002)).await;
    server.wait(1);
    assert_eq!(why(&server.at(&pc, &domain(1003)).begin().await), Reason::EnrollmentOver);
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::EnrollmentOver);
}

#[tokio::test]
async fn enrollment_within_days_is_counted_from_the_first_sight_of_the_person() {
    let (server, pc) = server_with("[defaults]\nself_enrollment = { within_days_of_first_seen = 2 }\n").await;
    server.attempt(&pc, &domain(1001)).await;
    server.wait(2 * DAY - 1);
    server.attempt(&pc, &domain(1001)).await;
    server.wait(1);
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::EnrollmentOver);
    server.attempt(&pc, &domain(1002)).await;
}

#[tokio::test]
async fn where_self_enrollment_is_off_nobody_begins_and_who_has_a_token_signs_in() {
    let (server, pc) = server_with("").await;
    server.enroll(&pc, &domain(1001)).await;
    server.policy("[defaults]\nself_enrollment = \"off\"\n").await;
    assert_eq!(why(&server.at(&pc, &domain(1002)).begin().await), Reason::EnrollmentOff);
    assert!(matches!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::Code { .. }));
    assert!(server.person(&pc, &domain(1002)).is_none(), "a refusal makes nobody");
}

#[tokio::test]
async fn a_policy_that_came_between_beginning_and_qr_decides_about_the_qr() {
    let (server, pc) = server_with("").await;
    for (mode, reason) in [
        ("off", Some(Reason::EnrollmentOff)),
        ("after_approval", Some(Reason::ApprovalNeeded)),
        ("with_code", None),
    ] {
        let attempt = server.attempt(&pc, &domain(1001)).await;
        server.policy(&format!("[defaults]\nself_enrollment = \"{mode}\"\n")).await;
        match (attempt.try_show(false, None).await, reason) {
            (Ok(answer), Some(reason)) => assert_eq!(why(&answer), reason),
            (Err(CallError::AttemptOver), None) => {}
            other => panic!("{mode}: {other:?}"),
        }
        server.policy("").await;
    }
    assert_eq!(server.rows("pending_enrollments"), 0);
}

#[tokio::test]
async fn a_qr_is_shown_by_the_policy_of_the_group_the_machine_is_in_by_then() {
    let (server, pc) = server_with("[groups.closed]\nself_enrollment = \"off\"\n").await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    server.admin(|work| service::machines::move_to_group(work, "PC-1", "closed")).await;
    // The request was let in while the machine was in its first group.
    let request = ShowRequest {
        request: server.request_id(),
        attempt: attempt.id,
        seal_to: server.with_rng(|rng| RecipientKey::random(rng)).public(),
        enrollment_code: None,
        start_over: false,
    };
    let shown = enroll::show(&server.service, server.now(), pc.machine.clone(), [0; 32], request).await;
    assert_eq!(why(&shown.unwrap()), Reason::EnrollmentOff);
}

#[tokio::test]
async fn who_needs_a_code_by_a_windows_group_can_enroll() {
    let rules = "[[rules]]\nname = \"admins\"\nsids = [\"S-1-5-32-544\"]\nask = \"always\"\n
                 [[rules]]\nname = \"others\"\nask = \"never\"\n";
    let (server, pc) = server_with(rules).await;
    let mut attempt = server.at(&pc, &domain(1001));
    attempt.groups = vec!["S-1-5-32-544".parse().unwrap()];
    assert!(matches!(attempt.begin().await, BeginAnswer::Enroll { .. }));
    let phone = attempt.show().await.phone();
    assert!(matches!(attempt.confirm(&phone.code(server.now())).await, ConfirmAnswer::Accept { .. }));
}

#[tokio::test]
async fn a_machine_brings_only_so_many_new_people_a_day() {
    let (server, pc) = server_with("[defaults]\nnew_people_per_day = 2\n").await;
    for rid in [1001, 1002] {
        server.attempt(&pc, &domain(rid)).await;
    }
    let third = server.at(&pc, &domain(1003)).begin().await;
    assert_eq!(why(&third), Reason::EnrollmentLimit);
    assert_eq!(server.rows("people"), 2, "and nobody is made beyond that");

    // Whoever has begun goes on, as often as it takes.
    for _ in 0..3 {
        server.attempt(&pc, &domain(1001)).await.show().await;
        server.wait(700);
    }
    server.enroll(&pc, &domain(1002)).await;
    assert_eq!(why(&server.at(&pc, &domain(1003)).begin().await), Reason::EnrollmentLimit);
    // Another machine has a number of its own, and so has another day.
    let there = server.pc("PC-2").await;
    server.attempt(&there, &domain(1003)).await;
    server.clock.set(UnixTime::from_secs((server.now().as_secs() / DAY + 1) * DAY));
    server.attempt(&pc, &domain(1003)).await;
    server.policy("[defaults]\nnew_people_per_day = 0\n").await;
    assert_eq!(why(&server.at(&pc, &domain(1004)).begin().await), Reason::EnrollmentLimit);
}

#[tokio::test]
async fn a_qr_shown_after_midnight_counts_for_the_new_day() {
    let (server, pc) = server_with("[defaults]\nnew_people_per_day = 1\n").await;
    server.clock.set(UnixTime::from_secs((server.now().as_secs() / DAY + 1) * DAY - 10));
    let attempt = server.attempt(&pc, &domain(1001)).await;
    server.wait(10);
    attempt.show().await;
    assert_eq!(why(&server.at(&pc, &domain(1002)).begin().await), Reason::EnrollmentLimit);
}

#[tokio::test]
async fn requests_for_approval_are_bounded_too() {
    let (server, pc) =
        server_with("[defaults]\nself_enrollment = \"after_approval\"\nnew_people_per_day = 2\n").await;
    for rid in [1001, 1002] {
        assert_eq!(why(&server.at(&pc, &domain(rid)).begin().await), Reason::ApprovalNeeded);
    }
    assert_eq!(why(&server.at(&pc, &domain(1003)).begin().await), Reason::EnrollmentLimit);
    assert_eq!(server.rows("enrollment_approvals"), 2);
}

#[tokio::test]
async fn an_unproven_password_gets_a_stranger_nowhere_and_a_token_owner_a_code_question() {
    let (server, pc) = server_with("").await;
    server.enroll(&pc, &entra(1)).await;
    for (account, asked) in [(entra(1), true), (entra(2), false)] {
        let mut attempt = server.at(&pc, &account);
        attempt.password = PasswordEvidence::Unproven;
        let answer = attempt.begin().await;
        assert_eq!(matches!(answer, BeginAnswer::Code { .. }), asked, "{answer:?}");
        if !asked {
            assert_eq!(why(&answer), Reason::PasswordUnproven);
        }
    }
    assert!(server.person(&pc, &entra(2)).is_none());
}

#[tokio::test]
async fn a_password_that_is_enough_for_now_is_recorded_every_time_and_enrolls_nothing() {
    let (server, pc) =
        server_with("[defaults]\nunproven_first_signin = { password_only_until = 2026-11-24 }\n").await;
    let mut attempt = server.at(&pc, &entra(1));
    attempt.password = PasswordEvidence::Unproven;
    assert_eq!(attempt.begin().await, BeginAnswer::NotNeeded { accept: attempt.accept() });
    assert_eq!(server.count(AuditKind::CodeNotNeeded), 1);
    assert!(matches!(attempt.try_show(false, None).await, Err(CallError::AttemptOver)));
    server.wait(DAY);
    let mut late = server.at(&pc, &entra(1));
    late.password = PasswordEvidence::Unproven;
    assert_eq!(why(&late.begin().await), Reason::PasswordUnproven);
}

#[tokio::test]
async fn unproven_nothing_is_said_about_the_person() {
    let (server, pc) = server_with("").await;
    let phone = server.enroll(&pc, &domain(1001)).await;
    server.set_person(&domain(1001), PersonState::Disabled).await;
    server.enroll(&pc, &domain(1002)).await;
    for _ in 0..5 {
        server.sign_in(&pc, &domain(1002), &phone.wrong_code(server.now())).await;
    }
    for account in [domain(1001), domain(1002)] {
        let mut attempt = server.at(&pc, &account);
        attempt.password = PasswordEvidence::Unproven;
        assert_eq!(why(&attempt.begin().await), Reason::SignInFailed);
    }
    let causes: Vec<_> =
        server.events().into_iter().filter(|event| event.kind == AuditKind::SignInRefused).collect();
    assert!(causes[0].detail.contains("disabled") && causes[1].detail.contains("locked"), "{causes:?}");
}

#[tokio::test]
async fn a_break_glass_rule_lets_its_account_in_whatever_happened_and_says_so() {
    let rules = "[[rules]]\nname = \"glass\"\nsids = [\"S-1-5-21-1004336348-1177238915-682003330-500\"]\nask = \"never\"\n
                 [[rules]]\nname = \"unlock\"\nkinds = [\"unlock\"]\nask = \"never\"\n";
    let (server, pc) = server_with(rules).await;
    let glass = server.at(&pc, &domain(500));
    assert_eq!(glass.begin().await, BeginAnswer::NotNeeded { accept: glass.accept() });
    server.set_person(&domain(500), PersonState::Disabled).await;
    assert!(matches!(server.at(&pc, &domain(500)).begin().await, BeginAnswer::NotNeeded { .. }));
    let events = server.events();
    let last = events.last().unwrap();
    assert_eq!((last.kind, &*last.detail), (AuditKind::CodeNotNeeded, "break-glass, rule glass"));
    assert_eq!(last.actor, Actor::Machine);

    // An ordinary exception does not pass a disabled person.
    let mut unlock = server.at(&pc, &domain(1001));
    unlock.kind = model::SignInKind::Unlock;
    assert!(matches!(unlock.begin().await, BeginAnswer::NotNeeded { .. }));
    assert_eq!(server.events().last().unwrap().detail, "rule unlock");
    server.set_person(&domain(1001), PersonState::Disabled).await;
    let mut unlock = server.at(&pc, &domain(1001));
    unlock.kind = model::SignInKind::Unlock;
    assert_eq!(why(&unlock.begin().await), Reason::PersonDisabled);
}

#[tokio::test]
async fn a_policy_takes_effect_at_once() {
    let (server, pc) = server_with("").await;
    server.attempt(&pc, &domain(1001)).await;
    server.policy("ask = \"never\"\n").await;
    assert!(matches!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::NotNeeded { .. }));
    let bad = server.try_admin(|work| service::policies::set(work, "aks = 1".into(), "root".into())).await;
    assert!(bad.unwrap_err().to_string().contains("ask"), "names the nearest key");
    server.policy("[defaults]\ndomains = []\n").await;
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::AccountNotAllowed);
    assert_eq!(service::policies::current(&server.service).unwrap().0, 3);
}

#[tokio::test]
async fn a_policy_whose_commit_failed_is_never_in_force() {
    let server = Server::on_disk();
    let pc = server.pc("PC-1").await;
    server
        .alter(
            "CREATE TABLE late (n BLOB REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED)",
            "CREATE TABLE late (n BYTEA REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED)",
        )
        .await;
    // Three writes in one commit: a policy, somebody who goes by it, and a row that spoils the commit.
    let ((go, wait), (begun, begins)) = (mpsc::channel::<()>(), mpsc::channel());
    let service = server.service.clone();
    let busy = tokio::spawn(async move {
        let hold = move |_: &mut store::Tx<'_>| {
            begun.send(()).unwrap();
            Ok::<_, store::DbError>(wait.recv().is_ok())
        };
        service.store().write(hold).await
    });
    tokio::task::yield_now().await;
    begins.recv().unwrap();
    let admin = || Actor::CommandLine("root".into());
    let (service, now) = (&server.service, server.now());
    let mut set = pin!(service.work(now, admin(), |work| {
        service::policies::set(work, "ask = \"never\"\n".into(), "root".into())
    }));
    let mut read = pin!(service.work(now, admin(), |work| Ok::<_, AdminError>(work.policy_version)));
    let mut spoil = pin!(service.work(now, admin(), |work| {
        Ok::<_, AdminError>(work.tx.execute("INSERT INTO late VALUES (X'00')", &[])?)
    }));
    let mut context = Context::from_waker(Waker::noop());
    assert!(set.as_mut().poll(&mut context).is_pending());
    assert!(read.as_mut().poll(&mut context).is_pending());
    assert!(spoil.as_mut().poll(&mut context).is_pending());
    go.send(()).unwrap();
    assert!(busy.await.unwrap().unwrap());
    assert!(set.await.is_err() && read.await.is_err() && spoil.await.is_err());

    // Another process puts another policy in force, which is the first to come about.
    let beside = testkit::postgres::open(&server.database());
    let other = store::tables::policies::PolicyVersion {
        version: 1,
        toml: "ask = \"always\"\n".into(),
        created_at: now,
        created_by: "root".into(),
    };
    beside.write(move |tx| store::tables::policies::add(tx, &other)).await.unwrap();
    let begun = server.at(&pc, &domain(1001)).begin().await;
    assert!(matches!(begun, BeginAnswer::Enroll { .. }), "{begun:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_whose_share_fits_into_no_answer_is_refused_and_the_old_one_stays() {
    let server = Server::new();
    let for_all = rules(|_| String::new());
    let refused = server.try_admin(|work| service::policies::set(work, for_all, "root".into())).await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("default") && said.contains("bytes"), "{said}");
    assert_eq!(service::policies::current(&server.service).unwrap().0, 0);
    // As many rules, for a group of its own each: every machine's share is small.
    let split = rules(|number| format!("groups = [\"group {number}\"]\n"));
    server.try_admin(|work| service::policies::set(work, split, "root".into())).await.unwrap();
}

/// More rules than an answer takes, each for what `groups` says.
fn rules(groups: impl Fn(u32) -> String) -> String {
    (0..800)
        .map(|number| {
            let groups = groups(number);
            format!(
                "[[rules]]\nname = \"rule {number}\"\n{groups}sids = [\"S-1-5-21-1-2-3-{number}\"]\nask = \"never\"\n"
            )
        })
        .collect()
}
