//! What the server says is to happen, and the code of an existing token.

use super::ending::Trouble;
use super::state::{Attempt, Enrolling, SentCode, State};
use super::turn::Turn;
use super::typed;
use crate::{Reply, Request};
use model::{Message, Reason, RequestId, Secret};
use protocol::http::{BeginAnswer, PasswordEvidence, Pending, VerifyAnswer, VerifyRequest};
use protocol::pipe::Typed;

impl Turn<'_> {
    pub(super) fn begun(&mut self, attempt: Attempt, reply: Reply) -> State {
        let answer = match reply {
            Reply::Begin(answer) => answer,
            other => return self.give_up(&attempt, Trouble::of(&other)),
        };
        match &*answer {
            BeginAnswer::NotNeeded { .. } => self.accepted(attempt, &answer),
            BeginAnswer::Code { .. } => {
                State::Code { attempt, message: Message::new(Reason::CodeAsked), unanswered: None }
            }
            // Nobody gets to see a seed for a password that is not proven, whatever a server says.
            BeginAnswer::Enroll { .. } if attempt.evidence == PasswordEvidence::Unproven => {
                self.refuse(&attempt, Reason::PasswordUnproven)
            }
            BeginAnswer::Enroll { pending: None, needs_code: true } => State::EnrollmentCode {
                attempt,
                message: Message::new(Reason::EnrollmentCodeNeeded),
                unanswered: None,
            },
            BeginAnswer::Enroll { pending, .. } => {
                let message = match pending {
                    None => Message::new(Reason::EnrollStart),
                    Some(pending) => resumed(*pending),
                };
                let enrolling = Enrolling { pending: *pending, ..Enrolling::default() };
                State::Enroll { attempt, enrolling, message }
            }
            // Without a proof, *locked* or *disabled* would tell about a person to whoever typed their name.
            BeginAnswer::Refuse { refusal }
                if attempt.evidence == PasswordEvidence::Unproven
                    && matches!(
                        refusal.reason,
                        Reason::Locked
                            | Reason::LockedEverywhere
                            | Reason::PersonDisabled
                            | Reason::TokenDisabled
                    ) =>
            {
                self.first_view(Reason::SignInFailed)
            }
            BeginAnswer::Refuse { refusal } => self.refused(refusal),
        }
    }

    pub(super) fn submit_code(
        &mut self,
        attempt: Attempt,
        unanswered: Option<SentCode>,
        typed: Typed,
    ) -> State {
        let code = match typed::code_or_stand_in(typed.code.as_ref()) {
            Ok(code) => code,
            Err(reason) => return State::Code { attempt, message: Message::new(reason), unanswered },
        };
        let sent = self.code_to_send(unanswered, code);
        let waiting = self.call(Request::Verify(VerifyRequest {
            request: sent.request,
            attempt: attempt.id,
            code: sent.code.duplicate(),
        }));
        State::Verifying { attempt, sent, waiting }
    }

    pub(super) fn verified(&mut self, attempt: Attempt, sent: SentCode, reply: Reply) -> State {
        let answer = match reply {
            Reply::Verify(answer) => answer,
            other => return self.verify_failed(attempt, sent, Trouble::of(&other)),
        };
        let (reason, left) = match &*answer {
            VerifyAnswer::Accept { .. } => return self.accepted(attempt, &answer),
            VerifyAnswer::Wrong { left } => (Reason::CodeWrong, *left),
            VerifyAnswer::Used { left } => (Reason::CodeUsed, *left),
            VerifyAnswer::Refuse { refusal } => return self.refused(refusal),
        };
        State::Code { attempt, message: tries_left(reason, left), unanswered: None }
    }

    pub(super) fn verify_failed(&mut self, attempt: Attempt, sent: SentCode, trouble: Trouble) -> State {
        match trouble {
            Trouble::TryAgain(reason) => {
                State::Code { attempt, message: self.message(reason), unanswered: Some(sent) }
            }
            trouble => self.give_up(&attempt, trouble),
        }
    }

    /// The request for this code: the one that was not answered when it is the same code, else a new one.
    pub(super) fn code_to_send(&mut self, unanswered: Option<SentCode>, code: Secret) -> SentCode {
        unanswered
            .filter(|sent| sent.code == code)
            .unwrap_or_else(|| SentCode { request: RequestId::random(self.rng), code })
    }
}

pub(super) fn tries_left(reason: Reason, left: u32) -> Message {
    Message { left: Some(left), ..Message::new(reason) }
}

pub(super) fn resumed(pending: Pending) -> Message {
    Message { at: Some(pending.shown_at), ..Message::new(Reason::EnrollResumed) }
}
