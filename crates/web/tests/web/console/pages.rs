//! What the pages show and do.

use super::browser::{Browser, PASSWORD, encoded};
use crate::{pc::Pc, server::Server};
use service::people;

async fn only_person(server: &Server) -> people::Described {
    server.admin(|work| Ok(people::list(work.tx)?)).await.pop().unwrap()
}

#[tokio::test]
async fn an_empty_server_says_what_to_do_next_and_one_in_use_shows_who_enrolled() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    assert!(owner.get("/admin").await.text().contains("What to do next"));
    let pc = Pc::joined(&server, 1).await;
    let begin = pc.begin_request(1001);
    pc.call(&begin).await.unwrap();
    let page = owner.get("/admin").await;
    let text = page.text();
    assert!(!text.contains("What to do next") && text.contains("<svg class=\"chart\""), "{text}");
    assert!(
        text.contains("<strong>0</strong> enrolled") && text.contains("<strong>1</strong> not enrolled"),
        "{text}"
    );
}

#[tokio::test]
async fn somebody_without_their_token_at_hand_gets_a_temporary_code_which_can_be_ended() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    Pc::joined(&server, 1).await.enroll(1001).await;
    let href = format!("/admin/people/{}", only_person(&server).await.person.id);
    owner.get(&href).await;
    let answer = owner.post(&format!("{href}/temporary-code"), "hours=24&often=false").await;
    assert!(
        answer.text().contains("class=\"key big\"") && answer.text().contains("good once"),
        "{}",
        answer.text()
    );
    assert!(owner.get(&href).await.text().contains("<dt>Temporary code</dt>"));
    let answer = owner.post(&format!("{href}/temporary-code"), "hours=200").await;
    assert!(answer.text().contains("at most 7 days"), "{}", answer.text());
    owner.get(&href).await;
    let answer = owner.post(&format!("{href}/temporary-code/end"), "").await;
    assert_eq!(answer.header("location"), Some(format!("{href}?done=temporary-code-ended").as_str()));
    assert!(!owner.get(&href).await.text().contains("<dt>Temporary code</dt>"));
}

#[tokio::test]
async fn a_makers_file_is_looked_at_imported_and_a_token_of_it_given_to_somebody() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    owner.get("/admin/tokens").await;
    // The keys are those of RFC 4226 and RFC 6238.
    let key = "3132333435363738393031323334353637383930";
    let file = format!("S1,{key},hotp,6,0\nS2,n0!nsense,hotp,6,0\nS3,{key},hotp,6,0\n");
    let typed = |how: &str| format!("text={}&how={how}", encoded(&file));
    let looked = owner.post("/admin/tokens", &typed("look")).await;
    assert!(looked.text().contains("2 tokens can be imported; nothing was changed"), "{}", looked.text());
    assert!(
        looked.text().contains("Line 2 (S2)") && !looked.text().contains("n0!nsense"),
        "{}",
        looked.text()
    );
    let refused = owner.post("/admin/tokens", &typed("all")).await;
    assert!(refused.text().contains("nothing was changed"), "{}", refused.text());
    let done = owner.post("/admin/tokens", &typed("good")).await;
    assert!(done.text().contains("2 tokens are in stock now"), "{}", done.text());
    assert!(!done.text().contains(key), "a key is on the page");

    let person = server.admin(|work| people::add(work, "Mara Token")).await;
    let href = format!("/admin/people/{person}");
    owner.get(&href).await;
    let wrong = owner.post(&format!("{href}/tokens"), "serial=S1&code=000000").await;
    assert_eq!(wrong.status.as_u16(), 409, "{}", wrong.text());
    let neither = owner.post(&format!("{href}/tokens"), "serial=S1").await;
    assert!(neither.text().contains("without one"), "{}", neither.text());
    // RFC 4226, appendix D: counter 0.
    let given = owner.post(&format!("{href}/tokens"), "serial=S1&code=755224").await;
    assert_eq!(
        given.header("location"),
        Some(format!("{href}?done=token-assigned").as_str()),
        "{}",
        given.text()
    );
    assert!(owner.get(&href).await.text().contains("S1"));
    owner.get("/admin/tokens").await;
    let gone = owner.post("/admin/tokens/S3/discard", "").await;
    assert_eq!(gone.header("location"), Some("/admin/tokens?done=token-discarded"));
    let page = owner.get("/admin/tokens").await;
    assert!(!page.text().contains("<h2>S"), "{}", page.text());
}

