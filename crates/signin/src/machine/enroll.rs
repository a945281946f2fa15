//! The token auto-registration view: showing the seed, and the first code.

use super::code::{resumed, tries_left};
use super::ending::Trouble;
use super::state::{Attempt, Enrolling, PendingSeed, SentCode, SentShow, Shown, State};
use super::turn::Turn;
use super::typed;
use crate::{Reply, Request};
use model::{Command, Message, Reason, RequestId, Secret, UnixTime};
use otp::TokenUri;
use protocol::http::{ConfirmAnswer, ConfirmRequest, ShowAnswer, ShowRequest};
use protocol::pipe::Typed;
use protocol::seal::{RecipientKey, Sealed};

const QR: Shown = Shown { qr: true, key: false };
const KEY: Shown = Shown { qr: false, key: true };

impl Turn<'_> {
    pub(super) fn submit_enrollment_code(
        &mut self,
        attempt: Attempt,
        unanswered: Option<SentShow>,
        typed: Typed,
    ) -> State {
        let code = match typed::enrollment_code(typed.enrollment_code.as_ref()) {
            Ok(code) => code,
            Err(reason) => {
                return State::EnrollmentCode { attempt, message: Message::new(reason), unanswered };
            }
        };
        let sent = unanswered
            .filter(|sent| sent.enrollment_code.as_ref() == Some(&code))
            .unwrap_or_else(|| self.new_show(Some(code), false, QR));
        self.ask_to_show(attempt, None, sent)
    }

    pub(super) fn enroll_command(
        &mut self,
        attempt: Attempt,
        mut enrolling: Enrolling,
        message: Message,
        command: Command,
    ) -> State {
        let wanted = match command {
            Command::ShowQr => QR,
            Command::ShowKey => KEY,
            Command::HideQr => {
                enrolling.shown = Shown::default();
                return State::Enroll { attempt, enrolling, message };
            }
            Command::StartOver if enrolling.pending.is_some() => {
                // From here on the old seed may be dead, and so may a code of it.
                enrolling.forget_seed();
                enrolling.unanswered = None;
                let sent = self.new_show(None, true, QR);
                return self.ask_to_show(attempt, Some(enrolling), sent);
            }
            // *Get the app* is drawn by whoever draws the screen, which names the address.
            _ => return State::Enroll { attempt, enrolling, message },
        };
        if enrolling.seed.is_some() {
            enrolling.shown = enrolling.shown.and(wanted);
            return State::Enroll { attempt, enrolling, message };
        }
        let sent = self.new_show(None, false, wanted);
        self.ask_to_show(attempt, Some(enrolling), sent)
    }

    pub(super) fn shown(
        &mut self,
        attempt: Attempt,
        enrolling: Option<Enrolling>,
        sent: SentShow,
        reply: Reply,
    ) -> State {
        let answer = match reply {
            Reply::Show(answer) => answer,
            other => return self.show_failed(attempt, enrolling, sent, Trouble::of(&other)),
        };
        match &*answer {
            ShowAnswer::Show { sealed_uri, pending, resumed: again } => {
                let context = attempt.seal_context(self.context);
                let Some(seed) = open_seed(&sent.key, sealed_uri, &context) else {
                    return self.refuse(&attempt, Reason::ComponentFailed);
                };
                let message = if *again { resumed(*pending) } else { Message::new(Reason::EnrollStart) };
                let enrolling = Enrolling {
                    pending: Some(*pending),
                    seed: Some(seed),
                    shown: sent.wanted,
                    unanswered: enrolling.and_then(|enrolling| enrolling.unanswered),
                };
                State::Enroll { attempt, enrolling, message }
            }
            ShowAnswer::CodeWrong { left } => State::EnrollmentCode {
                attempt,
                message: tries_left(Reason::EnrollmentCodeWrong, *left),
                unanswered: None,
            },
            ShowAnswer::EnrolledElsewhere { machine, at } => self.enrolled_elsewhere(machine, *at),
            ShowAnswer::Refuse { refusal } => self.refused(refusal),
        }
    }

    pub(super) fn show_failed(
        &mut self,
        attempt: Attempt,
        enrolling: Option<Enrolling>,
        sent: SentShow,
        trouble: Trouble,
    ) -> State {
        let Trouble::TryAgain(reason) = trouble else { return self.give_up(&attempt, trouble) };
        let message = self.message(reason);
        match enrolling {
            None => State::EnrollmentCode { attempt, message, unanswered: Some(sent) },
            Some(enrolling) => State::Enroll { attempt, enrolling, message },
        }
    }

    pub(super) fn submit_first_code(
        &mut self,
        attempt: Attempt,
        mut enrolling: Enrolling,
        typed: Typed,
    ) -> State {
        let code = match typed::code(typed.code.as_ref()) {
            Ok(code) => code,
            Err(reason) => return State::Enroll { attempt, enrolling, message: Message::new(reason) },
        };
        let sent = self.code_to_send(enrolling.unanswered.take(), code);
        let waiting = self.call(Request::Confirm(ConfirmRequest {
            request: sent.request,
            attempt: attempt.id,
            code: sent.code.duplicate(),
        }));
        State::Confirming { attempt, enrolling, sent, waiting }
    }

    pub(super) fn confirmed(
        &mut self,
        attempt: Attempt,
        enrolling: Enrolling,
        sent: SentCode,
        reply: Reply,
    ) -> State {
        let answer = match reply {
            Reply::Confirm(answer) => answer,
            other => return self.confirm_failed(attempt, enrolling, sent, Trouble::of(&other)),
        };
        match &*answer {
            ConfirmAnswer::Accept { .. } => self.accepted(attempt, &answer),
            ConfirmAnswer::Wrong { left } => {
                State::Enroll { attempt, enrolling, message: tries_left(Reason::EnrollCodeWrong, *left) }
            }
            ConfirmAnswer::Expired => State::Enroll {
                attempt,
                enrolling: Enrolling::default(),
                message: Message::new(Reason::EnrollExpired),
            },
            ConfirmAnswer::EnrolledElsewhere { machine, at } => self.enrolled_elsewhere(machine, *at),
            ConfirmAnswer::Refuse { refusal } => self.refused(refusal),
        }
    }

    pub(super) fn confirm_failed(
        &mut self,
        attempt: Attempt,
        mut enrolling: Enrolling,
        sent: SentCode,
        trouble: Trouble,
    ) -> State {
        let Trouble::TryAgain(reason) = trouble else { return self.give_up(&attempt, trouble) };
        enrolling.forget_seed();
        enrolling.unanswered = Some(sent);
        State::Enroll { attempt, enrolling, message: self.message(reason) }
    }

    fn new_show(&mut self, enrollment_code: Option<Secret>, start_over: bool, wanted: Shown) -> SentShow {
        SentShow {
            request: RequestId::random(self.rng),
            key: RecipientKey::random(self.rng),
            enrollment_code,
            start_over,
            wanted,
        }
    }

    fn ask_to_show(&mut self, attempt: Attempt, enrolling: Option<Enrolling>, sent: SentShow) -> State {
        let waiting = self.call(Request::Show(ShowRequest {
            request: sent.request,
            attempt: attempt.id,
            seal_to: sent.key.public(),
            enrollment_code: sent.enrollment_code.as_ref().map(Secret::duplicate),
            start_over: sent.start_over,
        }));
        State::Showing { attempt, enrolling, sent, waiting }
    }

    /// The first correct code was typed somewhere else. The password is asked for again and then the code of the
    /// token that won.
    fn enrolled_elsewhere(&self, machine: &str, at: UnixTime) -> State {
        let message = Message {
            machine: Some(machine.to_owned()),
            at: Some(at),
            ..self.message(Reason::EnrolledElsewhere)
        };
        State::Password { message: Some(message) }
    }
}

/// The seed, if it was sealed for this attempt on this machine and is one that an authenticator takes.
fn open_seed(key: &RecipientKey, sealed: &Sealed, context: &[u8]) -> Option<PendingSeed> {
    let uri = key.open(sealed, context).ok()?;
    let key = TokenUri::read(uri.expose_text()?).ok()?.seed.to_base32_groups();
    Some(PendingSeed { uri, key })
}
