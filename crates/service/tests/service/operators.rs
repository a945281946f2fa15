use domain::{Access, AuditKind, Operator, Role, Scope};
use model::{Secret, UnixTime};
use service::{
    AdminError, operators,
    operators::{Proof, Refused, SetUp, SignedIn, Stepped, Visitor},
};
use testkit::{Phone, Server};

const PASSWORD: &str = "correct horse battery";

fn secret(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

fn at(address: &str) -> Visitor {
    Visitor::new(address.parse().unwrap(), "Test/1.0")
}

fn here() -> Visitor {
    at("192.0.2.1")
}

/// The QR behind a link, in one browser.
async fn scan(server: &Server, link: &Secret, browser: &str) -> Option<Phone> {
    let (link, browser) = (link.duplicate(), secret(browser));
    let offer =
        server.admin(move |work| Ok(operators::offer(work, &link, &browser, "countersign.example")?)).await?;
    Some(Phone::scan(&offer.uri))
}

async fn use_link(server: &Server, link: &Secret, name: &str, code: &str) -> SetUp {
    let proof = Proof {
        browser: secret("one browser"),
        name: name.to_owned(),
        password: secret(PASSWORD),
        code: secret(code),
    };
    operators::set_up(&server.service, server.now(), here(), link.duplicate(), proof).await.unwrap()
}

async fn first_link(server: &Server) -> Secret {
    server.admin(|work| Ok(operators::set_up_link(work)?)).await.unwrap().secret
}

/// An owner, whose first code is used up.
async fn owner(server: &Server) -> (Phone, Box<SignedIn>) {
    let link = first_link(server).await;
    let phone = scan(server, &link, "one browser").await.unwrap();
    match use_link(server, &link, "Mara", &phone.code(server.now())).await {
        SetUp::Done(signed_in) => (phone, signed_in),
        other => panic!("{other:?}"),
    }
}

async fn sign_in(
    server: &Server,
    from: &str,
    name: &str,
    password: &str,
    code: &str,
) -> Result<SignedIn, Refused> {
    let (name, password, code) = (name.to_owned(), secret(password), secret(code));
    operators::sign_in(&server.service, server.now(), at(from), name, password, code).await
}

async fn who_holds(server: &Server, held: &Secret) -> Option<Operator> {
    let session = operators::session(&server.service, server.now(), held.duplicate()).await.unwrap();
    session.map(|session| session.operator)
}

async fn all(server: &Server) -> Vec<Operator> {
    server.admin(|work| Ok(operators::list(work.tx)?)).await
}

#[tokio::test]
async fn a_set_up_link_makes_one_owner_and_is_good_once() {
    let server = Server::new();
    assert!(!operators::is_set_up(&server.service).unwrap());
    let (link, other) = (first_link(&server).await, first_link(&server).await);
    let phone = scan(&server, &link, "one browser").await.unwrap();
    assert!(matches!(
        use_link(&server, &link, "Mara", &phone.wrong_code(server.now())).await,
        SetUp::Again(_)
    ));
    assert!(matches!(use_link(&server, &secret("no link"), "Mara", "123456").await, SetUp::Gone));
    assert!(all(&server).await.is_empty());

    let code = phone.code(server.now());
    let SetUp::Done(signed_in) = use_link(&server, &link, "Mara", &code).await else { panic!() };
    assert_eq!(who_holds(&server, &signed_in.secret).await.unwrap().name, "Mara");
    let access = Access { role: Role::Owner, scope: Scope::All };
    assert_eq!(all(&server).await.first().unwrap().access, access);
    // Neither this link nor another one that was made before does anything now, and no more are made.
    for link in [&link, &other] {
        assert!(matches!(use_link(&server, link, "Eve", &code).await, SetUp::Gone));
        assert!(scan(&server, link, "one browser").await.is_none());
    }
    assert!(server.admin(|work| Ok(operators::set_up_link(work)?)).await.is_none());
    assert!(operators::is_set_up(&server.service).unwrap());
    assert_eq!((all(&server).await.len(), server.count(AuditKind::OperatorAdded)), (1, 1));
}

#[tokio::test]
async fn a_set_up_link_is_good_for_a_week_and_not_a_second_longer() {
    let server = Server::new();
    let link = first_link(&server).await;
    server.wait(7 * 86_400 - 1);
    assert!(scan(&server, &link, "one browser").await.is_some());
    server.wait(1);
    assert!(scan(&server, &link, "one browser").await.is_none());
}

#[tokio::test]
async fn of_ten_who_have_the_same_link_one_becomes_an_operator() {
    let server = std::sync::Arc::new(Server::new());
    let link = std::sync::Arc::new(first_link(&server).await);
    let phone = scan(&server, &link, "one browser").await.unwrap();
    let code = phone.code(server.now());
    let tries: Vec<_> = (0..10)
        .map(|number| {
            let (server, link, code) = (server.clone(), link.clone(), code.clone());
            tokio::spawn(async move {
                matches!(use_link(&server, &link, &format!("Mara {number}"), &code).await, SetUp::Done(_))
            })
        })
        .collect();
    let mut done = 0;
    for one in tries {
        done += u32::from(one.await.unwrap());
    }
    assert_eq!((done, all(&server).await.len()), (1, 1));
}

#[tokio::test]
async fn another_browser_with_the_same_link_is_shown_another_seed() {
    let server = Server::new();
    let link = first_link(&server).await;
    let seed = async |browser| scan(&server, &link, browser).await.unwrap().uri.seed.expose().to_vec();
    assert_eq!(seed("one browser").await, seed("one browser").await);
    assert_ne!(seed("one browser").await, seed("another").await);
    let other = first_link(&server).await;
    assert_ne!(
        seed("one browser").await,
        scan(&server, &other, "one browser").await.unwrap().uri.seed.expose()
    );
}

#[tokio::test]
async fn the_code_that_set_up_and_each_code_after_it_is_accepted_once() {
    let server = Server::new();
    let (phone, _) = owner(&server).await;
    let code = phone.code(server.now());
    assert!(matches!(sign_in(&server, "192.0.2.1", "mara", PASSWORD, &code).await, Err(Refused::Wrong)));
    server.wait(30);
    let code = phone.code(server.now());
    let signed_in = sign_in(&server, "192.0.2.1", "mara", PASSWORD, &code).await.unwrap();
    assert_eq!(who_holds(&server, &signed_in.secret).await.unwrap().name, "Mara");
    assert!(matches!(sign_in(&server, "192.0.2.1", "mara", PASSWORD, &code).await, Err(Refused::Wrong)));
}

#[tokio::test]
async fn of_twenty_sign_ins_with_one_code_one_is_accepted() {
    let server = std::sync::Arc::new(Server::new());
    let (phone, _) = owner(&server).await;
    server.wait(30);
    let code = phone.code(server.now());
    let tries: Vec<_> = (0..20)
        .map(|number| {
            // Each from a network of its own, where nothing has been counted.
            let (server, code, from) = (server.clone(), code.clone(), format!("192.0.2.{number}"));
            tokio::spawn(async move { sign_in(&server, &from, "Mara", PASSWORD, &code).await.is_ok() })
        })
        .collect();
    let mut accepted = 0;
    for one in tries {
        accepted += u32::from(one.await.unwrap());
    }
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn an_unknown_name_a_wrong_password_and_a_wrong_code_read_the_same_and_are_recorded_without_the_name() {
    let server = Server::new();
    let (phone, _) = owner(&server).await;
    server.wait(30);
    let (right, wrong) = (phone.code(server.now()), phone.wrong_code(server.now()));
    for (number, (name, password, code)) in [
        ("s3cret typed as a name", PASSWORD, right.as_str()),
        ("Mara", "not the password at all", &right),
        ("Mara", PASSWORD, &wrong),
        ("Mara", PASSWORD, "not a code"),
        ("", "", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let (events, from) = (server.events().len(), format!("192.0.2.{number}"));
        let refused = sign_in(&server, &from, name, password, code).await.unwrap_err();
        assert!(matches!(refused, Refused::Wrong), "{name}");
        assert_eq!(server.events().len(), events + 1, "{name}");
    }
    assert!(!server.events().iter().any(|event| event.detail.contains("s3cret")));
    // None of it used the code up.
    sign_in(&server, "192.0.2.9", "Mara", PASSWORD, &right).await.unwrap();
}

#[tokio::test]
async fn five_wrong_tries_block_a_name_on_that_network_whether_or_not_somebody_is_called_so() {
    let server = Server::new();
    let (phone, _) = owner(&server).await;
    server.wait(30);
    for name in ["Mara", "nobody"] {
        for _ in 0..5 {
            let refused =
                sign_in(&server, "192.0.2.1", name, "a wrong password", "123456").await.unwrap_err();
            assert!(matches!(refused, Refused::Wrong), "{name}");
        }
        let code = phone.code(server.now());
        let refused = sign_in(&server, "192.0.2.1", name, PASSWORD, &code).await.unwrap_err();
        assert!(matches!(refused, Refused::Blocked { until } if until > server.now()), "{name}");
    }
    assert_eq!(server.count(AuditKind::OperatorBlocked), 2);
    // The right one gets in from elsewhere, and here once the time is over.
    sign_in(&server, "192.0.2.2", "Mara", PASSWORD, &phone.code(server.now())).await.unwrap();
    server.wait(15 * 60);
    sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &phone.code(server.now())).await.unwrap();
}

#[tokio::test]
async fn who_has_the_password_and_many_networks_has_five_guesses_at_codes() {
    let server = Server::new();
    let (phone, _) = owner(&server).await;
    server.wait(30);
    let (right, wrong) = (phone.code(server.now()), phone.wrong_code(server.now()));
    for number in 0..5 {
        let from = format!("198.51.100.{number}");
        assert!(sign_in(&server, &from, "Mara", PASSWORD, &wrong).await.is_err());
    }
    // Not even the right one, and it reads like a wrong one.
    let refused = sign_in(&server, "198.51.100.9", "Mara", PASSWORD, &right).await.unwrap_err();
    assert!(matches!(refused, Refused::Wrong));
    let said = server.events();
    let said = said.iter().find(|event| event.kind == AuditKind::OperatorBlocked).unwrap();
    assert!(said.detail.contains("known to somebody"), "{}", said.detail);
}

#[tokio::test]
async fn a_network_has_sixty_wrong_tries_an_hour_over_all_names() {
    let server = Server::new();
    let (phone, _) = owner(&server).await;
    server.wait(3_600);
    for number in 0..60 {
        let refused = sign_in(&server, "192.0.2.1", &format!("name {number}"), "", "").await.unwrap_err();
        assert!(matches!(refused, Refused::Wrong), "{number}");
    }
    let code = phone.code(server.now());
    let refused = sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &code).await.unwrap_err();
    assert!(matches!(refused, Refused::Blocked { .. }));
    sign_in(&server, "192.0.2.2", "Mara", PASSWORD, &code).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_after_half_a_day_and_with_its_operator() {
    let server = Server::new();
    let (phone, session) = owner(&server).await;
    let held = &session.secret;
    server.wait(30 * 60 - 1);
    assert!(who_holds(&server, held).await.is_some());
    server.wait(30 * 60 - 1);
    assert!(who_holds(&server, held).await.is_some(), "it was used in between");
    server.wait(30 * 60);
    assert!(who_holds(&server, held).await.is_none());

    let session = sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &phone.code(server.now())).await.unwrap();
    for _ in 0..24 {
        server.wait(30 * 60 - 1);
        assert!(who_holds(&server, &session.secret).await.is_some());
    }
    server.wait(24);
    assert!(who_holds(&server, &session.secret).await.is_none());

    let session = sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &phone.code(server.now())).await.unwrap();
    let (link, helper) = invited(&server, "Noor", Role::Owner).await;
    assert_eq!(helper.code(server.now()).len(), 6);
    let SetUp::Done(noor) = use_link(&server, &link, "", &helper.code(server.now())).await else { panic!() };
    let mara = session.operator.id;
    server.admin(move |work| operators::disable(work, mara)).await;
    assert!(who_holds(&server, &session.secret).await.is_none());
    assert_eq!(who_holds(&server, &noor.secret).await.unwrap().name, "Noor");
    server.wait(30);
    let code = phone.code(server.now());
    assert!(matches!(sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &code).await, Err(Refused::Wrong)));
}

