use super::state::{State, Waiting};
use crate::{Action, Context, Input, Request, Ticket};
use model::{AccountClaim, AttemptId, UnixTime};
use protocol::http::ReportedEvent;
use rand_core::CryptoRng;

/// What one step has to work with, and the actions it collects.
pub(super) struct Turn<'a> {
    pub(super) now: UnixTime,
    pub(super) rng: &'a mut dyn CryptoRng,
    pub(super) context: &'a Context,
    tickets: &'a mut u64,
    actions: Vec<Action>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        now: UnixTime,
        rng: &'a mut dyn CryptoRng,
        context: &'a Context,
        tickets: &'a mut u64,
    ) -> Self {
        Self { now, rng, context, tickets, actions: Vec::new() }
    }

    pub(super) fn into_actions(self) -> Vec<Action> {
        self.actions
    }

    /// Finds who is to deal with an input. What does not fit the state is dropped: a command the view does not
    /// have, an answer to a question that is not open any more.
    pub(super) fn take(&mut self, state: State, input: Input) -> State {
        match (state, input) {
            (State::Password { .. }, Input::Submitted(typed)) => self.submit_password(typed),
            (State::Password { message }, Input::HandedOver { name, password }) => {
                self.hand_over(message, name, password)
            }
            (State::Proving { credentials, waiting }, Input::Password(ticket, verdict))
                if waiting.ticket == ticket =>
            {
                self.password_judged(credentials, verdict)
            }
            (State::NewPassword { credentials, account, .. }, Input::Submitted(typed)) => {
                self.submit_new_password(credentials, account, typed)
            }
            (
                State::Changing { credentials, account, new, waiting },
                Input::PasswordChange(ticket, verdict),
            ) if waiting.ticket == ticket => self.password_changed(credentials, account, new, verdict),
            (State::Beginning { attempt, waiting }, Input::Replied(ticket, reply))
                if waiting.ticket == ticket =>
            {
                self.begun(attempt, reply)
            }
            (State::Code { attempt, unanswered, .. }, Input::Submitted(typed)) => {
                self.submit_code(attempt, unanswered, typed)
            }
            (State::Verifying { attempt, sent, waiting }, Input::Replied(ticket, reply))
                if waiting.ticket == ticket =>
            {
                self.verified(attempt, sent, reply)
            }
            (State::EnrollmentCode { attempt, unanswered, .. }, Input::Submitted(typed)) => {
                self.submit_enrollment_code(attempt, unanswered, typed)
            }
            (State::Enroll { attempt, enrolling, message }, Input::Pressed(command)) => {
                self.enroll_command(attempt, enrolling, message, command)
            }
            (State::Enroll { attempt, enrolling, .. }, Input::Submitted(typed)) => {
                self.submit_first_code(attempt, enrolling, typed)
            }
            (State::Showing { attempt, enrolling, sent, waiting }, Input::Replied(ticket, reply))
                if waiting.ticket == ticket =>
            {
                self.shown(attempt, enrolling, sent, reply)
            }
            (State::Confirming { attempt, enrolling, sent, waiting }, Input::Replied(ticket, reply))
                if waiting.ticket == ticket =>
            {
                self.confirmed(attempt, enrolling, sent, reply)
            }
            // A host that asks again never told what became of the credentials. Nothing is known, so nothing is said.
            (State::Released { .. }, Input::Submitted(_) | Input::HandedOver { .. }) => State::default(),
            (state, _) => state,
        }
    }

    /// A new ticket, good for as long as a call or a proof may take.
    pub(super) fn wait(&mut self) -> Waiting {
        *self.tickets += 1;
        Waiting { ticket: Ticket(*self.tickets), until: self.now.plus(self.context.limits.call) }
    }

    pub(super) fn call(&mut self, request: Request) -> Waiting {
        let waiting = self.wait();
        self.act(Action::Call { ticket: waiting.ticket, request });
        waiting
    }

    pub(super) fn report(
        &mut self,
        attempt: Option<AttemptId>,
        account: Option<AccountClaim>,
        what: ReportedEvent,
    ) {
        self.act(Action::Report { attempt, account, what });
    }

    pub(super) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }
}
