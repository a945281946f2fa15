use crate::words;
use model::{CompatClientId, InvitationId, MachineId, PersonId, TokenId, UnixTime};
use otp::{Drift, TokenParameters};
use serde::{Deserialize, Serialize};

words! {
    /// Whether a token's codes are taken.
    TokenState, "state of a token" {
        /// They are.
        Active = "active",
        /// Not at the moment.
        Disabled = "disabled",
        /// Never again, and the owner does not enroll anew without an administrator.
        Revoked = "revoked",
        /// Never again; the owner enrolls anew at the next sign-in.
        Replaced = "replaced",
    }
}

/// What makes one-time passwords, in a phone or a fob. Its seed is not in here: it stays sealed in the store
/// until the moment a code is compared.
#[derive(Clone, PartialEq, Debug)]
pub struct Token {
    /// Which token.
    pub id: TokenId,
    /// Whose.
    pub person: PersonId,
    /// Short and readable, for people and the help desk: `CS-` and 8 letters or digits.
    pub serial: String,
    /// A name its owner gave it, or empty.
    pub label: String,
    /// How its codes are made. For HOTP the counter in here is where it began.
    pub parameters: TokenParameters,
    /// INVARIANT: every code of this step (TOTP) or counter (HOTP) and before is used up. `None`: none is.
    pub last_step: Option<u64>,
    /// How far the token's clock is off, as its last code showed.
    pub drift: Drift,
    /// Whether its codes are taken.
    pub state: TokenState,
    /// When its first code was accepted, or when it was assigned.
    pub created_at: UnixTime,
    /// Where it was enrolled.
    pub origin: Origin,
    /// When a code of it was last accepted.
    pub last_used_at: Option<UnixTime>,
}

/// A hardware token that belongs to nobody: as it was imported, or as it was taken back.
#[derive(Clone, PartialEq, Debug)]
pub struct HardwareToken {
    /// Which token; it keeps its id when it is assigned.
    pub id: TokenId,
    /// As it is printed on it.
    pub serial: String,
    /// Who made it and what it is, or empty.
    pub maker: String,
    /// How its codes are made.
    pub parameters: TokenParameters,
    /// INVARIANT: as in [`Token`].
    pub last_step: Option<u64>,
    /// As in [`Token`].
    pub drift: Drift,
    /// When it was imported.
    pub imported_at: UnixTime,
}

/// Where a token or a pending enrollment comes from. A person has one pending enrollment in each place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Shown at a sign-in on this machine.
    Machine(MachineId),
    /// Shown in a browser by this invitation.
    Invitation(InvitationId),
    /// A hardware token, assigned by an administrator. Nothing is pending there.
    Hardware,
    /// Shown by this client made for privacyIDEA.
    Client(CompatClientId),
}

/// A seed that was shown and whose first code has not come yet.
#[derive(Clone, PartialEq, Debug)]
pub struct PendingEnrollment {
    /// Whose.
    pub person: PersonId,
    /// Where it is shown. The seed is good for codes typed there and nowhere else.
    pub origin: Origin,
    /// How its codes will be made.
    pub parameters: TokenParameters,
    /// When its QR was first shown.
    pub shown_at: UnixTime,
    /// When it stops being good.
    pub expires_at: UnixTime,
    /// Name of the place where another token was enrolled meanwhile, and when: this seed is dead.
    pub lost_to: Option<(String, UnixTime)>,
}

impl PendingEnrollment {
    /// Whether a first code can still be accepted: in time, and no other token was enrolled meanwhile.
    pub fn is_good(&self, now: UnixTime) -> bool {
        self.lost_to.is_none() && now < self.expires_at
    }
}
