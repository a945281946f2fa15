//! The least server an agent can be joined to: one machine, one person, the code `123456`.

use model::{MachineId, Secret, UnixTime};
use protocol::{
    http::{
        Accept, BeginAnswer, BeginRequest, Call, ConfirmAnswer, ConfirmRequest, HelloAnswer, HelloRequest,
        JoinAnswer, JoinRequest, Pending, ReportAnswer, ReportRequest, ReportedEvent, ShowAnswer,
        ShowRequest, VerifyAnswer, VerifyRequest, from_body, to_body,
    },
    joincode::JoinCode,
    seal::seal_to,
    signature::{
        KeyId, ReceivedHeaders, RequestParts, SigningKey, VerifyingKey, parse_request_headers, sign_answer,
    },
    statement::{Draft, SignedStatement},
};
use rand_core::UnwrapErr;
use rcgen::{CertifiedKey, PublicKeyData, generate_simple_self_signed};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};
use sha2::{Digest, Sha256};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

pub(crate) const URI: &str =
    "otpauth://totp/Lab:CORP%5Cmara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Lab";
const CODE: &[u8] = b"123456";

pub(crate) struct Server {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    port: u16,
    signing: SigningKey,
    join_secret: Mutex<Option<String>>,
    statement: SignedStatement,
    machine: Mutex<Option<VerifyingKey>>,
    begin: Mutex<Option<BeginRequest>>,
    enrolled: AtomicBool,
    stopped: AtomicBool,
    joins: AtomicUsize,
    begun: AtomicUsize,
    events: Mutex<Vec<ReportedEvent>>,
}

type Tls = StreamOwned<ServerConnection, TcpStream>;

impl Server {
    pub(crate) fn start() -> Self {
        Self::listen(None)
    }

    /// Passes on another server's statement, behind a certificate of its own.
    pub(crate) fn between(server: &Self) -> Self {
        Self::listen(Some(server.shared.statement.clone()))
    }