#[tokio::test]
async fn what_would_be_asked_is_said_with_the_reason_and_of_nobody_unknown() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    Pc::joined(&server, 1).await.enroll(1001).await;
    let described = only_person(&server).await;
    let machine = server.admin(|work| Ok(service::machines::list(work.tx)?)).await.remove(0);
    let asked = format!(
        "/admin/policy/preview?person={}&machine={}&kind=unlock&remote=true&hours=1",
        described.person.id, machine.id
    );
    let page = owner.get(&asked).await;
    let wanted = {
        let (person, machine) = (described.person.id.to_string(), machine.id.to_string());
        let ask = move |work: &mut service::Work<'_, '_>| {
            let (kind, place) = (model::SignInKind::Unlock, model::Place::Remote);
            service::signin::explain(work, &person, &machine, kind, place, Vec::new())
        };
        server.admin(ask).await.explanation.lines
    };
    assert_eq!(page.text().matches("<ol>").count(), 1, "{}", page.text());
    assert_eq!(page.text().matches("<li>").count() - page.text().matches("<li><a").count(), wanted.len());
    let page = owner.get("/admin/policy/preview?person=nobody&machine=none&hours=0").await;
    assert!(page.text().contains("role=\"alert\"") && !page.text().contains("<ol>"), "{}", page.text());
    let page = owner.get("/admin/policy/preview?person=x&machine=y&hours=soon").await;
    assert!(page.text().contains("Choose from the form"), "{}", page.text());
}

#[tokio::test]
async fn a_person_is_found_shown_and_helped() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let pc = Pc::joined(&server, 1).await;
    pc.call(&pc.begin_request(1001)).await.unwrap();
    let person = only_person(&server).await.person;
    let href = format!("/admin/people/{}", person.id);
    assert!(owner.get("/admin/people?q=1001").await.text().contains(&href));
    assert!(!owner.get("/admin/people?q=9999").await.text().contains(&href));
    assert!(!owner.get("/admin/people?q=%25").await.text().contains(&href), "a percent sign is one");
    assert!(owner.get("/admin/people?standing=not-enrolled").await.text().contains(&href));
    assert!(!owner.get("/admin/people?standing=enrolled").await.text().contains(&href));

    let page = owner.get(&href).await;
    for shown in [person.name.as_str(), "Person added", "Machines"] {
        assert!(page.text().contains(shown), "{shown}: {}", page.text());
    }
    for (what, done) in [("unlock", "unlocked"), ("disable", "person-disabled"), ("enable", "person-enabled")]
    {
        let answer = owner.post(&format!("{href}/{what}"), "").await;
        assert_eq!(
            answer.header("location"),
            Some(format!("{href}?done={done}").as_str()),
            "{}",
            answer.text()
        );
    }
    let answer = owner.post(&format!("{href}/enrollment-code"), "").await;
    assert!(answer.text().contains("class=\"key big\""), "{}", answer.text());
    let answer = owner.post(&format!("{href}/tokens/CS-NOTHING0/revoke"), "").await;
    assert_eq!(answer.status.as_u16(), 404);
}

#[tokio::test]
async fn wrong_and_unknown_read_the_same_and_too_many_say_how_long() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let mut texts = Vec::new();
    for (name, password) in [("Mara", "a wrong password"), ("Nobody", PASSWORD), ("Mara", PASSWORD)] {
        let answer = owner.sign_in(name, password, "000000", "").await;
        assert_eq!(answer.status.as_u16(), 401);
        // But for the name, which is in its field, and the token of the form.
        let text = answer.text().replace(name, "NAME").replace(&owner.form, "FORM");
        texts.push(text);
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:#?}");
    for _ in 0..4 {
        owner.sign_in("Nobody", "x", "000000", "").await;
    }
    let answer = owner.sign_in("Nobody", "x", "000000", "").await;
    assert_eq!(answer.status.as_u16(), 429);
    assert!(answer.text().contains("Wait 15 minutes"), "{}", answer.text());
}

