use domain::{AuditKind, PersonState, TokenState};
use model::{PersonId, Secret};
use protocol::http::{ConfirmAnswer, VerifyAnswer};
use service::enroll::{Invited, InvitedAnswer, confirm_invited, invite, invited, show_invited};
use service::{AdminError, people};
use std::time::Duration;
use testkit::{Phone, Server, domain};

const HOUR: Duration = Duration::from_secs(3_600);

async fn somebody(server: &Server) -> PersonId {
    server.admin(|work| people::add(work, "Mara")).await
}

async fn link(server: &Server, person: PersonId) -> Secret {
    server.admin(move |work| invite(work, person, HOUR)).await
}

async fn open(server: &Server, link: &Secret) -> Option<Invited> {
    let link = link.duplicate();
    server.admin(move |work| Ok(invited(work, &link)?)).await
}

async fn show(server: &Server, invited: &Invited) -> Phone {
    let invited = invited.clone();
    Phone::scan(&server.admin(move |work| Ok(show_invited(work, &invited)?)).await)
}

async fn confirm(server: &Server, invited: &Invited, code: &str) -> InvitedAnswer {
    let (invited, code) = (invited.clone(), code.parse().ok());
    server.admin(move |work| Ok(confirm_invited(work, &invited, code.as_ref())?)).await
}

#[tokio::test]
async fn an_invitation_makes_one_token_and_its_link_is_dead_then() {
    let server = Server::new();
    let link = link(&server, somebody(&server).await).await;
    let invited = open(&server, &link).await.unwrap();
    let phone = show(&server, &invited).await;
    assert_eq!(server.rows("tokens"), 0);
    assert_eq!(show(&server, &invited).await.uri, phone.uri, "the same QR comes back");
    let code = phone.code(server.now());
    assert_eq!(confirm(&server, &invited, &code).await, InvitedAnswer::Enrolled);
    assert!(open(&server, &link).await.is_none());

    // Whoever still has the page open gets no second token out of it.
    server.wait(30);
    let late = invited.clone();
    assert!(server.try_admin(move |work| Ok(show_invited(work, &late)?)).await.is_err());
    assert_eq!(confirm(&server, &invited, &phone.code(server.now())).await, InvitedAnswer::Expired);
    assert_eq!((server.rows("tokens"), server.rows("pending_enrollments")), (1, 0));
}

#[tokio::test]
async fn a_link_that_is_unknown_used_past_its_time_or_of_a_disabled_person_reads_the_same() {
    let server = Server::new();
    let person = somebody(&server).await;
    assert!(open(&server, &Secret::from_text("nonsense".into())).await.is_none());
    let good = link(&server, person).await;
    server.wait(3_599);
    let page = open(&server, &good).await.unwrap();
    let phone = show(&server, &page).await;
    server.wait(1);
    assert!(open(&server, &good).await.is_none());
    assert_eq!(confirm(&server, &page, &phone.code(server.now())).await, InvitedAnswer::Expired);

    let good = link(&server, person).await;
    server.admin(|work| people::set_state(work, "Mara", PersonState::Disabled)).await;
    assert!(open(&server, &good).await.is_none());
    let refused = server.try_admin(move |work| invite(work, person, HOUR)).await;
    assert!(matches!(refused, Err(AdminError::Refused(_))));
}

#[tokio::test]
async fn a_qr_shown_by_an_invitation_runs_out_after_ten_minutes() {
    let server = Server::new();
    let link = link(&server, somebody(&server).await).await;
    let page = open(&server, &link).await.unwrap();
    let phone = show(&server, &page).await;
    server.wait(600);
    assert_eq!(confirm(&server, &page, &phone.code(server.now())).await, InvitedAnswer::Expired);
    let next = show(&server, &page).await;
    assert_ne!(next.uri.seed, phone.uri.seed);
}

#[tokio::test]
async fn wrong_codes_block_the_link_and_not_the_person() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let phone = server.enroll(&pc, &domain(1001)).await;
    let person = server.person(&pc, &domain(1001)).unwrap().id;
    let page = open(&server, &link(&server, person).await).await.unwrap();
    let second = show(&server, &page).await;
    for left in (1..5).rev() {
        let answer = confirm(&server, &page, &second.wrong_code(server.now())).await;
        assert_eq!(answer, InvitedAnswer::Wrong { left });
    }
    let until = server.now().plus(Duration::from_secs(900));
    assert_eq!(confirm(&server, &page, "").await, InvitedAnswer::Blocked { until });
    assert_eq!(confirm(&server, &page, &second.code(server.now())).await, InvitedAnswer::Blocked { until });
    server.wait(30);
    let answer = server.sign_in(&pc, &domain(1001), &phone.code(server.now())).await;
    assert!(matches!(answer, VerifyAnswer::Accept { .. }), "{answer:?}");
}

