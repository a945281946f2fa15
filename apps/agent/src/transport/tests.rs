use super::*;
use crate::clock;
use protocol::{
    http::{NoopAnswer, NoopRequest},
    signature::{
        AnswerError, Fingerprint, ReceivedHeaders, SignatureValue, VerifiedRequest, parse_request_headers,
        sign_answer,
    },
    statement::Draft,
};
use rcgen::{CertifiedKey, PublicKeyData, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use sha2::{Digest, Sha256};
use std::sync::atomic::AtomicBool;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// How the server of a test misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Honest,
    Unsigned,
    OtherKey,
    Rubbish,
    Truncated,
    Oversize,
    OversizeChunked,
    Drip,
    Redirect,
    StatusAltered,
    BodyAltered,
    AnswersAnother,
    Closes,
    Silent,
    SignedForm,
    ClockOnce,
    SignedError,
}

struct Server {
    url: String,
    spki: SpkiHash,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Bytes of requests that came through TLS.
    application_bytes: AtomicUsize,
    requests: AtomicUsize,
    connections: AtomicUsize,
    /// Pieces of an endless body that were taken off the server's hands.
    pieces: AtomicUsize,
    told_clock: AtomicBool,
    verified: Mutex<Vec<(VerifiedRequest, Vec<u8>)>>,
}

fn seed(byte: u8) -> SigningKey {
    SigningKey::from_secret(&model::Secret::new(vec![byte; 32])).unwrap()
}

fn machine_key() -> SigningKey {
    seed(1)
}

/// TLS with a new self-signed certificate for `localhost`, and the hash of its key.
fn tls() -> (TlsAcceptor, SpkiHash) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let spki = Sha256::digest(signing_key.subject_public_key_info()).into();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
    (TlsAcceptor::from(Arc::new(config)), spki)
}

async fn server(manner: Manner) -> Server {
    let (acceptor, spki) = tls();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Seen::default());
    let shared = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            shared.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(socket, acceptor.clone(), manner, port, Arc::clone(&shared)));
        }
    });
    Server { url: format!("https://localhost:{port}"), spki, seen }
}

async fn serve(socket: TcpStream, acceptor: TlsAcceptor, manner: Manner, port: u16, seen: Arc<Seen>) {
    let Ok(mut tls) = acceptor.accept(socket).await else { return };
    while let Some((head, body)) = read_request(&mut tls, &seen).await {
        seen.requests.fetch_add(1, Ordering::SeqCst);
        let request = verify(&head, &body, port);
        let signature = request.signature();
        let created = request.created();
        seen.verified.lock().await.push((request, body));
        if answer(&mut tls, manner, signature, created, &seen).await.is_err() {
            return;
        }
    }
}

async fn read_request(tls: &mut TlsStream<TcpStream>, seen: &Seen) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(end) = text.find("\r\n\r\n") {
            let length: usize = field(&text, "content-length").map_or(0, |value| value.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some((text[..end].to_owned(), bytes[end + 4..].to_vec()));
            }
        }
        let count = tls.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        seen.application_bytes.fetch_add(count, Ordering::SeqCst);
        bytes.extend_from_slice(&buffer[..count]);
    }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn verify(head: &str, body: &[u8], port: u16) -> VerifiedRequest {
    assert_eq!(field(head, "host"), Some(&*format!("localhost:{port}")));
    assert_eq!((field(head, "accept-encoding"), field(head, "cookie")), (None, None));
    let headers = ReceivedHeaders {
        signature_input: field(head, "signature-input"),
        signature: field(head, "signature"),
        content_digest: field(head, "content-digest"),
    };
    let authority = format!("localhost:{port}");
    let parts = RequestParts::new("POST", &authority, "/api/v1/noop", "", body).unwrap();
    let day = Duration::from_secs(86_400 * 365);
    parse_request_headers(&headers)
        .unwrap()
        .verify(&machine_key().verifying_key(), &parts, clock::now(), day)
        .unwrap()
}

