use domain::{Actor, AuditKind, MachineState};
use model::{RequestId, UnixTime};
use protocol::http::{Report, ReportRequest, ReportedEvent};
use service::{AdminError, CallError, join_codes, machines};
use std::{
    pin::pin,
    sync::mpsc,
    task::{Context, Waker},
    time::Duration,
};
use testkit::{Pc, Server, domain};

async fn join_code(server: &Server, uses: u32) -> model::Secret {
    server.join_code("default", uses, Duration::from_secs(60)).await.1
}

fn is_refused<T: std::fmt::Debug>(result: &Result<T, CallError>) -> bool {
    matches!(result, Err(CallError::JoinCodeRefused))
}

#[tokio::test]
async fn a_join_code_lets_in_as_many_machines_as_it_says() {
    let server = Server::new();
    let code = join_code(&server, 2).await;
    for name in ["PC-1", "PC-2"] {
        server.join(server.join_request(name, code.duplicate())).await.unwrap();
    }
    assert!(is_refused(&server.join(server.join_request("PC-3", code)).await));
    assert_eq!((server.count(AuditKind::MachineJoined), server.count(AuditKind::JoinRefused)), (2, 1));
    assert_eq!(server.rows("machines"), 2);
}

#[tokio::test]
async fn a_join_code_that_is_wrong_expired_or_ended_lets_nobody_in() {
    let server = Server::new();
    let wrong = model::Secret::from_text("no such code".into());
    assert!(is_refused(&server.join(server.join_request("PC-1", wrong)).await));
    let code = join_code(&server, 1).await;
    server.wait(60);
    assert!(is_refused(&server.join(server.join_request("PC-1", code)).await));
    let (code, secret) = server.join_code("default", 1, Duration::from_secs(60)).await;
    server.admin(move |work| join_codes::end(work, code.id)).await;
    assert!(is_refused(&server.join(server.join_request("PC-1", secret)).await));
    assert_eq!((server.rows("machines"), server.count(AuditKind::JoinCodeEnded)), (0, 1));
}

#[tokio::test]
async fn a_join_that_is_asked_again_with_the_same_key_is_the_same_join() {
    let server = Server::new();
    let code = join_code(&server, 1).await;
    let (first, key) = server.join_request("PC-1", code.duplicate());
    let mut again = server.join_request("PC-1", code).0;
    again.public_key = first.public_key;
    let again_key = protocol::signature::SigningKey::from_secret(&key.to_secret()).unwrap();
    let first = server.join((first, key)).await.unwrap();
    let again = server.join((again, again_key)).await.unwrap();
    assert_eq!(first.machine.id, again.machine.id);
    assert_eq!((server.rows("machines"), server.count(AuditKind::MachineJoined)), (1, 1));
}

#[tokio::test]
async fn a_key_that_was_removed_or_copied_does_not_come_back_by_joining() {
    for cloned in [true, false] {
        let server = Server::new();
        let code = join_code(&server, 3).await;
        let (request, key) = server.join_request("PC-1", code.duplicate());
        let public_key = request.public_key;
        let pc = server.join((request, key)).await.unwrap();
        if cloned {
            server.hello_as(&pc, |hello| hello.firmware_uuid = "other".into()).await.unwrap_err();
        } else {
            server.admin(|work| machines::remove(work, "PC-1")).await;
        }
        let (mut again, key) = server.join_request("PC-1", code);
        again.public_key = public_key;
        assert!(is_refused(&server.join((again, key)).await));
        assert_eq!(server.count(AuditKind::JoinRefused), 1);
    }
}

#[tokio::test]
async fn strangers_cannot_fill_the_disk_with_refused_joins() {
    let server = Server::new();
    for _ in 0..100 {
        let wrong = model::Secret::from_text("no such code".into());
        assert!(is_refused(&server.join(server.join_request("PC-1", wrong)).await));
    }
    assert_eq!(server.count(AuditKind::JoinRefused), 60);
    // Nor keep anybody else out.
    server.pc("PC-2").await;
}

#[tokio::test]
async fn what_a_machine_says_of_itself_is_plain_text() {
    let server = Server::new();
    let code = join_code(&server, 9).await;
    for name in ["a\u{1b}[2J", "a\nb", "PC\u{202e}1", &"x".repeat(257)] {
        let answer = server.join(server.join_request(name, code.duplicate())).await;
        assert!(matches!(answer, Err(CallError::Request(_))), "{name:?}");
    }
    let pc = server.pc("PC-1").await;
    for text in ["\u{1b}]0;", &"x".repeat(257)] {
        let answer = server.hello_as(&pc, |hello| hello.os = text.to_owned()).await;
        assert!(matches!(answer, Err(CallError::Request(_))), "{text:?}");
        let answer = server.hello_as(&pc, |hello| hello.agent_version = text.to_owned()).await;
        assert!(matches!(answer, Err(CallError::Request(_))), "{text:?}");
        let answer = server.hello_as(&pc, |hello| hello.firmware_uuid = text.to_owned()).await;
        assert!(matches!(answer, Err(CallError::Request(_))), "{text:?}");
    }
    assert_eq!(server.machine(pc.machine.id).os, "Windows 11");
}

