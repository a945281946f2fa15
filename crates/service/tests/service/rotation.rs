//! A new master key while servers run.

use domain::{Actor, AuditKind};
use model::{AccountClaim, UnixTime};
use protocol::http::VerifyAnswer;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use service::{
    AdminError, Service, Trouble,
    keys::{ring, rotate},
};
use std::path::{Path, PathBuf};
use store::{KeyId, MasterKeys, Sealer};
use testkit::{Pc, Phone, Server, domain, entropy};

fn apart<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::spawn(f).join().unwrap()
}

fn key_file(database: &Path) -> PathBuf {
    database.with_file_name("master.key")
}

/// One more process on a database, which knows the keys that are in the file now.
fn process(database: &Path, now: UnixTime) -> Service {
    let database = database.to_owned();
    apart(move || {
        let file = key_file(&database);
        let keys = MasterKeys::read(&file, &database).unwrap();
        let sealer = Sealer::of_file(keys, &file, &database);
        Service::new(testkit::postgres::open(&database), sealer, entropy(5), now).unwrap()
    })
}

/// A server with a key file, and people who have tokens.
async fn server_with(people: u32) -> (Server, Pc, Vec<(AccountClaim, Phone)>) {
    let mut server = Server::on_disk();
    let database = server.database();
    let keys = MasterKeys::generate(&mut ChaCha20Rng::seed_from_u64(1));
    keys.replace_file(&key_file(&database), &mut ChaCha20Rng::seed_from_u64(2)).unwrap();
    server.service = process(&database, server.now());
    let pc = server.pc("PC-1").await;
    let mut enrolled = Vec::new();
    for rid in 0..people {
        let account = domain(1001 + rid);
        let phone = server.enroll(&pc, &account).await;
        enrolled.push((account, phone));
    }
    server.wait(300);
    (server, pc, enrolled)
}

/// Puts a new key into the file, before the others.
fn new_key(database: &Path, seed: u64) -> KeyId {
    let keys = MasterKeys::read(&key_file(database), database).unwrap();
    let keys = keys.rotated(&mut ChaCha20Rng::seed_from_u64(seed));
    keys.replace_file(&key_file(database), &mut ChaCha20Rng::seed_from_u64(seed + 1)).unwrap();
    keys.current()
}

fn begin(service: &Service, now: UnixTime, key: KeyId) -> bool {
    let service = service.clone();
    apart(move || service.work_blocking(now, Actor::Server, move |work| rotate::begin(work, key)).unwrap())
}

