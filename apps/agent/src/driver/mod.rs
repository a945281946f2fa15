//! Carries out what the state machine of a sign-in asks for, and brings back what came of it.
//!
//! Must not know how a screen is drawn or where credentials go.

mod backend;
#[cfg(test)]
pub(crate) mod tests;

pub use backend::{Backend, Reply, ReplyFuture};

use crate::{clock, rng::system_rng};
use model::{AccountClaim, AccountName, AttemptId, Reason, Secret, Sid, UnixTime};
use protocol::{http::ReportedEvent, pipe::Screen};
use signin::{Action, ChangeVerdict, Context, Input, PasswordVerdict, Release, Request, Resolved, SignIn};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    task::{JoinSet, spawn_blocking},
    time::{Instant, sleep_until},
};

/// Answers that let nobody in come this long after the submission, or a multiple of it, whatever the reason, so that
/// time does not tell a wrong name from a wrong password or a locked account.
pub const STEADY: Duration = Duration::from_secs(1);

/// The longest sleep. A machine that was suspended notices at the next tick that limits have passed.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// Where credentials go once they are allowed to go there.
pub trait Releaser: Send {
    /// Takes the credentials; must not block. What becomes of them comes back as [`Input::Windows`].
    fn release(&mut self, released: Released);
}

/// To whoever takes them from a channel. Nobody there any more: dropped, which wipes them.
impl Releaser for mpsc::UnboundedSender<Released> {
    fn release(&mut self, released: Released) {
        let _ = self.send(released);
    }
}

/// Credentials whose approval has been used up for exactly this release.
#[derive(Debug)]
pub struct Released {
    /// The turn it was approved in.
    pub turn: u32,
    /// The account.
    pub account: AccountClaim,
    /// The name as typed.
    pub name: AccountName,
    /// The password.
    pub password: Secret,
}

/// An open sign-in view. Dropping it closes the view.
#[derive(Debug)]
pub struct View {
    /// What happens in the view.
    pub inputs: mpsc::UnboundedSender<Said>,
    /// What it shows, newest last.
    pub screens: mpsc::UnboundedReceiver<Drawn>,
}

impl View {
    /// Says what happened, where nobody counts turns.
    ///
    /// # Errors
    /// The view has ended.
    pub fn say(&self, input: Input) -> Result<(), Ended> {
        self.inputs.send(Said { turn: 0, input }).map_err(|_| Ended)
    }
}

/// The view has ended: nobody listens.
#[derive(Debug, thiserror::Error)]
#[error("the view has ended")]
pub struct Ended;

/// Something that happened, and the number its sender gave it.
#[derive(Debug)]
pub struct Said {
    /// What is drawn or released from now on carries it.
    pub turn: u32,
    /// What happened.
    pub input: Input,
}

/// A screen, and the turn it belongs to: the last one taken before it was drawn.
#[derive(Debug)]
pub struct Drawn {
    /// The turn.
    pub turn: u32,
    /// What to draw.
    pub screen: Screen,
}

/// Opens a view, and the work that keeps it going: it ends, everything forgotten and every event kept, soon after
/// the view is dropped.
pub fn open(
    context: Context,
    backend: Arc<dyn Backend>,
    releaser: Box<dyn Releaser>,
) -> (View, impl Future<Output = ()> + Send) {
    prepare(SignIn::new(context.clone()), context, backend, releaser)
}

/// The same for a sign-in that may have been told something else than this side goes by.
fn prepare(
    signin: SignIn,
    context: Context,
    backend: Arc<dyn Backend>,
    releaser: Box<dyn Releaser>,
) -> (View, impl Future<Output = ()> + Send) {
    let (inputs, received) = mpsc::unbounded_channel();
    let (drawn, screens) = mpsc::unbounded_channel();
    let driver = Driver {
        clock: SteadyClock::start(),
        signin,
        turn: 0,
        answered: true,
        context,
        backend,
        releaser,
        screens: drawn,
        asked: None,
        judged: None,
        wake: None,
        work: JoinSet::new(),
        records: JoinSet::new(),
        own: Vec::new(),
    };
    (View { inputs, screens }, driver.run(received))
}

