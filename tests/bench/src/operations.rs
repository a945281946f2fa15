//! What machines ask in a benchmark, prepared so that asking costs next to nothing.

use crate::{
    http::Connection,
    load::Operation,
    machine::{Machine, Request, Server, ask},
    now,
    people::{self, People},
};
use anyhow::{Context, Result, bail};
use model::{AttemptId, Place, RequestId, Secret, SignInKind};
use otp::TokenUri;
use protocol::{
    http::{
        BeginAnswer, BeginRequest, Call, ConfirmAnswer, ConfirmRequest, NoopRequest, PasswordEvidence,
        ShowAnswer, ShowRequest, VerifyRequest,
    },
    seal::RecipientKey,
    signature::{ReceivedHeaders, verify_answer},
};
use rand_chacha::ChaCha20Rng;
use std::{cell::RefCell, rc::Rc};

/// Every so manieth answer is kept, and its signature verified after the run: verifying costs as much processor time
/// as the server spends on signing, and would be taken from the server. Status and verdict are looked at each time.
const KEEP_EVERY: usize = 16;

/// What all operations need.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) machines: Vec<Machine>,
    pub(crate) people: People,
    pub(crate) rng: RefCell<ChaCha20Rng>,
}

/// A sign-in that has begun: who, and with which machine.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    person: usize,
    machine: usize,
    attempt: AttemptId,
}

/// Requests signed before the run.
pub(crate) struct Prepared {
    requests: Vec<Request>,
    /// What every answer holds.
    expected: &'static str,
    kept: RefCell<Vec<Kept>>,
}

struct Kept {
    item: usize,
    status: u16,
    fields: [Option<String>; 3],
    body: Vec<u8>,
}

impl World {
    fn machine(&self, index: usize) -> Result<&Machine> {
        self.machines.get(index).context("no such machine")
    }

    fn sign<C: Call>(&self, machine: usize, call: &C) -> Result<Request> {
        self.machine(machine)?.request(&self.server, call, &mut *self.rng.borrow_mut())
    }

    /// Requests that do nothing.
    ///
    /// # Errors
    /// None that occurs.
    pub(crate) fn noop(&self, count: usize) -> Result<Prepared> {
        let requests = (0..count).map(|item| self.sign(item % self.machines.len(), &NoopRequest {}));
        Prepared::new(requests.collect(), "{}")
    }