#[tokio::test]
async fn a_code_of_an_invitation_is_not_good_at_a_machine() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let here = attempt.show().await.phone();
    let person = server.person(&pc, &domain(1001)).unwrap().id;
    let page = open(&server, &link(&server, person).await).await.unwrap();
    let there = show(&server, &page).await;
    let now = server.now();
    assert_eq!(attempt.confirm(&there.code(now)).await, ConfirmAnswer::Wrong { left: 4 });
    assert_eq!(confirm(&server, &page, &here.code(now)).await, InvitedAnswer::Wrong { left: 4 });
}

#[tokio::test]
async fn a_qr_in_a_browser_dies_when_a_pc_is_first_and_the_link_may_go_on_to_a_second_token() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let on_pc = server.attempt(&pc, &domain(1001)).await;
    let person = server.person(&pc, &domain(1001)).unwrap().id;
    let page = open(&server, &link(&server, person).await).await.unwrap();
    let in_browser = show(&server, &page).await;
    let phone = on_pc.show().await.phone();
    let at = server.now();
    on_pc.confirm(&phone.code(at)).await;
    let answer = confirm(&server, &page, &in_browser.code(at)).await;
    assert_eq!(answer, InvitedAnswer::Lost { place: "PC-1".into(), at });
    let second = show(&server, &page).await;
    assert_eq!(confirm(&server, &page, &second.code(at)).await, InvitedAnswer::Enrolled);
    assert_eq!(server.tokens(&pc, &domain(1001)).len(), 2);

    server.wait(30);
    for phone in [phone, second] {
        let answer = server.sign_in(&pc, &domain(1001), &phone.code(server.now())).await;
        assert!(matches!(answer, VerifyAnswer::Accept { .. }), "{answer:?}");
    }
}

#[tokio::test]
async fn a_pc_is_told_when_a_browser_was_first() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let on_pc = server.attempt(&pc, &domain(1001)).await;
    let phone = on_pc.show().await.phone();
    let person = server.person(&pc, &domain(1001)).unwrap().id;
    let page = open(&server, &link(&server, person).await).await.unwrap();
    let in_browser = show(&server, &page).await;
    let at = server.now();
    assert_eq!(confirm(&server, &page, &in_browser.code(at)).await, InvitedAnswer::Enrolled);
    let told = ConfirmAnswer::EnrolledElsewhere { machine: "a browser".into(), at };
    assert_eq!(on_pc.confirm(&phone.code(at)).await, told);
    assert_eq!((server.rows("tokens"), server.count(AuditKind::EnrollmentLost)), (1, 1));
}

#[tokio::test]
async fn invitations_made_ahead_do_not_get_around_the_number_of_tokens() {
    let server = Server::new();
    server.policy("[limits]\ntokens_per_person = 2\n").await;
    let person = somebody(&server).await;
    let links = [link(&server, person).await, link(&server, person).await, link(&server, person).await];
    let mut pages = Vec::new();
    for link in &links {
        pages.push(open(&server, link).await.unwrap());
    }
    for page in &pages[..2] {
        let phone = show(&server, page).await;
        assert_eq!(confirm(&server, page, &phone.code(server.now())).await, InvitedAnswer::Enrolled);
    }
    assert!(open(&server, &links[2]).await.is_none());
    assert_eq!(confirm(&server, &pages[2], "123456").await, InvitedAnswer::Expired);
    assert!(server.try_admin(move |work| invite(work, person, HOUR)).await.is_err());

    // One that is disabled is not gone; one that is revoked is.
    let serial =
        server.admin(move |work| Ok(store::tables::tokens::of(work.tx, person)?.remove(0).serial)).await;
    for (state, room) in [(TokenState::Disabled, false), (TokenState::Revoked, true)] {
        let serial = serial.clone();
        server.admin(move |work| service::tokens::set_state(work, &serial, state)).await;
        assert_eq!(open(&server, &links[2]).await.is_some(), room, "{state:?}");
    }
}
