//! The sign-in as a state machine: inputs (what was typed, what Windows and the server said, time) to actions
//! (show a screen, prove a password, call the server, release credentials).
//!
//! Must not know COM, sockets, registry, files, or how any action is carried out.
#![forbid(unsafe_code)]

mod action;
mod approval;
mod input;
mod machine;

pub use action::{Action, Release, Request, Ticket};
pub use approval::{Approval, ApprovalError, is_break_glass};
pub use input::{ChangeVerdict, Context, Input, Limits, PasswordVerdict, Reply, Resolved, WindowsResult};
pub use machine::SignIn;