#[tokio::test]
async fn a_long_list_of_people_is_paged() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    server
        .admin(|work| {
            for number in 0..120 {
                people::add(work, &format!("Person {number:03}"))?;
            }
            Ok(())
        })
        .await;
    let page = owner.get("/admin/people").await;
    assert!(page.text().contains("1 to 50 of 120") && page.text().contains("Person 049"));
    assert!(!page.text().contains("Person 050") && page.text().contains("rel=\"next\""));
    let page = owner.get("/admin/people?page=3").await;
    assert!(page.text().contains("101 to 120 of 120") && !page.text().contains("rel=\"next\""));
    assert!(owner.get("/admin/people?page=4294967295").await.text().contains("Nobody is found"));
}

#[tokio::test]
async fn a_join_code_is_shown_once_and_ended_and_a_machine_is_moved_suspended_and_removed() {
    let server = Server::new();
    server.state_keys();
    let mut owner = Browser::owner(&server).await;
    let answer = owner.post("/admin/join-codes", "group=default&new_group=shop&uses=3&days=2").await;
    let (_, rest) = answer.text().split_once("<code class=\"key\">").unwrap();
    let code = rest.split('<').next().unwrap().to_owned();
    protocol::joincode::JoinCode::parse(&code).unwrap();
    let page = owner.get("/admin/machines").await;
    assert!(page.text().contains("<h3>shop</h3>") && !page.text().contains(&code), "{}", page.text());
    let (_, rest) = page.text().split_once("/admin/join-codes/").unwrap();
    let end = format!("/admin/join-codes/{}", rest.split('"').next().unwrap());
    assert_eq!(owner.post(&end, "").await.status.as_u16(), 303);
    assert!(!owner.get("/admin/machines").await.text().contains("<h3>shop</h3>"));
    for bad in ["group=default&uses=0&days=1", "group=default&uses=1&days=9999", "group=none&uses=1&days=1"] {
        let answer = owner.post("/admin/join-codes", bad).await;
        assert!([404, 409].contains(&answer.status.as_u16()), "{bad}");
    }

    let pc = Pc::joined(&server, 1).await;
    let href = format!("/admin/machines/{}", pc.id());
    assert!(owner.get("/admin/machines").await.text().contains(&href));
    assert_eq!(owner.post(&format!("{href}/suspend"), "").await.status.as_u16(), 303);
    assert!(owner.get(&href).await.text().contains("Suspended"));
    assert_eq!(owner.post(&format!("{href}/resume"), "").await.status.as_u16(), 303);
    let again = owner.post(&format!("{href}/resume"), "").await;
    assert!(again.status.as_u16() == 409 && again.text().contains("active already"), "{}", again.text());
    assert_eq!(owner.post(&format!("{href}/move"), "group=shop").await.status.as_u16(), 303);
    assert!(owner.get(&href).await.text().contains("<dd>shop</dd>"));
    assert_eq!(owner.post(&format!("{href}/remove"), "").await.status.as_u16(), 303);
    assert!(!owner.get("/admin/machines").await.text().contains(&href));
}

