use crate::words;
use model::{MachineId, PersonId, UnixTime};
use serde::{Deserialize, Serialize};

words! {
    /// Whether a person may sign in.
    PersonState, "state of a person" {
        /// As policy says.
        Active = "active",
        /// Not at all, anywhere.
        Disabled = "disabled",
    }
}

/// A human being; has one or more accounts; tokens belong to the person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Which person.
    pub id: PersonId,
    /// A name for lists; at first the account's.
    pub name: String,
    /// Whether the person may sign in.
    pub state: PersonState,
    /// When the person was first seen or made.
    pub first_seen_at: UnixTime,
    /// Blocked on every machine until then, after wrong codes from several machines.
    pub blocked_until: Option<UnixTime>,
}

/// An administrator's say on a first enrollment, where policy asks for one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Approval {
    /// Whose enrollment.
    pub person: PersonId,
    /// Where.
    pub machine: MachineId,
    /// When it was asked for.
    pub requested_at: UnixTime,
    /// What was said; `None`: nothing yet.
    pub granted: Option<bool>,
    /// When it was said.
    pub decided_at: Option<UnixTime>,
}