async fn invited(server: &Server, name: &'static str, role: Role) -> (Secret, Phone) {
    let access = Access { role, scope: Scope::All };
    let invitation = server.admin(move |work| operators::invite(work, name, access)).await;
    let phone = scan(server, &invitation.secret, "one browser").await.unwrap();
    (invitation.secret, phone)
}

#[tokio::test]
async fn showing_the_second_factor_again_gives_the_session_another_secret_and_five_minutes() {
    let server = Server::new();
    let (phone, session) = owner(&server).await;
    let (start, now): (UnixTime, _) = (server.now(), || server.now());
    assert!(session.is_fresh(start));
    let step_up = async |held: &Secret, code: &str| {
        operators::step_up(&server.service, now(), here(), held.duplicate(), secret(code)).await.unwrap()
    };
    server.wait(300);
    let (held, used) = (&session.secret, phone.code(start));
    let found = operators::session(&server.service, now(), held.duplicate()).await.unwrap().unwrap();
    assert!(!found.is_fresh(now()));
    assert!(matches!(step_up(held, &used).await, Stepped::Wrong));
    assert!(matches!(step_up(&secret("no session"), &phone.code(now())).await, Stepped::Over));
    let Stepped::Up(next) = step_up(held, &phone.code(now())).await else { panic!() };
    assert!(next.is_fresh(now()) && !next.is_fresh(now().plus(operators::FRESH)));
    assert_ne!(next.secret, session.secret);
    assert!(who_holds(&server, held).await.is_none(), "who had the old secret is still in");
    assert_eq!(who_holds(&server, &next.secret).await.unwrap().name, "Mara");
    assert_eq!(server.count(AuditKind::OperatorSteppedUp), 1);
    for _ in 0..4 {
        assert!(matches!(step_up(&next.secret, "000000").await, Stepped::Wrong));
    }
    step_up(&next.secret, "000000").await;
    server.wait(30);
    assert!(matches!(step_up(&next.secret, &phone.code(now())).await, Stepped::Blocked { .. }));
}

