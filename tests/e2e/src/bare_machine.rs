use crate::{Oath, Server};
use model::{
    AccountClaim, AttemptId, AuthorityClaim, MachineId, Place, RequestId, Secret, Sid, SignInKind, UnixTime,
};
use protocol::http::{
    BeginAnswer, BeginRequest, Call, ConfirmAnswer, ConfirmRequest, ErrorAnswer, JoinRequest,
    PasswordEvidence, ShowAnswer, ShowRequest, VerifyAnswer, VerifyRequest, to_body,
};
use protocol::joincode::JoinCode;
use protocol::seal::RecipientKey;
use protocol::signature::{
    Fingerprint, KeyId, ReceivedHeaders, RequestParts, SigningKey, VerifyingKey, sign_request, verify_answer,
};
use rand_core::Rng;
use reqwest::Client;
use std::time::{SystemTime, UNIX_EPOCH};

/// Somebody who holds a joined machine's key and nothing else: no Windows, no agent, no scruples.
pub struct BareMachine {
    /// Who the machine is.
    pub id: MachineId,
    /// SID of its account database.
    pub sid: Sid,
    key: SigningKey,
    server_keys: Vec<VerifyingKey>,
    client: Client,
    base: String,
    authority: String,
}

/// An authentic answer: what was asked for, or an error.
pub type Answered<T> = Result<T, ErrorAnswer>;

/// How an attempt begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// Who signs in.
    pub account: AccountClaim,
    /// What Windows is said to have said.
    pub password: PasswordEvidence,
    /// Console or remote.
    pub place: Place,
}

impl Start {
    /// A local account of the machine with this SID, by the number behind it.
    ///
    /// # Panics
    /// Never for machine SIDs.
    pub fn local(machine: &Sid, number: u32) -> Self {
        Self {
            account: AccountClaim {
                authority: AuthorityClaim::ThisMachine,
                sid: format!("{machine}-{number}").parse().expect("a SID"),
                name: format!("PC\\user{number}").parse().expect("a name"),
                upn: None,
            },
            password: PasswordEvidence::Proven,
            place: Place::Console,
        }
    }

    /// An account of a domain.
    ///
    /// # Panics
    /// When the SID is none.
    pub fn domain(domain: &str, number: u32) -> Self {
        let domain: Sid = domain.parse().expect("a SID");
        let mut start = Self::local(&domain, number);
        start.account.name = format!("CORP\\user{number}").parse().expect("a name");
        start.account.authority = AuthorityClaim::Domain(domain);
        start
    }
}

impl BareMachine {
    /// Joins a machine with a key of its own.
    ///
    /// # Panics
    /// When it cannot be joined.
    pub async fn join(server: &Server, group: &str, machine_sid: &str) -> Self {
        Self::join_with(server, &server.join_code(group), machine_sid).await
    }

    /// Joins a machine with a code that somebody made.
    ///
    /// # Panics
    /// When it cannot be joined.
    pub async fn join_with(server: &Server, code: &str, machine_sid: &str) -> Self {
        let code = JoinCode::parse(code).expect("a join code");
        let key = SigningKey::random(&mut rng());
        let statement: protocol::statement::SignedStatement = client()
            .get(format!("https://{}/api/v1/statement", server.address()))
            .send()
            .await
            .expect("the server answers")
            .bytes()
            .await
            .map(|body| serde_json::from_slice(&body).expect("a statement"))
            .expect("a body");
        let statement =
            protocol::statement::Statement::verify(&statement, &[code.signing_key()]).expect("our server");
        let mut machine = Self {
            id: MachineId::from_bytes([0; 16]),
            sid: machine_sid.parse().expect("a SID"),
            server_keys: statement.answer_keys(),
            client: client(),
            base: format!("https://{}", server.address()),
            authority: server.address().to_string(),
            key,
        };
        let request = JoinRequest {
            secret: code.secret_text(),
            public_key: machine.key.verifying_key(),
            name: format!("PC-{}", &machine_sid[machine_sid.len() - 3..]),
            machine_sid: machine.sid.clone(),
            firmware_uuid: String::new(),
            agent_version: "test".into(),
            os: "none".into(),
        };
        let fingerprint: Fingerprint = machine.key.verifying_key().fingerprint();
        let body = to_body(&request).expect("a body");
        let answer = machine.send::<JoinRequest>(KeyId::New(fingerprint), &body).await.expect("joined");
        machine.id = answer.machine;
        machine
    }

    /// Somebody of a domain, with a token whose present code is used up.
    ///
    /// # Panics
    /// When they cannot enroll.
    pub async fn enroll(&self, number: u32) -> (Start, Oath) {
        let start = Start::domain("S-1-5-21-7-8-9", number);
        let (attempt, began) = self.begin(&start).await;
        assert!(matches!(began, Ok(BeginAnswer::Enroll { .. })), "{began:?}");
        let (uri, _) = self.show(attempt, None, false).await;
        let token = Oath::scan(&uri.expect("shown"));
        let born = self.confirm(attempt, &token.own_code(0)).await;
        assert!(matches!(born, Ok(ConfirmAnswer::Accept { .. })), "{born:?}");
        (start, token)
    }

    /// What becomes of a code, in an attempt of its own, of somebody who has a token.
    ///
    /// # Panics
    /// When they are not asked for one, or nothing becomes of it.
    pub async fn sign_in(&self, start: &Start, code: &str) -> VerifyAnswer {
        let (attempt, began) = self.begin(start).await;
        assert!(matches!(began, Ok(BeginAnswer::Code { .. })), "{began:?}");
        self.verify(attempt, code).await.expect("a verdict")
    }

