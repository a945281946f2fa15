use crate::Ticket;
use model::{AccountClaim, AccountName, Command, MachineId, Place, Reason, Secret, Sid, SignInKind};
use protocol::http::{BeginAnswer, ConfirmAnswer, ErrorAnswer, ShowAnswer, VerifyAnswer};
use protocol::pipe::Typed;
use protocol::signature::Authentic;
use std::time::Duration;

/// What stays the same as long as a sign-in view is open.
#[derive(Debug, Clone)]
pub struct Context {
    /// This machine, as the server knows it.
    pub machine: MachineId,
    /// The Windows session credentials would be released to.
    pub session: u32,
    /// What somebody is getting into.
    pub kind: SignInKind,
    /// Where they sit.
    pub place: Place,
    /// The account the view is for, where it is given (a user's tile, the owner of a locked session).
    /// `None`: a name is typed.
    pub user: Option<AccountName>,
    /// Where people get the authenticator.
    pub app_url: Option<String>,
    /// Whom to turn to, in the administrator's words.
    pub support: Option<String>,
    /// Accounts and groups that get in with the password alone, without a server.
    pub break_glass: Vec<Sid>,
    /// Why no server can be asked on this machine, where it is so: then nobody else gets in.
    pub no_server: Option<Reason>,
    /// How long things may take.
    pub limits: Limits,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long the Windows password is held after it was typed, at most: 3 minutes (invariant 5 in ARCHITECTURE.md).
    pub password_hold: Duration,
    /// How long an answer may take. Then a call counts as unreachable and a proof as failed, and what comes later is
    /// not looked at.
    pub call: Duration,
    /// How long to wait for Windows' verdict after a release; some hosts never tell.
    pub release: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            password_hold: Duration::from_secs(180),
            call: Duration::from_secs(15),
            release: Duration::from_secs(60),
        }
    }
}

/// Something that happened.
#[derive(Debug)]
pub enum Input {
    /// Submit was pressed.
    Submitted(Typed),
    /// A command was pressed. `Submit` comes as [`Input::Submitted`].
    Pressed(Command),
    /// Remote Desktop handed over what was typed at the client. Never proof; used once.
    HandedOver {
        /// The name as handed over.
        name: AccountName,
        /// The password as handed over.
        password: Secret,
    },
    /// Windows' answer to [`crate::Action::ProvePassword`].
    Password(Ticket, PasswordVerdict),
    /// Windows' answer to [`crate::Action::ChangePassword`].
    PasswordChange(Ticket, ChangeVerdict),
    /// The server's answer to [`crate::Action::Call`].
    Replied(Ticket, Reply),
    /// The view was left, another tile was chosen, or the host went idle: forget everything.
    Deselected,
    /// What became of a release.
    Windows(WindowsResult),
    /// Time has passed; sent when [`crate::Action::WakeAt`] asked for it, harmless at any other moment.
    Tick,
}

/// The account Windows resolved a name to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The account.
    pub account: AccountClaim,
    /// SIDs of its groups.
    pub groups: Vec<Sid>,
}

/// What Windows says about a password. Three-valued: *could not tell* is neither right nor wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// Right.
    Proven(Resolved),
    /// Right, but it has to be changed before it is good for a sign-in.
    MustChange(Resolved),
    /// Wrong, or the account is unknown, disabled or locked; all the same to whoever types.
    /// The account is named for the audit trail where Windows knows it.
    Wrong(Option<AccountClaim>),
    /// Windows cannot prove this account's password (some Entra and Microsoft accounts, no domain controller).
    /// Without an account it is a refusal.
    CouldNotTell(Option<Resolved>),
}

/// What became of a password change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeVerdict {
    /// The new password is in force.
    Changed,
    /// Windows refused the new password.
    NotTaken,
    /// It could not be done now.
    Failed,
}

/// What came back from the server.
#[derive(Debug)]
pub enum Reply {
    /// To a begin request.
    Begin(Authentic<BeginAnswer>),
    /// To a show request.
    Show(Authentic<ShowAnswer>),
    /// To a confirm request.
    Confirm(Authentic<ConfirmAnswer>),
    /// To a verify request.
    Verify(Authentic<VerifyAnswer>),
    /// A signed error, whatever was asked.
    Error(Authentic<ErrorAnswer>),
    /// Nothing authentic came back in time: no connection, not our server, unsigned, rubbish.
    Unreachable,
}

/// Windows' verdict on released credentials (`ReportResult`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowsResult {
    /// The person is in.
    SignedIn,
    /// Windows refused.
    Refused {
        /// NTSTATUS.
        status: u32,
        /// NTSTATUS.
        substatus: u32,
    },
}
