//! A machine that speaks the protocol, and can be made to speak it wrongly.

use crate::server::{Answer, HOST, Server};
use axum::{body::Body, http::Request};
use model::{
    AccountClaim, AttemptId, AuthorityClaim, MachineId, Place, RequestId, Secret, Sid, SignInKind, UnixTime,
};
use otp::{TimeStep, TokenKind, TokenUri, totp};
use protocol::{
    http::{
        BeginAnswer, BeginRequest, Call, ConfirmAnswer, ConfirmRequest, ErrorAnswer, HelloRequest,
        JoinRequest, PasswordEvidence, ShowAnswer, ShowRequest, VerifyAnswer, VerifyRequest, to_body,
    },
    seal::RecipientKey,
    signature::{
        AnswerError, AnswerProof, KeyId, ReceivedHeaders, RequestParts, SignatureValue, SigningKey,
        sign_request, verify_answer,
    },
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use std::sync::Mutex;

pub(crate) struct Pc<'s> {
    pub(crate) server: &'s Server,
    pub(crate) key: SigningKey,
    pub(crate) keyid: KeyId,
    pub(crate) machine_sid: Sid,
    pub(crate) rng: Mutex<ChaCha20Rng>,
}

/// An answer with the signature it has to be bound to.
pub(crate) struct Signed {
    pub(crate) answer: Answer,
    request: SignatureValue,
    server: protocol::signature::VerifyingKey,
}

impl Signed {
    /// The answer's proof, as an agent gets it.
    pub(crate) fn proof(&self) -> Result<AnswerProof<'_>, AnswerError> {
        let headers = ReceivedHeaders {
            signature_input: self.answer.header("signature-input"),
            signature: self.answer.header("signature"),
            content_digest: self.answer.header("content-digest"),
        };
        verify_answer(&[self.server], &headers, self.answer.status.as_u16(), &self.answer.body, &self.request)
    }

    /// The authentic error it carries.
    pub(crate) fn error(&self) -> ErrorAnswer {
        assert!(!self.answer.status.is_success(), "{}", self.answer.text());
        self.proof().expect("the error is not signed").parse::<ErrorAnswer>().unwrap().into_inner()
    }
}

impl<'s> Pc<'s> {
    /// A machine that is not joined.
    pub(crate) fn new(server: &'s Server, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1_000 + seed);
        let key = SigningKey::random(&mut rng);
        let keyid = KeyId::New(key.verifying_key().fingerprint());
        let machine_sid = format!("S-1-5-21-{seed}-2-3").parse().unwrap();
        Self { server, key, keyid, machine_sid, rng: Mutex::new(rng) }
    }

    /// A machine that is.
    pub(crate) async fn joined(server: &'s Server, seed: u64) -> Self {
        let mut pc = Self::new(server, seed);
        let request = pc.join_request(server.join_secret().await);
        pc.keyid = KeyId::Machine(pc.call(&request).await.unwrap().machine);
        pc
    }

    pub(crate) fn id(&self) -> MachineId {
        match self.keyid {
            KeyId::Machine(id) => id,
            KeyId::New(_) => panic!("not joined"),
        }
    }

    pub(crate) fn join_request(&self, secret: Secret) -> JoinRequest {
        JoinRequest {
            secret,
            public_key: self.key.verifying_key(),
            name: "desk".into(),
            machine_sid: self.machine_sid.clone(),
            firmware_uuid: "u".into(),
            agent_version: "1".into(),
            os: "Windows 11".into(),
        }
    }

    pub(crate) fn hello_request(&self) -> HelloRequest {
        HelloRequest {
            machine_sid: self.machine_sid.clone(),
            firmware_uuid: "u".into(),
            agent_version: "1".into(),
            os: "Windows 11".into(),
            statement_serial: 1,
        }
    }

