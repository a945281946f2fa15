use crate::{AccountKey, words};
use model::{AttemptId, MachineId, PersonId, Place, SignInKind, UnixTime};

words! {
    /// What an attempt is waiting for.
    Stage, "stage of an attempt" {
        /// A code of an existing token.
        Code = "code",
        /// A first code of a new one.
        Enroll = "enroll",
        /// Nothing: it was approved or refused.
        Over = "over",
    }
}

/// One sign-in attempt on one machine, from the password being proven there to approval, refusal or expiry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// Which attempt, as the machine named it.
    pub id: AttemptId,
    /// Whose word it is.
    pub machine: MachineId,
    /// Who signs in.
    pub person: PersonId,
    /// With which account.
    pub account: AccountKey,
    /// The Windows session.
    pub session: u32,
    /// What the person is getting into.
    pub kind: SignInKind,
    /// Where the person sits.
    pub place: Place,
    /// What it is waiting for.
    pub stage: Stage,
    /// Whether an enrollment code has to be shown before a first seed is made.
    pub needs_code: bool,
    /// When it began.
    pub begun_at: UnixTime,
    /// When it is over by itself.
    pub expires_at: UnixTime,
}