#[tokio::test]
async fn a_lost_phone_is_replaced_by_a_link_and_what_was_before_is_void() {
    let server = Server::new();
    let (old, session) = owner(&server).await;
    server.wait(60);
    let id = session.operator.id;
    let link = server.admin(move |work| operators::reset(work, id)).await.secret;
    let new = scan(&server, &link, "one browser").await.unwrap();
    assert!(who_holds(&server, &session.secret).await.is_some(), "a link alone changes nothing");
    let SetUp::Done(_) = use_link(&server, &link, "", &new.code(server.now())).await else { panic!() };
    assert!(who_holds(&server, &session.secret).await.is_none());
    server.wait(60);
    let code = old.code(server.now());
    assert!(matches!(sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &code).await, Err(Refused::Wrong)));
    sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &new.code(server.now())).await.unwrap();
    assert_eq!((all(&server).await.len(), server.count(AuditKind::OperatorRenewed)), (1, 1));
}

#[tokio::test]
async fn the_only_owner_stays_one() {
    let server = Server::new();
    let (_, session) = owner(&server).await;
    let id = session.operator.id;
    let refused = server.try_admin(move |work| operators::disable(work, id)).await;
    assert!(matches!(refused, Err(AdminError::Refused(_))));
    let lesser = Access { role: Role::Auditor, scope: Scope::All };
    let refused = server.try_admin(move |work| operators::set_access(work, id, lesser)).await;
    assert!(matches!(refused, Err(AdminError::Refused(_))));
    let (link, phone) = invited(&server, "Noor", Role::Owner).await;
    let SetUp::Done(_) = use_link(&server, &link, "", &phone.code(server.now())).await else { panic!() };
    server.admin(move |work| operators::disable(work, id)).await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_and_nobody_ends_those_of_others_unasked() {
    let server = Server::new();
    let (_, session) = owner(&server).await;
    let (link, phone) = invited(&server, "Noor", Role::HelpDesk).await;
    let SetUp::Done(noor) = use_link(&server, &link, "", &phone.code(server.now())).await else { panic!() };
    let now = server.now();
    let of = async |who| server.admin(move |work| Ok(operators::sessions(work.tx, now, who)?)).await;
    assert_eq!((of(None).await.len(), of(Some(noor.operator.id)).await.len()), (2, 1));
    let (hers, not_hers) = (session.session, Some(noor.operator.id));
    let refused = server.try_admin(move |work| operators::end_session(work, hers, not_hers)).await;
    assert!(matches!(refused, Err(AdminError::NotFound { .. })));
    server.admin(move |work| operators::end_session(work, hers, None)).await;
    assert!(who_holds(&server, &session.secret).await.is_none());
    assert!(who_holds(&server, &noor.secret).await.is_some());
}

#[tokio::test]
async fn on_a_server_put_back_codes_sessions_and_links_of_operators_are_void() {
    let server = Server::new();
    let (phone, session) = owner(&server).await;
    let (link, _) = invited(&server, "Noor", Role::HelpDesk).await;
    server.wait(60);
    let code = phone.code(server.now());
    let (service, now) = (server.service.clone(), server.now());
    std::thread::spawn(move || {
        service::restored::end_what_may_have_been_used(
            &service,
            now,
            &domain::Actor::Server,
            now,
            service::restored::RecoveryCodes::UseUp,
        )
        .unwrap()
    })
    .join()
    .unwrap();
    assert!(who_holds(&server, &session.secret).await.is_none());
    assert!(scan(&server, &link, "one browser").await.is_none());
    assert!(matches!(sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &code).await, Err(Refused::Wrong)));
    server.wait(180);
    sign_in(&server, "192.0.2.1", "Mara", PASSWORD, &phone.code(server.now())).await.unwrap();
}

#[tokio::test]
async fn neither_passwords_nor_seeds_nor_secrets_of_links_and_sessions_are_in_the_database() {
    let server = Server::on_disk();
    let (phone, session) = owner(&server).await;
    let (link, _) = invited(&server, "Noor", Role::HelpDesk).await;
    if testkit::postgres::of_this_run().is_some() {
        return;
    }
    let folder = server.database();
    let mut bytes = Vec::new();
    for name in ["db", "db-wal"] {
        bytes.extend(std::fs::read(folder.with_file_name(name)).unwrap_or_default());
    }
    assert!(bytes.windows(4).any(|found| found == b"Mara"), "looked in the wrong place");
    let is_in = |what: &[u8]| bytes.windows(what.len()).any(|found| found == what);
    for secret in [PASSWORD.as_bytes(), phone.uri.seed.expose(), session.secret.expose(), link.expose()] {
        assert!(!is_in(secret));
    }
}
