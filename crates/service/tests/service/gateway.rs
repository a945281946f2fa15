use crate::enrolled;
use domain::AuditKind;
use model::Secret;
use protocol::http::VerifyAnswer;
use service::gateway::{self, Answer, Door, Gateway, UserName};
use testkit::{Pc, Server, domain};

const LIMIT: u32 = 20;

async fn ask(server: &Server, gateway: &str, name: &str, code: &str) -> Answer {
    let gateway = Gateway {
        door: Door::Radius,
        name: gateway.parse().unwrap(),
        wrong_per_hour: LIMIT,
        may_enroll: true,
    };
    let user = UserName { user: name.to_owned(), realm: None };
    gateway::check(&server.service, server.now(), gateway, user, Secret::from_text(code.to_owned()))
        .await
        .unwrap()
}

/// Their name, as everybody knows it.
fn name(server: &Server, pc: &Pc) -> String {
    server.person(pc, &domain(1001)).unwrap().name
}

#[tokio::test]
async fn a_right_code_is_accepted_once_and_not_at_a_machine_after_it() {
    let (server, pc, phone) = enrolled().await;
    let (name, code) = (name(&server, &pc), phone.code(server.now()));
    assert_eq!(ask(&server, "vpn", &name, &code).await, Answer::Accepted);
    assert_eq!(ask(&server, "vpn", &name, &code).await, Answer::Refused);
    let at_a_machine = server.sign_in(&pc, &domain(1001), &code).await;
    assert!(matches!(at_a_machine, VerifyAnswer::Used { .. }), "{at_a_machine:?}");
    assert_eq!(server.count(AuditKind::CodeUsed), 2);
}

#[tokio::test]
async fn an_unknown_name_somebody_without_a_token_somebody_disabled_and_a_wrong_code_read_the_same() {
    let (server, pc, phone) = enrolled().await;
    let known = name(&server, &pc);
    server.at(&pc, &domain(1002)).begin().await;
    let tokenless = server.person(&pc, &domain(1002)).unwrap().name;
    let wrong = phone.wrong_code(server.now());
    for (who, code) in
        [("nobody", &*wrong), (&tokenless, &wrong), (&known, &wrong), (&known, "not a code"), ("", "")]
    {
        let before = server.events().len();
        assert_eq!(ask(&server, "vpn", who, code).await, Answer::Refused, "{who}");
        // Each takes as many writes as the others.
        assert_eq!(server.events().len(), before + 1, "{who}");
    }
    assert!(
        !server.events().iter().any(|event| event.detail.contains("nobody")),
        "a name that may be a password"
    );
}

#[tokio::test]
async fn wrong_codes_through_a_gateway_block_people_there_and_nowhere_else() {
    let (server, pc, phone) = enrolled().await;
    let name = name(&server, &pc);
    for _ in 0..5 {
        assert_eq!(ask(&server, "vpn", &name, &phone.wrong_code(server.now())).await, Answer::Refused);
    }
    assert_eq!(ask(&server, "vpn", &name, &phone.code(server.now())).await, Answer::Refused);
    assert_eq!(ask(&server, "mail", &name, &phone.code(server.now())).await, Answer::Accepted);
    server.wait(60);
    let at_a_machine = server.sign_in(&pc, &domain(1001), &phone.code(server.now())).await;
    assert!(matches!(at_a_machine, VerifyAnswer::Accept { .. }), "{at_a_machine:?}");
}

#[tokio::test]
async fn a_gateway_that_guesses_is_not_listened_to_for_the_rest_of_the_hour_and_another_is() {
    let (server, pc, phone) = enrolled().await;
    let name = name(&server, &pc);
    // What is right is not counted.
    for _ in 0..3 {
        assert_eq!(ask(&server, "vpn", &name, &phone.code(server.now())).await, Answer::Accepted);
        server.wait(60);
    }
    for number in 0..LIMIT {
        ask(&server, "vpn", &format!("guess {number}"), "123456").await;
    }
    for _ in 0..3 {
        assert_eq!(ask(&server, "vpn", &name, &phone.code(server.now())).await, Answer::Refused);
    }
    assert_eq!(server.count(AuditKind::GatewayBlocked), 1);
    assert_eq!(ask(&server, "mail", &name, &phone.code(server.now())).await, Answer::Accepted);
    server.wait(3600);
    assert_eq!(ask(&server, "vpn", &name, &phone.code(server.now())).await, Answer::Accepted);
}

#[test]
fn a_name_that_moves_a_cursor_or_is_endless_is_none() {
    for text in ["", " ", "a\nb", "\u{202e}npv", &"x".repeat(65)] {
        assert!(text.parse::<gateway::Name>().is_err(), "{text:?}");
    }
    assert_eq!("vpn 1".parse::<gateway::Name>().unwrap().to_string(), "vpn 1");
}
