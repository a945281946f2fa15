use super::*;
use crate::{agent::At, test_os::TestOs};
use model::{Command, MachineId, Place, SignInKind};
use os::Os;
use protocol::{
    http::{Accept, BeginAnswer, BeginRequest, to_body},
    pipe::{Typed, View as Fields},
    signature::{
        Authentic, KeyId, ReceivedHeaders, RequestParts, SigningKey, sign_answer, sign_request, verify_answer,
    },
};
use signin::{Limits, WindowsResult};
use std::sync::Mutex;

/// A server that answers every begin with an accept, altered as a test wants.
struct Fake {
    os: Arc<dyn Os>,
    alter: fn(&mut Accept),
    answers: Answers,
    events: Mutex<Vec<ReportedEvent>>,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Answers {
    Accept,
    Never,
}

impl Backend for Fake {
    fn os(&self) -> &Arc<dyn Os> {
        &self.os
    }

    fn ask(&self, request: Request) -> ReplyFuture<'_> {
        Box::pin(async move {
            if self.answers == Answers::Never {
                std::future::pending::<()>().await;
            }
            let Request::Begin(begin) = request else { return Reply::Unreachable };
            Reply::Begin(authentic(&self.accept(&begin)))
        })
    }

    fn record(&self, _: Option<AttemptId>, _: Option<AccountClaim>, what: ReportedEvent) {
        self.events.lock().unwrap().push(what);
    }
}

impl Fake {
    fn accept(&self, begin: &BeginRequest) -> BeginAnswer {
        let mut accept = Accept {
            attempt: begin.attempt,
            machine: machine(),
            sid: begin.account.sid.clone(),
            session: begin.session,
            valid_for_s: 60,
        };
        (self.alter)(&mut accept);
        BeginAnswer::NotNeeded { accept }
    }
}

/// There is one way to an authentic answer, in tests too.
pub(crate) fn authentic<T: serde::Serialize + serde::de::DeserializeOwned>(answer: &T) -> Authentic<T> {
    let key = SigningKey::random(&mut system_rng());
    let parts = RequestParts::new("POST", "x", "/", "", b"").unwrap();
    let request = sign_request(&key, KeyId::Machine(machine()), clock::now(), [0; 16], &parts);
    let body = to_body(answer).unwrap();
    let fields = sign_answer(&key, clock::now(), 200, &body, &request.signature);
    let signature = fields.signature.to_string();
    let headers = ReceivedHeaders {
        signature_input: Some(&fields.signature_input),
        signature: Some(&signature),
        content_digest: Some(&fields.content_digest),
    };
    let proof = verify_answer(&[key.verifying_key()], &headers, 200, &body, &request.signature).unwrap();
    proof.parse().unwrap()
}

fn machine() -> MachineId {
    MachineId::from_bytes([4; 16])
}

struct Bench {
    view: View,
    released: mpsc::UnboundedReceiver<Released>,
    fake: Arc<Fake>,
    done: tokio::task::JoinHandle<()>,
}

impl Bench {
    fn new(os: TestOs, answers: Answers, alter: fn(&mut Accept)) -> Self {
        let at = At { session: 1, kind: SignInKind::SignIn, place: Place::Console, user: None };
        let context = at.context(machine());
        let fake = Arc::new(Fake { os: Arc::new(os), alter, answers, events: Mutex::default() });
        let (hand, released) = mpsc::unbounded_channel();
        let backend: Arc<dyn Backend> = fake.clone();
        let (view, work) = open(context, backend, Box::new(hand));
        Self { view, released, fake, done: tokio::spawn(work) }
    }

    fn submit(&self, name: &str, password: &str) {
        let typed = Typed {
            user_name: Some(name.into()),
            password: Some(Secret::from_text(password.into())),
            ..Typed::default()
        };
        self.view.say(Input::Submitted(typed)).unwrap();
    }

    /// The next screen that satisfies.
    async fn screen(&mut self, wanted: impl Fn(&Screen) -> bool) -> Screen {
        loop {
            let screen = self.view.screens.recv().await.unwrap().screen;
            if wanted(&screen) {
                return screen;
            }
        }
    }

    async fn settled(&mut self) -> Option<Reason> {
        let _busy = self.screen(|screen| screen.busy).await;
        self.screen(|screen| !screen.busy).await.message.map(|message| message.reason)
    }

    async fn close(self) -> Vec<ReportedEvent> {
        drop(self.view);
        self.done.await.unwrap();
        let events = self.fake.events.lock().unwrap();
        events.clone()
    }
}

#[tokio::test]
async fn an_accept_of_this_sign_in_releases_the_credentials_once() {
    let mut bench = Bench::new(TestOs::default(), Answers::Accept, |_| {});
    bench.submit("CORP\\mara", "right");
    let released = bench.released.recv().await.unwrap();
    assert_eq!(released.account.name.as_str(), "CORP\\mara");
    assert_eq!(released.password.expose_text(), Some("right"));
    bench.view.say(Input::Windows(WindowsResult::SignedIn)).unwrap();
    bench.screen(|screen| screen.view == Fields::Closed && !screen.busy).await;
    assert!(bench.released.try_recv().is_err());
    assert_eq!(bench.close().await, [ReportedEvent::SignedIn]);
}

