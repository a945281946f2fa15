use super::*;
use crate::{driver::tests::authentic, rng::system_rng, test_os::TestOs};
use model::Command;
use protocol::{
    frame::{Decoder, Writer, encode},
    http::{
        Accept, BeginAnswer, BeginRequest, Pending, ShowAnswer, ShowRequest, VerifyAnswer, VerifyRequest,
    },
    pipe::{Scene, Serialization, ToAgent, ToProvider, Turn, Typed},
    seal::seal_to,
};
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    task::JoinHandle,
    time::timeout,
};

const SCENE: Scene = Scene { session: 1, kind: SignInKind::SignIn, flags: 0, place: Place::Console };
const URI: &str = "otpauth://totp/Test:mara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Test";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    /// Asks for a code; 123456 is right.
    Code,
    /// Has the token registered.
    Enroll,
    /// Accepts at once.
    Accept,
    /// Never answers.
    Silent,
}

struct Fake {
    os: Arc<dyn Os>,
    server: Server,
    applies: policy::Applies,
    begun: Mutex<Option<BeginRequest>>,
    events: Mutex<Vec<ReportedEvent>>,
}

fn machine() -> MachineId {
    MachineId::from_bytes([4; 16])
}

impl Fake {
    fn accept(&self) -> Accept {
        let begun = self.begun.lock().unwrap();
        let begun = begun.as_ref().unwrap();
        Accept {
            attempt: begun.attempt,
            machine: machine(),
            sid: begun.account.sid.clone(),
            session: begun.session,
            valid_for_s: 60,
        }
    }

    fn begin(&self, request: BeginRequest) -> BeginAnswer {
        *self.begun.lock().unwrap() = Some(request);
        match self.server {
            Server::Enroll => BeginAnswer::Enroll { pending: None, needs_code: false },
            Server::Accept => BeginAnswer::NotNeeded { accept: self.accept() },
            Server::Code | Server::Silent => BeginAnswer::Code { digits: vec![6] },
        }
    }

    fn show(&self, request: &ShowRequest) -> ShowAnswer {
        let context = [machine().to_bytes(), request.attempt.to_bytes()].concat();
        let uri = Secret::from_text(URI.into());
        let sealed_uri = seal_to(&request.seal_to, &context, &uri, &mut system_rng()).unwrap();
        let now = crate::clock::now();
        let pending = Pending { shown_at: now, expires_at: now.plus(Duration::from_secs(600)) };
        ShowAnswer::Show { sealed_uri, pending, resumed: false }
    }

    fn verify(&self, request: &VerifyRequest) -> VerifyAnswer {
        match request.code.expose() {
            b"123456" => VerifyAnswer::Accept { accept: self.accept() },
            _ => VerifyAnswer::Wrong { left: 4 },
        }
    }
}

impl Backend for Fake {
    fn os(&self) -> &Arc<dyn Os> {
        &self.os
    }

    fn ask(&self, request: Request) -> ReplyFuture<'_> {
        Box::pin(async move {
            if self.server == Server::Silent {
                std::future::pending::<()>().await;
            }
            match request {
                Request::Begin(request) => Reply::Begin(authentic(&self.begin(request))),
                Request::Show(request) => Reply::Show(authentic(&self.show(&request))),
                Request::Verify(request) => Reply::Verify(authentic(&self.verify(&request))),
                Request::Confirm(_) => Reply::Unreachable,
            }
        })
    }

    fn record(&self, _: Option<AttemptId>, _: Option<AccountClaim>, what: ReportedEvent) {
        self.events.lock().unwrap().push(what);
    }
}

impl Joined for Fake {
    fn context(&self, at: At) -> Context {
        at.context(machine())
    }

    fn applies(&self, _: SignInKind, _: Place) -> policy::Applies {
        self.applies
    }
}

