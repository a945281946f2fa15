use crate::approval::Binding;
use crate::{Context, Ticket};
use model::{AccountClaim, AccountName, AttemptId, Message, Reason, RequestId, Secret, UnixTime};
use protocol::http::{PasswordEvidence, Pending};
use protocol::pipe::{Enrollment, Screen, View};
use protocol::seal::RecipientKey;

/// Where a sign-in is.
#[derive(Debug)]
pub(super) enum State {
    /// Name and password are asked for.
    Password { message: Option<Message> },
    /// Windows is asked about the password.
    Proving { credentials: Credentials, waiting: Waiting },
    /// The password is right and has to be changed.
    NewPassword { credentials: Credentials, account: AccountClaim, message: Message },
    /// Windows is asked to change the password.
    Changing { credentials: Credentials, account: AccountClaim, new: Credentials, waiting: Waiting },
    /// The server is asked what is to happen.
    Beginning { attempt: Attempt, waiting: Waiting },
    /// A code is asked for.
    Code { attempt: Attempt, message: Message, unanswered: Option<SentCode> },
    /// The server is asked about a code.
    Verifying { attempt: Attempt, sent: SentCode, waiting: Waiting },
    /// An enrollment code is asked for.
    EnrollmentCode { attempt: Attempt, message: Message, unanswered: Option<SentShow> },
    /// The token auto-registration view.
    Enroll { attempt: Attempt, enrolling: Enrolling, message: Message },
    /// The server is asked for the QR. Without `enrolling` it was an enrollment code that asked.
    Showing { attempt: Attempt, enrolling: Option<Enrolling>, sent: SentShow, waiting: Waiting },
    /// The server is asked about a first code.
    Confirming { attempt: Attempt, enrolling: Enrolling, sent: SentCode, waiting: Waiting },
    /// The credentials are with Windows.
    Released { attempt: Option<AttemptId>, account: AccountClaim, until: UnixTime },
    /// The person is in.
    Closed { account: AccountClaim },
}

impl Default for State {
    fn default() -> Self {
        Self::Password { message: None }
    }
}

/// What was typed in the first view.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) name: AccountName,
    pub(super) password: Secret,
    /// When they have to be forgotten.
    pub(super) hold_until: UnixTime,
}

/// An answer that is waited for.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) ticket: Ticket,
    pub(super) until: UnixTime,
}

/// What the server has been told of, and everything an accept has to name.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) id: AttemptId,
    pub(super) account: AccountClaim,
    pub(super) evidence: PasswordEvidence,
    pub(super) credentials: Credentials,
}

impl Attempt {
    pub(super) fn binding(&self, context: &Context) -> Binding {
        Binding {
            attempt: Some(self.id),
            machine: context.machine,
            sid: self.account.sid.clone(),
            session: context.session,
        }
    }

    /// What a seed is sealed for (see [`protocol::seal`]): nothing sealed for another machine or attempt opens.
    pub(super) fn seal_context(&self, context: &Context) -> Vec<u8> {
        [context.machine.to_bytes(), self.id.to_bytes()].concat()
    }
}

/// A code on its way. Kept while no answer came: the same code typed again is the same request, so that an accept
/// that got lost on the way comes back instead of *used*.
#[derive(Debug)]
pub(super) struct SentCode {
    pub(super) request: RequestId,
    pub(super) code: Secret,
}

/// A question for the QR on its way, with the key its answer is sealed to.
#[derive(Debug)]
pub(super) struct SentShow {
    pub(super) request: RequestId,
    pub(super) key: RecipientKey,
    pub(super) enrollment_code: Option<Secret>,
    pub(super) start_over: bool,
    pub(super) wanted: Shown,
}

/// What the token auto-registration view knows.
#[derive(Debug, Default)]
pub(super) struct Enrolling {
    pub(super) pending: Option<Pending>,
    /// Fetched when it was first asked for.
    pub(super) seed: Option<PendingSeed>,
    pub(super) shown: Shown,
    pub(super) unanswered: Option<SentCode>,
}

impl Enrolling {
    /// Takes QR and key from the screen and from memory.
    pub(super) fn forget_seed(&mut self) {
        self.seed = None;
        self.shown = Shown::default();
    }