#[tokio::test]
async fn an_accept_of_anything_else_releases_nothing() {
    let alterations: [fn(&mut Accept); 4] = [
        |accept| accept.session = 2,
        |accept| accept.attempt = AttemptId::from_bytes([0; 16]),
        |accept| accept.machine = MachineId::from_bytes([0; 16]),
        |accept| accept.sid = "S-1-5-21-7-8-9-500".parse().unwrap(),
    ];
    for alter in alterations {
        let mut bench = Bench::new(TestOs::default(), Answers::Accept, alter);
        bench.submit("CORP\\mara", "right");
        assert_eq!(bench.settled().await, Some(Reason::ComponentFailed));
        assert!(bench.released.try_recv().is_err());
        assert_eq!(bench.close().await, [ReportedEvent::Refused { reason: Reason::ComponentFailed }]);
    }
}

#[tokio::test]
async fn wrong_and_unknown_take_the_same_time_and_read_the_same() {
    let mut took = Vec::new();
    for (name, delay) in [("CORP\\mara", 0), ("CORP\\nobody", 0), ("CORP\\mara", 400), ("nobody", 700)] {
        let os = TestOs { proof_takes: Duration::from_millis(delay), ..TestOs::default() };
        let mut bench = Bench::new(os, Answers::Accept, |_| {});
        let start = Instant::now();
        bench.submit(name, "wrong");
        assert_eq!(bench.settled().await, Some(Reason::SignInFailed));
        took.push(start.elapsed());
    }
    for time in took {
        assert!((STEADY..STEADY + Duration::from_millis(250)).contains(&time), "{time:?}");
    }
}

#[tokio::test]
async fn a_break_glass_release_for_somebody_who_is_not_in_this_sides_list_is_not_carried_out() {
    for listed_here in [true, false] {
        let at = At { session: 1, kind: SignInKind::SignIn, place: Place::Console, user: None };
        let nobody = at.context(machine());
        let mara = vec!["S-1-5-21-7-8-9-1001".parse().unwrap()];
        let listed = Context { break_glass: mara, ..nobody.clone() };
        let fake = Fake {
            os: Arc::new(TestOs::default()),
            alter: |_| {},
            answers: Answers::Never,
            events: Mutex::default(),
        };
        let fake = Arc::new(fake);
        let (hand, mut released) = mpsc::unbounded_channel();
        let here = if listed_here { listed.clone() } else { nobody };
        let (view, work) = prepare(SignIn::new(listed), here, fake.clone(), Box::new(hand));
        let done = tokio::spawn(work);
        let mut bench = Bench { view, released: mpsc::unbounded_channel().1, fake, done };
        bench.submit("CORP\\mara", "right");
        bench.screen(|screen| screen.busy).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(released.try_recv().is_ok(), listed_here);
    }
}

#[tokio::test]
async fn cancel_is_answered_at_once_whatever_hangs() {
    // First Windows hangs, then the server.
    let hanging = TestOs { proof_takes: Duration::from_secs(3), ..TestOs::default() };
    for (os, answers) in [(hanging, Answers::Accept), (TestOs::default(), Answers::Never)] {
        let mut bench = Bench::new(os, answers, |_| {});
        bench.submit("CORP\\mara", "right");
        bench.screen(|screen| screen.busy).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let start = Instant::now();
        bench.view.say(Input::Pressed(Command::Cancel)).unwrap();
        bench.screen(|screen| screen.view == Fields::Password && !screen.busy).await;
        assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
        assert!(bench.released.try_recv().is_err());
    }
}

#[tokio::test]
async fn what_does_not_fit_is_answered_with_the_screen_there_is() {
    let mut bench = Bench::new(TestOs::default(), Answers::Accept, |_| {});
    let first = bench.view.screens.recv().await.unwrap();
    assert_eq!(first.turn, 0);
    let input = Input::Windows(WindowsResult::Refused { status: 1, substatus: 2 });
    bench.view.inputs.send(Said { turn: 7, input }).unwrap();
    let again =
        tokio::time::timeout(Duration::from_secs(5), bench.view.screens.recv()).await.unwrap().unwrap();
    assert_eq!((again.turn, again.screen.view, again.screen.busy), (7, Fields::Password, false));
}

#[tokio::test]
async fn an_answer_after_cancel_releases_nothing() {
    let os = TestOs { proof_takes: Duration::from_millis(300), ..TestOs::default() };
    let mut bench = Bench::new(os, Answers::Accept, |_| {});
    bench.submit("CORP\\mara", "right");
    bench.screen(|screen| screen.busy).await;
    bench.view.say(Input::Pressed(Command::Cancel)).unwrap();
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert!(bench.released.try_recv().is_err());
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_by_the_clock() {
    let mut bench = Bench::new(TestOs::default(), Answers::Never, |_| {});
    bench.submit("CORP\\mara", "right");
    bench.screen(|screen| screen.busy).await;
    let start = Instant::now();
    let screen = bench.screen(|screen| !screen.busy).await;
    assert_eq!(screen.message.map(|message| message.reason), Some(Reason::Unreachable));
    let limit = Limits::default().call;
    assert!(start.elapsed() < limit + Duration::from_secs(4), "{:?}", start.elapsed());
}