    fn listen(statement: Option<SignedStatement>) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let spki: [u8; 32] = Sha256::digest(signing_key.subject_public_key_info()).into();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let signing = SigningKey::random(&mut rng());
        let draft = Draft {
            urls: vec![format!("https://localhost:{port}").parse().unwrap()],
            spki_sha256: vec![spki],
            successions: Vec::new(),
            issued_at: now(),
            serial: 1,
        };
        let statement = statement.unwrap_or_else(|| draft.sign(&signing).unwrap());
        let shared = Arc::new(Shared {
            port,
            signing,
            statement,
            join_secret: Mutex::default(),
            machine: Mutex::default(),
            begin: Mutex::default(),
            enrolled: AtomicBool::default(),
            stopped: AtomicBool::default(),
            joins: AtomicUsize::default(),
            begun: AtomicUsize::default(),
            events: Mutex::default(),
        });
        let config = Arc::new(config);
        let server = Arc::clone(&shared);
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let (server, config) = (Arc::clone(&server), Arc::clone(&config));
                thread::spawn(move || {
                    let tls = ServerConnection::new(config).unwrap();
                    server.serve(StreamOwned::new(tls, socket));
                });
            }
        });
        Self { port, shared }
    }

    pub(crate) fn join_code(&self) -> String {
        self.join_code_at(self)
    }

    /// A join code of this server that leads to another one.
    pub(crate) fn join_code_at(&self, other: &Self) -> String {
        let url = format!("https://localhost:{}", other.port).parse().unwrap();
        let fingerprint = self.shared.signing.verifying_key().fingerprint();
        let code = JoinCode::new(vec![url], fingerprint, &mut rng()).unwrap();
        let secret = code.secret_text().expose_text().unwrap().to_owned();
        *self.shared.join_secret.lock().unwrap() = Some(secret);
        code.to_text().expose_text().unwrap().to_owned()
    }

    /// Every connection is closed from now on.
    pub(crate) fn stop(&self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
    }

    pub(crate) fn events(&self) -> Vec<ReportedEvent> {
        self.shared.events.lock().unwrap().clone()
    }

    pub(crate) fn joins(&self) -> usize {
        self.shared.joins.load(Ordering::SeqCst)
    }

    pub(crate) fn begun(&self) -> usize {
        self.shared.begun.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn serve(&self, mut tls: Tls) {
        while let Some((head, body)) = read(&mut tls).filter(|_| !self.stopped.load(Ordering::SeqCst)) {
            let path = head.split(' ').nth(1).unwrap();
            let (fields, answer) = if head.starts_with("GET /api/v1/statement ") {
                (String::new(), to_body(&self.statement).unwrap())
            } else {
                self.signed(&head, path, &body)
            };
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{fields}\r\n", answer.len());
            tls.write_all(&[head.as_bytes(), &answer].concat()).unwrap();
            tls.flush().unwrap();
        }
    }

    fn signed(&self, head: &str, path: &str, body: &[u8]) -> (String, Vec<u8>) {
        let headers = ReceivedHeaders {
            signature_input: field(head, "signature-input"),
            signature: field(head, "signature"),
            content_digest: field(head, "content-digest"),
        };
        let request = parse_request_headers(&headers).unwrap();
        let key = match request.keyid() {
            KeyId::New(_) => from_body::<JoinRequest>(body).unwrap().public_key,
            KeyId::Machine(_) => self.machine.lock().unwrap().unwrap(),
        };
        let authority = format!("localhost:{}", self.port);
        let parts = RequestParts::new("POST", &authority, path, "", body).unwrap();
        request.verify(&key, &parts, now(), Duration::from_secs(300)).unwrap();
        let answer = self.answer(path, body);
        let fields = sign_answer(&self.signing, now(), 200, &answer, &request.signature());
        let fields = format!(
            "signature-input: {}\r\nsignature: {}\r\ncontent-digest: {}\r\n",
            fields.signature_input, fields.signature, fields.content_digest
        );
        (fields, answer)
    }

    fn answer(&self, path: &str, body: &[u8]) -> Vec<u8> {
        match path {
            JoinRequest::PATH => self.to::<JoinRequest>(body, |request| {
                self.joins.fetch_add(1, Ordering::SeqCst);
                assert_eq!(request.secret.expose_text(), self.join_secret.lock().unwrap().as_deref());
                *self.machine.lock().unwrap() = Some(request.public_key);
                JoinAnswer { machine: machine(), group: "default".into() }
            }),
            HelloRequest::PATH => self.to::<HelloRequest>(body, |_| HelloAnswer {
                server_time: now(),
                group: "default".into(),
                policy: String::new(),
                policy_version: 1,
                statement_serial: 1,
                app_url: Some("https://app.example".into()),
            }),
            ReportRequest::PATH => self.to::<ReportRequest>(body, |request| {
                self.events.lock().unwrap().extend(request.events.iter().map(|event| event.what));
                ReportAnswer {}
            }),
            BeginRequest::PATH => self.to::<BeginRequest>(body, |request| {
                self.begun.fetch_add(1, Ordering::SeqCst);
                *self.begin.lock().unwrap() = Some(request);
                if self.enrolled.load(Ordering::SeqCst) {
                    BeginAnswer::Code { digits: vec![6] }
                } else {
                    BeginAnswer::Enroll { pending: None, needs_code: false }
                }
            }),
            ShowRequest::PATH => self.to::<ShowRequest>(body, |request| {
                let context = [machine().to_bytes(), request.attempt.to_bytes()].concat();
                let uri = Secret::from_text(URI.into());
                let pending = Pending { shown_at: now(), expires_at: now().plus(Duration::from_secs(600)) };
                let sealed_uri = seal_to(&request.seal_to, &context, &uri, &mut rng()).unwrap();
                ShowAnswer::Show { sealed_uri, pending, resumed: false }
            }),
            ConfirmRequest::PATH => self.to::<ConfirmRequest>(body, |request| {
                if request.code.expose() != CODE {
                    return ConfirmAnswer::Wrong { left: 4 };
                }
                self.enrolled.store(true, Ordering::SeqCst);
                ConfirmAnswer::Accept { accept: self.accept() }
            }),
            VerifyRequest::PATH => self.to::<VerifyRequest>(body, |request| {
                if request.code.expose() == CODE {
                    VerifyAnswer::Accept { accept: self.accept() }
                } else {
                    VerifyAnswer::Wrong { left: 4 }
                }
            }),
            other => panic!("no endpoint {other}"),
        }
    }

    fn to<C: Call>(&self, body: &[u8], answer: impl FnOnce(C) -> C::Answer) -> Vec<u8> {
        to_body(&answer(from_body(body).unwrap())).unwrap()
    }

    fn accept(&self) -> Accept {
        let begin = self.begin.lock().unwrap();
        let begin = begin.as_ref().unwrap();
        Accept {
            attempt: begin.attempt,
            machine: machine(),
            sid: begin.account.sid.clone(),
            session: begin.session,
            valid_for_s: 60,
        }
    }
}

fn read(tls: &mut Tls) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = field(&text, "content-length").map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some((text[..end].to_owned(), bytes[end + 4..].to_vec()));
            }
        }
        let count = tls.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
    }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn machine() -> MachineId {
    MachineId::from_bytes([6; 16])
}

fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

#[expect(clippy::disallowed_methods, reason = "the server of a test has a clock of its own")]
fn now() -> UnixTime {
    UnixTime::from_secs(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
}