    /// The same machine, with the same key, at another node of the same server.
    #[must_use]
    pub fn at(&self, node: &Server) -> Self {
        Self {
            id: self.id,
            sid: self.sid.clone(),
            key: SigningKey::from_secret(&self.key.to_secret()).expect("a key"),
            server_keys: self.server_keys.clone(),
            client: client(),
            base: format!("https://{}", node.address()),
            authority: node.address().to_string(),
        }
    }

    /// Sends a call and checks that the answer is the server's, to this very request.
    ///
    /// # Panics
    /// When the answer is not authentic.
    pub async fn call<C: Call>(&self, call: &C) -> Answered<C::Answer> {
        self.send::<C>(KeyId::Machine(self.id), &to_body(call).expect("a body")).await
    }

    /// As [`BareMachine::call`], or `None` when no answer came: the server is gone.
    ///
    /// # Panics
    /// When an answer came that is not authentic.
    pub async fn try_call<C: Call>(&self, call: &C) -> Option<Answered<C::Answer>> {
        self.try_send::<C>(KeyId::Machine(self.id), &to_body(call).expect("a body")).await
    }

    async fn send<C: Call>(&self, keyid: KeyId, body: &[u8]) -> Answered<C::Answer> {
        self.try_send::<C>(keyid, body).await.expect("the server answers")
    }

    async fn try_send<C: Call>(&self, keyid: KeyId, body: &[u8]) -> Option<Answered<C::Answer>> {
        let mut nonce = [0; 16];
        rng().fill_bytes(&mut nonce);
        let parts = RequestParts::new("POST", &self.authority, C::PATH, "", body).expect("parts");
        let signed = sign_request(&self.key, keyid, now(), nonce, &parts);
        let response = self
            .client
            .post(format!("{}{}", self.base, C::PATH))
            .header("content-type", "application/json")
            .header("signature-input", &signed.signature_input)
            .header("signature", signed.signature.to_string())
            .header("content-digest", &signed.content_digest)
            .body(body.to_vec())
            .send()
            .await
            .ok()?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let answer = response.bytes().await.ok()?;
        let field = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let received = ReceivedHeaders {
            signature_input: field("signature-input"),
            signature: field("signature"),
            content_digest: field("content-digest"),
        };
        let proof = verify_answer(&self.server_keys, &received, status, &answer, &signed.signature)
            .expect("an authentic answer");
        Some(if status == 200 {
            Ok(proof.parse::<C::Answer>().expect("the answer asked for").into_inner())
        } else {
            Err(proof.parse::<ErrorAnswer>().expect("an error").into_inner())
        })
    }

    /// Begins an attempt.
    pub async fn begin(&self, start: &Start) -> (AttemptId, Answered<BeginAnswer>) {
        let attempt = AttemptId::random(&mut rng());
        let request = BeginRequest {
            request: RequestId::random(&mut rng()),
            attempt,
            account: start.account.clone(),
            groups: Vec::new(),
            kind: SignInKind::SignIn,
            place: start.place,
            session: 1,
            password: start.password,
        };
        (attempt, self.call(&request).await)
    }

    /// Asks to see the QR; the `otpauth` URI if it is shown.
    ///
    /// # Panics
    /// When what was shown cannot be opened.
    pub async fn show(
        &self,
        attempt: AttemptId,
        enrollment_code: Option<&str>,
        start_over: bool,
    ) -> (Option<String>, Answered<ShowAnswer>) {
        let recipient = RecipientKey::random(&mut rng());
        let request = ShowRequest {
            request: RequestId::random(&mut rng()),
            attempt,
            seal_to: recipient.public(),
            enrollment_code: enrollment_code.map(|code| Secret::from_text(code.to_owned())),
            start_over,
        };
        let answer = self.call(&request).await;
        let uri = match &answer {
            Ok(ShowAnswer::Show { sealed_uri, .. }) => {
                let context = [self.id.to_bytes(), attempt.to_bytes()].concat();
                let opened = recipient.open(sealed_uri, &context).expect("sealed to us");
                opened.expose_text().map(str::to_owned)
            }
            _ => None,
        };
        (uri, answer)
    }

    /// A first code.
    pub async fn confirm(&self, attempt: AttemptId, code: &str) -> Answered<ConfirmAnswer> {
        self.call(&ConfirmRequest {
            request: RequestId::random(&mut rng()),
            attempt,
            code: Secret::from_text(code.to_owned()),
        })
        .await
    }

    /// A code.
    pub async fn verify(&self, attempt: AttemptId, code: &str) -> Answered<VerifyAnswer> {
        self.call(&Self::verify_request(attempt, code)).await
    }

    /// A code as a request, to be sent more than once.
    pub fn verify_request(attempt: AttemptId, code: &str) -> VerifyRequest {
        VerifyRequest {
            request: RequestId::random(&mut rng()),
            attempt,
            code: Secret::from_text(code.to_owned()),
        }
    }
}

fn client() -> Client {
    // The one provider of this process; a second test that installs it finds it there.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    // Trust is in the signatures: this client is what an attacker would write.
    Client::builder()
        .danger_accept_invalid_certs(true)
        .no_proxy()
        .pool_max_idle_per_host(64)
        .build()
        .expect("an HTTP client")
}

fn rng() -> impl rand_core::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

#[expect(clippy::disallowed_methods, reason = "the machine has its own clock")]
fn now() -> UnixTime {
    UnixTime::from_secs(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
