//! Versions of the policy, previews, and policies that would let nobody in.

use domain::AuditKind;
use model::{Place, SignInKind};
use policy::{Decision, Policy};
use protocol::http::BeginAnswer;
use service::{
    AdminError,
    policies::{self, Insist, Sign},
    signin::{self, About, Explained},
};
use std::time::Duration;
use testkit::{Server, domain};

const ONE: &str = "[limits]\ntokens_per_person = 3\n";
const TWO: &str = "[limits]\ntokens_per_person = 4\n";
const OFF: &str = "[defaults]\nself_enrollment = \"off\"\n";

fn about() -> About {
    About {
        person: domain(1001).sid.to_string(),
        machine: "PC-1".into(),
        kind: SignInKind::SignIn,
        place: Place::Console,
        groups: Vec::new(),
        at: None,
        policy: None,
    }
}

/// Without insisting.
async fn set(server: &Server, toml: &str) {
    let toml = toml.to_owned();
    server.admin(move |work| policies::set(work, toml, "root".into())).await;
}

async fn preview(server: &Server, about: About) -> Explained {
    server.admin(move |work| signin::preview(work, about)).await
}

#[tokio::test]
async fn every_version_is_kept_and_an_earlier_one_comes_back_as_a_new_one() {
    let server = Server::new();
    server.policy(ONE).await;
    server.wait(60);
    server.policy(TWO).await;
    let version = server.admin(|work| policies::roll_back(work, 1, "ana".into(), Insist::No)).await;
    assert_eq!(version, 3);
    assert_eq!(policies::current(&server.service).unwrap(), (3, ONE.to_owned()));
    assert_eq!(server.events().last().unwrap().detail, "version 3, the text of version 1 again");

    let listed = server.service.read(|rx| Ok::<_, AdminError>(policies::history(rx, 2)?)).unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|version| (version.version, version.created_by.as_str(), version.added, version.removed))
        .collect();
    assert_eq!(told, [(3, "ana", 1, 1), (2, "root", 1, 1)]);
    let lines = server.service.read(|rx| policies::compare(rx, 1, 2)).unwrap();
    let told: Vec<_> = lines.iter().map(|line| (line.sign, line.text.as_str())).collect();
    assert_eq!(
        told,
        [
            (Sign::Kept, "[limits]"),
            (Sign::Removed, "tokens_per_person = 3"),
            (Sign::Added, "tokens_per_person = 4"),
        ]
    );
    assert!(server.service.read(|rx| policies::text(rx, 4)).is_err());
    let same = server.try_admin(|work| policies::roll_back(work, 3, "ana".into(), Insist::No)).await;
    assert!(same.unwrap_err().to_string().contains("is in force"));
    server.admin(|work| policies::roll_back(work, 0, "ana".into(), Insist::No)).await;
    assert_eq!(server.count(AuditKind::PolicyChanged), 4);
}

#[tokio::test]
async fn a_policy_under_which_nobody_could_sign_in_is_refused_unless_it_is_insisted_on() {
    let server = Server::new();
    // Nobody is here yet: people are to be invited.
    set(&server, OFF).await;
    set(&server, "").await;
    let pc = server.pc("PC-1").await;
    server.attempt(&pc, &domain(1001)).await;
    let refused = server.try_admin(|work| policies::set(work, OFF.into(), "root".into())).await.unwrap_err();
    assert!(
        refused.to_string().contains("nobody who may sign in now could any more (enrollment off)"),
        "{refused}"
    );
    assert_eq!(policies::current(&server.service).unwrap().0, 2);
    // An enrollment code lets somebody in.
    let person = server.person(&pc, &domain(1001)).unwrap().id;
    server
        .admin(move |work| service::enroll::new_enrollment_code(work, person, Duration::from_secs(60)))
        .await;
    set(&server, OFF).await;
    set(&server, "").await;
    server.wait(60);
    let again = server.try_admin(|work| policies::roll_back(work, 1, "root".into(), Insist::No)).await;
    assert!(again.is_err());
    server.admin(|work| policies::set_anyway(work, OFF.into(), "root".into())).await;
    // Whoever is locked out already does not keep other changes back.
    set(&server, &format!("{OFF}[limits]\ntokens_per_person = 3\n")).await;

    // Somebody with a token gets in, whatever becomes of the others.
    set(&server, "").await;
    server.enroll(&pc, &domain(1001)).await;
    server.attempt(&pc, &domain(1002)).await;
    set(&server, OFF).await;
}

#[tokio::test]
async fn a_preview_says_what_a_sign_in_meets_at_another_time_and_by_another_policy() {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    server.attempt(&pc, &domain(1001)).await;
    server.policy("[defaults]\nself_enrollment = { within_days_of_first_seen = 2 }\n").await;
    let now = preview(&server, about()).await;
    assert!(matches!(now.explanation.decision, Decision::Enroll { .. }), "{now:?}");
    let later = About { at: Some(server.now().plus(Duration::from_secs(3 * 86_400))), ..about() };
    let then = preview(&server, later).await;
    assert!(matches!(then.explanation.decision, Decision::Refuse { .. }), "{then:?}");
    assert!(then.explanation.lines.iter().any(|line| line.contains("was open for this person until")));
    let by = About { policy: Some(Policy::from_toml("ask = \"never\"").unwrap()), ..about() };
    assert!(matches!(preview(&server, by).await.explanation.decision, Decision::NotNeeded { .. }));
    // Nothing of it came into force, and the sign-in meets what was said.
    assert!(matches!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::Enroll { .. }));
    server.wait(3 * 86_400);
    assert!(matches!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::Refuse { .. }));
    // A code that waits for the person is part of the answer.
    let person = server.person(&pc, &domain(1001)).unwrap().id;
    server
        .admin(move |work| service::enroll::new_enrollment_code(work, person, Duration::from_secs(60)))
        .await;
    let opened = preview(&server, about()).await;
    assert!(matches!(opened.explanation.decision, Decision::Enroll { .. }), "{opened:?}");
}
