//! What a read of a directory changes, and what it never does.

use domain::{Actor, AuditKind, FoundGroup, FoundPerson, PersonState, Reading};
use model::UnixTime;
use policy::Decision;
use protocol::http::BeginAnswer;
use service::{
    directory::{Guard, Outcome, Run, Summary, SyncError, last, list, sync},
    people, signin,
};
use std::time::Duration;
use testkit::{DOMAIN, Server, domain};

fn person(rid: u32, name: &str, groups: &[usize]) -> FoundPerson {
    let sid: model::Sid = format!("{DOMAIN}-{rid}").parse().unwrap();
    FoundPerson {
        key: sid.to_string(),
        sid: Some(sid),
        dn: format!("CN={name},DC=corp"),
        name: name.to_owned(),
        domain: Some("CORP".to_owned()),
        upn: Some(format!("{name}@corp.example")),
        mail: Some(format!("{name}@example.test")),
        disabled: false,
        expires_at: None,
        groups: groups.to_vec(),
    }
}

fn group(name: &str) -> FoundGroup {
    FoundGroup { key: format!("key of {name}"), sid: None, name: name.to_owned() }
}

fn reading(people: Vec<FoundPerson>) -> Reading {
    Reading { server: "ldaps://dc1".to_owned(), people, groups: vec![group("Finance"), group("Staff")] }
}

fn run() -> Run {
    let guard = Guard { most_disabled_percent: 10, force: false };
    Run { actor: Actor::Server, holder: "node-1".to_owned(), due_after: None, guard, dry: false }
}

async fn with(server: &Server, run: Run, found: Result<Reading, String>) -> Result<Summary, SyncError> {
    let now = server.now();
    let outcome = sync(&server.service, &move || now, run, || async { found }).await?;
    match outcome {
        Outcome::Read { summary, .. } => Ok(summary),
        Outcome::NotDue => panic!("it was due"),
    }
}

async fn read(server: &Server, people: Vec<FoundPerson>) -> Summary {
    with(server, run(), Ok(reading(people))).await.unwrap()
}

fn groups_of(server: &Server, name: &str) -> Vec<String> {
    let listed = server.service.read(list).unwrap();
    listed
        .into_iter()
        .find(|listed| listed.entry.name == name)
        .map(|listed| listed.groups)
        .unwrap_or_default()
}

fn state(server: &Server, name: &str) -> PersonState {
    let (name, rx) = (name.to_owned(), &server.service);
    rx.read(move |rx| people::show(rx, &name)).unwrap().person.state
}

#[tokio::test]
async fn somebody_made_renamed_moved_and_removed_in_the_directory_is_so_here() {
    let server = Server::new();
    let summary = read(&server, vec![person(1001, "mara", &[0, 1]), person(1002, "tomas", &[])]).await;
    assert_eq!((summary.added, summary.people, summary.groups), (2, 2, 2));
    assert_eq!(groups_of(&server, "CORP\\mara"), ["Finance", "Staff"]);
    // The same again changes nothing, and says nothing.
    let events = server.events().len();
    let again = read(&server, vec![person(1001, "mara", &[0, 1]), person(1002, "tomas", &[])]).await;
    assert!(again.is_nothing(), "{again}");
    assert_eq!(server.events().len(), events);
    // The account is the one a machine will claim: no second person is made.
    let pc = server.pc("PC-1").await;
    server.enroll(&pc, &domain(1001)).await;
    assert_eq!(server.rows("people"), 2);
    // Married, and in another department.
    let summary = read(&server, vec![person(1001, "mara.novak", &[1]), person(1002, "tomas", &[])]).await;
    assert_eq!((summary.renamed, summary.regrouped, summary.added), (1, 1, 0));
    let shown = server.service.read(|rx| people::show(rx, &format!("{DOMAIN}-1001"))).unwrap();
    assert_eq!(shown.person.name, "CORP\\mara.novak");
    assert_eq!(shown.accounts[0].name.as_str(), "CORP\\mara.novak");
    assert_eq!(groups_of(&server, "CORP\\mara.novak"), ["Staff"]);
    // Gone, and back.
    let summary = read(&server, vec![person(1002, "tomas", &[])]).await;
    assert_eq!((summary.gone, summary.disabled), (1, 1));
    assert_eq!(state(&server, "CORP\\mara.novak"), PersonState::Disabled);
    assert!(groups_of(&server, "CORP\\mara.novak").is_empty());
    assert_eq!(server.tokens(&pc, &domain(1001)).len(), 1, "tokens are not the directory's");
    let summary = read(&server, vec![person(1001, "mara.novak", &[1]), person(1002, "tomas", &[])]).await;
    assert_eq!((summary.enabled, summary.added), (1, 0));
    assert_eq!(state(&server, "CORP\\mara.novak"), PersonState::Active);
    for (kind, count) in
        [(AuditKind::PersonRenamed, 1), (AuditKind::PersonDisabled, 1), (AuditKind::PersonEnabled, 1)]
    {
        assert_eq!(server.count(kind), count, "{kind:?}");
    }
}

