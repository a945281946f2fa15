use crate::why;
use domain::AuditKind;
use model::{AuthorityClaim, Reason};
use protocol::http::{BeginAnswer, ConfirmAnswer, VerifyAnswer};
use service::{AdminError, CallError, people};
use testkit::{DOMAIN, Server, domain, entra};

#[tokio::test]
async fn a_domain_account_is_one_person_on_every_machine_and_a_local_one_is_not() {
    let server = Server::new();
    let (a, b) = (server.pc("PC-1").await, server.pc("PC-2").await);
    for pc in [&a, &b] {
        server.attempt(pc, &domain(1001)).await;
        server.attempt(pc, &entra(1)).await;
        server.attempt(pc, &pc.local(1001)).await;
    }
    assert_eq!(server.rows("people"), 4);
    assert_eq!(server.person(&a, &domain(1001)), server.person(&b, &domain(1001)));
    assert_eq!(server.person(&a, &entra(1)), server.person(&b, &entra(1)));
    assert_ne!(server.person(&a, &a.local(1001)), server.person(&b, &b.local(1001)));
    assert_eq!(server.count(AuditKind::PersonAdded), 4);
}

#[tokio::test]
async fn a_claim_that_cannot_be_true_is_refused_recorded_and_makes_nobody() {
    let server = Server::new();
    let (a, b) = (server.pc("PC-1").await, server.pc("PC-2").await);
    let mut foreign_domain = domain(1001);
    foreign_domain.authority = AuthorityClaim::Domain("S-1-5-21-9-9-9".parse().unwrap());
    let mut domain_as_local = domain(1001);
    domain_as_local.authority = AuthorityClaim::ThisMachine;
    let mut domain_as_entra = domain(1001);
    domain_as_entra.authority = entra(1).authority;
    let mut system = a.local(1001);
    system.sid = "S-1-5-18".parse().unwrap();
    // Written in another way, the same tenant would be another authority, and its people new ones.
    let mut shouted = entra(1);
    shouted.authority = AuthorityClaim::Entra("0F0E0D0C-0b0a-4908-8706-050403020100".into());
    let mut no_tenant = entra(1);
    no_tenant.authority = AuthorityClaim::Entra("x".repeat(10_000));
    let claims =
        [b.local(1001), foreign_domain, domain_as_local, domain_as_entra, system, shouted, no_tenant];
    for claim in &claims {
        assert_eq!(why(&server.at(&a, claim).begin().await), Reason::AccountNotAllowed, "{claim:?}");
    }
    assert_eq!((server.rows("people"), server.count(AuditKind::AccountNotAllowed)), (0, claims.len()));
}

#[tokio::test]
async fn a_machine_speaks_for_what_its_group_may() {
    let server = Server::new();
    server
        .policy(&format!(
            "[groups.servers]\nlocal_accounts = false\ndomains = [\"{DOMAIN}\"]\nentra_tenants = []\n"
        ))
        .await;
    let pc = server.pc_in("SRV-1", "servers").await;
    server.attempt(&pc, &domain(1001)).await;
    for account in [pc.local(1001), entra(1)] {
        assert_eq!(why(&server.at(&pc, &account).begin().await), Reason::AccountNotAllowed);
    }
}

#[tokio::test]
async fn a_domain_controller_speaks_for_its_domain_though_its_own_sid_is_the_same() {
    let server = Server::new();
    let code = server.join_code("default", 1, std::time::Duration::from_secs(60)).await.1;
    let (mut request, key) = server.join_request("DC-1", code);
    request.machine_sid = DOMAIN.parse().unwrap();
    let dc = server.join((request, key)).await.unwrap();
    let pc = server.pc("PC-1").await;
    server.attempt(&dc, &domain(1001)).await;
    assert_eq!(server.person(&dc, &domain(1001)), server.person(&pc, &domain(1001)));
}

#[tokio::test]
async fn two_people_who_are_one_share_accounts_and_tokens() {
    let server = Server::new();
    let (pc, there) = (server.pc("PC-1").await, server.pc("PC-2").await);
    let phone = server.enroll(&pc, &domain(1001)).await;
    server.wait(60);
    // She has begun to enroll with her other account, whose seed may be anybody's.
    let pending = server.attempt(&there, &entra(1)).await;
    let other_phone = pending.show().await.phone();
    let (keep, gone) = (entra(1).sid.to_string(), domain(1001).sid.to_string());
    server.admin(move |work| people::join(work, &keep, &gone)).await;
    let code = other_phone.code(server.now());
    let late = pending.try_confirm(server.request_id(), &code).await;
    assert!(matches!(late, Err(CallError::AttemptOver)), "{late:?}");
    let again = server.at(&there, &entra(1));
    assert!(matches!(again.begin().await, BeginAnswer::Code { .. }), "nor does it enroll later");
    assert_eq!((server.rows("tokens"), server.rows("people"), server.rows("pending_enrollments")), (1, 1, 0));
    assert!(matches!(again.verify(&phone.code(server.now())).await, VerifyAnswer::Accept { .. }));
    assert_eq!(server.kinds().iter().filter(|&&kind| kind == AuditKind::AccountMoved).count(), 1);
    assert_eq!(server.count(AuditKind::PeopleJoined), 1);
    let same = domain(1001).sid.to_string();
    let twice = server.try_admin(move |work| people::join(work, &same, &same)).await;
    assert!(matches!(twice, Err(AdminError::Refused(_))));
}