    /// Signs a request and sends it, after `edit` has had its way with it.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
        edit: impl FnOnce(&mut Request<Body>),
    ) -> Signed {
        self.send_at(self.server.now(), method, path, body, edit).await
    }

    pub(crate) async fn send_at(
        &self,
        created: UnixTime,
        method: &str,
        path: &str,
        body: Vec<u8>,
        edit: impl FnOnce(&mut Request<Body>),
    ) -> Signed {
        let mut nonce = [0; 16];
        self.rng.lock().unwrap().fill_bytes(&mut nonce);
        let signed_part = if body.len() > protocol::http::MAX_BODY { &[][..] } else { &body };
        let parts = RequestParts::new(method, HOST, path, "", signed_part).unwrap();
        let signed = sign_request(&self.key, self.keyid, created, nonce, &parts);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST)
            .header("signature-input", signed.signature_input)
            .header("signature", signed.signature.to_string())
            .header("content-digest", signed.content_digest)
            .body(Body::from(body))
            .unwrap();
        edit(&mut request);
        let answer = self.server.send(request).await;
        Signed { answer, request: signed.signature, server: self.server.key }
    }

    /// A call as an agent makes it; only authentic answers count.
    pub(crate) async fn call<C: Call>(&self, request: &C) -> Result<C::Answer, ErrorAnswer> {
        self.call_body::<C>(to_body(request).unwrap()).await
    }

    pub(crate) async fn call_body<C: Call>(&self, body: Vec<u8>) -> Result<C::Answer, ErrorAnswer> {
        let signed = self.send("POST", C::PATH, body, |_| ()).await;
        assert_eq!(signed.answer.header("content-type"), Some("application/json"));
        assert_eq!(signed.answer.header("cache-control"), Some("no-store"));
        if signed.answer.status.is_success() {
            Ok(signed.proof().expect("the answer is not signed").parse::<C::Answer>().unwrap().into_inner())
        } else {
            Err(signed.error())
        }
    }

    pub(crate) fn request(&self) -> RequestId {
        RequestId::random(&mut *self.rng.lock().unwrap())
    }

    /// Somebody with a local account types the right password.
    pub(crate) fn begin_request(&self, number: u32) -> BeginRequest {
        BeginRequest {
            request: self.request(),
            attempt: AttemptId::random(&mut *self.rng.lock().unwrap()),
            account: AccountClaim {
                authority: AuthorityClaim::ThisMachine,
                sid: format!("{}-{number}", self.machine_sid).parse().unwrap(),
                name: format!("DESK\\person{number}").parse().unwrap(),
                upn: None,
            },
            groups: Vec::new(),
            kind: SignInKind::SignIn,
            place: Place::Console,
            session: 1,
            password: PasswordEvidence::Proven,
        }
    }

    /// *Show QR*: the address, opened.
    pub(crate) async fn show(&self, attempt: AttemptId) -> TokenUri {
        let key = RecipientKey::random(&mut *self.rng.lock().unwrap());
        let request = ShowRequest {
            request: self.request(),
            attempt,
            seal_to: key.public(),
            enrollment_code: None,
            start_over: false,
        };
        match self.call(&request).await.unwrap() {
            ShowAnswer::Show { sealed_uri, .. } => {
                let context = [self.id().to_bytes(), attempt.to_bytes()].concat();
                let uri = key.open(&sealed_uri, &context).unwrap();
                TokenUri::read(uri.expose_text().unwrap()).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn verify_request(&self, attempt: AttemptId, code: &str) -> VerifyRequest {
        VerifyRequest { request: self.request(), attempt, code: Secret::from_text(code.to_owned()) }
    }

    pub(crate) async fn confirm(&self, attempt: AttemptId, code: &str) -> ConfirmAnswer {
        let code = Secret::from_text(code.to_owned());
        self.call(&ConfirmRequest { request: self.request(), attempt, code }).await.unwrap()
    }

    /// Person number `number` enrolls at the first sign-in.
    pub(crate) async fn enroll(&self, number: u32) -> TokenUri {
        let begin = self.begin_request(number);
        let answer = self.call(&begin).await.unwrap();
        assert_eq!(answer, BeginAnswer::Enroll { pending: None, needs_code: false });
        let uri = self.show(begin.attempt).await;
        let answer = self.confirm(begin.attempt, &code(&uri, self.server.now())).await;
        assert!(matches!(answer, ConfirmAnswer::Accept { .. }), "{answer:?}");
        uri
    }

    /// Person number `number`, who has a token, types the password and then this code.
    pub(crate) async fn sign_in(&self, number: u32, code: &str) -> VerifyAnswer {
        let begin = self.begin_request(number);
        assert_eq!(self.call(&begin).await.unwrap(), BeginAnswer::Code { digits: vec![6] });
        self.call(&self.verify_request(begin.attempt, code)).await.unwrap()
    }
}

/// What an authenticator shows now.
pub(crate) fn code(uri: &TokenUri, now: UnixTime) -> String {
    let TokenKind::Totp { period } = uri.parameters.kind else { panic!("not time-based") };
    let step = TimeStep::at(now, period);
    totp(&uri.seed, uri.parameters.algorithm, uri.parameters.digits, step).expose().to_owned()
}