#[tokio::test]
async fn who_is_disabled_or_whose_time_is_over_is_disabled_and_an_administrators_word_stands() {
    let server = Server::new();
    let now = server.now();
    let at = |end: Option<UnixTime>, disabled| FoundPerson {
        expires_at: end,
        disabled,
        ..person(1001, "mara", &[])
    };
    // Somebody who is disabled there and unknown here is not brought here.
    assert_eq!(read(&server, vec![at(None, true)]).await.added, 0);
    assert_eq!(read(&server, vec![at(Some(now.plus(Duration::from_secs(60))), false)]).await.added, 1);
    server.wait(60);
    assert_eq!(read(&server, vec![at(Some(now.plus(Duration::from_secs(60))), false)]).await.disabled, 1);
    assert_eq!(read(&server, vec![at(None, false)]).await.enabled, 1);
    assert_eq!(read(&server, vec![at(None, true)]).await.disabled, 1);
    // Now the administrator says so, too: that stands, whatever the directory says.
    server.admin(|work| people::set_state(work, "CORP\\mara", PersonState::Disabled)).await;
    assert_eq!(read(&server, vec![at(None, false)]).await.enabled, 0);
    assert_eq!(state(&server, "CORP\\mara"), PersonState::Disabled);
    server.admin(|work| people::set_state(work, "CORP\\mara", PersonState::Active)).await;
    assert!(read(&server, vec![at(None, false)]).await.is_nothing());
}

#[tokio::test]
async fn a_person_with_two_entries_is_good_as_long_as_one_is() {
    let server = Server::new();
    let both = |first, second| {
        vec![
            FoundPerson { disabled: first, ..person(1001, "mara", &[0]) },
            FoundPerson { disabled: second, ..person(1002, "adm-mara", &[1]) },
        ]
    };
    read(&server, both(false, false)).await;
    server.admin(|work| people::join(work, "CORP\\mara", "CORP\\adm-mara")).await;
    assert_eq!(read(&server, both(false, true)).await.disabled, 0);
    assert_eq!(read(&server, both(true, true)).await.disabled, 1);
    assert_eq!(read(&server, both(true, false)).await.enabled, 1);
    // Each account has its own groups.
    let pc = server.pc("PC-1").await;
    server.policy("[[rules]]\nname = \"a\"\ndirectory_groups = [\"Finance\"]\nask = \"never\"").await;
    for (rid, needed) in [(1001, false), (1002, true)] {
        let answer = server.at(&pc, &domain(rid)).begin().await;
        assert_eq!(!matches!(answer, BeginAnswer::NotNeeded { .. }), needed, "{rid}: {answer:?}");
    }
    server.admin(|work| people::split(work, "CORP\\mara", &domain(1002).sid).map(drop)).await;
    assert_eq!(read(&server, both(true, false)).await.disabled, 1);
}

#[tokio::test]
async fn what_cannot_be_read_or_believed_changes_nothing() {
    let server = Server::new();
    let all: Vec<_> = (0..50).map(|at| person(1000 + at, &format!("p{at}"), &[])).collect();
    read(&server, all.clone()).await;
    let events = server.events().len();
    for _ in 0..2 {
        let error = with(&server, run(), Err("the directory is away".to_owned())).await.unwrap_err();
        assert_eq!(error.to_string(), "the directory is away");
    }
    // One event when it begins.
    assert_eq!(server.events().len(), events + 1);
    assert_eq!(server.events().last().unwrap().kind, AuditKind::DirectoryFailed);
    let failed = server.service.read(last).unwrap().unwrap();
    assert_eq!(failed.error.as_deref(), Some("the directory is away"));

    let few = || Ok(reading(all[..44].to_vec()));
    for found in [few(), Ok(reading(Vec::new()))] {
        let error = with(&server, run(), found).await.unwrap_err();
        assert!(matches!(error, SyncError::Guarded(_)), "{error}");
    }
    assert_eq!(server.count(AuditKind::PersonDisabled), 0);
    // Up to the share, and beyond it when somebody insists; a dry run tells and does not.
    assert_eq!(with(&server, run(), Ok(reading(all[..45].to_vec()))).await.unwrap().disabled, 5);
    let forced = |dry| {
        let mut run = run();
        (run.guard.force, run.dry) = (true, dry);
        run
    };
    assert_eq!(with(&server, forced(true), few()).await.unwrap().disabled, 1);
    assert_eq!(server.count(AuditKind::PersonDisabled), 5);
    let before = server.events().len();
    assert_eq!(with(&server, forced(true), Ok(reading(Vec::new()))).await.unwrap().disabled, 45);
    assert_eq!(server.events().len(), before);
    assert_eq!(with(&server, forced(false), Ok(reading(Vec::new()))).await.unwrap().disabled, 45);
    assert_eq!(server.count(AuditKind::PersonDisabled), 50);
}