struct Driver {
    clock: SteadyClock,
    signin: SignIn,
    /// The last one taken.
    turn: u32,
    /// Whether a screen was drawn since then: whoever said something waits for one.
    answered: bool,
    context: Context,
    backend: Arc<dyn Backend>,
    releaser: Box<dyn Releaser>,
    screens: mpsc::UnboundedSender<Drawn>,
    /// The attempt of the last begin request and its account, as this side sent it: what an approval has to be for.
    asked: Option<(AttemptId, Sid)>,
    /// Whose password the operating system judged last, and did not find wrong.
    judged: Option<Resolved>,
    wake: Option<UnixTime>,
    /// Proofs and calls under way; dropped with the view.
    work: JoinSet<Input>,
    /// Events being written; waited for at the end.
    records: JoinSet<()>,
    /// Inputs that came out of carrying out an action.
    own: Vec<Input>,
}

impl Driver {
    async fn run(mut self, mut inputs: mpsc::UnboundedReceiver<Said>) {
        self.show(self.signin.screen());
        loop {
            let wake = self.clock.instant_of(self.wake);
            // What the person does comes first: Cancel waits for nothing.
            let input = tokio::select! {
                biased;
                said = inputs.recv() => said.map(|Said { turn, input }| {
                    (self.turn, self.answered) = (turn, false);
                    input
                }),
                Some(done) = self.work.join_next() => match done {
                    Ok(input) => {
                        self.note_verdict(&input);
                        Some(input)
                    }
                    // The part that failed owes an answer; the limit of the call will end the wait.
                    Err(error) => {
                        tracing::error!(%error, "a part of a sign-in failed");
                        continue;
                    }
                },
                () = sleep_until(wake) => Some(Input::Tick),
            };
            let Some(input) = input else { break };
            self.take(input);
            // What does not fit changes nothing, and is answered all the same.
            if !self.answered {
                self.show(self.signin.screen());
            }
            while self.records.try_join_next().is_some() {}
        }
        self.take(Input::Deselected);
        self.work.abort_all();
        while self.records.join_next().await.is_some() {}
    }

    fn take(&mut self, input: Input) {
        self.own.push(input);
        while let Some(input) = self.own.pop() {
            for action in self.signin.step(self.clock.now(), &mut system_rng(), input) {
                self.carry_out(action);
            }
        }
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Show(screen) => self.show(screen),
            Action::ProvePassword { ticket, name, password } => {
                let os = Arc::clone(self.backend.os());
                self.work
                    .spawn(async move { Input::Password(ticket, prove_steadily(os, name, password).await) });
            }
            Action::ChangePassword { ticket, account, old, new } => {
                let os = Arc::clone(self.backend.os());
                self.work.spawn(async move {
                    let change = spawn_blocking(move || os.change_password(&account, &old, &new));
                    Input::PasswordChange(ticket, change.await.map_or(ChangeVerdict::Failed, change_verdict))
                });
            }
            Action::Call { ticket, request } => {
                if let Request::Begin(begin) = &request {
                    self.asked = Some((begin.attempt, begin.account.sid.clone()));
                }
                let backend = Arc::clone(&self.backend);
                self.work.spawn(async move { Input::Replied(ticket, backend.ask(request).await) });
            }
            Action::WakeAt(at) => self.wake = Some(at),
            Action::Report { attempt, account, what } => self.record(attempt, account, what),
            Action::Release(release) => self.release(release),
        }
    }

    fn show(&mut self, screen: Screen) {
        self.answered = true;
        // Nobody looks any more; the channel of inputs tells the same.
        let _ = self.screens.send(Drawn { turn: self.turn, screen });
    }

    /// The file is flushed on a thread that may wait.
    fn record(&mut self, attempt: Option<AttemptId>, account: Option<AccountClaim>, what: ReportedEvent) {
        let backend = Arc::clone(&self.backend);
        self.records.spawn_blocking(move || {
            if what == ReportedEvent::BreakGlass {
                let name = account.as_ref().map(|account| account.name.as_str()).unwrap_or_default();
                let text = format!(
                    "{name} is let in with the password alone: the account is set to be on this PC (BreakGlass)."
                );
                backend.os().record_event(os::Severity::Warning, &text);
            }
            backend.record(attempt, account, what);
        });
    }

    fn note_verdict(&mut self, input: &Input) {
        if let Input::Password(_, verdict) = input {
            self.judged = match verdict {
                PasswordVerdict::Proven(resolved) | PasswordVerdict::CouldNotTell(Some(resolved)) => {
                    Some(resolved.clone())
                }
                _ => None,
            };
        }
    }

    fn release(&mut self, release: Release) {
        let Release { approval, attempt, account, name, password } = release;
        // Compared with what this side asked for, not with what the release says. Used up either way.
        let (asked, judged) = (self.asked.take(), self.judged.take());
        let own = if approval.is_break_glass() {
            let listed = judged.filter(|judged| signin::is_break_glass(&self.context.break_glass, judged));
            listed.map(|judged| (None, judged.account.sid))
        } else {
            asked.map(|(attempt, sid)| (Some(attempt), sid))
        };
        let fits = own.is_some_and(|(attempt, sid)| {
            let (machine, session) = (self.context.machine, self.context.session);
            match approval.consume(self.clock.now(), attempt, machine, &sid, session) {
                Ok(()) => sid == account.sid,
                Err(error) => {
                    tracing::error!(%error, "nothing was released");
                    false
                }
            }
        });
        if fits {
            self.releaser.release(Released { turn: self.turn, account, name, password });
        } else {
            let what = ReportedEvent::Refused { reason: Reason::ComponentFailed };
            self.record(attempt, Some(account), what);
            self.own.push(Input::Deselected);
        }
    }
}

