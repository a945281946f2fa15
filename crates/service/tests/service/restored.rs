//! A server that was put back from a backup.

use domain::{Actor, AuditKind, TokenState};
use model::{Secret, UnixTime};
use protocol::http::VerifyAnswer;
use protocol::statement::Statement;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use service::{
    Service, enroll, keys, people,
    people::RecoveryCodes as NewCodes,
    restored::{Ended, RecoveryCodes, end_what_may_have_been_used},
    saved,
};
use std::time::Duration;
use store::{MasterKeys, Sealer, Store};
use testkit::{Server, domain, entropy};

/// Runs what waits for the disk where a test may wait.
fn apart<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::spawn(f).join().unwrap()
}

/// The same server as it was when its database was copied.
fn put_back(server: &mut Server, name: &str) {
    let (copy, now) = (server.database().with_extension(name), server.now());
    server.service = apart(move || {
        let sealer = Sealer::new(MasterKeys::generate(&mut ChaCha20Rng::seed_from_u64(1)));
        Service::new(Store::open(&copy).unwrap(), sealer, entropy(7), now).unwrap()
    });
}

fn copy(server: &Server, name: &str) {
    server.service.store().copy_to(&server.database().with_extension(name)).unwrap();
}

fn end(server: &Server, taken_at: UnixTime, codes: RecoveryCodes) -> Ended {
    let (service, now) = (server.service.clone(), server.now());
    apart(move || end_what_may_have_been_used(&service, now, &Actor::Server, taken_at, codes).unwrap())
}

fn accepted(answer: &VerifyAnswer) -> bool {
    matches!(answer, VerifyAnswer::Accept { .. })
}

#[tokio::test]
async fn a_code_used_after_the_backup_is_not_taken_again_by_the_server_put_back() {
    let mut server = Server::on_disk();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let phone = server.enroll(&pc, &mara).await;
    server.wait(300);
    let taken_at = server.now();
    copy(&server, "copy");
    server.wait(30);
    // One of the step to come, which the window lets in.
    let used = phone.code_at(server.now(), 1);
    assert!(accepted(&server.sign_in(&pc, &mara, &used).await));

    put_back(&mut server, "copy");
    let ended = end(&server, taken_at, RecoveryCodes::UseUp);
    assert_eq!((ended.time_based, ended.event_based), (1, 0));
    for _ in 0..2 {
        assert_eq!(server.sign_in(&pc, &mara, &used).await, VerifyAnswer::Used { left: 4 });
        server.unlock(&mara).await;
        server.wait(30);
    }
    // Codes that nobody can have used before are taken.
    server.wait(60);
    assert!(accepted(&server.sign_in(&pc, &mara, &phone.code(server.now())).await));
    assert_eq!(server.count(AuditKind::ServerRestored), 1);
    assert_eq!(saved::last(&server.service).unwrap(), Some(taken_at));
}

#[tokio::test]
async fn a_phone_whose_clock_is_ahead_is_not_believed_twice_either() {
    let mut server = Server::on_disk();
    server.policy("[tokens]\nsteps_after = 2\n").await;
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    let phone = server.enroll(&pc, &mara).await;
    for ahead in [2, 4] {
        server.wait(300);
        assert!(accepted(&server.sign_in(&pc, &mara, &phone.code_at(server.now(), ahead)).await));
    }
    server.wait(300);
    copy(&server, "copy");
    let used = phone.code_at(server.now(), 6);
    assert!(accepted(&server.sign_in(&pc, &mara, &used).await));
    let taken_at = server.now();
    put_back(&mut server, "copy");
    end(&server, taken_at, RecoveryCodes::UseUp);
    assert_eq!(server.sign_in(&pc, &mara, &used).await, VerifyAnswer::Used { left: 4 });
}

