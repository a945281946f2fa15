//! A bare machine key, without any Windows behind it, and bytes without any sense behind them.

use crate::{
    pc::Pc,
    server::{HOST, Server},
};
use axum::{body::Body, http::Request};
use model::{AuthorityClaim, Reason};
use protocol::http::{BeginAnswer, ErrorKind, NoopRequest};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

#[tokio::test]
async fn a_machine_may_not_speak_for_local_accounts_of_another_one() {
    let server = Server::new();
    let (pc, other) = (Pc::joined(&server, 1).await, Pc::joined(&server, 2).await);
    let mut begin = pc.begin_request(1001);
    begin.account.sid = other.begin_request(1001).account.sid;
    let mut as_domain = pc.begin_request(1001);
    as_domain.account.authority = AuthorityClaim::Domain(other.machine_sid.clone());
    for begin in [begin, as_domain] {
        match pc.call(&begin).await.unwrap() {
            BeginAnswer::Refuse { refusal } => assert_eq!(refusal.reason, Reason::AccountNotAllowed),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_machine_brings_ten_new_people_a_day() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    for number in 0..10 {
        let begin = pc.begin_request(1000 + number);
        let answer = pc.call(&begin).await.unwrap();
        assert!(matches!(answer, BeginAnswer::Enroll { .. }), "{number}: {answer:?}");
        pc.show(begin.attempt).await;
    }
    match pc.call(&pc.begin_request(1010)).await.unwrap() {
        BeginAnswer::Refuse { refusal } => assert_eq!(refusal.reason, Reason::EnrollmentLimit),
        other => panic!("{other:?}"),
    }
    server.pass(86_400);
    assert!(matches!(pc.call(&pc.begin_request(1010)).await.unwrap(), BeginAnswer::Enroll { .. }));
}

#[tokio::test]
async fn attempts_begun_early_do_not_stretch_the_day() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let begun: Vec<_> = (0..11).map(|number| pc.begin_request(1000 + number)).collect();
    for begin in &begun[..10] {
        assert!(matches!(pc.call(begin).await.unwrap(), BeginAnswer::Enroll { .. }));
    }
    // It is the beginning that counts, shown or not.
    match pc.call(&begun[10]).await.unwrap() {
        BeginAnswer::Refuse { refusal } => assert_eq!(refusal.reason, Reason::EnrollmentLimit),
        other => panic!("{other:?}"),
    }
    for begin in &begun[..10] {
        pc.show(begin.attempt).await;
    }
}

#[tokio::test]
async fn a_machine_above_its_rate_is_suspended_and_who_cannot_sign_for_it_does_not_count() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    server.policy("[limits]\nrequests_per_minute = 10").await;
    let mut thief = Pc::new(&server, 2);
    thief.keyid = pc.keyid;
    for _ in 0..20 {
        assert_eq!(thief.call(&NoopRequest {}).await.unwrap_err().error, ErrorKind::Signature);
    }
    for _ in 0..10 {
        pc.call(&NoopRequest {}).await.unwrap();
    }
    for _ in 0..2 {
        assert_eq!(pc.call(&NoopRequest {}).await.unwrap_err().error, ErrorKind::MachineSuspended);
    }
    server.pass(61);
    pc.call(&NoopRequest {}).await.unwrap();
}

#[tokio::test]
async fn no_bytes_make_a_handler_fail() {
    const PATHS: [&str; 30] = [
        "/",
        "/api/v1/join",
        "/api/v1/machine/hello",
        "/api/v1/machine/report",
        "/api/v1/noop",
        "/api/v1/signin/begin",
        "/api/v1/signin/verify",
        "/api/v1/signin/enroll/show",
        "/api/v1/signin/enroll/confirm",
        "/api/v1/statement",
        "/invite/x",
        "/invite/%FF/show",
        "/invite/%00/confirm",
        "/invite/x/confirm",
        "/assets/app.css",
        "/%2e%2e/%00",
        "/api/v1/backup/0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
        "/api/v1/backup/0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a/versions",
        "/api/v1/backup/%00/versions/x",
        "/api/v1/time",
        "/app/%2e%2e/x.js",
        "/api/v1/places",
        "/compat/x/validate/check",
        "/compat/%ff/token/init",
        "/api/v1/drive/token",
        "/api/v1/icloud/modify",
        "/api/v1/drive/files",
        "/api/v1/drive/files/%2e%2e",
        "/api/v1/relay/webdav/files.example/dav/x",
        "/api/v1/relay/webdav/%ff/..",
    ];
    const PIECES: [&[u8]; 16] = [
        b"sig=",
        b"(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\")",
        b";created=1800000000",
        b";nonce=\"AAAAAAAAAAAAAAAAAAAAAA==\"",
        b";keyid=\"mch_00000000000000000000000000\"",
        b";alg=\"ed25519\"",
        b";tag=\"countersign-request\"",
        b":",
        b"{\"request\":",
        b"form=x&code=1",
        b"\xff\xfe",
        b"%",
        b"Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        b"\"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\"",
        b"*",
        b", ",
    ];
    let server = crate::backup::server();
    let pc = Pc::joined(&server, 1).await;
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut some = |most: u32| {
        let mut bytes = Vec::new();
        for _ in 0..rng.next_u32() % most {
            match rng.next_u32() % 20 {
                n @ 0..16 => bytes.extend_from_slice(PIECES[n as usize]),
                _ => bytes.push(rng.next_u32() as u8),
            }
        }
        (bytes, rng.next_u32())
    };
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..4_000_usize {
        let path = PATHS[round % PATHS.len()];
        let (body, dice) = some(40);
        let method = ["GET", "POST", "HEAD", "PUT", "DELETE", "FOO"][dice as usize % 6];
        let answer = if dice % 5 == 0 {
            // Well signed nonsense gets further than the rest.
            pc.send("POST", path, body, |_| ()).await.answer
        } else {
            let mut request = Request::builder().method(method).uri(path).header("host", HOST);
            for name in [
                "signature",
                "signature-input",
                "content-digest",
                "content-length",
                "cookie",
                "content-type",
                "authorization",
                "if-match",
                "if-none-match",
                "origin",
            ] {
                let (value, dice) = some(12);
                if let Ok(value) = axum::http::HeaderValue::from_bytes(&value)
                    && dice % 3 > 0
                {
                    request = request.header(name, value);
                }
            }
            server.send(request.body(Body::from(body)).unwrap()).await
        };
        assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.status);
        seen.insert(answer.status.as_u16());
    }
    // It got somewhere.
    for status in [200, 400, 401, 404, 405] {
        assert!(seen.contains(&status), "{seen:?}");
    }
}