/// A sign-in screen at one end, the agent at the other.
struct Bench {
    pipe: DuplexStream,
    decoder: Decoder,
    house: Arc<House>,
    fake: Arc<Fake>,
    os: Arc<TestOs>,
    done: JoinHandle<Result<(), Broken>>,
}

impl Bench {
    fn new(server: Server) -> Self {
        Self::with(server, TestOs::default(), Settings::default())
    }

    fn with(server: Server, os: TestOs, settings: Settings) -> Self {
        let bench = Self::away(server, os, settings);
        bench.join();
        bench
    }

    /// Not joined yet.
    fn away(server: Server, os: TestOs, settings: Settings) -> Self {
        let os = Arc::new(os);
        let house = Arc::new(House::new(os.clone(), move || settings.clone()));
        let fake = Arc::new(Fake {
            os: os.clone(),
            server,
            applies: policy::Applies::Depends,
            begun: Mutex::default(),
            events: Mutex::default(),
        });
        let (pipe, other) = tokio::io::duplex(4096);
        let done = tokio::spawn(converse(other, Arc::clone(&house)));
        Self { pipe, decoder: Decoder::new(), house, fake, os, done }
    }

    fn join(&self) {
        self.house.set(Present::Joined(self.fake.clone()));
    }

    async fn say(&mut self, message: ToAgent) {
        self.pipe.write_all(message.encode().unwrap().expose()).await.unwrap();
    }

    async fn open(&mut self, view: u64) {
        self.say(ToAgent::Open { view, scene: SCENE, user: None, language: "en".into() }).await;
        self.screen(view, 0, |_| true).await;
    }

    async fn password(&mut self, view: u64, number: u32, password: &str) {
        let typed = Typed {
            user_name: Some("CORP\\mara".into()),
            password: Some(Secret::from_text(password.into())),
            ..Typed::default()
        };
        self.say(ToAgent::Submitted { turn: Turn { view, number }, typed }).await;
    }

    async fn code(&mut self, view: u64, number: u32, code: &str) {
        let typed = Typed { code: Some(Secret::from_text(code.into())), ..Typed::default() };
        self.say(ToAgent::Submitted { turn: Turn { view, number }, typed }).await;
    }

    /// The next message; `None` when none comes for a while.
    async fn next(&mut self) -> Option<ToProvider> {
        let mut byte = [0; 1];
        loop {
            timeout(Duration::from_secs(4), self.pipe.read_exact(&mut byte)).await.ok()?.ok()?;
            if let Some(payload) = self.decoder.push(&mut &byte[..]).unwrap() {
                return Some(ToProvider::decode(&payload).unwrap());
            }
        }
    }

    /// The next screen of this turn that satisfies.
    async fn screen(
        &mut self,
        view: u64,
        number: u32,
        wanted: impl Fn(&Screen<QrPicture>) -> bool,
    ) -> Screen<QrPicture> {
        loop {
            match self.next().await.expect("a screen") {
                ToProvider::Screen { turn, screen } if turn == (Turn { view, number }) && wanted(&screen) => {
                    return screen;
                }
                ToProvider::Screen { .. } => {}
                other => panic!("expected a screen, not {other:?}"),
            }
        }
    }

    async fn release(&mut self, view: u64, number: u32) -> String {
        loop {
            match self.next().await.expect("a release") {
                ToProvider::Release { turn, serialization } => {
                    assert_eq!(turn, Turn { view, number });
                    return serialization.bytes().expose_text().unwrap().to_owned();
                }
                ToProvider::Screen { .. } => {}
                other => panic!("expected a release, not {other:?}"),
            }
        }
    }

    /// Goes away, and says what was reported.
    async fn leave(self) -> Vec<ReportedEvent> {
        drop(self.pipe);
        timeout(Duration::from_secs(5), self.done).await.unwrap().unwrap().unwrap();
        self.fake.events.lock().unwrap().clone()
    }

    async fn broken(self) -> Broken {
        timeout(Duration::from_secs(5), self.done).await.unwrap().unwrap().unwrap_err()
    }
}

