//! Random sequences of inputs against a bookkeeping of its own, which knows what was typed, what was asked and what
//! the test itself answered, and nothing of the machine's states.

use super::*;
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestRunner},
};
use std::cell::RefCell;

/// One thing that happens. Anything can happen at any moment.
#[derive(Debug, Clone)]
enum Event {
    TypePassword {
        name: usize,
        password: usize,
    },
    HandOver,
    TypeCode(usize),
    TypeEnrollmentCode,
    TypeNewPassword {
        same: bool,
    },
    Press(Command),
    Deselect,
    /// Windows answers a proof: the last one, or any before.
    Verdict {
        ticket: Which,
        verdict: usize,
        account: u32,
    },
    Change {
        ticket: Which,
        verdict: ChangeVerdict,
    },
    /// The server accepts, with one field of the accept wrong or none.
    Accept {
        ticket: Which,
        kind: Kind,
        wrong: Option<usize>,
    },
    /// The very accept that came last comes again.
    Repeat,
    /// The server says something else.
    Answer {
        ticket: Which,
        answer: usize,
    },
    Windows(WindowsResult),
    /// Whatever leads on from where things are; there is more than one way.
    Onwards(usize),
    Wait {
        seconds: u64,
        tick: bool,
    },
}

#[derive(Debug, Clone)]
enum Which {
    Last,
    Earlier(Index),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    AsAsked,
    Begin,
    Verify,
    Confirm,
    /// A question no accept is an answer to.
    Show,
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![4 => Just(Which::Last), 1 => any::<Index>().prop_map(Which::Earlier)]
}

fn event() -> impl Strategy<Value = Event> {
    let kind = prop_oneof![
        6 => Just(Kind::AsAsked), 1 => Just(Kind::Begin), 1 => Just(Kind::Verify), 1 => Just(Kind::Confirm)
    ];
    let change = prop_oneof![
        3 => Just(ChangeVerdict::Changed), 1 => Just(ChangeVerdict::NotTaken), 1 => Just(ChangeVerdict::Failed)
    ];
    let windows =
        prop_oneof![Just(WindowsResult::SignedIn), Just(WindowsResult::Refused { status: 1, substatus: 2 })];
    prop_oneof![
        6 => (0..3usize, 0..2usize).prop_map(|(name, password)| Event::TypePassword { name, password }),
        1 => Just(Event::HandOver),
        8 => (0..4usize).prop_map(Event::TypeCode),
        2 => Just(Event::TypeEnrollmentCode),
        2 => any::<bool>().prop_map(|same| Event::TypeNewPassword { same }),
        6 => prop::sample::select(Command::ALL.to_vec()).prop_map(Event::Press),
        1 => Just(Event::Deselect),
        10 => (which(), 0..8usize, 1001..1003u32)
            .prop_map(|(ticket, verdict, account)| Event::Verdict { ticket, verdict, account }),
        2 => (which(), change).prop_map(|(ticket, verdict)| Event::Change { ticket, verdict }),
        7 => (which(), kind, prop::option::weighted(0.4, 0..4usize))
            .prop_map(|(ticket, kind, wrong)| Event::Accept { ticket, kind, wrong }),
        1 => Just(Event::Repeat),
        14 => (which(), 0..22usize).prop_map(|(ticket, answer)| Event::Answer { ticket, answer }),
        1 => windows.prop_map(Event::Windows),
        60 => (0..4usize).prop_map(Event::Onwards),
        2 => (0..100u64, any::<bool>()).prop_map(|(seconds, tick)| Event::Wait { seconds, tick }),
    ]
}

/// What the test knows of the world around the machine.
#[derive(Default)]
struct Books {
    /// Name and password as last sent to Windows, and when they were typed.
    sent: Option<(String, String, UnixTime)>,
    /// The account the last good verdict named, as long as it stands.
    account: Option<AccountClaim>,
    attempt: Option<AttemptId>,
    /// The question that is open: ticket, kind, when.
    open: Option<(Ticket, Kind, UnixTime)>,
    /// The proof that is open.
    proof: Option<(Ticket, UnixTime)>,
    /// Whether a good verdict of Windows was given since a password was last typed.
    proven: bool,
    /// Whether at least "could not tell" was.
    judged: bool,
    proofs: Vec<Ticket>,
    changes: Vec<Ticket>,
    calls: Vec<Ticket>,
    show: Option<ShowRequest>,
    new_password: Option<(String, UnixTime)>,
    last_accept: Option<(Ticket, Kind, Accept)>,
    /// Accepts that led to a release.
    used: Vec<Ticket>,
    /// Whether account 1002 is set to get in with the password alone.
    glass: bool,
}

