//! Clients made for privacyIDEA: requests as they send them, answers as their parsers take them.

use crate::{
    pc::{Pc, code},
    server::{Answer, HOST, Server},
};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use domain::{AuditKind, GatewayPassword};
use otp::TokenUri;
use serde_json::{Value, json};
use service::{AdminError, compat, enroll, people};
use std::{net::SocketAddr, time::Duration};
use store::tables::audit::{Filter, newest};

const LIMIT: u32 = 30;

/// A client, by the secret in its address.
struct Client {
    path: String,
    password: String,
}

async fn client(server: &Server, name: &str, edit: impl FnOnce(&mut compat::New)) -> Client {
    let mut new = compat::New {
        name: name.parse().unwrap(),
        networks: Vec::new(),
        password: GatewayPassword::Code,
        may_enroll: false,
        wrong_per_hour: LIMIT,
    };
    edit(&mut new);
    let made = server.admin(move |work| compat::add(work, new)).await;
    let text = |secret: &model::Secret| secret.expose_text().unwrap().to_owned();
    Client { path: text(&made.path), password: text(&made.password) }
}

/// Somebody with a domain account and a token, on a server that knows them; a while after they enrolled.
async fn someone(server: &Server) -> TokenUri {
    let pc = Pc::joined(server, 1).await;
    let uri = pc.enroll(1001).await;
    server.pass(300);
    uri
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    pairs.join("&")
}

