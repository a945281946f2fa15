use crate::keys::{Accepts, settings};
use serde::{Deserialize, Serialize};

/// Hash function of a time-based token (RFC 6238 §1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenAlgorithm {
    /// HMAC-SHA-1.
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

settings! {
    /// Parameters of tokens made from now on, and how far a code may be from the clock. Tokens that exist keep the
    /// algorithm, digits and period they were made with.
    TokenSettings, TokenSaid {
        /// Hash function of new tokens. `sha1` is what every authenticator app can do; as used here it is not weak,
        /// since a code needs no collision resistance.
        algorithm: TokenAlgorithm = TokenAlgorithm::Sha1, "", Accepts::OneOf(&["sha1", "sha256", "sha512"], &[]);
        /// Length of a code of new tokens. More digits make guessing harder and typing slower.
        digits: u8 = 6, "digits", Accepts::Number(6, 8);
        /// How long one code of a new token stands. A short period leaves a code seen over a shoulder less time, but
        /// several apps ignore every value but 30. Values under 15 are for tests.
        period_seconds: u32 = 30, "seconds", Accepts::Number(1, 3600);
        /// Steps before the present one whose code is still taken. Makes up for phones that run late and for slow
        /// typing; each step more gives a guess one more chance.
        steps_before: u8 = 1, "steps", Accepts::Number(0, 10);
        /// Steps after the present one whose code is already taken. Makes up for phones that run early.
        steps_after: u8 = 1, "steps", Accepts::Number(0, 10);
    }
}

settings! {
    /// What wrong codes lead to. The section *Lockout* below says how the values work together.
    LockoutSettings, LockoutSaid {
        /// Wrong codes in a row, of one person on one machine, that block this pair. Protects from guessing.
        failures: u32 = 5, "wrong codes", Accepts::Number(1, 100);
        /// Length of the first block: 15 minutes. Each further block is twice as long as the one before.
        first_block_seconds: u32 = 900, "seconds", Accepts::Number(1, 86_400);
        /// Length no block exceeds: 4 hours. Protects people from being shut out for good by somebody else's guesses:
        /// no block is for ever. A value below `first_block_seconds` shortens the first block too.
        longest_block_seconds: u32 = 14_400, "seconds", Accepts::Number(1, 86_400);
        /// Machines that wrong codes must come from before the person is blocked everywhere. Protects from guesses
        /// spread over machines; and because it is more than one, somebody at a single machine cannot shut a person
        /// out anywhere else.
        machines: u32 = 3, "machines", Accepts::Number(2, 100);
        /// Without a wrong code for this long (24 hours), earlier wrong codes and blocks no longer count. Keeps
        /// yesterday's slips from adding up with today's.
        forget_after_seconds: u32 = 86_400, "seconds", Accepts::Number(60, 2_592_000);
    }
}

settings! {
    /// Life times and quantities that are the same for every machine group.
    LimitSettings, LimitSaid {
        /// Requests a machine may make in a minute; one that makes more is suspended for the rest of it. Protects the
        /// server from a machine gone wild.
        requests_per_minute: u32 = 600, "requests a minute", Accepts::Number(10, 100_000);
        /// How long a pending enrollment lives after its QR was first displayed: 10 minutes. Protects from a seed that
        /// was photographed and left.
        enrollment_pending_seconds: u32 = 600, "seconds", Accepts::Number(30, 3600);
        /// How long an agent keeps the Windows password between password and code: 3 minutes, which is also the most.
        /// Protects the password from whoever can read the agent's memory.
        password_hold_seconds: u32 = 180, "seconds", Accepts::Number(10, 180);
        /// How long the approval that an accepted code gives can be used. Protects from an approval left lying about.
        approval_seconds: u32 = 60, "seconds", Accepts::Number(5, 300);
        /// Tokens one person can have that are not revoked. Protects from somebody adding a token unnoticed among many.
        tokens_per_person: u32 = 5, "tokens", Accepts::Number(1, 20);
    }
}