#[tokio::test]
async fn hello_tells_the_policy_of_the_machines_group_and_no_other() {
    let server = Server::new();
    server.policy("[groups.office]\nissuer = \"Office\"\n[groups.servers]\nissuer = \"Servers\"\n").await;
    let pc = server.pc_in("PC-1", "office").await;
    let answer = server.hello(&pc).await.unwrap();
    assert!(answer.policy.contains("Office") && !answer.policy.contains("Servers"), "{}", answer.policy);
    assert_eq!((answer.policy_version, &*answer.group), (1, "office"));
    assert_eq!(server.machine(pc.machine.id).agent_version, "0.1.1");
    server.admin(|work| machines::move_to_group(work, "PC-1", "servers")).await;
    assert!(server.hello(&pc).await.unwrap().policy.contains("Servers"));
}

#[tokio::test]
async fn a_key_that_turns_up_on_other_hardware_is_refused_from_then_on() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let phone = attempt.show().await.phone();
    let copy = server
        .hello_as(&pc, |hello| hello.firmware_uuid = "99999999-0000-4000-8000-000000000000".into())
        .await;
    assert!(matches!(copy, Err(CallError::MachineCloned)), "{copy:?}");
    // The original too: nobody can tell who is which.
    assert!(matches!(server.hello(&pc).await, Err(CallError::MachineCloned)));
    let late = attempt.try_confirm(server.request_id(), &phone.code(server.now())).await;
    assert!(matches!(late, Err(CallError::MachineCloned)), "{late:?}");
    assert_eq!((server.count(AuditKind::MachineCloned), server.rows("tokens")), (1, 0));
}

#[tokio::test]
async fn another_machine_sid_is_a_copy_and_a_firmware_that_cannot_be_read_is_not() {
    let server = Server::new();
    let (a, b) = (server.pc("PC-1").await, server.pc("PC-2").await);
    server.hello_as(&a, |hello| hello.firmware_uuid = String::new()).await.unwrap();
    let sid = b.machine.machine_sid.clone();
    let copy = server.hello_as(&a, |hello| hello.machine_sid = sid).await;
    assert!(matches!(copy, Err(CallError::MachineCloned)));
}

async fn flood(server: &Server, pc: &Pc) -> Result<(), CallError> {
    for _ in 0..10 {
        server.admit(pc).await?;
    }
    server.admit(pc).await.map(|_| ())
}

#[tokio::test]
async fn a_machine_above_its_rate_is_suspended_for_the_rest_of_the_minute_each_time() {
    let server = Server::new();
    server.policy("[limits]\nrequests_per_minute = 10\n").await;
    let (pc, other) = (server.pc("PC-1").await, server.pc("PC-2").await);
    for round in 1..=3 {
        server.wait(20);
        let until = UnixTime::from_secs((server.now().as_secs() / 60 + 1) * 60);
        let answer = flood(&server, &pc).await;
        assert!(
            matches!(answer, Err(CallError::MachineSuspended { until: Some(at) }) if at == until),
            "{answer:?}"
        );
        assert_eq!(server.machine(pc.machine.id).state, MachineState::Suspended);
        assert!(server.admit(&pc).await.is_err());
        server.admit(&other).await.unwrap();
        assert_eq!(server.count(AuditKind::MachineSuspended), round);

        server.wait(40);
        server.admit(&pc).await.unwrap();
        assert_eq!(server.machine(pc.machine.id).state, MachineState::Active);
        assert_eq!(server.count(AuditKind::MachineResumed), round);
        server.wait(60);
    }
}

#[tokio::test]
async fn an_administrators_word_about_a_machine_outranks_its_rate() {
    let server = Server::new();
    server.policy("[limits]\nrequests_per_minute = 10\n").await;
    let pc = server.pc("PC-1").await;
    flood(&server, &pc).await.unwrap_err();
    // It would be back in a minute; now it is not.
    server.admin(|work| machines::suspend(work, "PC-1")).await;
    server.wait(3_600);
    assert!(matches!(server.admit(&pc).await, Err(CallError::MachineSuspended { until: None })));
    let twice = server.try_admin(|work| machines::suspend(work, "PC-1")).await;
    assert!(matches!(twice, Err(AdminError::Refused(_))));
    // A flood that was let in earlier does not make the suspension end by itself.
    for _ in 0..11 {
        let _ = server.service.admit(server.now(), &pc.machine).await;
    }
    assert_eq!(server.machine(pc.machine.id).suspended_until, None);
    server.admin(|work| machines::resume(work, "PC-1")).await;
    server.wait(60);
    server.admit(&pc).await.unwrap();
}

