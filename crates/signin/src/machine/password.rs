//! From name and password to an attempt.

use super::state::{Attempt, Credentials, State};
use super::turn::Turn;
use super::typed;
use crate::{Action, Approval, ChangeVerdict, Context, PasswordVerdict, Request, Resolved};
use model::{AccountClaim, AccountName, AttemptId, Message, Reason, RequestId, Secret};
use protocol::http::{BeginRequest, PasswordEvidence, ReportedEvent};
use protocol::pipe::Typed;

impl Turn<'_> {
    pub(super) fn submit_password(&mut self, typed: Typed) -> State {
        let name = match &self.context.user {
            Some(user) => Ok(user.clone()),
            None => typed::name(typed.user_name),
        };
        match name.and_then(|name| Ok((name, typed::password(typed.password)?))) {
            Ok((name, password)) => self.prove(name, password),
            Err(reason) => State::Password { message: Some(Message::new(reason)) },
        }
    }

    /// The name handed over is the one the password belongs to, whatever account the view is for. Without a password
    /// there is nothing to ask Windows about, and asking would count as a wrong password.
    pub(super) fn hand_over(
        &mut self,
        message: Option<Message>,
        name: AccountName,
        password: Secret,
    ) -> State {
        match typed::password(Some(password)) {
            Ok(password) if !password.is_empty() => self.prove(name, password),
            _ => State::Password { message },
        }
    }

    fn prove(&mut self, name: AccountName, password: Secret) -> State {
        let waiting = self.wait();
        self.act(Action::ProvePassword {
            ticket: waiting.ticket,
            name: name.clone(),
            password: password.duplicate(),
        });
        State::Proving { credentials: self.credentials(name, password), waiting }
    }

    pub(super) fn password_judged(&mut self, credentials: Credentials, verdict: PasswordVerdict) -> State {
        match verdict {
            PasswordVerdict::Proven(resolved) => self.begin(credentials, resolved, PasswordEvidence::Proven),
            PasswordVerdict::CouldNotTell(Some(resolved)) => {
                self.begin(credentials, resolved, PasswordEvidence::Unproven)
            }
            PasswordVerdict::MustChange(resolved) => State::NewPassword {
                credentials,
                account: resolved.account,
                message: Message::new(Reason::PasswordExpired),
            },
            PasswordVerdict::Wrong(account) => {
                if account.is_some() {
                    self.report(None, account, ReportedEvent::PasswordWrong);
                }
                self.first_view(Reason::SignInFailed)
            }
            PasswordVerdict::CouldNotTell(None) => self.first_view(Reason::SignInFailed),
        }
    }

    pub(super) fn submit_new_password(
        &mut self,
        credentials: Credentials,
        account: AccountClaim,
        typed: Typed,
    ) -> State {
        let new = match typed::new_password(typed.new_password, typed.repeat_password) {
            Ok(new) => self.credentials(credentials.name.clone(), new),
            Err(reason) => {
                return State::NewPassword { credentials, account, message: Message::new(reason) };
            }
        };
        let waiting = self.wait();
        self.act(Action::ChangePassword {
            ticket: waiting.ticket,
            account: account.clone(),
            old: credentials.password.duplicate(),
            new: new.password.duplicate(),
        });
        State::Changing { credentials, account, new, waiting }
    }

    pub(super) fn password_changed(
        &mut self,
        credentials: Credentials,
        account: AccountClaim,
        new: Credentials,
        verdict: ChangeVerdict,
    ) -> State {
        let reason = match verdict {
            // That a change went through is no proof that this password signs in.
            ChangeVerdict::Changed => return self.prove(new.name, new.password),
            ChangeVerdict::NotTaken => Reason::PasswordNotTaken,
            ChangeVerdict::Failed => Reason::ComponentFailed,
        };
        State::NewPassword { credentials, account, message: self.message(reason) }
    }

    fn begin(&mut self, credentials: Credentials, resolved: Resolved, evidence: PasswordEvidence) -> State {
        // Whoever is in the list on this machine waits for no server, which may be the very thing that is broken.
        let Context { break_glass, machine, session, .. } = self.context;
        if let Some(approval) = Approval::break_glass(break_glass, &resolved, *machine, *session, self.now) {
            return self.break_glass(approval, resolved.account, credentials);
        }
        if let Some(reason) = self.context.no_server {
            self.report(None, Some(resolved.account), ReportedEvent::Refused { reason });
            return self.first_view(reason);
        }
        let Resolved { account, mut groups } = resolved;
        groups.truncate(BeginRequest::MAX_GROUPS);
        let id = AttemptId::random(self.rng);
        let request = BeginRequest {
            request: RequestId::random(self.rng),
            attempt: id,
            account: account.clone(),
            groups,
            kind: self.context.kind,
            place: self.context.place,
            session: self.context.session,
            password: evidence,
        };
        let waiting = self.call(Request::Begin(request));
        State::Beginning { attempt: Attempt { id, account, evidence, credentials }, waiting }
    }

    /// Credentials typed now.
    fn credentials(&self, name: AccountName, password: Secret) -> Credentials {
        Credentials { name, password, hold_until: self.now.plus(self.context.limits.password_hold) }
    }
}