impl Books {
    fn forget(&mut self) {
        (self.account, self.attempt, self.open, self.proof) = (None, None, None, None);
        (self.proven, self.judged, self.show, self.sent) = (false, false, None, None);
    }

    /// Whether this accept may lead to a release, judged by what was asked and nothing the machine says.
    fn legitimate(&self, now: UnixTime, ticket: Ticket, kind: Kind, accept: &Accept) -> bool {
        let (Some((open, asked, since)), Some((_, _, typed))) = (&self.open, &self.sent) else {
            return false;
        };
        let limits = Limits::default();
        *open == ticket
            && *asked == kind
            && now < since.plus(limits.call)
            && now < typed.plus(limits.password_hold)
            && self.judged
            && Some(accept.attempt) == self.attempt
            && Some(&accept.sid) == self.account.as_ref().map(|account| &account.sid)
            && (accept.machine, accept.session) == (MACHINE, SESSION)
    }

    /// Takes down what the machine asked for.
    fn note(&mut self, now: UnixTime, actions: &[Action]) {
        for action in actions {
            match action {
                Action::ProvePassword { ticket, name, password } => {
                    let password = password.expose_text().unwrap().to_owned();
                    let typed = match self.new_password.take() {
                        Some((new, at)) if new == password => at,
                        _ => now,
                    };
                    self.sent = Some((name.to_string(), password, typed));
                    self.proof = Some((*ticket, now));
                    self.proofs.push(*ticket);
                }
                Action::ChangePassword { ticket, new, .. } => {
                    self.new_password = Some((new.expose_text().unwrap().to_owned(), now));
                    self.changes.push(*ticket);
                }
                Action::Call { ticket, request } => {
                    let kind = match request {
                        Request::Begin(request) => {
                            self.attempt = Some(request.attempt);
                            Kind::Begin
                        }
                        Request::Verify(_) => Kind::Verify,
                        Request::Confirm(_) => Kind::Confirm,
                        Request::Show(request) => {
                            self.show = Some(from_body(&to_body(request).unwrap()).unwrap());
                            Kind::Show
                        }
                    };
                    self.open = Some((*ticket, kind, now));
                    self.calls.push(*ticket);
                }
                _ => {}
            }
        }
    }
}

/// The event that leads on from where things are.
fn onwards(screen: &Screen, books: &Books, way: usize) -> Event {
    let ticket = Which::Last;
    let accept = Event::Accept { ticket: Which::Last, kind: Kind::AsAsked, wrong: None };
    if screen.busy {
        return match books.open.map(|(_, kind, _)| kind) {
            None if books.proof.is_some() => {
                Event::Verdict { ticket, verdict: 0, account: 1001 + u32::from(way == 3) }
            }
            None if screen.view == View::NewPassword => {
                Event::Change { ticket, verdict: ChangeVerdict::Changed }
            }
            None => Event::Windows(WindowsResult::SignedIn),
            Some(Kind::Show) => Event::Answer { ticket, answer: 16 },
            Some(Kind::Begin) => Event::Answer { ticket, answer: [0, 4, 7, 8][way] },
            Some(Kind::Verify) if way == 0 => Event::Answer { ticket, answer: 10 },
            Some(Kind::Confirm) if way == 0 => Event::Answer { ticket, answer: 12 },
            Some(_) => accept,
        };
    }
    match screen.view {
        View::Password => Event::TypePassword { name: way % 2, password: 0 },
        View::NewPassword => Event::TypeNewPassword { same: true },
        View::Enroll if way < 2 => Event::Press([Command::ShowQr, Command::ShowKey][way]),
        View::Code | View::Enroll => Event::TypeCode(0),
        View::EnrollmentCode => Event::TypeEnrollmentCode,
        View::Closed => Event::Deselect,
    }
}

