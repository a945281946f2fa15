//! The administration API: who may do what, what is answered, and what a fuzzer made of its own description finds.

mod fuzz;

use crate::{
    pc::Pc,
    server::{Answer, HOST, Server},
};
use axum::{body::Body, http::Request};
use countersign_web::admin_api;
use domain::Right;
use serde_json::{Value, json};
use service::{api_keys, enroll, people};
use std::time::Duration;

/// A key with these rights.
async fn key(server: &Server, name: &str, rights: &[Right], groups: Option<&[&str]>) -> String {
    let new = api_keys::New {
        name: name.to_owned(),
        rights: rights.iter().copied().collect(),
        groups: groups.map(|groups| groups.iter().map(|&group| group.to_owned()).collect()),
        valid: Some(Duration::from_secs(86_400)),
    };
    let (_, secret) = server.admin(move |work| api_keys::add(work, new, None)).await;
    secret.expose_text().unwrap().to_owned()
}

async fn call(server: &Server, key: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    call_with(server, key, method, path, body, &[]).await
}

async fn call_with(
    server: &Server,
    key: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request =
        Request::builder().method(method).uri(format!("/api/v1/admin/{path}")).header("host", HOST);
    request = request.header("authorization", format!("Bearer {key}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    server.send(request.body(body).unwrap()).await
}

fn parsed(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}", answer.text()))
}

fn error(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), parsed(answer)["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_route_takes_its_right_and_no_other_one_and_nobody_without_a_key() {
    let server = Server::new();
    let mut keys = Vec::new();
    for &right in Right::ALL {
        keys.push((right, key(&server, right.as_str(), &[right], None).await));
    }
    let mut seen = 0;
    for route in admin_api::table() {
        let path = route.path.strip_prefix("/api/v1/admin/").unwrap();
        let path: Vec<_> =
            path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        let path = path.join("/");
        for (right, key) in &keys {
            let answer = call(&server, key, route.method, &path, None).await;
            let refused = error(&answer) == (403, "right_missing".to_owned());
            assert_eq!(refused, *right != route.right, "{} {path} with {}", route.method, right.as_str());
            seen += 1;
        }
        let unknown = call(&server, "csk_nothing", route.method, &path, None).await;
        assert!([401, 429].contains(&unknown.status.as_u16()), "{path}");
    }
    assert_eq!(seen, Right::ALL.len() * admin_api::table().len());
    assert!(admin_api::table().len() > 30);
}

#[tokio::test]
async fn a_key_is_known_by_its_secret_until_it_ends_and_guesses_are_bounded() {
    let server = Server::new();
    let secret = key(&server, "sync", &[Right::ViewMachines, Right::ManageKeys], None).await;
    assert_eq!(call(&server, &secret, "GET", "machines", None).await.status.as_u16(), 200);
    let listed = parsed(&call(&server, &secret, "GET", "keys", None).await);
    assert_eq!(listed["items"][0]["last_used_at"], server.now().as_secs());
    assert!(!listed.to_string().contains("csk_"), "{listed}");
    assert_eq!(error(&call(&server, "csk_x", "GET", "machines", None).await), (401, "key_unknown".into()));
    assert_eq!(error(&server.fetch("/api/v1/admin/machines").await), (401, "key_missing".into()));
    // Ended by another one, from the next request on.
    let other = key(&server, "other", &[Right::ViewMachines], None).await;
    assert_eq!(call(&server, &secret, "DELETE", "keys/other", None).await.status.as_u16(), 200);
    assert_eq!(error(&call(&server, &other, "GET", "machines", None).await).0, 401);
    // Over by itself.
    server.pass(86_400);
    assert_eq!(error(&call(&server, &secret, "GET", "machines", None).await).0, 401);

    let good = key(&server, "good", &[Right::ViewMachines], None).await;
    for _ in 0..100 {
        call(&server, "csk_guess", "GET", "machines", None).await;
    }
    assert_eq!(error(&call(&server, &good, "GET", "machines", None).await), (429, "too_many_tries".into()));
    server.pass(3_600);
    assert_eq!(call(&server, &good, "GET", "machines", None).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_key_makes_none_that_may_do_more_than_itself() {
    let server = Server::new();
    let secret = key(&server, "maker", &[Right::ManageKeys, Right::ViewMachines], None).await;
    let make = async |rights: &[&str]| {
        let body = json!({ "name": "made", "rights": rights, "valid_seconds": 3_600 });
        call(&server, &secret, "POST", "keys", Some(body)).await
    };
    assert_eq!(error(&make(&["manage_policy"]).await), (422, "refused".into()));
    let made = parsed(&make(&["view_machines"]).await);
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(call(&server, secret, "GET", "machines", None).await.status.as_u16(), 200);
    assert_eq!(error(&call(&server, secret, "GET", "keys", None).await).0, 403);
}

#[tokio::test]
async fn people_are_added_found_page_by_page_disabled_and_invited() {
    let server = Server::new();
    let secret =
        key(&server, "sync", &[Right::ViewPeople, Right::ManagePeople, Right::HelpPeople], None).await;
    for name in ["Ada", "Ben", "Cleo", "Dora", "Adam"] {
        let added = call(&server, &secret, "POST", "people", Some(json!({ "name": name }))).await;
        assert_eq!((added.status.as_u16(), &parsed(&added)["name"]), (201, &json!(name)));
    }
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let page = parsed(&call(&server, &secret, "GET", &format!("people?limit=2{after}"), None).await);
        names.extend(page["items"].as_array().unwrap().iter().map(|person| person["name"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(json!(names), json!(["Ada", "Adam", "Ben", "Cleo", "Dora"]));
    let found = parsed(&call(&server, &secret, "GET", "people?search=ada", None).await);
    assert_eq!(found["items"].as_array().unwrap().len(), 2);

    let disabled = parsed(&call(&server, &secret, "POST", "people/Ben/disable", None).await);
    assert_eq!(disabled["state"], "disabled");
    let invite = async |name: &str| {
        call(
            &server,
            &secret,
            "POST",
            &format!("people/{name}/invite"),
            Some(json!({ "valid_seconds": 600 })),
        )
        .await
    };
    assert_eq!(error(&invite("Ben").await), (422, "refused".into()));
    let link = parsed(&invite("Ada").await);
    let path = link["link"].as_str().unwrap().strip_prefix("https://countersign.example").unwrap().to_owned();
    assert_eq!(server.fetch(&path).await.status.as_u16(), 200);
    assert_eq!(error(&invite("Nobody").await), (404, "not_found".into()));
    assert_eq!(error(&call(&server, &secret, "GET", "people?limit=0", None).await).0, 400);
    assert_eq!(error(&call(&server, &secret, "GET", "people?nonsense=1", None).await).0, 400);
    assert_eq!(error(&call(&server, &secret, "POST", "people", Some(json!({ "nam": "x" }))).await).0, 400);
    assert_eq!(error(&call(&server, &secret, "PATCH", "people", None).await).0, 405);
}

#[tokio::test]
async fn a_key_for_a_group_reaches_its_machines_and_people_and_nothing_else() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let uri = pc.enroll(1001).await;
    server.admin(|work| people::add(work, "Elsewhere")).await;
    let rights = [Right::ViewMachines, Right::ManageMachines, Right::ViewPeople, Right::ManagePeople];
    server
        .admin(|work| {
            service::join_codes::add(
                work,
                "sales",
                1,
                Duration::from_secs(60),
                &model::Secret::new(vec![1; 16]),
            )
        })
        .await;
    let (own, other) = (
        key(&server, "own", &rights, Some(&["default"])).await,
        key(&server, "other", &rights, Some(&["sales"])).await,
    );
    let count = async |key: &str, path: &str| {
        parsed(&call(&server, key, "GET", path, None).await)["items"].as_array().unwrap().len()
    };
    for (path, of_own, of_other) in [("machines", 1, 0), ("people", 1, 0), ("tokens", 1, 0), ("groups", 1, 1)]
    {
        assert_eq!((count(&own, path).await, count(&other, path).await), (of_own, of_other), "{path}");
    }
    let machine = format!("machines/{}", pc.id());
    let serial = parsed(&call(&server, &own, "GET", "tokens", None).await)["items"][0]["serial"].clone();
    let token = format!("tokens/{}/revoke", serial.as_str().unwrap());
    for (method, path) in [
        ("GET", machine.clone()),
        ("POST", format!("{machine}/suspend")),
        ("GET", "people/DESK%5Cperson1001".to_owned()),
        ("POST", "people/DESK%5Cperson1001/disable".to_owned()),
        ("POST", token.clone()),
    ] {
        assert_eq!(
            error(&call(&server, &other, method, &path, None).await),
            (404, "not_found".into()),
            "{path}"
        );
        assert_eq!(call(&server, &own, method, &path, None).await.status.as_u16(), 200, "{path}");
    }
    let elsewhere =
        call(&server, &own, "POST", &format!("{machine}/move"), Some(json!({ "group": "sales" }))).await;
    assert_eq!(error(&elsewhere).0, 404);
    let new_group = json!({ "group": "new", "uses": 1, "valid_seconds": 60 });
    assert_eq!(error(&call(&server, &own, "POST", "join-codes", Some(new_group)).await).0, 404);
    drop(uri);
}

#[tokio::test]
async fn of_two_who_read_the_same_policy_one_sets_another() {
    let server = Server::new();
    let secret =
        key(&server, "policy", &[Right::ViewPolicy, Right::ManagePolicy, Right::ViewAudit], None).await;
    let read = call(&server, &secret, "GET", "policy", None).await;
    let (etag, policy) = (read.header("etag").unwrap().to_owned(), parsed(&read));
    let body = || Some(json!({ "toml": policy["toml"] }));
    let set =
        async |headers: &[(&str, &str)]| call_with(&server, &secret, "PUT", "policy", body(), headers).await;
    assert_eq!(error(&set(&[]).await), (428, "precondition_required".into()));
    let done = set(&[("if-match", &etag)]).await;
    assert_eq!(
        (done.status.as_u16(), done.header("etag"), parsed(&done)["version"].clone()),
        (200, Some("\"1\""), json!(1))
    );
    assert_eq!(error(&set(&[("if-match", &etag)]).await), (412, "changed".into()));
    let bad = Some(json!({ "toml": "aks = 1" }));
    assert_eq!(error(&call(&server, &secret, "POST", "policy/check", bad).await), (422, "refused".into()));
    assert_eq!(call(&server, &secret, "POST", "policy/check", body()).await.status.as_u16(), 200);

    let events = parsed(&call(&server, &secret, "GET", "audit?kind=policy_changed", None).await);
    assert_eq!(events["items"][0]["event"]["actor"], json!({ "api_key": "policy" }), "{events}");
    let (mut seqs, mut after) = (Vec::new(), String::new());
    loop {
        let page = parsed(&call(&server, &secret, "GET", &format!("audit?limit=1{after}"), None).await);
        seqs.extend(page["items"].as_array().unwrap().iter().filter_map(|item| item["seq"].as_u64()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert!(seqs.len() > 1 && seqs.is_sorted_by(|a, b| a > b), "{seqs:?}");
}

#[tokio::test]
async fn an_enrollment_is_approved_a_token_replaced_and_a_join_code_lets_a_machine_in() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    pc.enroll(1001).await;
    let secret = key(&server, "all", Right::ALL, None).await;
    let tokens = parsed(&call(&server, &secret, "GET", "tokens?person=DESK%5Cperson1001", None).await);
    let serial = tokens["items"][0]["serial"].as_str().unwrap();
    let replaced = parsed(&call(&server, &secret, "POST", &format!("tokens/{serial}/replace"), None).await);
    assert_eq!(replaced["state"], "replaced");
    let again = call(&server, &secret, "POST", &format!("tokens/{serial}/enable"), None).await;
    assert_eq!(error(&again), (422, "refused".into()));

    let person = tokens["items"][0]["person"].clone();
    let word = json!({ "person": person, "machine": pc.id().to_string(), "granted": true });
    assert_eq!(call(&server, &secret, "POST", "approvals", Some(word.clone())).await.status.as_u16(), 200);
    let approvals = parsed(&call(&server, &secret, "GET", "approvals", None).await);
    assert_eq!(approvals["items"][0]["granted"], true);
    assert_eq!(
        server.service.read(|rx| Ok::<_, service::AdminError>(enroll::approvals(rx)?)).unwrap().len(),
        1
    );

    let new = json!({ "group": "sales", "uses": 2, "valid_seconds": 600 });
    let made = parsed(&call(&server, &secret, "POST", "join-codes", Some(new)).await);
    let code = protocol::joincode::JoinCode::parse(made["code"].as_str().unwrap()).unwrap();
    let joined = Pc::new(&server, 2);
    let request = joined.join_request(code.secret_text());
    assert!(joined.call(&request).await.is_ok());
    let path = format!("join-codes/{}", made["id"].as_str().unwrap());
    assert_eq!(call(&server, &secret, "DELETE", &path, None).await.status.as_u16(), 200);
    let codes = parsed(&call(&server, &secret, "GET", "join-codes", None).await);
    let ended = codes["items"].as_array().unwrap().iter().find(|code| code["id"] == made["id"]).unwrap();
    assert_eq!(ended["uses_left"], 0);
}
