use super::Call;
use model::{AccountClaim, AttemptId, Reason, RequestId, Sid, UnixTime};
use serde::{Deserialize, Serialize};

/// Said at start, every few minutes after, and when the policy or the statement may have changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelloRequest {
    /// As at joining; a difference tells a clone.
    pub machine_sid: Sid,
    /// As at joining; a difference tells a clone.
    pub firmware_uuid: String,
    /// Version of the agent.
    pub agent_version: String,
    /// Operating system and version, for people.
    pub os: String,
    /// Serial of the newest statement of keys the machine has.
    pub statement_serial: u64,
}

/// What a machine needs to know between sign-ins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HelloAnswer {
    /// The server's clock.
    pub server_time: UnixTime,
    /// The machine's group.
    pub group: String,
    /// The policy in force, as TOML (`crates/policy` reads it).
    pub policy: String,
    /// Its version number; grows by one with each change.
    pub policy_version: u64,
    /// Serial of the server's newest statement of keys; fetch it when it is greater than one's own.
    pub statement_serial: u64,
    /// Where people get the authenticator, or `None` when no phone would trust the address.
    #[serde(default)]
    pub app_url: Option<String>,
}

impl Call for HelloRequest {
    const PATH: &'static str = "/api/v1/machine/hello";
    type Answer = HelloAnswer;
}

/// Does nothing, signed both ways: what a request costs without its work.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoopRequest {}

/// The answer to [`NoopRequest`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NoopAnswer {}

impl Call for NoopRequest {
    const PATH: &'static str = "/api/v1/noop";
    type Answer = NoopAnswer;
}

/// What happened on a machine, for the audit trail. Sent again until it is answered; each event counts once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// At most [`ReportRequest::MAX_EVENTS`].
    pub events: Vec<Report>,
}

impl ReportRequest {
    /// The most events in one report.
    pub const MAX_EVENTS: usize = 64;
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Tells a repeated report.
    pub id: RequestId,
    /// The attempt it belongs to, if one had begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptId>,
    /// By the machine's clock plus the offset it knows.
    pub at: UnixTime,
    /// The account, once Windows had resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountClaim>,
    /// What happened.
    pub what: ReportedEvent,
}

/// The kinds of events only a machine can see. What the server decides, it records itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReportedEvent {
    /// Windows let the person in.
    SignedIn,
    /// Windows refused after the code had been accepted.
    WindowsRefused {
        /// NTSTATUS.
        status: u32,
        /// NTSTATUS.
        substatus: u32,
    },
    /// The password was wrong, for an account Windows knows.
    PasswordWrong,
    /// The person went away or pressed Cancel after the password had been proven.
    Abandoned,
    /// A refusal that came from the agent itself, such as an unreachable server.
    Refused {
        /// What the screen said.
        reason: Reason,
    },
    /// An account that is set on the machine to get in with the password alone did: nobody was asked for a code.
    BreakGlass,
    /// The sign-in screen broke so often in a row that the provider steps aside, as is set on the machine: the
    /// password alone is enough until one works again.
    SteppedAside {
        /// Broken starts in a row.
        broken_starts: u32,
    },
    /// A kind this version does not know.
    #[serde(other)]
    Other,
}

/// The events are recorded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportAnswer {}

impl Call for ReportRequest {
    const PATH: &'static str = "/api/v1/machine/report";
    type Answer = ReportAnswer;
}