async fn answer(
    tls: &mut TlsStream<TcpStream>,
    manner: Manner,
    signature: SignatureValue,
    created: model::UnixTime,
    seen: &Seen,
) -> std::io::Result<()> {
    let signed = |key: u8, status: u16, body: &[u8], to: SignatureValue| {
        let fields = sign_answer(&seed(key), clock::now(), status, body, &to);
        format!(
            "signature-input: {}\r\nsignature: {}\r\ncontent-digest: {}\r\n",
            fields.signature_input, fields.signature, fields.content_digest
        )
    };
    let respond = |status: u16, fields: String, body: &str| {
        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{fields}\r\n{body}", body.len())
    };
    let error = |kind: &str, at: model::UnixTime| {
        format!(r#"{{"error":"{kind}","server_time":{},"message":"test"}}"#, at.as_secs())
    };
    // What the server's clock of the test shows: far ahead of the machine's.
    let ahead = clock::now().shifted(90_000);
    let text = match manner {
        Manner::Honest => respond(200, signed(2, 200, b"{}", signature), "{}"),
        Manner::Unsigned => respond(200, String::new(), "{}"),
        Manner::OtherKey => respond(200, signed(3, 200, b"{}", signature), "{}"),
        Manner::Rubbish => "\u{7}\u{7}\u{7} no protocol at all\r\n\r\n".into(),
        Manner::Truncated => {
            let whole = respond(200, signed(2, 200, b"{ }", signature), "{ }");
            tls.write_all(&whole.as_bytes()[..whole.len() - 2]).await?;
            tls.shutdown().await?;
            return Err(std::io::ErrorKind::Other.into());
        }
        Manner::Oversize => {
            let head = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", 10 << 20);
            tls.write_all(head.as_bytes()).await?;
            return pour(tls, seen, b"").await;
        }
        Manner::OversizeChunked => {
            tls.write_all(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            return pour(tls, seen, b"1000\r\n").await;
        }
        Manner::Drip => {
            tls.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 600\r\n\r\n").await?;
            for _ in 0..600 {
                tls.write_all(b" ").await?;
                tls.flush().await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            return Ok(());
        }
        Manner::Redirect => respond(307, "location: /api/v1/statement\r\n".into(), ""),
        Manner::StatusAltered => respond(200, signed(2, 401, b"{}", signature), "{}"),
        Manner::BodyAltered => respond(200, signed(2, 200, b"{}", signature), "{\"a\":1}"),
        Manner::AnswersAnother => {
            let another = SignatureValue::from_bytes([9; 64]);
            respond(200, signed(2, 200, b"{}", another), "{}")
        }
        Manner::Closes => return Err(std::io::ErrorKind::Other.into()),
        Manner::Silent => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            return Ok(());
        }
        Manner::SignedForm => respond(200, signed(2, 200, b"[1]", signature), "[1]"),
        Manner::ClockOnce if created.since(ahead).as_secs() > 300 || ahead.since(created).as_secs() > 300 => {
            seen.told_clock.store(true, Ordering::SeqCst);
            let body = error("clock", ahead);
            respond(401, signed(2, 401, body.as_bytes(), signature), &body)
        }
        Manner::ClockOnce => respond(200, signed(2, 200, b"{}", signature), "{}"),
        Manner::SignedError => {
            let body = error("machine_suspended", clock::now());
            respond(403, signed(2, 403, body.as_bytes(), signature), &body)
        }
    };
    tls.write_all(text.as_bytes()).await?;
    tls.flush().await
}

/// 10 MB in pieces of 4 KB, each after `before`.
async fn pour(tls: &mut TlsStream<TcpStream>, seen: &Seen, before: &[u8]) -> std::io::Result<()> {
    let after: &[u8] = if before.is_empty() { b"" } else { b"\r\n" };
    for _ in 0..2_560 {
        tls.write_all(&[before, &[b' '; 4096], after].concat()).await?;
        seen.pieces.fetch_add(1, Ordering::SeqCst);
    }
    Ok(())
}

fn statement(servers: &[&Server]) -> Arc<Statement> {
    let signing = seed(2);
    let signed = Draft {
        urls: servers.iter().map(|server| server.url.parse().unwrap()).collect(),
        spki_sha256: servers.iter().map(|server| server.spki).collect(),
        successions: Vec::new(),
        issued_at: clock::now(),
        serial: 1,
    }
    .sign(&signing)
    .unwrap();
    Arc::new(Statement::verify(&signed, &[signing.verifying_key().fingerprint()]).unwrap())
}

fn transport_with(statement: &Arc<Statement>) -> Transport {
    let signer =
        Signer { key: Arc::new(machine_key()), keyid: KeyId::Machine(model::MachineId::from_bytes([5; 16])) };
    Transport::new(statement, signer, &ProxyChoice::Direct, SystemRoots::Ignored, Arc::default()).unwrap()
}

async fn ask(manner: Manner) -> (Result<Answer<NoopAnswer>, Unreachable>, Server) {
    let server = server(manner).await;
    let transport = transport_with(&statement(&[&server]));
    (transport.call(&NoopRequest {}).await, server)
}

#[tokio::test]
async fn an_honest_server_is_believed_and_its_connection_kept() {
    let server = server(Manner::Honest).await;
    let transport = transport_with(&statement(&[&server]));
    for _ in 0..3 {
        assert!(matches!(transport.call(&NoopRequest {}).await, Ok(Answer::Good(_))));
    }
    assert_eq!(server.seen.connections.load(Ordering::SeqCst), 1);
    let verified = server.seen.verified.lock().await;
    assert_ne!(verified[0].0.nonce(), verified[1].0.nonce());
}

#[tokio::test]
async fn a_certificate_with_another_key_gets_no_byte_of_a_request() {
    let (pinned, other) = (server(Manner::Honest).await, server(Manner::Honest).await);
    // The statement names the address of one server and the key of the other.
    let mixed = Server { url: other.url.clone(), spki: pinned.spki, seen: Arc::default() };
    let transport = transport_with(&statement(&[&mixed]));
    let result = transport.call(&NoopRequest {}).await;
    assert!(matches!(result, Err(Unreachable::NotOurCertificate)), "{result:?}");
    assert_eq!(other.seen.connections.load(Ordering::SeqCst), 1);
    assert_eq!(other.seen.application_bytes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn system_roots_do_not_vouch_for_a_self_signed_certificate() {
    let (pinned, other) = (server(Manner::Honest).await, server(Manner::Honest).await);
    let mixed = Server { url: other.url.clone(), spki: pinned.spki, seen: Arc::default() };
    let signer = Signer { key: Arc::new(machine_key()), keyid: KeyId::New(Fingerprint::from_bytes([1; 32])) };
    let transport = Transport::new(
        &statement(&[&mixed]),
        signer,
        &ProxyChoice::Direct,
        SystemRoots::Trusted,
        Arc::default(),
    );
    // A system without any roots cannot trust them either.
    let Ok(transport) = transport else { return };
    assert!(matches!(transport.call(&NoopRequest {}).await, Err(Unreachable::NotOurCertificate)));
    assert_eq!(other.seen.application_bytes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn whatever_is_not_the_signed_answer_to_this_request_is_unreachable() {
    use AnswerError::*;
    for (manner, expected) in [
        (Manner::Unsigned, Some(Missing)),
        (Manner::OtherKey, Some(UnknownKey(seed(3).verifying_key().fingerprint()))),
        (Manner::Redirect, Some(Missing)),
        (Manner::StatusAltered, Some(BadSignature)),
        (Manner::BodyAltered, Some(BadDigest)),
        (Manner::AnswersAnother, Some(BadSignature)),
        (Manner::Rubbish, None),
        (Manner::Truncated, None),
        (Manner::Closes, None),
        (Manner::SignedForm, None),
    ] {
        let (result, server) = ask(manner).await;
        match (result, expected) {
            (Err(Unreachable::NotAuthentic(error)), Some(expected)) => {
                assert_eq!(error, expected, "{manner:?}")
            }
            (Err(Unreachable::Broken(_)), None) if manner != Manner::SignedForm => {}
            (Err(Unreachable::NotUnderstood(_)), None) if manner == Manner::SignedForm => {}
            (other, _) => panic!("{manner:?}: {other:?}"),
        }
        assert!(server.seen.requests.load(Ordering::SeqCst) >= 1, "{manner:?}");
    }
}

#[tokio::test]
async fn reading_stops_where_a_body_gets_too_large() {
    for manner in [Manner::Oversize, Manner::OversizeChunked] {
        let (result, server) = ask(manner).await;
        assert!(matches!(result, Err(Unreachable::TooLarge)), "{manner:?}: {result:?}");
        // Of 2,560 pieces no more than socket buffers hold were taken off the server's hands.
        let pieces = server.seen.pieces.load(Ordering::SeqCst);
        assert!(pieces < 2_560, "{manner:?}: {pieces} pieces");
    }
}

#[tokio::test]
async fn a_server_that_drips_or_hangs_is_given_up_in_time() {
    let (drip, silent) = tokio::join!(
        async {
            let start = tokio::time::Instant::now();
            (ask(Manner::Drip).await.0, start.elapsed())
        },
        async {
            let start = tokio::time::Instant::now();
            (ask(Manner::Silent).await.0, start.elapsed())
        }
    );
    for (result, took) in [drip, silent] {
        assert!(matches!(result, Err(Unreachable::TimedOut)), "{result:?}");
        assert!(took < CALL_TIMEOUT + Duration::from_secs(2), "{took:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable_and_the_next_server_is_asked() {
    let good = server(Manner::Honest).await;
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let gone = Server { url: format!("https://localhost:{port}"), spki: [0; 32], seen: Arc::default() };
    let alone = transport_with(&statement(&[&gone]));
    assert!(matches!(alone.call(&NoopRequest {}).await, Err(Unreachable::NoConnection(_))));
    let both = transport_with(&statement(&[&gone, &good]));
    assert!(matches!(both.call(&NoopRequest {}).await, Ok(Answer::Good(_))));
    assert_eq!(both.last_good.load(Ordering::SeqCst), 1);
    assert!(matches!(both.call(&NoopRequest {}).await, Ok(Answer::Good(_))));
}

#[tokio::test]
async fn a_signed_error_is_an_answer() {
    let (result, _server) = ask(Manner::SignedError).await;
    assert!(matches!(result, Ok(Answer::Error(error)) if error.error == ErrorKind::MachineSuspended));
}

#[tokio::test]
async fn a_clock_answer_teaches_the_offset_and_the_same_body_is_sent_again() {
    let server = server(Manner::ClockOnce).await;
    let offset = Arc::new(ClockOffset::default());
    let keyid = KeyId::New(machine_key().verifying_key().fingerprint());
    let transport = Transport::new(
        &statement(&[&server]),
        Signer { key: Arc::new(machine_key()), keyid },
        &ProxyChoice::Direct,
        SystemRoots::Ignored,
        Arc::clone(&offset),
    )
    .unwrap();
    assert!(matches!(transport.call(&NoopRequest {}).await, Ok(Answer::Good(_))));
    assert!((89_990..=90_010).contains(&offset.seconds()), "{}", offset.seconds());
    let verified = server.seen.verified.lock().await;
    assert_eq!(verified.len(), 2);
    assert_eq!(verified[0].1, verified[1].1);
    assert_ne!(verified[0].0.nonce(), verified[1].0.nonce());
    assert!(server.seen.told_clock.load(Ordering::SeqCst));
}

#[tokio::test]
async fn the_statement_is_read_over_an_unverified_connection_whose_key_is_told() {
    let (acceptor, spki) = tls();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: ServerUrl =
        format!("https://localhost:{}", listener.local_addr().unwrap().port()).parse().unwrap();
    let draft = Draft {
        urls: vec![url.clone()],
        spki_sha256: vec![spki],
        successions: Vec::new(),
        issued_at: clock::now(),
        serial: 7,
    };
    let signed = draft.sign(&seed(2)).unwrap();
    let body = String::from_utf8(to_body(&signed).unwrap()).unwrap();
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut tls = acceptor.accept(socket).await.unwrap();
        let (head, _) = read_request(&mut tls, &Seen::default()).await.unwrap();
        let text = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        tls.write_all(text.as_bytes()).await.unwrap();
        head
    });
    let (read, seen) = read_statement(&url, &ProxyChoice::Direct).await.unwrap();
    assert_eq!((read, seen), (signed, spki));
    let head = server.await.unwrap();
    assert!(head.starts_with("GET /api/v1/statement HTTP/1.1"));
    assert_eq!(field(&head, "signature"), None);
}