    /// Sign-ins of these people.
    ///
    /// # Errors
    /// None that occurs.
    pub(crate) fn begin(&self, persons: &[usize]) -> Result<(Prepared, Vec<Begun>)> {
        let (mut requests, mut begun) = (Vec::new(), Vec::new());
        for (item, &person) in persons.iter().enumerate() {
            let machine = item % self.machines.len();
            let attempt = AttemptId::random(&mut *self.rng.borrow_mut());
            requests.push(self.sign(machine, &self.begin_call(person, attempt)?));
            begun.push(Begun { person, machine, attempt });
        }
        let requests: Vec<Result<Request>> = requests;
        Ok((Prepared::new(requests.into_iter().collect(), r#""next":"code""#)?, begun))
    }

    fn begin_call(&self, person: usize, attempt: AttemptId) -> Result<BeginRequest> {
        Ok(BeginRequest {
            request: RequestId::random(&mut *self.rng.borrow_mut()),
            attempt,
            account: people::claim(person)?,
            groups: Vec::new(),
            kind: SignInKind::SignIn,
            place: Place::Console,
            session: 1,
            password: PasswordEvidence::Proven,
        })
    }

    /// The code of a step of everybody whose sign-in has begun.
    ///
    /// # Errors
    /// None that occurs.
    pub(crate) fn right(&self, begun: &[Begun], step: u64) -> Result<Prepared> {
        let code = |begun: &Begun| self.people.code(begun.person, step);
        Prepared::new(self.verify(begun, code), r#""result":"accept""#)
    }

    /// A wrong code of everybody whose sign-in has begun.
    ///
    /// # Errors
    /// None that occurs.
    pub(crate) fn wrong(&self, begun: &[Begun]) -> Result<Prepared> {
        let step = People::step(now());
        let code = |begun: &Begun| self.people.wrong_code(begun.person, step);
        Prepared::new(self.verify(begun, code), r#""result":"wrong""#)
    }

    fn verify(&self, begun: &[Begun], code: impl Fn(&Begun) -> Result<String>) -> Result<Vec<Request>> {
        let request = |begun: &Begun| {
            let call = VerifyRequest {
                request: RequestId::random(&mut *self.rng.borrow_mut()),
                attempt: begun.attempt,
                code: Secret::from_text(code(begun)?),
            };
            self.sign(begun.machine, &call)
        };
        begun.iter().map(request).collect()
    }
}

impl Prepared {
    fn new(requests: Result<Vec<Request>>, expected: &'static str) -> Result<Self> {
        Ok(Self { requests: requests?, expected, kept: RefCell::default() })
    }

    /// Verifies the answers that were kept; how many.
    ///
    /// # Errors
    /// When one was not signed by the server for its request.
    pub(crate) fn verify_kept(&self, server: &Server) -> Result<usize> {
        let kept = self.kept.borrow();
        for answer in kept.iter() {
            let [signature_input, signature, content_digest] = answer.fields.each_ref().map(Option::as_deref);
            let fields = ReceivedHeaders { signature_input, signature, content_digest };
            let request = self.requests.get(answer.item).context("an answer to nothing")?;
            verify_answer(&server.trusted, &fields, answer.status, &answer.body, &request.signature)?;
        }
        Ok(kept.len())
    }
}

impl Operation for Prepared {
    fn count(&self) -> usize {
        self.requests.len()
    }

    async fn perform(&self, connection: &mut Connection, item: usize) -> Result<()> {
        let request = self.requests.get(item).context("nothing left to ask")?;
        let answer = connection.exchange(&request.bytes).await?;
        let expected = self.expected.as_bytes();
        if answer.status != 200 || !answer.body.windows(expected.len()).any(|part| part == expected) {
            bail!(
                "expected {}, got {}: {}",
                self.expected,
                answer.status,
                String::from_utf8_lossy(answer.body)
            );
        }
        if item.is_multiple_of(KEEP_EVERY) {
            let fields = [
                answer.signature.signature_input,
                answer.signature.signature,
                answer.signature.content_digest,
            ];
            self.kept.borrow_mut().push(Kept {
                item,
                status: answer.status,
                fields: fields.map(|field| field.map(str::to_owned)),
                body: answer.body.to_vec(),
            });
        }
        Ok(())
    }
}

/// First sign-ins of people nobody has seen before: begin, show the QR code, confirm with its first code. Signed and
/// verified on the way, since each request needs the answer before it.
pub(crate) struct Enroll {
    world: Rc<World>,
    first: usize,
    count: usize,
}

impl Enroll {
    /// `count` people from the one with this number on.
    pub(crate) fn new(world: &Rc<World>, first: usize, count: usize) -> Self {
        Self { world: Rc::clone(world), first, count }
    }

    async fn ask<C: Call>(&self, connection: &mut Connection, machine: usize, call: &C) -> Result<C::Answer> {
        let request = self.world.sign(machine, call)?;
        Ok(ask::<C>(connection, &self.world.server, &request).await?.into_inner())
    }

    fn request_id(&self) -> RequestId {
        RequestId::random(&mut *self.world.rng.borrow_mut())
    }
}

impl Operation for Enroll {
    fn count(&self) -> usize {
        self.count
    }

    async fn perform(&self, connection: &mut Connection, item: usize) -> Result<()> {
        let machine = item % self.world.machines.len();
        let attempt = AttemptId::random(&mut *self.world.rng.borrow_mut());
        let begin = self.world.begin_call(self.first + item, attempt)?;
        match self.ask(connection, machine, &begin).await? {
            BeginAnswer::Enroll { needs_code: false, .. } => {}
            other => bail!("expected an enrollment, got {other:?}"),
        }
        let key = RecipientKey::random(&mut *self.world.rng.borrow_mut());
        let show = ShowRequest {
            request: self.request_id(),
            attempt,
            seal_to: key.public(),
            enrollment_code: None,
            start_over: false,
        };
        let sealed = match self.ask(connection, machine, &show).await? {
            ShowAnswer::Show { sealed_uri, .. } => sealed_uri,
            other => bail!("expected a QR code, got {other:?}"),
        };
        let context = [self.world.machine(machine)?.id.to_bytes(), attempt.to_bytes()].concat();
        let uri = key.open(&sealed, &context)?;
        let token = TokenUri::read(uri.expose_text().context("a URI is a text")?)?;
        let code = people::code(&token.seed, &token.parameters, People::step(now()));
        let confirm = ConfirmRequest { request: self.request_id(), attempt, code: Secret::from_text(code) };
        match self.ask(connection, machine, &confirm).await? {
            ConfirmAnswer::Accept { .. } => Ok(()),
            other => bail!("expected a new token, got {other:?}"),
        }
    }
}