#[tokio::test]
async fn a_policy_with_a_mistake_is_shown_again_with_what_is_wrong_and_a_good_one_is_in_force() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    assert!(owner.get("/admin/policy").await.text().contains("The policy of a new server is in force"));
    let typed = |version: u64, toml: &str| format!("version={version}&toml={}", encoded(toml));
    let answer = owner.post("/admin/policy", &typed(0, "[lockout]\r\nfailurez = 3\r\n")).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(
        answer.text().contains("failurez = 3") && answer.text().contains("role=\"alert\""),
        "{}",
        answer.text()
    );
    let good = "[lockout]\r\nfailures = 3\r\n";
    let answer = owner.post("/admin/policy", &typed(0, good)).await;
    assert_eq!(answer.header("location"), Some("/admin/policy?done=policy-set"), "{}", answer.text());
    let page = owner.get("/admin/policy").await;
    assert!(page.text().contains("Version 1 is in force") && page.text().contains("failures = 3\n"));
    owner.post("/admin/policy", &typed(1, "[lockout]\nfailures = 4\n")).await;
    assert_eq!(owner.post("/admin/policy/roll-back", "version=1").await.status.as_u16(), 303);
    let page = owner.get("/admin/policy").await;
    assert!(
        page.text().contains("Version 3 is in force") && page.text().contains("failures = 3\n"),
        "{}",
        page.text()
    );
    // Somebody who began before that does not undo it unseen.
    let answer = owner.post("/admin/policy", &typed(0, "[lockout]\nfailures = 9\n")).await;
    assert!(
        answer.status.as_u16() == 422 && answer.text().contains("in force while you were writing"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn the_trail_is_filtered_and_taken_out_without_formulas() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    owner.post("/admin/people", &format!("name={}", encoded("=HYPERLINK(\"http://evil.example\")"))).await;
    owner.post("/admin/people", "name=Noor").await;
    let page = owner.get("/admin/audit").await;
    assert!(
        page.text().contains("Operator signed in") && page.text().contains("Person added"),
        "{}",
        page.text()
    );
    let page = owner.get("/admin/audit?kind=person_added&person=Noor&days=1").await;
    assert_eq!(page.text().matches("<th scope=\"row\">").count(), 1, "{}", page.text());
    assert!(owner.get("/admin/audit?person=nobody").await.text().contains("There is nobody"));
    assert!(owner.get("/admin/audit?kind=nonsense&days=x").await.text().contains("Person added"));

    let csv = owner.get("/admin/audit.csv?kind=person_added").await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"audit.csv\""));
    assert!(csv.text().contains("\"'=HYPERLINK(\"\"http"), "{}", csv.text());
    assert_eq!(csv.text().lines().count(), 3);
    let lines = owner.get("/admin/audit.jsonl?person=Noor").await;
    let event: serde_json::Value = serde_json::from_str(lines.text().trim()).unwrap();
    assert_eq!(
        (event["kind"].as_str(), event["actor"]["operator"].as_str()),
        (Some("person_added"), Some("Mara"))
    );
}

#[tokio::test]
async fn an_operator_is_invited_changed_renewed_and_disabled_by_an_owner() {
    let server = Server::new();
    server.state_keys();
    let mut owner = Browser::owner(&server).await;
    for bad in
        ["name=Noor&role=helper&reach=all", "name=Noor&role=auditor&reach=some", "name=Noor&role=auditor"]
    {
        assert_eq!(owner.post("/admin/operators", bad).await.status.as_u16(), 409, "{bad}");
    }
    let answer = owner.post("/admin/operators", "name=Noor&role=auditor&reach=all").await;
    assert!(answer.text().contains("https://countersign.example/setup/"), "{}", answer.text());
    let page = owner.get("/admin/operators").await;
    assert!(page.text().contains("the invitation of Noor"));
    assert_eq!(owner.post("/admin/operators/end-invitation", "name=Noor").await.status.as_u16(), 303);

    let _noor = Browser::operator(&server, domain::Role::Auditor, domain::Scope::All).await;
    let found = server.admin(|work| Ok(service::operators::list(work.tx)?)).await;
    let id = found.iter().find(|operator| operator.name != "Mara").unwrap().id;
    let of = async |what: &str, typed: &str, owner: &mut Browser<'_>| {
        owner.post(&format!("/admin/operators/{id}/{what}"), typed).await
    };
    let group = server.admin(|work| Ok(service::machines::groups(work.tx)?)).await[0].id;
    let typed = format!("role=help_desk&reach=some&group={group}");
    assert_eq!(of("change", &typed, &mut owner).await.status.as_u16(), 303);
    let changed = server.admin(|work| Ok(service::operators::list(work.tx)?)).await;
    let changed = changed.into_iter().find(|operator| operator.id == id).unwrap();
    assert_eq!(changed.access.role, domain::Role::HelpDesk);
    assert_eq!(changed.access.scope, domain::Scope::Groups([group].into()));
    assert!(of("reset", "", &mut owner).await.text().contains("/setup/"));
    assert_eq!(of("disable", "", &mut owner).await.status.as_u16(), 303);
    assert_eq!(of("enable", "", &mut owner).await.status.as_u16(), 303);
    let mara = found.iter().find(|operator| operator.name == "Mara").unwrap().id;
    let answer = owner.post(&format!("/admin/operators/{mara}/disable"), "").await;
    assert!(answer.status.as_u16() == 409 && answer.text().contains("only owner"), "{}", answer.text());
}