fn pick(tickets: &[Ticket], which: &Which) -> Option<Ticket> {
    match which {
        Which::Last => tickets.last().copied(),
        Which::Earlier(_) if tickets.is_empty() => None,
        Which::Earlier(index) => Some(*index.get(tickets)),
    }
}

/// How often each end was reached, so that the property is not true of nothing.
#[derive(Debug, Default)]
struct Reached {
    begin: u32,
    glass: u32,
    verify: u32,
    confirm: u32,
    refused_accepts: u32,
    qr: u32,
}

const NAMES: [&str; 3] = ["mara", "CORP\\noor", ""];
const PASSWORDS: [&str; 2] = [PASSWORD, "another"];
const CODES: [&str; 4] = ["123456", "654321", "letters", ""];

/// The reasons that may be shown to somebody who has not shown that they know a password.
const HARMLESS: &[Reason] = &[
    Reason::SignInFailed,
    Reason::NameUnusable,
    Reason::FieldEmpty,
    Reason::InputTooLong,
    Reason::Working,
    Reason::Starting,
    Reason::Unreachable,
    Reason::ClockOff,
    Reason::ServerTrouble,
    Reason::NotJoined,
    Reason::MachineUnknown,
    Reason::MachineSuspended,
    Reason::MachineCloned,
    Reason::TimedOut,
    Reason::ComponentFailed,
];

fn accept_reply(kind: Kind, accept: Accept) -> Reply {
    match kind {
        Kind::Verify | Kind::Show => Reply::Verify(signed(&VerifyAnswer::Accept { accept })),
        Kind::Confirm => Reply::Confirm(signed(&ConfirmAnswer::Accept { accept })),
        Kind::Begin | Kind::AsAsked => Reply::Begin(signed(&BeginAnswer::NotNeeded { accept })),
    }
}

fn other_reply(books: &Books, answer: usize) -> Reply {
    let elsewhere = ("PC-7".to_owned(), START);
    match answer {
        0..=3 => Reply::Begin(signed(&BeginAnswer::Code { digits: vec![6] })),
        4..=6 => Reply::Begin(signed(&BeginAnswer::Enroll { pending: None, needs_code: false })),
        7 => Reply::Begin(signed(&BeginAnswer::Enroll { pending: None, needs_code: true })),
        8 => Reply::Begin(signed(&BeginAnswer::Enroll { pending: Some(pending()), needs_code: false })),
        9 => Reply::Begin(signed(&BeginAnswer::Refuse { refusal: refusal(Reason::Locked) })),
        10 => Reply::Verify(signed(&VerifyAnswer::Wrong { left: 1 })),
        11 => Reply::Verify(signed(&VerifyAnswer::Refuse { refusal: refusal(Reason::LockedEverywhere) })),
        12 => Reply::Confirm(signed(&ConfirmAnswer::Wrong { left: 1 })),
        13 => Reply::Confirm(signed(&ConfirmAnswer::Expired)),
        14 => Reply::Show(signed(&ShowAnswer::CodeWrong { left: 1 })),
        15 => Reply::Show(signed(&ShowAnswer::EnrolledElsewhere { machine: elsewhere.0, at: elsewhere.1 })),
        16..=19 => match (&books.show, books.attempt) {
            (Some(request), Some(attempt)) => Reply::Show(signed(&show(request, MACHINE, attempt, URI))),
            _ => Reply::Unreachable,
        },
        20 => error(ErrorKind::AttemptOver),
        _ => Reply::Unreachable,
    }
}

