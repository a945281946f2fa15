use crate::{Pc, Phone, Server};
use model::{AccountClaim, AttemptId, Place, RequestId, Secret, Sid, SignInKind};
use protocol::{
    http::{
        Accept, BeginAnswer, BeginRequest, ConfirmAnswer, ConfirmRequest, PasswordEvidence, Pending,
        ShowAnswer, ShowRequest, VerifyAnswer, VerifyRequest, to_body,
    },
    seal::RecipientKey,
};
use serde::Serialize;
use service::{CallError, enroll, signin};
use sha2::{Digest, Sha256};

/// One sign-in attempt of somebody at a PC. Everything can be changed before it begins.
#[derive(Debug)]
pub struct Attempt<'a> {
    server: &'a Server,
    /// Where.
    pub pc: &'a Pc,
    /// Which attempt.
    pub id: AttemptId,
    /// With which account.
    pub account: AccountClaim,
    /// Windows groups it is in.
    pub groups: Vec<Sid>,
    /// What the person is getting into.
    pub kind: SignInKind,
    /// Where the person sits.
    pub place: Place,
    /// What Windows said about the password.
    pub password: PasswordEvidence,
}

/// A QR as shown.
#[derive(Debug)]
pub struct Shown {
    uri: Secret,
    /// Since when, until when.
    pub pending: Pending,
    /// Whether it is the same as before.
    pub resumed: bool,
}

impl Shown {
    /// Scans it.
    pub fn phone(&self) -> Phone {
        Phone::scan(&self.uri)
    }
}

impl Server {
    /// Somebody at a PC, about to begin: at the console, with a proven password.
    pub fn at<'a>(&'a self, pc: &'a Pc, account: &AccountClaim) -> Attempt<'a> {
        Attempt {
            server: self,
            pc,
            id: self.attempt_id(),
            account: account.clone(),
            groups: Vec::new(),
            kind: SignInKind::SignIn,
            place: Place::Console,
            password: PasswordEvidence::Proven,
        }
    }

    /// An attempt that has begun and was not refused.
    pub async fn attempt<'a>(&'a self, pc: &'a Pc, account: &AccountClaim) -> Attempt<'a> {
        let attempt = self.at(pc, account);
        let answer = attempt.begin().await;
        assert!(matches!(answer, BeginAnswer::Code { .. } | BeginAnswer::Enroll { .. }), "{answer:?}");
        attempt
    }

    /// Enrolls a token, from the first sign-in to the accept. Then the code of this step is used up.
    pub async fn enroll(&self, pc: &Pc, account: &AccountClaim) -> Phone {
        let attempt = self.attempt(pc, account).await;
        let phone = attempt.show().await.phone();
        let answer = attempt.confirm(&phone.code(self.now())).await;
        assert!(matches!(answer, ConfirmAnswer::Accept { .. }), "{answer:?}");
        phone
    }

    /// Begins an attempt and types one code.
    pub async fn sign_in(&self, pc: &Pc, account: &AccountClaim, code: &str) -> VerifyAnswer {
        self.attempt(pc, account).await.verify(code).await
    }
}

impl Attempt<'_> {
    /// Begins it.
    pub async fn begin(&self) -> BeginAnswer {
        self.try_begin().await.unwrap()
    }

    /// Begins it.
    ///
    /// # Errors
    /// What the server says.
    pub async fn try_begin(&self) -> Result<BeginAnswer, CallError> {
        self.begin_as(self.server.request_id()).await
    }

    /// Begins it with a request of one's own.
    ///
    /// # Errors
    /// What the server says.
    pub async fn begin_as(&self, request: RequestId) -> Result<BeginAnswer, CallError> {
        let server = self.server;
        let machine = server.admit(self.pc).await?;
        let request = BeginRequest {
            request,
            attempt: self.id,
            account: self.account.clone(),
            groups: self.groups.clone(),
            kind: self.kind,
            place: self.place,
            session: 1,
            password: self.password,
        };
        signin::begin(&server.service, server.now(), machine, hash(&request), request).await
    }

    /// Asks to see the QR, which has to be shown.
    pub async fn show(&self) -> Shown {
        self.shown(self.try_show(false, None).await.unwrap())
    }

    /// *Start over*.
    pub async fn start_over(&self) -> Shown {
        self.shown(self.try_show(true, None).await.unwrap())
    }

    /// Asks to see the QR with an enrollment code.
    pub async fn show_with(&self, code: &Secret) -> ShowAnswer {
        self.try_show(false, Some(code.duplicate())).await.unwrap()
    }

    /// Asks to see the QR.
    ///
    /// # Errors
    /// What the server says.
    pub async fn try_show(
        &self,
        start_over: bool,
        enrollment_code: Option<Secret>,
    ) -> Result<ShowAnswer, CallError> {
        let server = self.server;
        let machine = server.admit(self.pc).await?;
        let request = ShowRequest {
            request: server.request_id(),
            attempt: self.id,
            seal_to: self.key().public(),
            enrollment_code,
            start_over,
        };
        enroll::show(&server.service, server.now(), machine, hash(&request), request).await
    }

    /// Opens what was shown.
    pub fn shown(&self, answer: ShowAnswer) -> Shown {
        let ShowAnswer::Show { sealed_uri, pending, resumed } = answer else {
            panic!("not shown: {answer:?}")
        };
        let context = [self.pc.machine.id.to_bytes(), self.id.to_bytes()].concat();
        Shown { uri: self.key().open(&sealed_uri, &context).unwrap(), pending, resumed }
    }

    /// The same for every request of the attempt, which no real agent does.
    fn key(&self) -> RecipientKey {
        use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
        let [seed @ .., _, _, _, _, _, _, _, _] = self.id.to_bytes();
        RecipientKey::random(&mut ChaCha20Rng::seed_from_u64(u64::from_be_bytes(seed)))
    }

    /// Types a first code.
    pub async fn confirm(&self, code: &str) -> ConfirmAnswer {
        self.try_confirm(self.server.request_id(), code).await.unwrap()
    }

    /// Types a first code.
    ///
    /// # Errors
    /// What the server says.
    pub async fn try_confirm(&self, request: RequestId, code: &str) -> Result<ConfirmAnswer, CallError> {
        let server = self.server;
        let machine = server.admit(self.pc).await?;
        let request = ConfirmRequest { request, attempt: self.id, code: Secret::from_text(code.into()) };
        enroll::confirm(&server.service, server.now(), machine, hash(&request), request).await
    }

    /// Types a code, or a recovery code.
    pub async fn verify(&self, code: &str) -> VerifyAnswer {
        self.try_verify(self.server.request_id(), code).await.unwrap()
    }

    /// Types a code, or a recovery code.
    ///
    /// # Errors
    /// What the server says.
    pub async fn try_verify(&self, request: RequestId, code: &str) -> Result<VerifyAnswer, CallError> {
        let server = self.server;
        let machine = server.admit(self.pc).await?;
        let request = VerifyRequest { request, attempt: self.id, code: Secret::from_text(code.into()) };
        signin::verify(&server.service, server.now(), machine, hash(&request), request).await
    }

    /// What an accept of this attempt says.
    pub fn accept(&self) -> Accept {
        Accept {
            attempt: self.id,
            machine: self.pc.machine.id,
            sid: self.account.sid.clone(),
            session: 1,
            valid_for_s: 60,
        }
    }
}

fn hash(request: &impl Serialize) -> [u8; 32] {
    Sha256::digest(to_body(request).unwrap()).into()
}