    fn picture(&self, context: &Context) -> Enrollment {
        let shown = |on: bool, text: fn(&PendingSeed) -> &Secret| {
            self.seed.as_ref().filter(|_| on).map(|seed| text(seed).duplicate())
        };
        Enrollment {
            qr: shown(self.shown.qr, |seed| &seed.uri),
            key: shown(self.shown.key, |seed| &seed.key),
            shown_at: self.pending.map(|pending| pending.shown_at),
            app_url: context.app_url.clone(),
        }
    }
}

/// The seed of a pending enrollment, in the two forms a person can take it over in.
#[derive(Debug)]
pub(super) struct PendingSeed {
    pub(super) uri: Secret,
    pub(super) key: Secret,
}

/// Which forms of the seed are to be seen. Neither, until asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shown {
    pub(super) qr: bool,
    pub(super) key: bool,
}

impl Shown {
    pub(super) fn and(self, other: Self) -> Self {
        Self { qr: self.qr || other.qr, key: self.key || other.key }
    }
}

impl State {
    /// When something has to happen by itself.
    pub(super) fn deadline(&self) -> Option<UnixTime> {
        let waiting = self.waiting().map(|waiting| waiting.until);
        let hold = self.credentials().map(|credentials| credentials.hold_until);
        let released = if let Self::Released { until, .. } = self { Some(*until) } else { None };
        [waiting, hold, released].into_iter().flatten().min()
    }

    pub(super) fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Beginning { attempt, .. }
            | Self::Code { attempt, .. }
            | Self::Verifying { attempt, .. }
            | Self::EnrollmentCode { attempt, .. }
            | Self::Enroll { attempt, .. }
            | Self::Showing { attempt, .. }
            | Self::Confirming { attempt, .. } => Some(attempt),
            _ => None,
        }
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        match self {
            Self::Proving { credentials, .. }
            | Self::NewPassword { credentials, .. }
            | Self::Changing { credentials, .. } => Some(credentials),
            _ => self.attempt().map(|attempt| &attempt.credentials),
        }
    }

    fn waiting(&self) -> Option<&Waiting> {
        match self {
            Self::Proving { waiting, .. }
            | Self::Changing { waiting, .. }
            | Self::Beginning { waiting, .. }
            | Self::Verifying { waiting, .. }
            | Self::Showing { waiting, .. }
            | Self::Confirming { waiting, .. } => Some(waiting),
            _ => None,
        }
    }

    fn account(&self) -> Option<&AccountClaim> {
        match self {
            Self::NewPassword { account, .. }
            | Self::Changing { account, .. }
            | Self::Released { account, .. }
            | Self::Closed { account } => Some(account),
            _ => self.attempt().map(|attempt| &attempt.account),
        }
    }

    pub(super) fn screen(&self, context: &Context) -> Screen {
        let view = match self {
            // What is being begun is not known yet: the first view stays.
            Self::Password { .. } | Self::Proving { .. } | Self::Beginning { .. } => View::Password,
            Self::NewPassword { .. } | Self::Changing { .. } => View::NewPassword,
            Self::Code { .. } | Self::Verifying { .. } => View::Code,
            Self::EnrollmentCode { .. } | Self::Showing { enrolling: None, .. } => View::EnrollmentCode,
            Self::Enroll { .. } | Self::Showing { .. } | Self::Confirming { .. } => View::Enroll,
            Self::Released { .. } | Self::Closed { .. } => View::Closed,
        };
        let busy = self.waiting().is_some() || matches!(self, Self::Released { .. });
        let message = match self {
            _ if busy => Some(Message::new(Reason::Working)),
            Self::Password { message } => message.clone(),
            Self::NewPassword { message, .. }
            | Self::Code { message, .. }
            | Self::EnrollmentCode { message, .. }
            | Self::Enroll { message, .. } => Some(message.clone()),
            Self::Closed { .. } => Some(Message::new(Reason::Welcome)),
            _ => None,
        };
        let enrolling = match self {
            Self::Enroll { enrolling, .. } | Self::Confirming { enrolling, .. } => Some(enrolling),
            Self::Showing { enrolling, .. } => enrolling.as_ref(),
            _ => None,
        };
        // Before the password is right, only the name the view was opened for may be shown: a name that Windows
        // resolved would tell that the account exists.
        let person = self.account().map(|account| &account.name).or(context.user.as_ref());
        Screen {
            view,
            message,
            person: person.map(ToString::to_string),
            busy,
            enrollment: enrolling.map(|enrolling| enrolling.picture(context)),
        }
    }
}
