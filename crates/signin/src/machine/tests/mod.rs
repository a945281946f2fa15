//! The bench every test of the machine works on: one view, a server that signs for real, a clock.

mod break_glass;
mod code;
mod ending;
mod enroll;
mod password;
mod property;

use super::SignIn;
use crate::*;
use model::*;
use protocol::http::*;
use protocol::pipe::{Screen, Typed, View};
use protocol::seal::seal_to;
use protocol::signature::{Authentic, ReceivedHeaders, SigningKey, sign_answer, verify_answer};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

const START: UnixTime = UnixTime::from_secs(1_800_000_000);
const SESSION: u32 = 2;
const MACHINE: MachineId = MachineId::from_bytes([7; 16]);
const PASSWORD: &str = "test password";
const URI: &str = "otpauth://totp/Test:mara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Test";
const KEY: &str = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";

fn secret(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

fn context() -> Context {
    Context {
        machine: MACHINE,
        session: SESSION,
        kind: SignInKind::SignIn,
        place: Place::Console,
        user: None,
        app_url: Some("https://app.example".into()),
        support: Some("the help desk, 1234".into()),
        break_glass: Vec::new(),
        no_server: None,
        limits: Limits::default(),
    }
}

fn account(number: u32) -> AccountClaim {
    let sid: Sid = format!("S-1-5-21-1-2-3-{number}").parse().unwrap();
    AccountClaim {
        authority: AuthorityClaim::Domain(sid.issuer().unwrap()),
        sid,
        name: format!("CORP\\user{number}").parse().unwrap(),
        upn: None,
    }
}

fn mara() -> Resolved {
    Resolved { account: account(1001), groups: vec!["S-1-5-32-545".parse().unwrap()] }
}

fn typed_password(name: &str, password: &str) -> Typed {
    Typed { user_name: Some(name.into()), password: Some(secret(password)), ..Typed::default() }
}

fn typed_code(code: &str) -> Typed {
    Typed { code: Some(secret(code)), ..Typed::default() }
}

fn typed_enrollment_code(code: &str) -> Typed {
    Typed { enrollment_code: Some(secret(code)), ..Typed::default() }
}

fn typed_new(new: &str, repeated: &str) -> Typed {
    Typed { new_password: Some(secret(new)), repeat_password: Some(secret(repeated)), ..Typed::default() }
}

/// What the server says, signed and verified as on the wire.
fn signed<T: Serialize + DeserializeOwned>(answer: &T) -> Authentic<T> {
    let key = SigningKey::from_secret(&Secret::new(vec![3; 32])).unwrap();
    let body = to_body(answer).unwrap();
    let request = key.sign("test", b"stands for a request");
    let headers = sign_answer(&key, START, 200, &body, &request);
    let signature = headers.signature.to_string();
    let received = ReceivedHeaders {
        signature_input: Some(&headers.signature_input),
        signature: Some(&signature),
        content_digest: Some(&headers.content_digest),
    };
    let proof = verify_answer(&[key.verifying_key()], &received, 200, &body, &request).unwrap();
    proof.parse().unwrap()
}

fn error(error: ErrorKind) -> Reply {
    Reply::Error(signed(&ErrorAnswer { error, server_time: START, message: String::new() }))
}

fn refusal(reason: Reason) -> Refusal {
    Refusal { reason, until: Some(UnixTime::from_secs(9)), support: Some("Ana".into()) }
}

fn pending() -> Pending {
    Pending { shown_at: START, expires_at: START.plus(Duration::from_secs(600)) }
}

/// The answer that shows the seed, sealed as the request asks.
fn show(request: &ShowRequest, machine: MachineId, attempt: AttemptId, uri: &str) -> ShowAnswer {
    let context = [machine.to_bytes(), attempt.to_bytes()].concat();
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let sealed_uri = seal_to(&request.seal_to, &context, &secret(uri), &mut rng).unwrap();
    ShowAnswer::Show { sealed_uri, pending: pending(), resumed: false }
}

struct Bench {
    view: SignIn,
    rng: ChaCha20Rng,
    now: UnixTime,
    /// What the last step asked for.
    actions: Vec<Action>,
}

impl Bench {
    fn new() -> Self {
        Self::with(context())
    }

    fn with(context: Context) -> Self {
        let rng = ChaCha20Rng::seed_from_u64(1);
        Self { view: SignIn::new(context), rng, now: START, actions: Vec::new() }
    }

    fn step(&mut self, input: Input) -> &mut Self {
        self.actions = self.view.step(self.now, &mut self.rng, input);
        self
    }

    fn submit(&mut self, typed: Typed) -> &mut Self {
        self.step(Input::Submitted(typed))
    }

    fn press(&mut self, command: Command) -> &mut Self {
        self.step(Input::Pressed(command))
    }

    /// Lets time pass and says so.
    fn tick(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.step(Input::Tick)
    }

    /// Windows' answer to the proof the last step asked for.
    fn windows_says(&mut self, verdict: PasswordVerdict) -> &mut Self {
        let ticket = self.proof().expect("a proof was asked for");
        self.step(Input::Password(ticket, verdict))
    }

    /// The server's answer to the call the last step made.
    fn server_says(&mut self, reply: Reply) -> &mut Self {
        let (ticket, _) = self.call().expect("the server was asked");
        self.step(Input::Replied(ticket, reply))
    }

    /// An accept of the given attempt, for the sign-in of `mara`.
    fn accept(attempt: AttemptId) -> Accept {
        Accept { attempt, machine: MACHINE, sid: mara().account.sid, session: SESSION, valid_for_s: 60 }
    }

    /// Up to the begin request of `mara`, and its attempt.
    fn begun(&mut self) -> AttemptId {
        self.submit(typed_password("mara", PASSWORD)).windows_says(PasswordVerdict::Proven(mara()));
        self.attempt()
    }

    /// Up to the code view.
    fn at_code() -> (Self, AttemptId) {
        let mut bench = Self::new();
        let attempt = bench.begun();
        bench.server_says(Reply::Begin(signed(&BeginAnswer::Code { digits: vec![6] })));
        assert_eq!(bench.screen().view, View::Code);
        (bench, attempt)
    }

    /// Up to the token auto-registration view.
    fn at_enroll() -> (Self, AttemptId) {
        let mut bench = Self::new();
        let attempt = bench.begun();
        bench.server_says(Reply::Begin(signed(&BeginAnswer::Enroll { pending: None, needs_code: false })));
        assert_eq!(bench.screen().view, View::Enroll);
        (bench, attempt)
    }

    /// Up to the QR on the screen.
    fn at_qr() -> (Self, AttemptId) {
        let (mut bench, attempt) = Self::at_enroll();
        bench.press(Command::ShowQr);
        let answer = bench.shows(attempt);
        bench.server_says(answer);
        assert_eq!(bench.qr(), Some(URI.to_owned()));
        (bench, attempt)
    }

    /// The seed for the show request the last step made.
    fn shows(&self, attempt: AttemptId) -> Reply {
        Reply::Show(signed(&show(self.show_request(), MACHINE, attempt, URI)))
    }

    fn screen(&self) -> Screen {
        self.view.screen()
    }

    fn reason(&self) -> Option<Reason> {
        self.screen().message.map(|message| message.reason)
    }

    fn qr(&self) -> Option<String> {
        self.screen().enrollment?.qr.map(|qr| qr.expose_text().unwrap().to_owned())
    }

    fn key(&self) -> Option<String> {
        self.screen().enrollment?.key.map(|key| key.expose_text().unwrap().to_owned())
    }

    fn proof(&self) -> Option<Ticket> {
        self.actions.iter().find_map(|action| match action {
            Action::ProvePassword { ticket, .. } => Some(*ticket),
            _ => None,
        })
    }

    fn call(&self) -> Option<(Ticket, &Request)> {
        self.actions.iter().find_map(|action| match action {
            Action::Call { ticket, request } => Some((*ticket, request)),
            _ => None,
        })
    }

    fn attempt(&self) -> AttemptId {
        match self.call() {
            Some((_, Request::Begin(request))) => request.attempt,
            other => panic!("expected a begin request, not {other:?}"),
        }
    }

    fn show_request(&self) -> &ShowRequest {
        match self.call() {
            Some((_, Request::Show(request))) => request,
            other => panic!("expected a show request, not {other:?}"),
        }
    }

    fn verify_request(&self) -> &VerifyRequest {
        match self.call() {
            Some((_, Request::Verify(request))) => request,
            other => panic!("expected a verify request, not {other:?}"),
        }
    }

    fn confirm_request(&self) -> &ConfirmRequest {
        match self.call() {
            Some((_, Request::Confirm(request))) => request,
            other => panic!("expected a confirm request, not {other:?}"),
        }
    }

    fn released(&mut self) -> Option<Release> {
        let at = self.actions.iter().position(|action| matches!(action, Action::Release(_)))?;
        match self.actions.remove(at) {
            Action::Release(release) => Some(release),
            _ => None,
        }
    }

    fn reported(&self) -> Vec<ReportedEvent> {
        let what = |action: &Action| match action {
            Action::Report { what, .. } => Some(*what),
            _ => None,
        };
        self.actions.iter().filter_map(what).collect()
    }

    fn wakes_at(&self) -> Option<UnixTime> {
        self.actions.iter().find_map(|action| match action {
            Action::WakeAt(at) => Some(*at),
            _ => None,
        })
    }

    /// The first view, open, with this message and nothing else.
    fn assert_first_view(&self, reason: Option<Reason>) {
        let screen = self.screen();
        assert_eq!((screen.view, screen.busy), (View::Password, false));
        assert_eq!(self.reason(), reason);
        assert!(screen.enrollment.is_none() && screen.person.is_none());
        assert!(self.view.state.credentials().is_none(), "the password is still held");
    }
}