fn is(view: View) -> impl Fn(&Screen<QrPicture>) -> bool {
    move |screen| screen.view == view && !screen.busy
}

fn reason(screen: &Screen<QrPicture>) -> Option<Reason> {
    screen.message.as_ref().map(|message| message.reason)
}

#[tokio::test]
async fn a_code_is_asked_for_and_the_right_one_releases_in_its_turn() {
    let mut bench = Bench::new(Server::Code);
    bench.open(5).await;
    bench.password(5, 1, "right").await;
    bench.screen(5, 1, is(View::Code)).await;
    bench.code(5, 2, "654321").await;
    let screen = bench.screen(5, 2, is(View::Code)).await;
    assert_eq!(reason(&screen), Some(Reason::CodeWrong));
    bench.code(5, 3, "123456").await;
    assert_eq!(bench.release(5, 3).await, "CORP\\mara\nright");
    bench.house.sentinel.broke();
    bench.say(ToAgent::Windows { turn: Turn { view: 5, number: 4 }, status: 0, substatus: 0 }).await;
    bench.screen(5, 4, is(View::Closed)).await;
    assert_eq!(bench.house.sentinel.broke(), 1, "somebody got in: the count began anew");
    assert_eq!(bench.leave().await, [ReportedEvent::SignedIn]);
}

#[tokio::test]
async fn the_qr_code_comes_as_a_picture() {
    let mut bench = Bench::new(Server::Enroll);
    bench.open(1).await;
    bench.password(1, 1, "right").await;
    let screen = bench.screen(1, 1, is(View::Enroll)).await;
    assert!(screen.enrollment.unwrap().qr.is_none(), "not until it is asked for");
    bench.say(ToAgent::Pressed { turn: Turn { view: 1, number: 2 }, command: Command::ShowQr }).await;
    let screen = bench.screen(1, 2, is(View::Enroll)).await;
    let picture = screen.enrollment.unwrap().qr.unwrap();
    let matrix = qr::Matrix::encode(URI).unwrap();
    let side = matrix.size();
    assert_eq!(picture.side(), side);
    assert!((0..side).all(|y| (0..side).all(|x| picture.is_dark(x, y) == matrix.is_dark(x, y))));
}

