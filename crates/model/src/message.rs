use crate::{Reason, UnixTime};

/// The message line: a reason and what its text needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// What happened.
    pub reason: Reason,
    /// Tries left.
    pub left: Option<u32>,
    /// Until when, since when or at what time, as the reason says.
    pub at: Option<UnixTime>,
    /// Name of a machine.
    pub machine: Option<String>,
    /// Whom to turn to.
    pub support: Option<String>,
}

impl Message {
    /// A message without arguments.
    pub const fn new(reason: Reason) -> Self {
        Self { reason, left: None, at: None, machine: None, support: None }
    }
}