#[tokio::test]
async fn a_flood_does_not_wash_away_that_a_machine_is_a_copy() {
    let server = Server::new();
    server.policy("[limits]\nrequests_per_minute = 10\n").await;
    let pc = server.pc("PC-1").await;
    server.hello_as(&pc, |hello| hello.firmware_uuid = "other".into()).await.unwrap_err();
    for _ in 0..12 {
        let _ = server.service.admit(server.now(), &pc.machine).await;
    }
    assert_eq!(server.machine(pc.machine.id).state, MachineState::Cloned);
    server.wait(60);
    assert!(matches!(server.admit(&pc).await, Err(CallError::MachineCloned)));
}

#[tokio::test]
async fn a_removed_machine_is_unknown_for_good() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    server.admin(|work| machines::remove(work, "PC-1")).await;
    assert!(matches!(server.admit(&pc).await, Err(CallError::MachineUnknown)));
    let back = server.try_admin(|work| machines::resume(work, "PC-1")).await;
    assert!(matches!(back, Err(AdminError::Refused(_))));
    // Also for a request that was let in before.
    let report = ReportRequest { events: Vec::new() };
    let late = machines::report(&server.service, server.now(), pc.machine.clone(), report).await;
    assert!(matches!(late, Err(CallError::MachineUnknown)));
}

fn report(id: RequestId, what: ReportedEvent) -> Report {
    Report { id, attempt: None, at: UnixTime::from_secs(u64::MAX), account: Some(domain(1001)), what }
}

#[tokio::test]
async fn what_a_machine_reports_is_recorded_once() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    server.attempt(&pc, &domain(1001)).await;
    let id = server.request_id();
    for _ in 0..2 {
        let events = vec![
            report(id, ReportedEvent::SignedIn),
            report(server.request_id(), ReportedEvent::WindowsRefused { status: 0xc000_006d, substatus: 0 }),
            report(server.request_id(), ReportedEvent::SteppedAside { broken_starts: 3 }),
            report(server.request_id(), ReportedEvent::BreakGlass),
            report(server.request_id(), ReportedEvent::Other),
        ];
        let request = ReportRequest { events };
        machines::report(&server.service, server.now(), pc.machine.clone(), request).await.unwrap();
    }
    assert_eq!((server.count(AuditKind::SignedIn), server.count(AuditKind::WindowsRefused)), (1, 2));
    let events = server.events();
    let glass = events.last().unwrap();
    assert_eq!(glass.kind, AuditKind::CodeNotNeeded);
    assert!(glass.detail.starts_with("break-glass, set on the machine; "), "{glass:?}");
    let aside = events.get(events.len() - 2).unwrap();
    assert_eq!(aside.kind, AuditKind::ProviderSteppedAside);
    assert!(aside.detail.starts_with("after 3 broken starts in a row; "), "{aside:?}");
    let last = events.get(events.len() - 3).unwrap();
    assert_eq!(last.person, server.person(&pc, &domain(1001)).map(|person| person.id));
    assert!(last.detail.contains("0xc000006d") && last.at == server.now(), "{last:?}");

    let many = (0..65).map(|_| report(server.request_id(), ReportedEvent::SignedIn)).collect();
    let request = ReportRequest { events: many };
    let answer = machines::report(&server.service, server.now(), pc.machine.clone(), request).await;
    assert!(matches!(answer, Err(CallError::Request(_))));
}

#[tokio::test]
async fn a_machine_suspended_by_another_process_is_not_let_in_from_then_on() {
    let server = Server::on_disk();
    let pc = server.pc("PC-1").await;
    server.admit(&pc).await.unwrap();
    let beside = testkit::postgres::open(&server.database());
    for (state, heard) in [(MachineState::Suspended, false), (MachineState::Active, true)] {
        let id = pc.machine.id;
        beside
            .write(move |tx| {
                tx.announce();
                assert!(store::tables::machines::set_state(tx, id, state)?);
                Ok::<_, store::DbError>(())
            })
            .await
            .unwrap();
        if beside.postgres().is_some() {
            // There it takes a moment; what is decided in a transaction does not rest on it.
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        assert_eq!(server.admit(&pc).await.is_ok(), heard);
    }
}

#[tokio::test]
async fn a_suspension_whose_answer_nobody_waits_for_is_obeyed_all_the_same() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    server.admit(&pc).await.unwrap();
    // The writer is kept busy until nobody waits any more.
    let ((go, wait), service) = (mpsc::channel::<()>(), server.service.clone());
    let busy = tokio::spawn(async move {
        service.store().write(move |_| Ok::<_, store::DbError>(wait.recv().is_ok())).await
    });
    tokio::task::yield_now().await;
    let suspend = server.service.work(server.now(), Actor::Server, |work| machines::suspend(work, "PC-1"));
    assert!(pin!(suspend).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    go.send(()).unwrap();
    assert!(busy.await.unwrap().unwrap());
    // Whatever is written after it is written, and answered, after it.
    server.pc("PC-2").await;
    assert!(matches!(server.admit(&pc).await, Err(CallError::MachineSuspended { .. })));
}
