//! How a sign-in ends: approved, refused, given up, left, timed out.

use super::state::{Attempt, Credentials, State};
use super::turn::Turn;
use crate::approval::{Accepting, Approval};
use crate::{Action, Release, Reply, WindowsResult};
use model::{AccountClaim, AttemptId, Message, Reason};
use protocol::http::{ErrorKind, Refusal, ReportedEvent};
use protocol::signature::Authentic;

/// Why a question has no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It may go away by itself: the person can try again without typing the password again.
    TryAgain(Reason),
    /// Start again from the first view.
    StartAgain(Reason),
}

impl Trouble {
    /// What a reply that is not the answer asked for amounts to.
    pub(super) fn of(reply: &Reply) -> Self {
        let Reply::Error(answer) = reply else {
            return match reply {
                Reply::Unreachable => Self::TryAgain(Reason::Unreachable),
                _ => Self::StartAgain(Reason::ComponentFailed),
            };
        };
        match answer.error {
            ErrorKind::Busy | ErrorKind::ServerTrouble | ErrorKind::Other => {
                Self::TryAgain(Reason::ServerTrouble)
            }
            ErrorKind::Clock => Self::StartAgain(Reason::ClockOff),
            ErrorKind::MachineUnknown => Self::StartAgain(Reason::MachineUnknown),
            ErrorKind::MachineSuspended => Self::StartAgain(Reason::MachineSuspended),
            ErrorKind::MachineCloned => Self::StartAgain(Reason::MachineCloned),
            ErrorKind::AttemptOver => Self::StartAgain(Reason::TimedOut),
            ErrorKind::Signature | ErrorKind::Request | ErrorKind::JoinCodeRefused => {
                Self::StartAgain(Reason::ComponentFailed)
            }
        }
    }
}

impl Turn<'_> {
    /// The server's answer is an accept. If it is one of this very sign-in, the credentials go to Windows.
    pub(super) fn accepted<A: Accepting>(&mut self, attempt: Attempt, answer: &Authentic<A>) -> State {
        let Some(approval) = Approval::from_accept(answer, &attempt.binding(self.context), self.now) else {
            return self.refuse(&attempt, Reason::ComponentFailed);
        };
        let Attempt { id, account, credentials, .. } = attempt;
        self.release(approval, Some(id), account, credentials)
    }

    /// The account is one of those set on this machine to get in with the password alone.
    pub(super) fn break_glass(
        &mut self,
        approval: Approval,
        account: AccountClaim,
        credentials: Credentials,
    ) -> State {
        self.report(None, Some(account.clone()), ReportedEvent::BreakGlass);
        self.release(approval, None, account, credentials)
    }

    fn release(
        &mut self,
        approval: Approval,
        attempt: Option<AttemptId>,
        account: AccountClaim,
        credentials: Credentials,
    ) -> State {
        let Credentials { name, password, .. } = credentials;
        self.act(Action::Release(Release { approval, attempt, account: account.clone(), name, password }));
        let until = self.now.plus(self.context.limits.release);
        State::Released { attempt, account, until }
    }

    /// The server's own *no*. It has recorded it.
    pub(super) fn refused(&self, refusal: &Refusal) -> State {
        let support = refusal.support.clone().or_else(|| self.context.support.clone());
        let message = Message { at: refusal.until, support, ..Message::new(refusal.reason) };
        State::Password { message: Some(message) }
    }

    /// A *no* of this side, which the server has to be told of.
    pub(super) fn refuse(&mut self, attempt: &Attempt, reason: Reason) -> State {
        self.report_attempt(attempt, ReportedEvent::Refused { reason });
        self.first_view(reason)
    }

    /// No verdict, and no use in trying again with this attempt.
    pub(super) fn give_up(&mut self, attempt: &Attempt, trouble: Trouble) -> State {
        let (Trouble::TryAgain(reason) | Trouble::StartAgain(reason)) = trouble;
        self.refuse(attempt, reason)
    }

    /// Cancel, another tile, or nobody there any more. After a release it is not known whether the person is in, so
    /// nothing is reported.
    pub(super) fn leave(&mut self, state: State) -> State {
        self.abandon(&state);
        State::default()
    }

    pub(super) fn time_out(&mut self, state: State) -> State {
        if state.credentials().is_some_and(|credentials| credentials.hold_until <= self.now) {
            self.abandon(&state);
            return self.first_view(Reason::TimedOut);
        }
        let unreachable = Trouble::TryAgain(Reason::Unreachable);
        match state {
            State::Proving { .. } | State::Changing { .. } => {
                let reason = Reason::ComponentFailed;
                self.report(None, None, ReportedEvent::Refused { reason });
                self.first_view(reason)
            }
            State::Beginning { attempt, .. } => self.give_up(&attempt, unreachable),
            State::Verifying { attempt, sent, .. } => self.verify_failed(attempt, sent, unreachable),
            State::Showing { attempt, enrolling, sent, .. } => {
                self.show_failed(attempt, enrolling, sent, unreachable)
            }
            State::Confirming { attempt, enrolling, sent, .. } => {
                self.confirm_failed(attempt, enrolling, sent, unreachable)
            }
            // Some hosts never tell what became of the credentials. Nothing is known, so nothing is said.
            State::Released { .. } => State::default(),
            state => state,
        }
    }

    /// What Windows made of the credentials.
    pub(super) fn windows(&mut self, state: State, result: WindowsResult) -> State {
        let State::Released { attempt, account, .. } = state else { return state };
        let what = match result {
            WindowsResult::SignedIn => ReportedEvent::SignedIn,
            WindowsResult::Refused { status, substatus } => {
                ReportedEvent::WindowsRefused { status, substatus }
            }
        };
        self.report(attempt, Some(account.clone()), what);
        match result {
            WindowsResult::SignedIn => State::Closed { account },
            WindowsResult::Refused { .. } => self.first_view(Reason::WindowsRefused),
        }
    }

    /// The first view with everything forgotten.
    pub(super) fn first_view(&self, reason: Reason) -> State {
        State::Password { message: Some(self.message(reason)) }
    }

    /// A message that ends or holds up a sign-in, so it says whom to turn to.
    pub(super) fn message(&self, reason: Reason) -> Message {
        Message { support: self.context.support.clone(), ..Message::new(reason) }
    }

    fn abandon(&mut self, state: &State) {
        if let Some(attempt) = state.attempt() {
            self.report_attempt(attempt, ReportedEvent::Abandoned);
        }
    }

    fn report_attempt(&mut self, attempt: &Attempt, what: ReportedEvent) {
        self.report(Some(attempt.id), Some(attempt.account.clone()), what);
    }
}
