use crate::enrolled;
use domain::{AuditKind, PersonState, TokenState};
use model::Secret;
use protocol::http::VerifyAnswer;
use service::{
    AdminError,
    enroll::{InvitedAnswer, confirm_invited, invited, show_invited},
    me::{self, Refused, Seen, SignedIn, Stepped},
    operators::Visitor,
    people, tokens,
};
use testkit::{Phone, Server};

fn secret(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

fn at(address: &str) -> Visitor {
    Visitor::new(address.parse().unwrap(), "Test/1.0")
}

async fn sign_in_from(server: &Server, from: &str, name: &str, code: &str) -> Result<SignedIn, Refused> {
    me::sign_in(&server.service, server.now(), at(from), name.to_owned(), secret(code)).await
}

async fn sign_in(server: &Server, name: &str, code: &str) -> Result<SignedIn, Refused> {
    sign_in_from(server, "192.0.2.1", name, code).await
}

/// Signed in, and another code shown.
async fn fresh(server: &Server, phone: &Phone) -> SignedIn {
    let name = name(server);
    let signed_in = sign_in(server, &name, &phone.code(server.now())).await.unwrap();
    server.wait(30);
    up(server, &signed_in, &phone.code(server.now())).await.unwrap()
}

async fn up(server: &Server, signed_in: &SignedIn, code: &str) -> Option<SignedIn> {
    let (secret, code) = (signed_in.secret.duplicate(), secret(code));
    match me::step_up(&server.service, server.now(), at("192.0.2.1"), secret, code).await.unwrap() {
        Stepped::Up(signed_in) => Some(signed_in),
        Stepped::Wrong | Stepped::Blocked { .. } | Stepped::Over => None,
    }
}

async fn holds(server: &Server, secret: &Secret) -> Option<SignedIn> {
    me::session(&server.service, server.now(), secret.duplicate()).await.unwrap()
}

fn read<T>(server: &Server, f: impl FnOnce(&store::Rx<'_>) -> Result<T, AdminError>) -> T {
    server.service.read(f).unwrap()
}

fn name(server: &Server) -> String {
    read(server, |rx| Ok(people::list(rx)?.remove(0).person.name))
}

#[tokio::test]
async fn a_name_and_a_code_sign_somebody_in_once() {
    let (server, _, phone) = enrolled().await;
    let (name, code) = (name(&server), phone.code(server.now()));
    let signed_in = sign_in(&server, &name, &code).await.unwrap();
    assert_eq!(holds(&server, &signed_in.secret).await.unwrap().person.name, name);
    assert!(matches!(sign_in(&server, &name, &code).await, Err(Refused::Wrong)), "the code was used");
    let stored = server.rows("person_sessions");
    assert_eq!(stored, 1);
    assert!(holds(&server, &secret("another")).await.is_none());
    server.wait(30 * 60);
    assert!(holds(&server, &signed_in.secret).await.is_none(), "half an hour without use ends it");
}

#[tokio::test]
async fn unknown_names_wrong_codes_no_token_and_disabled_people_read_the_same() {
    let (server, _, phone) = enrolled().await;
    let name = name(&server);
    server.admin(|work| people::add(work, "Nobody's token").map(drop)).await;
    let wrong = phone.wrong_code(server.now());
    for (name, code) in
        [("nobody", wrong.as_str()), (&name, &wrong), ("Nobody's token", &wrong), (&name, "words")]
    {
        assert!(matches!(sign_in(&server, name, code).await, Err(Refused::Wrong)), "{name}");
    }
    let who = name.clone();
    server.admin(move |work| people::set_state(work, &who, PersonState::Disabled).map(drop)).await;
    assert!(matches!(sign_in(&server, &name, &phone.code(server.now())).await, Err(Refused::Wrong)));
}

#[tokio::test]
async fn wrong_codes_block_a_person_here_and_not_at_a_machine() {
    let (server, pc, phone) = enrolled().await;
    let name = name(&server);
    for n in 0..5 {
        let from = format!("192.0.2.{n}");
        let refused = sign_in_from(&server, &from, &name, &phone.wrong_code(server.now())).await;
        assert!(matches!(refused, Err(Refused::Wrong)));
    }
    let right = phone.code(server.now());
    assert!(matches!(sign_in_from(&server, "192.0.2.9", &name, &right).await, Err(Refused::Wrong)));
    let answer = server.sign_in(&pc, &testkit::domain(1001), &right).await;
    assert!(
        matches!(answer, VerifyAnswer::Accept { .. }),
        "not blocked there, and the code not used up: {answer:?}"
    );
}

#[tokio::test]
async fn a_network_that_guesses_is_shut_out_whatever_names_it_tries() {
    let (server, _, phone) = enrolled().await;
    let name = name(&server);
    for n in 0..30 {
        assert!(matches!(sign_in(&server, &format!("n{n}"), "123456").await, Err(Refused::Wrong)));
    }
    let right = phone.code(server.now());
    assert!(matches!(sign_in(&server, &name, &right).await, Err(Refused::Blocked { .. })));
    assert!(sign_in_from(&server, "198.51.100.1", &name, &right).await.is_ok());
}

#[tokio::test]
async fn what_changes_something_asks_for_another_code_and_the_session_gets_another_secret() {
    let (server, _, phone) = enrolled().await;
    let name = name(&server);
    let signed_in = sign_in(&server, &name, &phone.code(server.now())).await.unwrap();
    let old = signed_in.secret.duplicate();
    let serial = read(&server, |rx| tokens::list(rx, None)).remove(0).serial;
    let codes = me::recovery_codes(&server.service, server.now(), &signed_in).await;
    assert!(matches!(codes, Err(AdminError::Refused(_))));
    let refused = server
        .try_admin(move |work| {
            let all = [
                me::add_token(work, &signed_in).is_err(),
                me::remove(work, &signed_in, &serial, true).is_err(),
            ];
            Ok(all)
        })
        .await
        .unwrap();
    assert_eq!(refused, [true; 2]);
    server.wait(30);
    let held = holds(&server, &old).await.unwrap();
    assert!(up(&server, &held, &phone.wrong_code(server.now())).await.is_none());
    let fresh = up(&server, &held, &phone.code(server.now())).await.unwrap();
    assert!(fresh.is_fresh(server.now()));
    assert_eq!(me::recovery_codes(&server.service, server.now(), &fresh).await.unwrap().len(), 10);
    assert!(holds(&server, &old).await.is_none(), "the secret from before is void");
    let new = fresh.secret.duplicate();
    server.wait(5 * 60);
    assert!(!holds(&server, &new).await.unwrap().is_fresh(server.now()), "for five minutes only");
}

#[tokio::test]
async fn a_second_token_is_added_then_the_first_reported_lost_and_the_last_one_stays() {
    let (server, _, phone) = enrolled().await;
    let signed_in = fresh(&server, &phone).await;
    let person = signed_in.person.id;
    let first = read(&server, move |rx| Ok(me::overview(rx, person)?)).tokens.remove(0).serial;
    let (link, signed_in) = server
        .admin(move |work| {
            let only = me::remove(work, &signed_in, &first, true);
            assert!(matches!(only, Err(AdminError::Refused(_))), "{only:?}");
            Ok((me::add_token(work, &signed_in)?, signed_in))
        })
        .await;
    let invited = server.admin(move |work| Ok(invited(work, &link)?)).await.unwrap();
    let also = invited.clone();
    let second = Phone::scan(&server.admin(move |work| Ok(show_invited(work, &invited)?)).await);
    let code = second.code(server.now()).parse().ok();
    let answer = server.admin(move |work| Ok(confirm_invited(work, &also, code.as_ref())?)).await;
    assert_eq!(answer, InvitedAnswer::Enrolled);
    let tokens = read(&server, move |rx| Ok(me::overview(rx, person)?)).tokens;
    assert_eq!(tokens.len(), 2);
    let first = tokens.iter().min_by_key(|token| token.created_at).unwrap().serial.clone();
    let lost = first.clone();
    server.admin(move |work| me::remove(work, &signed_in, &lost, true)).await;
    assert_eq!(server.count(AuditKind::TokenLost), 1);
    let state = read(&server, move |rx| tokens::list(rx, None))
        .into_iter()
        .find(|t| t.serial == first)
        .unwrap()
        .state;
    assert_eq!(state, TokenState::Revoked);
}

#[tokio::test]
async fn nobody_touches_tokens_of_others() {
    let (server, pc, phone) = enrolled().await;
    let other = server.enroll(&pc, &testkit::domain(1002)).await;
    server.wait(300);
    let mine = fresh(&server, &phone).await;
    let theirs = read(&server, |rx| tokens::list(rx, None))
        .into_iter()
        .find(|token| token.person != mine.person.id)
        .unwrap()
        .serial;
    let serial = theirs.clone();
    let refused = server
        .try_admin(move |work| {
            let removed = me::remove(work, &mine, &serial, false);
            let renamed = me::rename(work, &mine, &serial, "mine");
            Ok([removed, renamed].map(|done| matches!(done, Err(AdminError::NotFound { .. }))))
        })
        .await
        .unwrap();
    assert_eq!(refused, [true; 2]);
    drop(other);
}

#[tokio::test]
async fn somebody_sees_their_own_sign_ins_and_nobody_elses() {
    let (server, pc, phone) = enrolled().await;
    server.enroll(&pc, &testkit::domain(1002)).await;
    server.wait(300);
    let signed_in = fresh(&server, &phone).await;
    let person = signed_in.person.id;
    let seen = read(&server, move |rx| Ok(me::overview(rx, person)?)).sign_ins;
    assert_eq!(seen.iter().filter(|sign_in| sign_in.what == Seen::Enrolled).count(), 1);
    assert_eq!(seen[0].what, Seen::SelfService);
    assert!(seen.iter().any(|sign_in| sign_in.machine.as_deref() == Some("PC-1")), "{seen:?}");
}