#[tokio::test]
async fn somebody_made_by_an_administrator_becomes_the_account_seen_later_and_it_is_recorded() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    server.admin(|work| people::add(work, "Mara Lind")).await;
    server.attempt(&pc, &domain(1001)).await;
    let sid = domain(1001).sid.to_string();
    server.admin(move |work| people::join(work, &sid, "Mara Lind")).await;
    let events = server.events();
    let last = events.last().unwrap();
    assert_eq!(last.kind, AuditKind::PeopleJoined);
    assert!(last.detail.starts_with("Mara Lind (per_"), "{}", last.detail);
}

#[tokio::test]
async fn an_account_that_is_split_off_does_not_get_in_with_the_others_token() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let phone = server.enroll(&pc, &domain(1001)).await;
    server.attempt(&pc, &entra(1)).await;
    let (keep, gone) = (domain(1001).sid.to_string(), entra(1).sid.to_string());
    server.admin(move |work| people::join(work, &keep, &gone)).await;
    server.wait(60);
    let under_way = server.attempt(&pc, &entra(1)).await;
    let (name, sid) = (domain(1001).sid.to_string(), entra(1).sid);
    server.admin(move |work| people::split(work, &name, &sid)).await;
    let answer = under_way.try_verify(server.request_id(), &phone.code(server.now())).await;
    assert!(matches!(answer, Err(CallError::AttemptOver)), "{answer:?}");
    let begun = server.at(&pc, &entra(1)).begin().await;
    assert!(matches!(begun, BeginAnswer::Enroll { .. }), "{begun:?}");
    let (name, sid) = (domain(1001).sid.to_string(), domain(1001).sid);
    let last = server.try_admin(move |work| people::split(work, &name, &sid)).await;
    assert!(matches!(last, Err(AdminError::Refused(_))), "the last account stays");
}

#[tokio::test]
async fn a_name_that_means_two_people_is_answered_with_their_ids() {
    let server = Server::new();
    server.admin(|work| people::add(work, "Mara")).await;
    let second = server.admin(|work| people::add(work, "mara")).await;
    let answer = server.try_admin(|work| people::unlock(work, "MARA")).await;
    let Err(AdminError::Ambiguous(ambiguous)) = answer else { panic!("{answer:?}") };
    assert_eq!(ambiguous.candidates.len(), 2);
    let id = second.to_string();
    assert_eq!(server.admin(move |work| people::unlock(work, &id)).await.name, "mara");
    for bad in ["", " ", "a\u{1b}b", "a\u{202e}b", &"x".repeat(257)] {
        let bad = bad.to_owned();
        assert!(server.try_admin(move |work| people::add(work, &bad)).await.is_err());
    }
}

#[tokio::test]
async fn an_explanation_says_what_a_sign_in_meets() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let explain = async || {
        server
            .admin(|work| {
                let sid = domain(1001).sid.to_string();
                let (kind, place) = (model::SignInKind::SignIn, model::Place::Console);
                service::signin::explain(work, &sid, "PC-1", kind, place, Vec::new())
            })
            .await
            .explanation
    };
    assert!(matches!(explain().await.decision, policy::Decision::Enroll { .. }));
    let phone = attempt.show().await.phone();
    server.policy("[defaults]\nself_enrollment = \"off\"\n").await;
    // As the beginning of a sign-in would: what is pending was let in.
    assert!(matches!(explain().await.decision, policy::Decision::Enroll { .. }));
    let answer = attempt.confirm(&phone.code(server.now())).await;
    assert!(matches!(answer, ConfirmAnswer::Accept { .. }));
    assert!(matches!(explain().await.decision, policy::Decision::AskCode { .. }));
}

#[tokio::test]
async fn people_of_a_list_are_known_at_their_first_sign_in_and_nobody_comes_twice() {
    use service::tokens::BrokenLines;
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let sid = domain(1001).sid;
    let list = format!("name,account,sid\nMara Lind,CORP\\mara,{sid}\nJo,,\n,,\n");
    let list = people::read_list(list.as_bytes()).unwrap();
    let looked =
        server.service.read(|rx| Ok::<_, service::AdminError>(people::check_people(rx, &list)?)).unwrap();
    assert_eq!((looked.people.len(), looked.bad.len(), looked.done), (2, 0, false));
    let list_of_two = list.clone();
    let done =
        server.admin(move |work| people::import_people(work, &list, BrokenLines::RefuseAll, "a.csv")).await;
    assert!(done.done);
    assert_eq!(
        (server.rows("people"), server.rows("accounts"), server.count(AuditKind::PersonAdded)),
        (2, 1, 2)
    );
    assert!(server.events().last().unwrap().detail.starts_with("Jo of a.csv"));

    server.enroll(&pc, &domain(1001)).await;
    let mara = server.person(&pc, &domain(1001)).unwrap();
    assert_eq!((mara.name.as_str(), server.rows("people")), ("Mara Lind", 2));

    let again =
        server.admin(move |work| people::import_people(work, &list_of_two, BrokenLines::Skip, "a.csv")).await;
    let told: Vec<_> = again.bad.iter().map(|bad| (bad.line, bad.problem.as_str())).collect();
    assert_eq!(
        told,
        [(2, "this account is here already, of Mara Lind"), (3, "somebody is called that already")]
    );
    assert!(!again.done && server.rows("people") == 2);

    let broken = people::read_list(b"name,sid\nEva,\nx,S-1\n").unwrap();
    let refused =
        server.admin(move |work| people::import_people(work, &broken, BrokenLines::RefuseAll, "b.csv")).await;
    assert!(!refused.done && server.rows("people") == 2);
}
