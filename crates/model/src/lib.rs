//! The words every part of Countersign shares: time, secrets, names, ids, kinds of sign-in, reasons.
//!
//! Must not know anything else: no storage, no HTTP, no Windows calls, no clock, no randomness of its own.
#![forbid(unsafe_code)]

mod account;
mod id;
mod message;
mod name;
mod reason;
mod secret;
mod sid;
mod signin_kind;
mod time;

pub use account::{AccountClaim, AuthorityClaim};
pub use id::{
    ApiKeyId, AttemptId, CompatClientId, GroupId, InvalidId, InvitationId, JoinCodeId, MachineId, OperatorId,
    PersonId, RequestId, SessionId, TokenId,
};
pub use message::Message;
pub use name::{AccountName, InvalidName, NameForm};
pub use reason::{Command, Field, Reason};
pub use secret::Secret;
pub use sid::{InvalidSid, Sid};
pub use signin_kind::{Place, SignInKind};
pub use time::UnixTime;