#[tokio::test]
async fn what_counts_once_is_void_on_the_server_put_back() {
    let mut server = Server::on_disk();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    server.enroll(&pc, &mara).await;
    let sid = mara.sid.to_string();
    let codes = server.with_rng(|rng| NewCodes::random(rng)).unwrap();
    let codes: Vec<Secret> = {
        let sid = sid.clone();
        server.admin(move |work| people::set_recovery_codes(work, &sid, codes)).await
    };
    let person = server.person(&pc, &mara).unwrap().id;
    server.admin(move |work| enroll::invite(work, person, Duration::from_secs(3_600))).await;
    let (_, join) = server.join_code(keys::DEFAULT_GROUP, 1, Duration::from_secs(3_600)).await;
    server.admin(move |work| enroll::new_enrollment_code(work, person, Duration::from_secs(3_600))).await;
    let temporary = server.with_rng(|rng| people::NewTemporaryCode::random(rng)).unwrap();
    let temporary = {
        let (sid, hour, uses) = (sid.clone(), Duration::from_secs(3_600), people::Uses::Any);
        server.admin(move |work| people::set_temporary_code(work, &sid, temporary, hour, uses)).await.code
    };
    let at = server.now();
    copy(&server, "void");
    copy(&server, "kept");

    put_back(&mut server, "void");
    let ended = end(&server, at, RecoveryCodes::UseUp);
    assert_eq!((ended.recovery_codes, ended.invitations_and_codes), (10, 4));
    server.wait(300);
    let typed = codes[0].expose_text().unwrap();
    assert_eq!(server.sign_in(&pc, &mara, typed).await, VerifyAnswer::Wrong { left: 4 });
    let typed_temporary = temporary.expose_text().unwrap();
    assert_eq!(server.sign_in(&pc, &mara, typed_temporary).await, VerifyAnswer::Wrong { left: 3 });
    assert!(server.join(server.join_request("PC-2", join.duplicate())).await.is_err());
    assert_eq!(server.rows("enrollment_codes") + server.rows("pending_enrollments"), 0);

    put_back(&mut server, "kept");
    assert_eq!(end(&server, at, RecoveryCodes::Keep).recovery_codes, 0);
    assert!(accepted(&server.sign_in(&pc, &mara, typed).await));
}

#[tokio::test]
async fn a_token_that_counts_presses_is_disabled_since_nobody_knows_how_far_it_got() {
    let mut server = Server::on_disk();
    let (pc, mara) = (server.pc("PC-1").await, domain(1001));
    server.enroll(&pc, &mara).await;
    server.tamper("UPDATE tokens SET parameters = 'hotp sha1 6 0', last_step = 5").await;
    copy(&server, "copy");
    put_back(&mut server, "copy");
    let ended = end(&server, server.now(), RecoveryCodes::UseUp);
    assert_eq!((ended.time_based, ended.event_based), (0, 1));
    assert_eq!(server.tokens(&pc, &mara)[0].state, TokenState::Disabled);
    assert_eq!(server.tokens(&pc, &mara)[0].last_step, Some(5));
}

#[tokio::test]
async fn machines_take_the_next_statement_whatever_was_stated_since_the_backup() {
    let mut server = Server::on_disk();
    let state = |server: &Server, host: &str| {
        let urls = vec![format!("https://{host}").parse().unwrap()];
        let (service, now) = (server.service.clone(), server.now());
        apart(move || keys::state(&service, now, urls, vec![[1; 32]]).unwrap().0)
    };
    state(&server, "a.example");
    copy(&server, "copy");
    let newest = (0..5).map(|n| state(&server, &format!("b{n}.example"))).last().unwrap();
    let trusted = [server.service.signing_key().verifying_key().fingerprint()];
    let at_hand = Statement::verify(&newest, &trusted).unwrap();

    put_back(&mut server, "copy");
    // Without the word that it was put back, its statements are old news to the machines.
    assert!(at_hand.accept_newer(&state(&server, "a.example")).is_err());
    end(&server, server.now(), RecoveryCodes::UseUp);
    assert!(at_hand.accept_newer(&state(&server, "a.example")).is_ok());
    let (first, second) = (state(&server, "a.example"), state(&server, "a.example"));
    assert_eq!(first, second, "said once, it is not said again");
}
