use crate::{
    pc::Pc,
    server::{HOST, Server},
};
use axum::{
    body::Body,
    http::{HeaderValue, Request},
};
use protocol::{
    http::{Call, ErrorAnswer, ErrorKind, MAX_BODY, NoopRequest, STATEMENT_PATH},
    signature::KeyId,
};

const NOOP: &str = NoopRequest::PATH;

#[tokio::test]
async fn what_is_not_signed_gets_a_plain_answer() {
    let server = Server::new();
    for (method, path, status) in [
        ("POST", NOOP, 401),
        ("POST", "/api/v1/join", 400),
        ("GET", NOOP, 405),
        ("POST", "/api/v1/other", 404),
        ("GET", "/nothing", 404),
    ] {
        let request =
            Request::builder().method(method).uri(path).header("host", HOST).body(Body::from("x")).unwrap();
        let answer = server.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        assert_eq!(answer.header("signature"), None);
        let error: ErrorAnswer = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(error.server_time, server.now());
    }
}

#[tokio::test]
async fn a_request_that_was_altered_on_the_way_is_refused_with_a_signed_answer() {
    type Edit = fn(&mut Request<Body>);
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let edits: [(&str, Edit); 6] = [
        ("body", |request| *request.body_mut() = Body::from("{ }")),
        ("host", |request| {
            request.headers_mut().insert("host", HeaderValue::from_static("other.example"));
        }),
        ("no host", |request| {
            request.headers_mut().remove("host");
        }),
        ("query", |request| *request.uri_mut() = format!("{NOOP}?x").parse().unwrap()),
        ("digest", |request| {
            request.headers_mut().remove("content-digest");
        }),
        ("input", |request| {
            request.headers_mut().insert("signature-input", HeaderValue::from_static("sig=()"));
        }),
    ];
    for (what, edit) in edits {
        let signed = pc.send("POST", NOOP, b"{}".to_vec(), edit).await;
        assert_eq!(
            (signed.answer.status.as_u16(), signed.error().error),
            (401, ErrorKind::Signature),
            "{what}"
        );
    }
    // Another endpoint than the one that was signed for.
    let signed = pc
        .send("POST", NOOP, b"{}".to_vec(), |request| {
            *request.uri_mut() = "/api/v1/machine/report".parse().unwrap()
        })
        .await;
    assert_eq!(signed.error().error, ErrorKind::Signature);
}

#[tokio::test]
async fn a_field_that_came_twice_is_refused() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    for (name, is_signed) in [("signature", false), ("signature-input", true), ("content-digest", true)] {
        let signed = pc
            .send("POST", NOOP, b"{}".to_vec(), |request| {
                let value = request.headers()[name].clone();
                request.headers_mut().append(name, value);
            })
            .await;
        assert_eq!(signed.answer.status.as_u16(), 401, "{name}");
        assert_eq!(signed.proof().is_ok(), is_signed, "{name}");
    }
}

#[tokio::test]
async fn another_key_cannot_speak_for_a_machine() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let mut thief = Pc::new(&server, 2);
    thief.keyid = pc.keyid;
    assert_eq!(thief.call(&NoopRequest {}).await.unwrap_err().error, ErrorKind::Signature);
    thief.keyid = KeyId::New(pc.key.verifying_key().fingerprint());
    let secret = server.join_secret().await;
    assert_eq!(thief.call(&pc.join_request(secret)).await.unwrap_err().error, ErrorKind::Signature);
}

#[tokio::test]
async fn a_clock_that_is_off_by_more_than_five_minutes_is_told_the_time() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    for (shift, is_off) in [(-301, true), (-300, false), (300, false), (301, true), (-100_000_000, true)] {
        let signed = pc.send_at(server.now().shifted(shift), "POST", NOOP, b"{}".to_vec(), |_| ()).await;
        if is_off {
            let error = signed.error();
            assert_eq!((error.error, error.server_time), (ErrorKind::Clock, server.now()), "{shift}");
            assert_eq!(signed.answer.status.as_u16(), 401);
        } else {
            assert_eq!(signed.answer.status.as_u16(), 200, "{shift}");
            signed.proof().unwrap();
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_a_signed_answer() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let largest = format!("{{}}{}", " ".repeat(MAX_BODY - 2)).into_bytes();
    let signed = pc.send("POST", NOOP, largest, |_| ()).await;
    assert_eq!(signed.answer.status.as_u16(), 200);
    for announced in [false, true] {
        let signed = pc
            .send("POST", NOOP, vec![b' '; MAX_BODY + 1], |request| {
                if announced {
                    let length = HeaderValue::from((MAX_BODY + 1) as u64);
                    request.headers_mut().insert("content-length", length);
                }
            })
            .await;
        assert_eq!((signed.answer.status.as_u16(), signed.error().error), (413, ErrorKind::Request));
    }
}

#[tokio::test]
async fn a_message_that_makes_no_sense_is_refused_with_a_signed_answer() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    for body in ["", "{", "[1]", "{\"more\":1}", "null", "\u{0}", "{}{}"] {
        let signed = pc.send("POST", NOOP, body.into(), |_| ()).await;
        assert_eq!(
            (signed.answer.status.as_u16(), signed.error().error),
            (400, ErrorKind::Request),
            "{body:?}"
        );
    }
}

#[tokio::test]
async fn wrong_methods_and_addresses_get_signed_answers() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let signed = pc.send(method, NOOP, Vec::new(), |_| ()).await;
        assert_eq!(
            (signed.answer.status.as_u16(), signed.error().error),
            (405, ErrorKind::Request),
            "{method}"
        );
        assert_eq!(signed.answer.header("allow"), Some("POST"));
    }
    let signed = pc.send("POST", "/api/v1/other", Vec::new(), |_| ()).await;
    assert_eq!((signed.answer.status.as_u16(), signed.error().error), (404, ErrorKind::Request));
    let signed = pc.send("GET", STATEMENT_PATH, Vec::new(), |_| ()).await;
    assert_eq!(signed.answer.status.as_u16(), 200);
    signed.proof().unwrap();
    let signed = pc.send("POST", STATEMENT_PATH, Vec::new(), |_| ()).await;
    assert_eq!(signed.error().error, ErrorKind::Request);
}

#[tokio::test]
async fn an_answer_to_one_request_is_no_answer_to_another() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let mut first = pc.send("POST", NOOP, b"{}".to_vec(), |_| ()).await;
    let second = pc.send("POST", NOOP, b"{}".to_vec(), |_| ()).await;
    first.proof().unwrap();
    first.answer = second.answer;
    assert!(first.proof().is_err());
}
