use super::Call;
use super::wire::{optional_secret_text, secret_text};
use crate::seal::{RecipientPublic, Sealed};
use model::{
    AccountClaim, AttemptId, MachineId, Place, Reason, RequestId, Secret, Sid, SignInKind, UnixTime,
};
use serde::{Deserialize, Serialize};

/// A person has typed a name and a password: what is to happen now?
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeginRequest {
    /// Tells a retry of this request.
    pub request: RequestId,
    /// The attempt that begins.
    pub attempt: AttemptId,
    /// Who signs in, as the machine resolved it.
    pub account: AccountClaim,
    /// SIDs of the groups the account is in, for rules. At most [`BeginRequest::MAX_GROUPS`].
    #[serde(default)]
    pub groups: Vec<Sid>,
    /// What the person is getting into.
    pub kind: SignInKind,
    /// Where the person sits.
    pub place: Place,
    /// The Windows session the approval will be good for.
    pub session: u32,
    /// What Windows said about the password.
    pub password: PasswordEvidence,
}

impl BeginRequest {
    /// The most groups taken; Windows itself stops at 1,015 in a token.
    pub const MAX_GROUPS: usize = 1_024;
}

/// What Windows said about the password. *Wrong* never reaches the server as a sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordEvidence {
    /// Windows has proven it.
    Proven,
    /// Windows could not tell; LSA will judge it at the end.
    Unproven,
}

/// What is to happen now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "next", rename_all = "snake_case")]
pub enum BeginAnswer {
    /// Policy asks for no code.
    NotNeeded {
        /// The approval.
        accept: Accept,
    },
    /// Ask for a code of an existing token.
    Code {
        /// The lengths the person's codes have, ascending; for the field's hint only.
        digits: Vec<u8>,
    },
    /// Show the token auto-registration view.
    Enroll {
        /// The enrollment begun on this machine before, if it is still good.
        #[serde(default)]
        pending: Option<Pending>,
        /// Whether an enrollment code must be typed before the QR can be shown.
        needs_code: bool,
    },
    /// No.
    Refuse {
        /// Why, and until when.
        refusal: Refusal,
    },
}

impl Call for BeginRequest {
    const PATH: &'static str = "/api/v1/signin/begin";
    type Answer = BeginAnswer;
}

/// An enrollment that was begun and not yet confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// When its QR was first shown.
    pub shown_at: UnixTime,
    /// When it stops being good.
    pub expires_at: UnixTime,
}

/// What an authenticated *accept* says. The state machine builds its approval from this and nothing else, after
/// comparing every field with what it asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Accept {
    /// The attempt that was accepted.
    pub attempt: AttemptId,
    /// The machine it was accepted for.
    pub machine: MachineId,
    /// The account it was accepted for.
    pub sid: Sid,
    /// The Windows session it was accepted for.
    pub session: u32,
    /// How long the approval is good, in seconds from its arrival.
    pub valid_for_s: u32,
}

/// What an authenticated *no* says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// What the screen says.
    pub reason: Reason,
    /// Until when, where it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UnixTime>,
    /// Whom to turn to, in the administrator's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<String>,
}

/// The person asks to see the QR or the key: begin the pending enrollment, or fetch it again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowRequest {
    /// Tells a retry of this request.
    pub request: RequestId,
    /// The attempt in which the password was proven.
    pub attempt: AttemptId,
    /// One-time X25519 public key the answer's seed is sealed to; context: machine id and attempt id.
    pub seal_to: RecipientPublic,
    /// The enrollment code, where one is needed.
    #[serde(default, with = "optional_secret_text", skip_serializing_if = "Option::is_none")]
    pub enrollment_code: Option<Secret>,
    /// *Start over*: drop the pending seed and make a new one.
    #[serde(default)]
    pub start_over: bool,
}

/// The answer to [`ShowRequest`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ShowAnswer {
    /// The `otpauth` URI, sealed.
    Show {
        /// Sealed to the request's key (see [`crate::seal`]).
        sealed_uri: Sealed,
        /// Since when it has been shown, and how long it is good.
        pending: Pending,
        /// Whether it is the same QR as before.
        resumed: bool,
    },
    /// The enrollment code is wrong.
    CodeWrong {
        /// Tries left before this person is blocked on this machine.
        left: u32,
    },
    /// A token was enrolled meanwhile.
    EnrolledElsewhere {
        /// Name of the machine where.
        machine: String,
        /// When.
        at: UnixTime,
    },
    /// No.
    Refuse {
        /// Why, and until when.
        refusal: Refusal,
    },
}

impl Call for ShowRequest {
    const PATH: &'static str = "/api/v1/signin/enroll/show";
    type Answer = ShowAnswer;
}

/// The first code of a pending enrollment. If it is right, the token is born.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRequest {
    /// Tells a retry of this request.
    pub request: RequestId,
    /// The attempt in which the password was proven.
    pub attempt: AttemptId,
    /// The code as typed, digits only.
    #[serde(with = "secret_text")]
    pub code: Secret,
}

/// The answer to [`ConfirmRequest`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ConfirmAnswer {
    /// The token exists from now on, and this sign-in is approved.
    Accept {
        /// The approval.
        accept: Accept,
    },
    /// Not the code of the QR that was shown.
    Wrong {
        /// Tries left before this person is blocked on this machine.
        left: u32,
    },
    /// There is no pending enrollment here, or it ran out: show the QR again.
    Expired,
    /// A token was enrolled on another machine meanwhile; this QR is dead.
    EnrolledElsewhere {
        /// Name of the machine where.
        machine: String,
        /// When.
        at: UnixTime,
    },
    /// No.
    Refuse {
        /// Why, and until when.
        refusal: Refusal,
    },
}

impl Call for ConfirmRequest {
    const PATH: &'static str = "/api/v1/signin/enroll/confirm";
    type Answer = ConfirmAnswer;
}

/// A code of an existing token, or a recovery code.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// Tells a retry of this request.
    pub request: RequestId,
    /// The attempt in which the password was proven.
    pub attempt: AttemptId,
    /// The code as typed: digits only, or a recovery or temporary code.
    #[serde(with = "secret_text")]
    pub code: Secret,
}

/// The answer to [`VerifyRequest`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum VerifyAnswer {
    /// This sign-in is approved.
    Accept {
        /// The approval.
        accept: Accept,
    },
    /// Not right.
    Wrong {
        /// Tries left before this person is blocked on this machine.
        left: u32,
    },
    /// Right, but accepted before.
    Used {
        /// Tries left before this person is blocked on this machine.
        left: u32,
    },
    /// No.
    Refuse {
        /// Why, and until when.
        refusal: Refusal,
    },
}

impl Call for VerifyRequest {
    const PATH: &'static str = "/api/v1/signin/verify";
    type Answer = VerifyAnswer;
}