/// Asks Windows, and holds an answer that lets nobody in until a fixed time after the submission.
async fn prove_steadily(os: Arc<dyn os::Os>, name: AccountName, password: Secret) -> PasswordVerdict {
    let submitted = Instant::now();
    let verdict = spawn_blocking(move || os.prove_password(&name, &password))
        .await
        .map_or(PasswordVerdict::CouldNotTell(None), password_verdict);
    if matches!(verdict, PasswordVerdict::Wrong(_) | PasswordVerdict::CouldNotTell(None)) {
        let rounds = submitted.elapsed().as_millis() / STEADY.as_millis() + 1;
        sleep_until(submitted + STEADY * u32::try_from(rounds).unwrap_or(u32::MAX)).await;
    }
    verdict
}

fn password_verdict(verdict: os::PasswordVerdict) -> PasswordVerdict {
    match verdict {
        os::PasswordVerdict::Proven(found) => PasswordVerdict::Proven(resolved(found)),
        os::PasswordVerdict::MustChange(found) => PasswordVerdict::MustChange(resolved(found)),
        os::PasswordVerdict::Wrong(account) => PasswordVerdict::Wrong(account),
        os::PasswordVerdict::CouldNotTell(found) => PasswordVerdict::CouldNotTell(found.map(resolved)),
    }
}

fn resolved(found: os::Resolved) -> Resolved {
    Resolved { account: found.account, groups: found.groups }
}

fn change_verdict(verdict: os::ChangeVerdict) -> ChangeVerdict {
    match verdict {
        os::ChangeVerdict::Changed => ChangeVerdict::Changed,
        os::ChangeVerdict::NotTaken => ChangeVerdict::NotTaken,
        os::ChangeVerdict::Failed => ChangeVerdict::Failed,
    }
}

/// A clock that neither goes backwards when somebody sets it nor stands still while the machine is suspended.
struct SteadyClock {
    started_at: UnixTime,
    started: Instant,
    latest: UnixTime,
}

impl SteadyClock {
    fn start() -> Self {
        let now = clock::now();
        Self { started_at: now, started: Instant::now(), latest: now }
    }

    fn now(&mut self) -> UnixTime {
        let counted = self.started_at.plus(self.started.elapsed());
        self.latest = self.latest.max(counted).max(clock::now());
        self.latest
    }

    /// When to look again for `at`; never later than [`LONGEST_SLEEP`] from now.
    fn instant_of(&mut self, at: Option<UnixTime>) -> Instant {
        let wait = at.map_or(LONGEST_SLEEP, |at| at.since(self.now()).clamp(MIN_SLEEP, LONGEST_SLEEP));
        Instant::now() + wait
    }
}

/// A time that has passed and still stands in `wake` must not keep the machine busy.
const MIN_SLEEP: Duration = Duration::from_secs(1);