/// Seals again until the end, or until so many goes are done.
fn reseal(service: &Service, now: UnixTime, goes: usize) -> u64 {
    let service = service.clone();
    apart(move || {
        let (mut cursor, mut values) = (rotate::Cursor::default(), 0);
        for _ in 0..goes {
            let from = cursor.clone();
            let done = service
                .work_blocking(now, Actor::Server, move |work| rotate::reseal_some(work, from))
                .unwrap();
            assert_eq!(done.stuck, 0);
            values += done.values;
            match done.next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        values
    })
}

fn finish(service: &Service, now: UnixTime) -> Vec<KeyId> {
    let service = service.clone();
    apart(move || service.work_blocking(now, Actor::Server, rotate::finish).unwrap())
}

fn only_current(database: &Path) {
    let keys = MasterKeys::read(&key_file(database), database).unwrap();
    keys.only_current().replace_file(&key_file(database), &mut ChaCha20Rng::seed_from_u64(99)).unwrap();
}

async fn everyone_signs_in(server: &Server, pc: &Pc, people: &[(AccountClaim, Phone)]) {
    server.wait(120);
    for (account, phone) in people {
        let answer = server.sign_in(pc, account, &phone.code(server.now())).await;
        assert!(matches!(answer, VerifyAnswer::Accept { .. }), "{answer:?}");
    }
}

fn values_under(service: &Service, key: KeyId) -> u64 {
    rotate::usage(service).unwrap().iter().find(|used| used.key == key).map_or(0, |used| used.values)
}

#[tokio::test]
async fn after_a_rotation_everything_is_under_the_new_key_and_the_old_one_is_needed_no_more() {
    let (mut server, pc, people) = server_with(3).await;
    let (database, now) = (server.database(), server.now());
    let running = server.service.clone();
    // One that waits for its first code, and somebody's enrollment code.
    let pending = server.attempt(&pc, &domain(2001)).await.show().await.phone();
    let person = server.person(&pc, &domain(2001)).unwrap().id;
    server
        .admin(move |work| {
            service::enroll::new_enrollment_code(work, person, std::time::Duration::from_secs(3_600))
        })
        .await;
    // One hardware token in stock.
    server
        .admin(|work| {
            use service::tokens::{BrokenLines, import};
            import(work, &crate::hardware::file(), BrokenLines::RefuseAll, "a.csv")
        })
        .await;
    let old = rotate::usage(&running).unwrap()[0].key;

    let new = new_key(&database, 50);
    let other = process(&database, now);
    assert!(begin(&other, now, new));
    assert!(!begin(&other, now, new), "it seals already");
    // The server that was there all the time seals under it at once.
    let fresh = domain(3001);
    let late = server.enroll(&pc, &fresh).await;
    assert!(values_under(&running, new) >= 1);

    // The signing key, the key of the names of backups, 3 seeds, one in stock, a pending one and an enrollment code.
    assert_eq!(reseal(&other, now, usize::MAX), 8);
    assert_eq!(values_under(&running, old), 0);
    assert_eq!(finish(&other, now), [new]);
    only_current(&database);
    assert_eq!(server.count(AuditKind::MasterKeyChanged), 1);
    assert_eq!(server.count(AuditKind::MasterKeysRetired), 1);

    everyone_signs_in(&server, &pc, &people).await;
    server.service = process(&database, server.now());
    everyone_signs_in(&server, &pc, &people).await;
    everyone_signs_in(&server, &pc, &[(fresh, late)]).await;
    drop(pending);
    let sid = people[0].0.sid.to_string();
    server
        .admin(move |work| {
            use service::tokens::{Confirmed, assign};
            assign(work, "hw1", &sid, &Confirmed::ByCode(crate::hardware::code(0)))
        })
        .await;
    let usage = rotate::usage(&server.service).unwrap();
    assert_eq!(usage.len(), 1);
    assert!(usage[0].seals && usage[0].at_hand);
}

#[tokio::test]
async fn a_server_that_runs_seals_nothing_under_the_old_key_once_the_new_one_is_named() {
    let (server, pc, _) = server_with(1).await;
    let (database, now) = (server.database(), server.now());
    let old = rotate::usage(&server.service).unwrap()[0].key;
    let new = new_key(&database, 50);
    let other = process(&database, now);
    begin(&other, now, new);
    reseal(&other, now, usize::MAX);
    for rid in 0..3 {
        server.enroll(&pc, &domain(4001 + rid)).await;
    }
    assert_eq!(values_under(&server.service, old), 0);
}

#[tokio::test]
async fn wherever_a_rotation_stops_everything_opens_and_it_can_go_on() {
    for stop_after in 0..4 {
        let (mut server, pc, people) = server_with(2).await;
        let (database, now) = (server.database(), server.now());
        let new = new_key(&database, 50);
        if stop_after > 0 {
            begin(&process(&database, now), now, new);
        }
        if stop_after > 1 {
            // The server's own keys only; the tokens are still under the old one.
            reseal(&process(&database, now), now, 1);
        }
        if stop_after > 2 {
            reseal(&process(&database, now), now, usize::MAX);
        }
        // The machine is switched off and on again.
        server.service = process(&database, server.now());
        everyone_signs_in(&server, &pc, &people).await;
        let other = process(&database, now);
        begin(&other, now, new);
        reseal(&other, now, usize::MAX);
        assert_eq!(finish(&other, now), [new], "stopped after {stop_after}");
        only_current(&database);
        server.service = process(&database, server.now());
        everyone_signs_in(&server, &pc, &people).await;
    }
}

#[tokio::test]
async fn a_key_is_not_retired_while_something_is_sealed_under_it() {
    let (server, ..) = server_with(2).await;
    let (database, now) = (server.database(), server.now());
    let old = rotate::usage(&server.service).unwrap()[0].key;
    let new = new_key(&database, 50);
    let other = process(&database, now);
    begin(&other, now, new);
    assert_eq!(finish(&other, now), [new, old]);
    reseal(&other, now, 1);
    assert_eq!(finish(&other, now), [new, old]);
    assert_eq!(server.count(AuditKind::MasterKeysRetired), 0);
}

#[tokio::test]
async fn a_key_that_is_needed_and_not_there_is_named_before_anything_is_touched() {
    let (server, ..) = server_with(1).await;
    let (database, now) = (server.database(), server.now());
    let old = rotate::usage(&server.service).unwrap()[0].key;
    let missing = |keys: &MasterKeys| ring::missing(&testkit::postgres::look(&database), keys).unwrap();
    let there = MasterKeys::read(&key_file(&database), &database).unwrap();
    assert_eq!(missing(&there), None);
    let others = MasterKeys::generate(&mut ChaCha20Rng::seed_from_u64(77));
    assert_eq!(missing(&others), Some(old));
    // In the middle of a rotation both are needed.
    let new = new_key(&database, 50);
    begin(&process(&database, now), now, new);
    assert_eq!(missing(&there), Some(new));
    let both = MasterKeys::read(&key_file(&database), &database).unwrap();
    assert_eq!(missing(&both), None);
    assert_eq!(missing(&both.only_current()), Some(old));
}

#[tokio::test]
async fn a_key_that_is_not_in_the_file_cannot_be_made_the_one_that_seals() {
    let (server, pc, people) = server_with(1).await;
    let (service, now) = (server.service.clone(), server.now());
    let nobodys: KeyId = "0123456789abcdef".parse().unwrap();
    let answer =
        apart(move || service.work_blocking(now, Actor::Server, move |work| rotate::begin(work, nobodys)));
    assert!(matches!(answer, Err(AdminError::Trouble(Trouble::Failed(_)))), "{answer:?}");
    everyone_signs_in(&server, &pc, &people).await;
}