#[tokio::test]
async fn of_several_processes_one_reads_and_none_before_it_is_due() {
    let server = Server::new();
    let interval = Duration::from_secs(900);
    let of = |holder: &str, due: Option<Duration>| Run { holder: holder.to_owned(), due_after: due, ..run() };
    let now = server.now();
    let (service, people) = (server.service.clone(), vec![person(1001, "mara", &[])]);
    let (inner, found) = (server.service.clone(), people.clone());
    // While one reads, another one that is due does not, and somebody at the command line is told.
    let (other, hand) = (of("node-2", Some(interval)), of("hand", None));
    let clock = move || now;
    let outcome = sync(&service, &clock, of("node-1", Some(interval)), || async move {
        let not_read = || async { panic!("two at a time") };
        assert_eq!(sync(&inner, &move || now, other, not_read).await.unwrap(), Outcome::NotDue);
        let error = sync(&inner, &move || now, hand, not_read).await.unwrap_err();
        assert!(matches!(error, SyncError::Busy { .. }), "{error}");
        Ok(reading(found))
    });
    assert!(matches!(outcome.await.unwrap(), Outcome::Read { .. }));
    let due = async |holder: &str, now: UnixTime| {
        let people = people.clone();
        let clock = move || now;
        let outcome = sync(&service, &clock, of(holder, Some(interval)), || async { Ok(reading(people)) });
        outcome.await.unwrap() != Outcome::NotDue
    };
    assert!(!due("node-2", now.plus(Duration::from_secs(899))).await);
    assert!(due("node-2", now.plus(interval)).await);
    // One that died in the middle is waited for, and not for ever.
    let died = async |now: UnixTime| {
        let clock = move || now;
        let work = sync(&service, &clock, of("node-3", Some(interval)), std::future::pending);
        tokio::time::timeout(Duration::from_millis(200), work).await.unwrap_err();
    };
    let later = now.plus(interval * 2);
    died(later).await;
    assert!(!due("node-1", later.plus(Duration::from_secs(899))).await);
    assert!(due("node-1", later.plus(Duration::from_secs(900))).await);
}

#[tokio::test]
async fn a_name_alone_gives_nobody_somebody_elses_accounts() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    drop(server.attempt(&pc, &pc.local(1001)).await);
    let named = |name: &str| FoundPerson {
        key: format!("uuid of {name}"),
        sid: None,
        domain: None,
        upn: None,
        ..person(1, name, &[0])
    };
    server.admin(|work| people::add(work, "mara").map(drop)).await;
    // Mara was made by an administrator and has nothing yet; the other one has an account.
    let summary = read(&server, vec![named("mara"), named("PC-1\\user1001")]).await;
    assert_eq!((summary.linked, summary.added), (1, 1));
    assert_eq!(server.rows("people"), 3);
}

#[tokio::test]
async fn odd_texts_of_a_directory_are_shown_as_such_and_its_odd_addresses_are_not_kept() {
    let server = Server::new();
    let mut odd = person(1001, "ma\u{202E}ra", &[]);
    odd.mail = Some("mara@example.test\r\nBcc: all@example.test".to_owned());
    read(&server, vec![odd]).await;
    let listed = server.service.read(list).unwrap();
    assert_eq!(listed[0].entry.name, "CORP\\ma\u{FFFD}ra");
    assert_eq!(listed[0].entry.mail, None);
}

#[tokio::test]
async fn days_to_enroll_begin_when_somebody_is_seen_and_not_when_the_directory_names_them() {
    let server = Server::new();
    server.policy("[defaults]\nself_enrollment = { within_days_of_first_seen = 1 }").await;
    read(&server, vec![person(1001, "mara", &[])]).await;
    server.wait(10 * 86_400);
    let pc = server.pc("PC-1").await;
    let explained = async || {
        let sid = format!("{DOMAIN}-1001");
        let (kind, place) = (model::SignInKind::SignIn, model::Place::Console);
        server.try_admin(move |work| signin::explain(work, &sid, "PC-1", kind, place, Vec::new())).await
    };
    let decision = explained().await.unwrap().explanation.decision;
    assert!(matches!(decision, Decision::Enroll { .. }), "{decision:?}");
    drop(server.attempt(&pc, &domain(1001)).await);
    server.wait(2 * 86_400);
    let decision = explained().await.unwrap().explanation.decision;
    assert!(matches!(decision, Decision::Refuse { .. }), "{decision:?}");
}
