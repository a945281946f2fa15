use crate::Approval;
use model::{AccountClaim, AccountName, AttemptId, Secret, UnixTime};
use protocol::http::{BeginRequest, ConfirmRequest, ReportedEvent, ShowRequest, VerifyRequest};
use protocol::pipe::Screen;

/// Ties an answer to the action that asked, within one view. An answer with an older ticket is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(crate) u64);

/// Something to be done, in the order given.
#[derive(Debug)]
pub enum Action {
    /// Draw this screen.
    Show(Screen),
    /// Ask Windows whether this password is right; answer with [`crate::Input::Password`].
    ProvePassword {
        /// To be given back.
        ticket: Ticket,
        /// The name as typed.
        name: AccountName,
        /// The password.
        password: Secret,
    },
    /// Change the password; answer with [`crate::Input::PasswordChange`].
    ChangePassword {
        /// To be given back.
        ticket: Ticket,
        /// The account.
        account: AccountClaim,
        /// The password in force.
        old: Secret,
        /// The password wanted.
        new: Secret,
    },
    /// Ask the server; answer with [`crate::Input::Replied`].
    Call {
        /// To be given back.
        ticket: Ticket,
        /// The question.
        request: Request,
    },
    /// Send [`crate::Input::Tick`] at this moment or shortly after. A later one replaces it.
    WakeAt(UnixTime),
    /// Queue an event for the server's audit trail.
    Report {
        /// The attempt it belongs to, if one had begun.
        attempt: Option<AttemptId>,
        /// The account, where known.
        account: Option<AccountClaim>,
        /// What happened.
        what: ReportedEvent,
    },
    /// Hand the credentials to Windows.
    Release(Release),
}

/// A question to the server.
#[derive(Debug)]
pub enum Request {
    /// What is to happen now?
    Begin(BeginRequest),
    /// Show the QR.
    Show(ShowRequest),
    /// Is this first code right?
    Confirm(ConfirmRequest),
    /// Is this code right?
    Verify(VerifyRequest),
}

/// Credentials on their way to Windows, and what allows it. The password is wiped on drop.
#[derive(Debug)]
pub struct Release {
    /// What allows it: consumed by this release.
    pub approval: Approval,
    /// The attempt the approval was given to, for the trace; `None` where no server was asked. To consume it, take the
    /// attempt of the begin request that was sent last.
    pub attempt: Option<AttemptId>,
    /// The account.
    pub account: AccountClaim,
    /// The name as typed, where packing needs it.
    pub name: AccountName,
    /// The password.
    pub password: Secret,
}