async fn post(server: &Server, client: &Client, call: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::post(format!("/compat/{}/{call}", client.path)).header("host", HOST);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn parsed(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    serde_json::from_slice(&answer.body).unwrap()
}

/// As the credential provider sends a code: sorted, as a form, its name in the user agent.
async fn check(server: &Server, client: &Client, pairs: &[(&str, &str)]) -> Value {
    let headers = [
        ("user-agent", "privacyidea-cp/3.8.0.0 Windows/DESK"),
        ("accept-language", "en-us"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = post(server, client, "validate/check", &headers, &form(pairs)).await;
    parsed(&answer)
}

/// What each parser reads of any answer, by type. What is wrong with it.
fn fault(answer: &Value) -> Option<String> {
    let mut faults = Vec::new();
    let mut must = |place: &str, good: bool| {
        if !good {
            faults.push(place.to_owned());
        }
    };
    let (result, detail) = (&answer["result"], &answer["detail"]);
    must("result.status", result["status"].is_boolean());
    must("versionnumber", answer["versionnumber"].is_string());
    must("version", answer["version"].is_string());
    must("jsonrpc", answer["jsonrpc"] == "2.0");
    must("id", answer["id"].is_i64());
    must("time", answer["time"].is_f64());
    must("auth_items", answer.get("auth_items").is_none());
    match result.get("error") {
        Some(error) => {
            must("error.code", error["code"].is_i64());
            must("error.message", error["message"].is_string());
            must("no value", result.get("value").is_none());
            must("detail", detail.is_null());
        }
        None => {
            must(
                "value",
                result["value"].is_boolean() || result["value"].is_u64() || result["value"].is_object(),
            );
            must("detail", detail.is_object());
            must("threadid", detail["threadid"].is_u64());
        }
    }
    if let Some(word) = result.get("authentication") {
        must("authentication", ["ACCEPT", "REJECT", "CHALLENGE"].iter().any(|known| word == known));
    }
    for name in
        ["message", "username", "transaction_id", "preferred_client_mode", "serial", "type", "image", "link"]
    {
        must(name, detail.get(name).is_none_or(Value::is_string));
    }
    for name in ["enroll_via_multichallenge", "enroll_via_multichallenge_optional"] {
        must(name, detail.get(name).is_none_or(Value::is_boolean));
    }
    must("otplen", detail.get("otplen").is_none_or(Value::is_u64));
    for challenge in detail["multi_challenge"].as_array().into_iter().flatten() {
        for name in ["type", "message", "serial", "transaction_id", "image", "client_mode"] {
            must(name, challenge[name].is_string());
        }
        let image = challenge["image"].as_str().unwrap_or_default();
        must("image", image.is_empty() || image.starts_with("data:image/png;base64,"));
        must("transaction_ids", detail["transaction_ids"][0] == challenge["transaction_id"]);
        must("messages", detail["messages"].is_array());
        must("transaction_id", detail["transaction_id"] == challenge["transaction_id"]);
    }
    (!faults.is_empty()).then(|| format!("{faults:?} of {answer}"))
}

#[track_caller]
fn verdict(answer: &Value) -> &str {
    assert_eq!(fault(answer), None);
    answer["result"]["authentication"].as_str().unwrap_or("error")
}

/// What a client can tell an answer by: all of it but the moment and the transaction.
fn face(mut answer: Value) -> String {
    answer["time"] = json!(0);
    let transaction = answer["detail"]["transaction_id"].as_str().map(str::to_owned);
    let text = answer.to_string();
    transaction.map_or(text.clone(), |id| text.replace(&id, "ID"))
}

async fn count(server: &Server, kind: AuditKind) -> usize {
    let filter = Filter { kind: Some(kind), ..Filter::default() };
    let found = server.service.read(|rx| Ok::<_, AdminError>(newest(rx, &filter, 1_000)?));
    found.unwrap().len()
}

#[tokio::test]
async fn the_credential_provider_asks_and_a_code_is_good_once() {
    let server = Server::new();
    let (uri, vpn) = (someone(&server).await, client(&server, "pcs", |_| ()).await);
    let name = "DESK\\person1001";
    // Step 1 with an empty password; the answer names the transaction that step 2 comes with.
    let asked = check(&server, &vpn, &[("pass", ""), ("user", name)]).await;
    assert_eq!((verdict(&asked), &asked["result"]["value"]), ("CHALLENGE", &json!(false)));
    let transaction = asked["detail"]["transaction_id"].as_str().unwrap();
    let right = code(&uri, server.now());
    let pairs = [("pass", right.as_str()), ("transaction_id", transaction), ("user", name)];
    let accepted = check(&server, &vpn, &pairs).await;
    assert_eq!((verdict(&accepted), &accepted["result"]["value"]), ("ACCEPT", &json!(true)));
    assert!(accepted["detail"]["serial"].as_str().unwrap().starts_with("CS-"));
    assert_eq!((&accepted["detail"]["type"], &accepted["detail"]["otplen"]), (&json!("totp"), &json!(6)));
    assert!(accepted["detail"].get("multi_challenge").is_none(), "not finished, to the provider");
    assert_eq!(verdict(&check(&server, &vpn, &pairs).await), "REJECT");
    // Without a first step, as when nothing is sent there.
    server.pass(60);
    let next = code(&uri, server.now());
    assert_eq!(verdict(&check(&server, &vpn, &[("pass", &next), ("user", name)]).await), "ACCEPT");
}

#[tokio::test]
async fn every_way_that_known_clients_send_a_request_is_taken() {
    let server = Server::new();
    let (uri, client) = (someone(&server).await, client(&server, "all", |_| ()).await);
    let name = "DESK\\person1001";
    let multipart = |code: &str| {
        format!(
            "------c\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\n{name}\r\n------c\r\nContent-Disposition: \
             form-data; name=\"pass\"\r\n\r\n{code}\r\n------c--\r\n"
        )
    };
    let urlencoded = |code: &str| form(&[("user", name), ("pass", code)]);
    let json = |code: &str| json!({ "user": name, "pass": code }).to_string();
    type Writer<'a> = &'a dyn Fn(&str) -> String;
    let ways: [(&str, &str, Writer<'_>); 5] = [
        // Java, for Keycloak; C#, for AD FS; C, for PAM; PHP; whatever sends JSON.
        ("privacyIDEA-Keycloak/1.5.0", "application/x-www-form-urlencoded", &urlencoded),
        ("privacyIDEA-ADFS/2.1.0", "application/x-www-form-urlencoded; charset=utf-8", &urlencoded),
        ("privacyidea-pam/1.1.0", "application/x-www-form-urlencoded", &urlencoded),
        ("simpleSAMLphp/3.1", "multipart/form-data; boundary=----c", &multipart),
        ("curl/8", "application/json", &json),
    ];
    for (agent, kind, write) in ways {
        server.pass(60);
        let headers = [("user-agent", agent), ("content-type", kind)];
        let right = code(&uri, server.now());
        let answer = post(&server, &client, "validate/check", &headers, &write(&right)).await;
        assert_eq!(verdict(&parsed(&answer)), "ACCEPT", "{agent}");
    }
    server.pass(60);
    let query = form(&[("user", name), ("pass", &code(&uri, server.now()))]);
    let answer = server.fetch(&format!("/compat/{}/validate/check?{query}", client.path)).await;
    assert_eq!(verdict(&parsed(&answer)), "ACCEPT");
    // Polled for a push that never comes; PHP puts a `&` behind.
    let answer =
        server.fetch(&format!("/compat/{}/validate/polltransaction?transaction_id=1&", client.path)).await;
    let polled = parsed(&answer);
    assert_eq!((fault(&polled), &polled["result"]["value"]), (None, &json!(false)));
}

#[tokio::test]
async fn a_service_account_triggers_challenges_and_a_wrong_one_does_not() {
    let server = Server::new();
    let (uri, keycloak) = (someone(&server).await, client(&server, "keycloak", |_| ()).await);
    let other = client(&server, "other", |_| ()).await;
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let log_in = async |name: &str, password: &str| {
        post(&server, &keycloak, "auth", &[kind], &form(&[("username", name), ("password", password)])).await
    };
    for (name, password) in [("keycloak", "wrong"), ("nobody", keycloak.password.as_str())] {
        let answer = log_in(name, password).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(parsed(&answer)["result"]["error"]["code"], 4031);
    }
    let answer = log_in("keycloak", &keycloak.password).await;
    let logged_in = parsed(&answer);
    assert_eq!(fault(&logged_in), None);
    let token = logged_in["result"]["value"]["token"].as_str().unwrap().to_owned();
    // Clients look for the end of its time in it.
    let claims = data_encoding::BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["exp"], server.now().as_secs() + 3_600);

    let user = form(&[("user", "DESK\\person1001")]);
    let trigger = async |client: &Client, name: &str, token: &str| {
        parsed(&post(&server, client, "validate/triggerchallenge", &[kind, (name, token)], &user).await)
    };
    for name in ["Authorization", "PI-Authorization"] {
        let asked = trigger(&keycloak, name, &token).await;
        assert_eq!((verdict(&asked), &asked["result"]["value"]), ("CHALLENGE", &json!(1)));
        server.pass(60);
        let transaction = asked["detail"]["transaction_id"].as_str().unwrap();
        let right = code(&uri, server.now());
        let pairs = [("user", "DESK\\person1001"), ("pass", &right), ("transaction_id", transaction)];
        assert_eq!(verdict(&check(&server, &keycloak, &pairs).await), "ACCEPT");
    }
    let forged = format!("{}A", &token[..token.len() - 1]);
    for (client, token) in [(&keycloak, ""), (&keycloak, forged.as_str()), (&other, token.as_str())] {
        assert_eq!(trigger(client, "Authorization", token).await["result"]["error"]["code"], 4033, "{token}");
    }
    server.pass(3_600);
    assert_eq!(trigger(&keycloak, "Authorization", &token).await["result"]["error"]["code"], 4033);
}

#[tokio::test]
async fn nothing_tells_who_is_known_who_has_a_token_and_what_was_wrong() {
    let server = Server::new();
    let (uri, vpn) = (someone(&server).await, client(&server, "vpn", |new| new.may_enroll = true).await);
    server.admin(|work| people::add(work, "tokenless")).await;
    server.admin(|work| people::add(work, "invited")).await;
    server
        .admin(|work| {
            let id = people::show(work.tx, "invited")?.person.id;
            enroll::new_enrollment_code(work, id, Duration::from_secs(3_600))
        })
        .await;
    let right = code(&uri, server.now());
    let wrong = if right == "111111" { "222222" } else { "111111" };
    let (mut faces, mut questions) = (Vec::new(), Vec::new());
    for name in ["nobody", "tokenless", "invited", "DESK\\person1001"] {
        let before = count(&server, AuditKind::SignInRefused).await
            + count(&server, AuditKind::CodeWrong).await
            + count(&server, AuditKind::EnrollmentRefused).await;
        faces.push(face(check(&server, &vpn, &[("pass", wrong), ("user", name)]).await));
        let after = count(&server, AuditKind::SignInRefused).await
            + count(&server, AuditKind::CodeWrong).await
            + count(&server, AuditKind::EnrollmentRefused).await;
        assert_eq!(after, before + 1, "{name}: each takes as many writes as the others");
        questions.push(face(check(&server, &vpn, &[("pass", ""), ("user", name)]).await));
    }
    faces.dedup();
    questions.dedup();
    assert_eq!((faces.len(), questions.len()), (1, 1), "{faces:#?} {questions:#?}");
}

#[tokio::test]
async fn a_wrong_address_is_like_any_unknown_one_and_so_is_a_right_one_from_elsewhere() {
    let server = Server::new();
    let there = client(&server, "vpn", |new| new.networks = vec!["192.0.2.0/24".parse().unwrap()]).await;
    let ask = async |path: String, method: &str, from: &str| {
        let mut request = Request::builder().method(method).uri(path).header("host", HOST);
        request = request.header("content-type", "application/x-www-form-urlencoded");
        let mut request = request.body(Body::from("user=nobody&pass=111111")).unwrap();
        request.extensions_mut().insert(ConnectInfo(from.parse::<SocketAddr>().unwrap()));
        server.send(request).await
    };
    let path = |secret: &str| format!("/compat/{secret}/validate/check");
    let unknown = ask("/there/is/no/such/page".to_owned(), "POST", "192.0.2.9:1").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let altered = format!("{}a", &there.path[..there.path.len() - 1]);
    let altered =
        if altered == there.path { format!("{}b", &there.path[..there.path.len() - 1]) } else { altered };
    for (secret, method, from) in [
        (altered.as_str(), "POST", "192.0.2.9:1"),
        ("x", "POST", "192.0.2.9:1"),
        ("x", "DELETE", "192.0.2.9:1"),
        (&there.path.to_uppercase(), "POST", "192.0.2.9:1"),
        (&there.path, "POST", "198.51.100.9:1"),
        (&there.path, "GET", "[2001:db8::1]:1"),
    ] {
        let answer = ask(path(secret), method, from).await;
        assert_eq!((answer.status, answer.text()), (unknown.status, unknown.text()), "{secret} {from}");
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&answer), names(&unknown), "{secret} {from}");
    }
    let answer = ask(path(&there.path), "POST", "192.0.2.9:1").await;
    assert_eq!((answer.status, verdict(&parsed(&answer))), (StatusCode::OK, "REJECT"));
    server.admin(|work| compat::remove(work, "vpn")).await;
    let answer = ask(path(&there.path), "POST", "192.0.2.9:1").await;
    assert_eq!((answer.status, answer.text()), (unknown.status, unknown.text()));
}

#[tokio::test]
async fn a_client_that_guesses_is_not_listened_to_and_nobody_is_blocked_elsewhere() {
    let server = Server::new();
    let uri = someone(&server).await;
    let (guesses, mail) = (client(&server, "guesses", |_| ()).await, client(&server, "mail", |_| ()).await);
    let name = "DESK\\person1001";
    for number in 0..LIMIT {
        let who = format!("guess {number}");
        assert_eq!(verdict(&check(&server, &guesses, &[("pass", "123456"), ("user", &who)]).await), "REJECT");
    }
    let right = code(&uri, server.now());
    for _ in 0..3 {
        assert_eq!(verdict(&check(&server, &guesses, &[("pass", &right), ("user", name)]).await), "REJECT");
    }
    assert_eq!(count(&server, AuditKind::GatewayBlocked).await, 1);
    let wrong = if right == "111111" { "222222" } else { "111111" };
    for _ in 0..5 {
        check(&server, &mail, &[("pass", wrong), ("user", name)]).await;
    }
    // Blocked there after five, and at the other one not: its hour is over.
    server.pass(3_600);
    for _ in 0..5 {
        check(&server, &mail, &[("pass", wrong), ("user", name)]).await;
    }
    let right = code(&uri, server.now());
    assert_eq!(verdict(&check(&server, &mail, &[("pass", &right), ("user", name)]).await), "REJECT");
    assert_eq!(verdict(&check(&server, &guesses, &[("pass", &right), ("user", name)]).await), "ACCEPT");
    let person = server.service.read(|rx| people::show(rx, name)).unwrap().person;
    assert_eq!(person.blocked_until, None);
}

/// A person an administrator added, their enrollment code, and a client they may enroll through.
async fn newcomer(server: &Server) -> (Client, String) {
    server.admin(|work| people::add(work, "Mara Lind")).await;
    let code = server.admin(|work| {
        let id = people::show(work.tx, "Mara Lind")?.person.id;
        enroll::new_enrollment_code(work, id, Duration::from_secs(3_600))
    });
    let code = code.await.expose_text().unwrap().to_owned();
    (client(server, "pcs", |new| new.may_enroll = true).await, code)
}

#[tokio::test]
async fn the_enrollment_code_brings_a_qr_and_the_first_code_the_token() {
    let server = Server::new();
    let (pcs, typed) = newcomer(&server).await;
    let name = "mara lind";
    let asked = check(&server, &pcs, &[("pass", ""), ("user", name)]).await;
    let transaction = asked["detail"]["transaction_id"].as_str().unwrap();
    let pairs = [("pass", typed.as_str()), ("transaction_id", transaction), ("user", name)];
    let shown = check(&server, &pcs, &pairs).await;
    assert_eq!((verdict(&shown), &shown["result"]["value"]), ("CHALLENGE", &json!(false)));
    assert_eq!(shown["detail"]["enroll_via_multichallenge"], true);
    assert_eq!(shown["detail"]["enroll_via_multichallenge_optional"], false);
    let challenge = &shown["detail"]["multi_challenge"][0];
    let uri = TokenUri::read(challenge["link"].as_str().unwrap()).unwrap();
    assert!(challenge["image"].as_str().unwrap().len() > 1_000);
    // Broken off and begun again: the same secret, not a second one.
    let again = check(&server, &pcs, &[("pass", &typed), ("user", name)]).await;
    assert_eq!(again["detail"]["link"], challenge["link"]);

    let (first, id) = (code(&uri, server.now()), challenge["transaction_id"].as_str().unwrap());
    // Pending is no token: its code signs nobody in who does not come with the transaction.
    assert_eq!(verdict(&check(&server, &pcs, &[("pass", &first), ("user", name)]).await), "REJECT");
    let cancel = check(&server, &pcs, &[("cancel_enrollment", "true"), ("transaction_id", id)]).await;
    assert_eq!(verdict(&cancel), "REJECT", "nobody gets in by turning away");
    let other = [("pass", first.as_str()), ("transaction_id", id), ("user", "nobody")];
    assert_eq!(verdict(&check(&server, &pcs, &other).await), "REJECT");
    let pairs = [("pass", first.as_str()), ("transaction_id", id), ("user", name)];
    assert_eq!(verdict(&check(&server, &pcs, &pairs).await), "ACCEPT");
    assert_eq!(verdict(&check(&server, &pcs, &pairs).await), "REJECT", "the first code is burnt");
    assert_eq!(count(&server, AuditKind::TokenEnrolled).await, 1);
    // The enrollment code is used up, and there is nothing to enroll any more.
    assert_eq!(verdict(&check(&server, &pcs, &[("pass", &typed), ("user", name)]).await), "REJECT");
    server.pass(60);
    let next = code(&uri, server.now());
    assert_eq!(verdict(&check(&server, &pcs, &[("pass", &next), ("user", name)]).await), "ACCEPT");
}

#[tokio::test]
async fn no_secret_is_made_without_the_enrollment_code_or_at_a_client_that_may_not_enroll() {
    let server = Server::new();
    let (pcs, typed) = newcomer(&server).await;
    let vpn = client(&server, "vpn", |_| ()).await;
    let kind = ("content-type", "application/x-www-form-urlencoded");
    for password in ["", "123456", "AAA-AAA-AAA", "the Windows password"] {
        let answer = check(&server, &pcs, &[("pass", password), ("user", "Mara Lind")]).await;
        assert_ne!(verdict(&answer), "ACCEPT");
        assert!(!answer.to_string().contains("otpauth"), "{answer}");
    }
    let answer = check(&server, &vpn, &[("pass", &typed), ("user", "Mara Lind")]).await;
    assert_eq!(verdict(&answer), "REJECT");
    let log_in = async |client: &Client, name: &str| {
        let pairs = form(&[("username", name), ("password", &client.password)]);
        let token = parsed(&post(&server, client, "auth", &[kind], &pairs).await);
        token["result"]["value"]["token"].as_str().unwrap().to_owned()
    };
    let (of_pcs, of_vpn) = (log_in(&pcs, "pcs").await, log_in(&vpn, "vpn").await);
    let init = async |client: &Client, token: &str, pairs: &[(&str, &str)]| {
        let headers = [kind, ("PI-Authorization", token)];
        parsed(&post(&server, client, "token/init", &headers, &form(pairs)).await)
    };
    let user = ("user", "Mara Lind");
    let code_of = |answer: Value| answer["result"]["error"]["code"].clone();
    assert_eq!(code_of(init(&pcs, "", &[user, ("pin", &typed)]).await), 4033);
    assert_eq!(code_of(init(&vpn, &of_vpn, &[user, ("pin", &typed)]).await), 303);
    assert_eq!(code_of(init(&pcs, &of_pcs, &[user, ("genkey", "1")]).await), 905);
    assert_eq!(code_of(init(&pcs, &of_pcs, &[user, ("pin", "111-111-111")]).await), 303);
    assert_eq!(code_of(init(&pcs, &of_pcs, &[user, ("pin", &typed), ("otpkey", "00")]).await), 905);
    assert_eq!(code_of(init(&pcs, &of_pcs, &[user, ("pin", &typed), ("type", "hotp")]).await), 905);
    assert_eq!(count(&server, AuditKind::EnrollmentStarted).await, 0);

    let shown = init(&pcs, &of_pcs, &[user, ("pin", &typed), ("type", "totp"), ("genkey", "1")]).await;
    assert_eq!(fault(&shown), None);
    assert_eq!(
        (&shown["detail"]["rollout_state"], &shown["result"]["value"]),
        (&json!("verify"), &json!(true))
    );
    let uri = TokenUri::read(shown["detail"]["googleurl"]["value"].as_str().unwrap()).unwrap();
    assert!(shown["detail"]["googleurl"]["img"].as_str().unwrap().starts_with("data:image/png;base64,"));
    let serial = shown["detail"]["serial"].as_str().unwrap();
    let right = code(&uri, server.now());
    assert_eq!(code_of(init(&pcs, &of_pcs, &[("serial", serial), ("verify", "nonsense")]).await), 303);
    let done = init(&pcs, &of_pcs, &[("serial", serial), ("verify", &right), ("type", "totp")]).await;
    assert_eq!((fault(&done), &done["result"]["value"]), (None, &json!(true)));
    assert_eq!(count(&server, AuditKind::TokenEnrolled).await, 1);
}

#[tokio::test]
async fn a_client_that_checks_the_password_itself_is_asked_for_the_code_and_a_transaction_cannot_be_made_up()
{
    let server = Server::new();
    let uri = someone(&server).await;
    let sends = |new: &mut compat::New| new.password = GatewayPassword::CheckedByClient;
    let (portal, other) = (client(&server, "portal", sends).await, client(&server, "other", sends).await);
    let name = "DESK\\person1001";
    let asked = check(&server, &portal, &[("pass", "a password"), ("user", name)]).await;
    assert_eq!(verdict(&asked), "CHALLENGE");
    let transaction = asked["detail"]["transaction_id"].as_str().unwrap();
    let right = code(&uri, server.now());
    let with = async |client: &Client, user: &str, transaction: &str| {
        let pairs = [("pass", right.as_str()), ("transaction_id", transaction), ("user", user)];
        verdict(&check(&server, client, &pairs).await).to_owned()
    };
    assert_eq!(with(&other, name, transaction).await, "REJECT");
    assert_eq!(with(&portal, name, "01234567890123456789").await, "REJECT");
    assert_eq!(with(&portal, "nobody", transaction).await, "REJECT");
    assert_eq!(with(&portal, name, transaction).await, "ACCEPT");
}

#[tokio::test]
async fn what_is_broken_or_not_there_is_an_error_that_parsers_take() {
    let server = Server::new();
    let client = client(&server, "pcs", |_| ()).await;
    let kind = "application/x-www-form-urlencoded";
    for (call, content_type, body, status, number) in [
        ("validate/check", kind, "pass=1", 400, 905),
        ("validate/check", kind, "user=mara", 400, 905),
        ("validate/check", kind, "user=mara&user=jan&pass=1", 400, 905),
        ("validate/check", "application/json", "{\"user\":[1]}", 400, 905),
        ("validate/check", "application/json", "{", 400, 905),
        ("validate/check", "text/xml", "<x/>", 400, 905),
        ("validate/polltransaction", kind, "", 400, 905),
        ("validate/offlinerefill", kind, "serial=x&refilltoken=y&pass=", 400, 905),
        ("validate/initialize", kind, "type=passkey", 404, 601),
        ("validate/nonsense", kind, "", 404, 601),
        ("token/init", kind, "genkey=1", 401, 4033),
        ("auth", kind, "username=x", 400, 905),
    ] {
        let answer = post(&server, &client, call, &[("content-type", content_type)], body).await;
        let read = parsed(&answer);
        assert_eq!((fault(&read), answer.status.as_u16()), (None, status), "{call} {body}");
        assert_eq!(
            (&read["result"]["error"]["code"], verdict(&read)),
            (&json!(number), "error"),
            "{call} {body}"
        );
    }
    let long = format!("user={}&pass=1", "x".repeat(20_000));
    let answer = post(&server, &client, "validate/check", &[("content-type", kind)], &long).await;
    assert_eq!((answer.status.as_u16(), fault(&parsed(&answer))), (413, None));
    let answer = server.fetch(&format!("/compat/{}/auth", client.path)).await;
    assert_eq!((answer.status.as_u16(), fault(&parsed(&answer))), (405, None));
}