#[tokio::test]
async fn cancel_is_answered_at_once_while_the_server_hangs_and_so_is_another_view() {
    let mut bench = Bench::new(Server::Silent);
    bench.open(1).await;
    bench.open(2).await;
    bench.password(1, 1, "right").await;
    bench.screen(1, 1, |screen| screen.busy).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let start = Instant::now();
    bench.say(ToAgent::Deselected { turn: Turn { view: 2, number: 1 } }).await;
    bench.screen(2, 1, is(View::Password)).await;
    bench.say(ToAgent::Pressed { turn: Turn { view: 1, number: 2 }, command: Command::Cancel }).await;
    bench.screen(1, 2, is(View::Password)).await;
    assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_release_that_comes_after_turning_away_is_not_sent() {
    let os = TestOs { packing_takes: Duration::from_millis(400), ..TestOs::default() };
    let mut bench = Bench::with(Server::Accept, os, Settings::default());
    bench.open(1).await;
    bench.password(1, 1, "right").await;
    bench.screen(1, 1, |screen| screen.view == View::Closed).await;
    bench.say(ToAgent::Deselected { turn: Turn { view: 1, number: 2 } }).await;
    while let Some(message) = bench.next().await {
        assert!(matches!(message, ToProvider::Screen { .. }), "{message:?}");
    }
}

#[tokio::test]
async fn two_views_go_their_own_ways_and_a_closed_one_hears_nothing() {
    let mut bench = Bench::new(Server::Code);
    bench.open(1).await;
    bench.open(2).await;
    bench.password(1, 1, "right").await;
    bench.screen(1, 1, is(View::Code)).await;
    bench.password(2, 1, "wrong").await;
    let screen = bench.screen(2, 1, is(View::Password)).await;
    assert_eq!(reason(&screen), Some(Reason::SignInFailed));
    bench.say(ToAgent::Closed { view: 2 }).await;
    bench.say(ToAgent::Deselected { turn: Turn { view: 2, number: 2 } }).await;
    assert_eq!(bench.next().await, Some(ToProvider::Refused { view: 2 }));
    bench.code(1, 2, "123456").await;
    assert_eq!(bench.release(1, 2).await, "CORP\\mara\nright");
}

#[tokio::test]
async fn a_sign_in_screen_that_goes_away_leaves_a_sign_in_abandoned() {
    let mut bench = Bench::new(Server::Code);
    bench.open(1).await;
    bench.password(1, 1, "right").await;
    bench.screen(1, 1, is(View::Code)).await;
    assert_eq!(bench.leave().await, [ReportedEvent::Abandoned]);
}

#[tokio::test]
async fn what_remote_desktop_handed_over_is_proven_like_anything_typed() {
    for (text, right) in [("CORP\\mara\nright", true), ("CORP\\mara\nwrong", false), ("rubbish", false)] {
        let mut bench = Bench::new(Server::Code);
        bench.open(1).await;
        let serialization = Serialization::new(7, text.as_bytes()).unwrap();
        bench.say(ToAgent::HandedOver { turn: Turn { view: 1, number: 1 }, serialization }).await;
        if right {
            bench.screen(1, 1, is(View::Code)).await;
        } else {
            let screen = bench.screen(1, 1, is(View::Password)).await;
            let told = (text != "rubbish").then_some(Reason::SignInFailed);
            assert_eq!(reason(&screen), told);
        }
    }
}

#[tokio::test]
async fn rubbish_and_frames_that_are_too_long_end_the_conversation() {
    let mut writer = Writer::new();
    writer.u8(200);
    let unknown = encode(&writer.finish()).unwrap().expose().to_vec();
    for bytes in [unknown, vec![0xff; 16]] {
        let mut bench = Bench::new(Server::Code);
        bench.open(1).await;
        bench.pipe.write_all(&bytes).await.unwrap();
        assert!(matches!(bench.broken().await, Broken::Frame(_) | Broken::Message(_)));
    }
}

#[tokio::test]
async fn a_view_is_opened_once_and_there_are_not_too_many() {
    let mut bench = Bench::new(Server::Code);
    for view in 0..64 {
        bench.open(view).await;
    }
    bench.say(ToAgent::Open { view: 64, scene: SCENE, user: None, language: "en".into() }).await;
    assert!(matches!(bench.broken().await, Broken::Views));

    let mut bench = Bench::new(Server::Code);
    bench.open(1).await;
    bench.say(ToAgent::Open { view: 1, scene: SCENE, user: None, language: "en".into() }).await;
    assert!(matches!(bench.broken().await, Broken::Views));
}

#[tokio::test]
async fn a_sign_in_screen_that_does_not_read_is_left() {
    let mut bench = Bench::new(Server::Code);
    bench.open(1).await;
    for number in 1..100_000 {
        let message = ToAgent::Deselected { turn: Turn { view: 1, number } };
        let ask = ToAgent::Applies { request: number, scene: SCENE };
        let said = [message, ask].map(|message| message.encode().unwrap().expose().to_vec()).concat();
        if bench.pipe.write_all(&said).await.is_err() {
            break;
        }
    }
    assert!(matches!(bench.broken().await, Broken::Hung | Broken::Hurried));
}

#[tokio::test]
async fn a_view_that_is_open_when_the_machine_gets_another_identity_begins_anew_and_with_none_goes_on() {
    let mut bench = Bench::new(Server::Code);
    bench.open(1).await;
    bench.password(1, 1, "right").await;
    bench.screen(1, 1, is(View::Code)).await;
    bench.house.set(Present::Away(Reason::NotJoined));
    bench.code(1, 2, "654321").await;
    bench.screen(1, 2, is(View::Code)).await;
    bench.join();
    let screen = bench.screen(1, 2, is(View::Password)).await;
    assert_eq!(reason(&screen), None);
    bench.password(1, 3, "right").await;
    bench.screen(1, 3, is(View::Code)).await;
}

#[tokio::test]
async fn a_view_that_is_open_before_the_machine_is_joined_begins_when_it_is() {
    let mut bench = Bench::away(Server::Code, TestOs::default(), Settings::default());
    bench.open(1).await;
    bench.password(1, 1, "right").await;
    let screen = bench.screen(1, 1, is(View::Closed)).await;
    assert_eq!(reason(&screen), Some(Reason::Starting));
    bench.house.set(Present::Away(Reason::NotJoined));
    let screen = bench.screen(1, 1, is(View::Closed)).await;
    assert_eq!(reason(&screen), Some(Reason::NotJoined));
    bench.join();
    let screen = bench.screen(1, 1, is(View::Password)).await;
    assert_eq!(reason(&screen), None);
    bench.password(1, 2, "right").await;
    bench.screen(1, 2, is(View::Code)).await;
}

#[tokio::test]
async fn a_break_glass_account_gets_in_with_the_server_silent_and_with_no_server_and_nobody_else_does() {
    let settings = |sid: &str| Settings { break_glass: vec![sid.parse().unwrap()], ..Settings::default() };
    for joined in [true, false] {
        let mara = settings("S-1-5-21-7-8-9-1001");
        let mut bench = Bench::away(Server::Silent, TestOs::default(), mara);
        bench.house.set(Present::Away(Reason::NotJoined));
        if joined {
            bench.join();
        }
        bench.open(1).await;
        bench.password(1, 1, "wrong").await;
        let screen = bench.screen(1, 1, |screen| !screen.busy).await;
        assert_eq!((screen.view, reason(&screen)), (View::Password, Some(Reason::SignInFailed)));
        bench.password(1, 2, "right").await;
        assert_eq!(bench.release(1, 2).await, "CORP\\mara\nright");
        let os = Arc::clone(&bench.os);
        let events = bench.leave().await;
        assert_eq!(events.contains(&ReportedEvent::BreakGlass), joined);
        let written = os.events.lock().unwrap();
        assert!(written.iter().any(|text| text.contains("CORP\\mara is let in")), "{written:?}");
    }
    let mut bench = Bench::away(Server::Silent, TestOs::default(), settings("S-1-5-21-7-8-9-1002"));
    bench.house.set(Present::Away(Reason::MachineCloned));
    bench.open(1).await;
    bench.password(1, 1, "right").await;
    let screen = bench.screen(1, 1, |screen| !screen.busy).await;
    assert_eq!((screen.view, reason(&screen)), (View::Password, Some(Reason::MachineCloned)));
}

#[tokio::test]
async fn what_applies_follows_from_settings_policy_and_the_count_of_broken_starts() {
    let settings = Settings {
        enforce: true,
        allowed_providers: vec![[3; 16]],
        step_aside_after: 2,
        ..Settings::default()
    };
    let mut bench = Bench::with(Server::Code, TestOs::default(), settings);
    let enforced = Applies::Enforce { allowed: vec![[3; 16]] };
    for (request, broken, expected) in [(1, 0, &enforced), (2, 1, &enforced), (3, 1, &Applies::StepAside)] {
        for _ in 0..broken {
            bench.house.sign_in_screen_broke();
        }
        bench.say(ToAgent::Applies { request, scene: SCENE }).await;
        let applies = expected.clone();
        assert_eq!(bench.next().await, Some(ToProvider::Applies { request, applies }));
    }
    // The alarm is in the audit trail once.
    assert_eq!(bench.leave().await, [ReportedEvent::SteppedAside { broken_starts: 2 }]);
}