/// Carries one event out and compares what the machine did with the books.
fn happen(bench: &mut Bench, books: &mut Books, event: &Event, reached: &RefCell<Reached>) {
    let before = bench.screen();
    let onwards = if let Event::Onwards(way) = event { Some(onwards(&before, books, *way)) } else { None };
    let event = onwards.as_ref().unwrap_or(event);
    let (mut accept_given, mut glass) = (None, false);
    let input = match event {
        Event::TypePassword { name, password } => {
            Input::Submitted(typed_password(NAMES[*name], PASSWORDS[*password]))
        }
        Event::HandOver => Input::HandedOver { name: "CORP\\rdp".parse().unwrap(), password: secret("rdp") },
        Event::TypeCode(code) => Input::Submitted(typed_code(CODES[*code])),
        Event::TypeEnrollmentCode => Input::Submitted(typed_enrollment_code("ABC-DEF-124")),
        Event::TypeNewPassword { same } => {
            Input::Submitted(typed_new("new one", if *same { "new one" } else { "another one" }))
        }
        Event::Press(command) => Input::Pressed(*command),
        Event::Deselect => Input::Deselected,
        Event::Verdict { ticket, verdict, account: number } => {
            let Some(ticket) = pick(&books.proofs, ticket) else { return };
            let resolved = || Resolved { account: account(*number), groups: vec![] };
            let verdict = match verdict {
                0..=3 => PasswordVerdict::Proven(resolved()),
                4 => PasswordVerdict::MustChange(resolved()),
                5 => PasswordVerdict::Wrong(Some(account(*number))),
                6 => PasswordVerdict::CouldNotTell(Some(resolved())),
                _ => PasswordVerdict::CouldNotTell(None),
            };
            if let Some((_, since)) = books.proof.filter(|(open, _)| *open == ticket) {
                books.proof = None;
                if bench.now < since.plus(Limits::default().call) {
                    books.proven =
                        matches!(verdict, PasswordVerdict::Proven(_) | PasswordVerdict::MustChange(_));
                    books.judged = books.proven || matches!(verdict, PasswordVerdict::CouldNotTell(Some(_)));
                    books.account = books.judged.then(|| account(*number));
                    // Nobody whose password has to be changed first.
                    let good = matches!(
                        verdict,
                        PasswordVerdict::Proven(_) | PasswordVerdict::CouldNotTell(Some(_))
                    );
                    let held = books
                        .sent
                        .as_ref()
                        .is_some_and(|(_, _, typed)| bench.now < typed.plus(Limits::default().password_hold));
                    glass = books.glass && *number == 1002 && good && held;
                }
            }
            Input::Password(ticket, verdict)
        }
        Event::Change { ticket, verdict } => {
            let Some(ticket) = pick(&books.changes, ticket) else { return };
            Input::PasswordChange(ticket, *verdict)
        }
        Event::Accept { ticket, kind, wrong } => {
            let Some(ticket) = pick(&books.calls, ticket) else { return };
            let (Some(attempt), Some(account)) = (books.attempt, &books.account) else { return };
            let asked = books.open.map_or(Kind::Verify, |(_, asked, _)| asked);
            let kind = match (kind, asked) {
                (Kind::AsAsked, Kind::Show) => Kind::Verify,
                (Kind::AsAsked, asked) => asked,
                (kind, _) => *kind,
            };
            let mut accept = Accept { sid: account.sid.clone(), ..Bench::accept(attempt) };
            match wrong {
                Some(0) => accept.attempt = AttemptId::from_bytes([9; 16]),
                Some(1) => accept.machine = MachineId::from_bytes([9; 16]),
                Some(2) => accept.sid = "S-1-5-21-1-2-3-9999".parse().unwrap(),
                Some(_) => accept.session += 1,
                None => {}
            }
            accept_given = Some((ticket, kind, accept.clone()));
            Input::Replied(ticket, accept_reply(kind, accept))
        }
        Event::Repeat => {
            let Some((ticket, kind, accept)) = books.last_accept.clone() else { return };
            accept_given = Some((ticket, kind, accept.clone()));
            Input::Replied(ticket, accept_reply(kind, accept))
        }
        Event::Answer { ticket, answer } => {
            let Some(ticket) = pick(&books.calls, ticket) else { return };
            Input::Replied(ticket, other_reply(books, *answer))
        }
        Event::Windows(result) => Input::Windows(*result),
        Event::Onwards(_) => unreachable!("became another event"),
        Event::Wait { seconds, tick } => {
            bench.now = bench.now.plus(Duration::from_secs(*seconds));
            if !*tick {
                return;
            }
            Input::Tick
        }
    };
    let answered = if let Input::Replied(ticket, _) = &input { Some(*ticket) } else { None };
    let left = matches!(event, Event::Press(Command::Cancel) | Event::Deselect);
    let fresh = matches!(event, Event::TypePassword { .. }) && before.view == View::Password && !before.busy;

    // What may happen is settled before the machine is asked.
    let legitimate = accept_given
        .as_ref()
        .is_some_and(|(ticket, kind, accept)| books.legitimate(bench.now, *ticket, *kind, accept));
    if left || fresh {
        books.forget();
    }
    let sent = books.sent.clone();
    let account = books.account.clone();
    bench.step(input);

    let releases: Vec<&Release> = bench
        .actions
        .iter()
        .filter_map(|action| if let Action::Release(release) = action { Some(release) } else { None })
        .collect();
    assert_eq!(
        releases.len(),
        usize::from(legitimate || glass),
        "released exactly when a fitting accept came, or for the account that needs none"
    );
    if let (Some(release), true) = (releases.first(), glass) {
        let (name, password, _) = sent.clone().expect("credentials were typed");
        assert_eq!(Some(&release.account), account.as_ref());
        assert_eq!((release.name.as_str(), release.password.expose_text()), (&*name, Some(&*password)));
        assert!(release.approval.is_break_glass());
        assert_eq!(bench.reported(), [ReportedEvent::BreakGlass]);
        reached.borrow_mut().glass += 1;
    } else {
        assert!(releases.iter().all(|release| !release.approval.is_break_glass()));
    }
    if let (Some(release), Some((ticket, kind, _))) = (releases.first(), &accept_given) {
        assert!(!books.used.contains(ticket), "two releases for one accept");
        books.used.push(*ticket);
        let (name, password, _) = sent.expect("credentials were typed");
        assert_eq!(Some(&release.account), account.as_ref());
        assert_eq!((release.name.as_str(), release.password.expose_text()), (&*name, Some(&*password)));
        let mut reached = reached.borrow_mut();
        match kind {
            Kind::Begin => reached.begin += 1,
            Kind::Verify => reached.verify += 1,
            Kind::Confirm => reached.confirm += 1,
            Kind::AsAsked | Kind::Show => unreachable!("no accept is of this kind"),
        }
    } else if accept_given.is_some() {
        reached.borrow_mut().refused_accepts += 1;
    }
    if accept_given.is_some() {
        books.last_accept = accept_given;
    }
    if let (Some(ticket), Some((open, ..))) = (answered, books.open)
        && ticket == open
    {
        books.open = None;
    }
    if matches!(event, Event::HandOver) && bench.proof().is_some() {
        books.forget();
    }
    let actions = std::mem::take(&mut bench.actions);
    books.note(bench.now, &actions);

    let screen = bench.screen();
    if left {
        bench.assert_first_view(None);
    }
    let secret_shown = screen.enrollment.as_ref().is_some_and(|e| e.qr.is_some() || e.key.is_some());
    assert!(!secret_shown || books.proven, "a seed on the screen without a proven password");
    reached.borrow_mut().qr += u32::from(secret_shown);
    if !books.judged {
        let reason = screen.message.as_ref().map(|message| message.reason);
        assert!(reason.is_none_or(|reason| HARMLESS.contains(&reason)), "{reason:?} without a verdict");
        assert_eq!(screen.person, None, "an account named without a verdict");
    }
    assert!(screen.busy == (screen.message.as_ref().map(|m| m.reason) == Some(Reason::Working)));
    assert_eq!(screen.enrollment.is_some(), screen.view == View::Enroll);
}

#[test]
fn whatever_happens_nothing_is_released_without_a_fitting_accept_and_cancel_always_works() {
    let reached = RefCell::new(Reached::default());
    let config = Config { cases: 1_500, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&(any::<bool>(), prop::collection::vec(event(), 1..60)), |(glass, events)| {
            let sids = if glass { vec![account(1002).sid] } else { Vec::new() };
            let mut bench = Bench::with(Context { break_glass: sids, ..context() });
            let mut books = Books { glass, ..Books::default() };
            for event in &events {
                happen(&mut bench, &mut books, event, &reached);
            }
            happen(&mut bench, &mut books, &Event::Press(Command::Cancel), &reached);
            Ok(())
        })
        .unwrap();
    let reached = reached.into_inner();
    let least =
        [reached.begin, reached.verify, reached.confirm, reached.refused_accepts, reached.qr, reached.glass];
    assert!(least.iter().all(|&count| count >= 100), "the walks do not get far enough: {reached:?}");
}
