use domain::{Actor, AuditKind, PersonState, TokenState};
use model::Secret;
use service::{AdminError, Trouble, audit, enroll, join_codes, machines, people, policies, tokens};
use std::time::Duration;
use testkit::{Server, domain};

use crate::hardware::{code as hardware_code, file as hardware_file};

#[tokio::test]
async fn every_change_of_an_administrator_has_its_event_and_names_them() {
    let server = Server::new();
    let (pc, hour) = (server.pc("PC-1").await, Duration::from_secs(3_600));
    server.enroll(&pc, &domain(1001)).await;
    let sid: &str = domain(1001).sid.to_string().leak();
    let person = server.person(&pc, &domain(1001)).unwrap().id;
    let token: &str = server.tokens(&pc, &domain(1001))[0].serial.clone().leak();
    let machine = pc.machine.id;
    let temporary = server.with_rng(|rng| people::NewTemporaryCode::random(rng)).unwrap();
    macro_rules! leaves {
        ($($kind:ident: |$work:ident| $do:expr;)*) => {$({
            let before = server.events().len();
            server.admin(move |$work| $do.map(|_| ())).await;
            let events = server.events();
            let new: Vec<_> = events[before..].iter().map(|event| event.kind).collect();
            assert_eq!(new, [AuditKind::$kind]);
            assert_eq!(events.last().unwrap().actor, Actor::CommandLine("root".into()));
        })*};
    }
    leaves! {
        PersonAdded: |work| people::add(work, "Mara");
        PersonDisabled: |work| people::set_state(work, sid, PersonState::Disabled);
        PersonEnabled: |work| people::set_state(work, sid, PersonState::Active);
        PersonUnlocked: |work| people::unlock(work, sid);
        InvitationMade: |work| enroll::invite(work, person, hour);
        EnrollmentCodeMade: |work| enroll::new_enrollment_code(work, person, hour);
        ApprovalGranted: |work| enroll::decide_approval(work, person, machine, true);
        ApprovalDenied: |work| enroll::decide_approval(work, person, machine, false);
        TokenDisabled: |work| tokens::set_state(work, token, TokenState::Disabled);
        TokenEnabled: |work| tokens::set_state(work, token, TokenState::Active);
        TokenRevoked: |work| tokens::set_state(work, token, TokenState::Revoked);
        TemporaryCodeMade: |work| people::set_temporary_code(work, sid, temporary, hour, people::Uses::Any);
        TemporaryCodeEnded: |work| people::end_temporary_code(work, sid);
        TokenRenamed: |work| tokens::rename(work, token, "phone");
        HardwareTokensImported: |work| tokens::import(work, &hardware_file(), tokens::BrokenLines::RefuseAll, "a.csv");
        TokenAssigned: |work| tokens::assign(work, "hw1", sid, &tokens::Confirmed::ByWord);
        TokenResynchronized: |work| tokens::resynchronize(work, "hw1", &hardware_code(5), &hardware_code(6));
        TokenUnassigned: |work| tokens::unassign(work, "hw1");
        TokenDiscarded: |work| tokens::discard(work, "hw1");
        TokenReplaced: |work| tokens::set_state(work, token, TokenState::Replaced);
        JoinCodeMade: |work| join_codes::add(work, "default", 1, hour, &Secret::from_text("a secret for tests".into()));
        MachineMoved: |work| machines::move_to_group(work, "PC-1", "servers");
        MachineSuspended: |work| machines::suspend(work, "PC-1");
        MachineResumed: |work| machines::resume(work, "PC-1");
        MachineRemoved: |work| machines::remove(work, "PC-1");
        PolicyChanged: |work| policies::set(work, String::new(), "root".into());
        PeopleJoined: |work| people::join(work, sid, "Mara");
    }
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_neither_change_nor_event() {
    let server = Server::new();
    let before = server.events().len();
    let failed: Result<(), AdminError> = server
        .try_admin(|work| {
            people::add(work, "Mara")?;
            Err(AdminError::Refused("no".into()))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!((server.events().len(), server.rows("people")), (before, 0));
}

#[tokio::test]
async fn a_change_whose_event_cannot_be_recorded_is_not_made() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let phone = attempt.show().await.phone();
    server
        .alter(
            "CREATE TRIGGER no_events BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END",
            "ALTER TABLE audit ADD CONSTRAINT no_events CHECK (false) NOT VALID",
        )
        .await;
    let answer = attempt.try_confirm(server.request_id(), &phone.code(server.now())).await;
    assert!(answer.is_err());
    assert_eq!((server.rows("tokens"), server.rows("pending_enrollments")), (0, 1));
}

/// A trail of some events in three sealed batches and two events after the last seal.
async fn sealed() -> Server {
    let server = Server::new();
    for batch in 0..4 {
        for person in 0..2 {
            let name = format!("{batch}-{person}");
            server.admin(move |work| people::add(work, &name)).await;
        }
        if batch < 3 {
            assert!(audit::seal(&server.service, server.now()).await.unwrap());
        }
    }
    server
}

fn faults(server: &Server) -> Vec<String> {
    audit::verify(&server.service).unwrap().faults
}

#[tokio::test]
async fn a_trail_nobody_touched_is_in_order() {
    let server = sealed().await;
    let checked = audit::verify(&server.service).unwrap();
    assert_eq!((checked.seals, checked.last_sealed, checked.unsealed), (3, 6, 2));
    assert_eq!(checked.faults, Vec::<String>::new());
    assert!(audit::seal(&server.service, server.now()).await.unwrap());
    assert!(!audit::seal(&server.service, server.now()).await.unwrap(), "nothing more to seal");
    assert_eq!(faults(&server), Vec::<String>::new());
}

/// 32 bytes.
macro_rules! zeros {
    () => {
        "0000000000000000000000000000000000000000000000000000000000000000"
    };
}

#[tokio::test]
async fn whatever_is_done_to_a_sealed_trail_is_named_where_it_was_done() {
    for (tampering, named) in [
        (
            "UPDATE audit SET event = replace(event, '1-0', '9-9') WHERE seq = 3",
            "seal 2 (events 3 to 4): event 3 was changed",
        ),
        ("DELETE FROM audit WHERE seq = 4", "seal 2 (events 3 to 4): event 4 was removed"),
        ("DELETE FROM audit WHERE seq = 1", "seal 1 (events 1 to 2): event 1 was removed"),
        ("UPDATE audit SET seq = 100 WHERE seq = 3", "seal 2 (events 3 to 4): event 3 was removed"),
        (
            "UPDATE audit SET kind = 'person_disabled' WHERE seq = 5",
            "event 5 was changed: it is listed under",
        ),
        ("UPDATE audit SET person_id = NULL WHERE seq = 5", "event 5 was changed: it is listed under"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 2", "event 2 was changed: it is listed under"),
        ("UPDATE audit_seals SET leaves = NULL WHERE number = 2", "seal 2 (events 3 to 4)"),
        (
            "UPDATE audit_seals SET leaves = (SELECT leaves FROM audit_seals WHERE number = 1) WHERE number = 2",
            "seal 2 (events 3 to 4): the seal itself was changed",
        ),
        ("INSERT INTO audit (seq, at, kind, event) VALUES (0, 0, 'person_added', '{}')", "before the first"),
        ("DELETE FROM audit_seals WHERE number = 1", "seal 2 (events 3 to 4): a seal before it is missing"),
        ("DELETE FROM audit_seals WHERE number = 2", "seal 3 (events 5 to 6): a seal before it is missing"),
        (
            concat!("UPDATE audit_seals SET signature = x'", zeros!(), zeros!(), "' WHERE number = 2"),
            "seal 2 (events 3 to 4): it is not signed",
        ),
        (
            concat!("UPDATE audit_seals SET digest = x'", zeros!(), "' WHERE number = 2"),
            "seal 2 (events 3 to 4)",
        ),
        (
            concat!("UPDATE audit_seals SET previous = x'", zeros!(), "' WHERE number = 2"),
            "seal 2 (events 3 to 4): it does not follow",
        ),
        ("UPDATE audit_seals SET last_seq = 3 WHERE number = 2", "seal 2 (events 3 to 3)"),
    ] {
        let server = sealed().await;
        assert_eq!(server.tamper(tampering).await, 1, "{tampering}");
        let found = faults(&server);
        assert!(found.iter().any(|fault| fault.contains(named)), "{tampering}: {found:?}");
    }
}

#[tokio::test]
async fn the_first_event_that_does_not_fit_is_named_whatever_was_done() {
    let swap = "UPDATE audit SET event = CASE seq WHEN 3 THEN (SELECT event FROM audit WHERE seq = 6)
                ELSE (SELECT event FROM audit WHERE seq = 3) END WHERE seq IN (3, 6)";
    let in_one_seal = "UPDATE audit SET event = CASE seq WHEN 3 THEN (SELECT event FROM audit WHERE seq = 4)
                       ELSE (SELECT event FROM audit WHERE seq = 3) END WHERE seq IN (3, 4)";
    for (tampering, first, named) in [
        (swap, 3, "event 3 was changed"),
        (in_one_seal, 3, "event 3 was put in another order: it is what event 4 was"),
        ("DELETE FROM audit WHERE seq IN (2, 5)", 2, "event 2 was removed"),
        ("UPDATE audit SET event = '{}' WHERE seq > 3", 4, "event 4 was changed"),
    ] {
        let server = sealed().await;
        server.tamper(tampering).await;
        let checked = audit::verify(&server.service).unwrap();
        assert_eq!(checked.first_unfit, Some(first), "{tampering}: {checked:?}");
        assert!(checked.faults.iter().any(|fault| fault.contains(named)), "{tampering}: {checked:?}");
    }
    // One that was put in where a number was free.
    let server = sealed().await;
    server.tamper("DELETE FROM audit WHERE seq > 6").await;
    server.admin(|work| people::add(work, "late")).await;
    assert!(audit::seal(&server.service, server.now()).await.unwrap());
    server
        .tamper("INSERT INTO audit (seq, at, kind, event) SELECT 7, at, kind, event FROM audit WHERE seq = 1")
        .await;
    let checked = audit::verify(&server.service).unwrap();
    assert_eq!(checked.first_unfit, Some(7), "{checked:?}");
    assert!(checked.faults[0].ends_with("event 7 was inserted"), "{checked:?}");
}

#[tokio::test]
async fn a_trail_that_was_cut_off_is_noticed_by_whoever_wrote_its_last_event_down() {
    let server = sealed().await;
    let noted = audit::verify(&server.service).unwrap();
    assert_eq!((noted.last_sealed, noted.last_digest.as_deref().map(str::len)), (6, Some(64)));
    server.tamper("DELETE FROM audit WHERE seq > 4").await;
    server.tamper("DELETE FROM audit_seals WHERE number = 3").await;
    assert_eq!(audit::verify(&server.service).unwrap().faults, Vec::<String>::new());
    let checked = audit::verify_at_least(&server.service, noted.last_sealed).unwrap();
    assert_eq!(checked.faults, ["the trail was cut off: its last sealed event is 4, and 6 had been sealed"]);
}

#[tokio::test]
async fn seals_of_an_earlier_version_are_good_still_and_new_ones_follow_them() {
    use sha2::{Digest, Sha256};
    let server = sealed().await;
    // Seal 3 as it was made before there were leaves.
    let key = server.service.signing_key().clone();
    server
        .admin(move |work| {
            let seals = store::tables::audit::seals_after(work.tx, 2, 1)?;
            let events = store::tables::audit::between(work.tx, 4, 6)?;
            let mut hash = Sha256::new();
            hash.update(3u64.to_be_bytes());
            hash.update(seals[0].previous);
            for entry in &events {
                hash.update(entry.seq.to_be_bytes());
                hash.update((entry.event.len() as u64).to_be_bytes());
                hash.update(entry.event.as_bytes());
            }
            let digest: [u8; 32] = hash.finalize().into();
            let signature = key.sign("countersign-audit-1", &digest).to_bytes().to_vec();
            let sql = "UPDATE audit_seals SET digest = ?1, signature = ?2, leaves = NULL WHERE number = 3";
            Ok(work.tx.execute(sql, store::params![digest, signature])?)
        })
        .await;
    assert!(audit::seal(&server.service, server.now()).await.unwrap());
    let checked = audit::verify(&server.service).unwrap();
    assert_eq!((checked.seals, checked.faults), (4, Vec::new()));
    server.tamper("UPDATE audit SET event = '{}' WHERE seq = 6").await;
    assert!(faults(&server)[0].contains("seal 3 (events 5 to 6): its events were changed"));
}

#[tokio::test]
async fn an_export_has_every_event_that_is_wanted_once_and_oldest_first() {
    let server = sealed().await;
    let read = |wanted: audit::Wanted, after: u64| {
        server.service.read(|rx| audit::page(rx, &wanted, after)).unwrap()
    };
    let all = read(audit::Wanted::default(), 0);
    assert_eq!(all.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
    assert_eq!(read(audit::Wanted::default(), 6).len(), 2);
    let until = audit::Wanted { until: Some(server.now()), ..Default::default() };
    assert!(read(until, 0).is_empty());
    let line: serde_json::Value = serde_json::from_str(&audit::json_line(&all[2]).unwrap()).unwrap();
    assert_eq!((&line["seq"], &line["event"]["detail"]), (&serde_json::json!(3), &serde_json::json!("1-0")));
    server.admin(|work| people::add(work, "=HYPERLINK(\"http://evil.example\")")).await;
    let row = audit::csv_row(&read(audit::Wanted::default(), 8)[0]).unwrap();
    assert!(row.ends_with(",\"'=HYPERLINK(\"\"http://evil.example\"\")\"\r\n"), "{row}");
    assert!(row.contains(",person_added,\"command_line: root\",per_"), "{row}");
}

#[tokio::test]
async fn a_seal_made_by_somebody_else_is_not_taken() {
    let (server, other) = (sealed().await, sealed().await);
    // The same events, sealed by another server with a key of its own.
    let foreign = other
        .service
        .read(|rx| Ok::<_, Trouble>(store::tables::audit::seals_after(rx, 0, 9)?))
        .unwrap()
        .remove(0);
    let key = protocol::signature::SigningKey::random(&mut *other.service.rng());
    let signature = key.sign("countersign-audit-2", &foreign.digest).to_bytes().to_vec();
    server
        .admin(move |work| {
            let sql = "UPDATE audit_seals SET signature = ?1 WHERE number = 1";
            Ok(work.tx.execute(sql, store::params![signature])?)
        })
        .await;
    assert!(faults(&server)[0].contains("not signed by this server"));
}

#[tokio::test]
async fn events_are_listed_by_person_machine_kind_and_time() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    server.enroll(&pc, &domain(1001)).await;
    server.wait(10);
    server.attempt(&pc, &domain(1002)).await;
    let list = |wanted: audit::Wanted| server.service.read(|rx| audit::list(rx, &wanted, 100)).unwrap().len();
    let all = list(audit::Wanted::default());
    let sid = domain(1001).sid.to_string();
    let about = list(audit::Wanted { person: Some(sid), ..Default::default() });
    let late = list(audit::Wanted { since: Some(server.now()), ..Default::default() });
    let kind = list(audit::Wanted { kind: Some(AuditKind::PersonAdded), ..Default::default() });
    let here = list(audit::Wanted { machine: Some("PC-1".into()), ..Default::default() });
    assert_eq!((about, late, kind), (3, 1, 2));
    assert_eq!((all, here), (6, 5));
    let nobody = audit::Wanted { person: Some("nobody".into()), ..Default::default() };
    assert!(matches!(
        server.service.read(|rx| audit::list(rx, &nobody, 1)),
        Err(AdminError::NotFound { .. })
    ));
}
