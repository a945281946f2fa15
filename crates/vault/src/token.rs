use crate::{OneTimePassword, TimedCode};
use model::UnixTime;
use otp::{
    Algorithm, Counter, Digits, OcraSuite, Period, STEAM_PERIOD, Seed, TimeStep, TokenKind, TokenParameters,
};

/// What makes one-time passwords: the seed and everything that goes with it.
///
/// The seed is wiped on drop and never printed.
#[derive(Debug, PartialEq, Eq)]
pub enum Token {
    /// From time (RFC 6238).
    Totp {
        /// The seed.
        seed: Seed,
        /// The hash function.
        algorithm: Algorithm,
        /// How many digits a code has.
        digits: Digits,
        /// How long a code holds.
        period: Period,
    },
    /// From a counter (RFC 4226).
    Hotp {
        /// The seed.
        seed: Seed,
        /// The hash function.
        algorithm: Algorithm,
        /// How many digits a code has.
        digits: Digits,
        /// The counter that the next code is made from.
        counter: Counter,
    },
    /// Steam's: from time, five digits and letters.
    Steam {
        /// The seed.
        seed: Seed,
    },
    /// Answers to a challenge (RFC 6287).
    Ocra {
        /// The seed.
        seed: Seed,
        /// Hash function, form of the answer, and what it is made from.
        suite: OcraSuite,
        /// The counter that the next answer is made from; 0 and without meaning where the suite has none.
        counter: Counter,
    },
}

/// The kind of a token, without anything secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// From time.
    Totp,
    /// From a counter.
    Hotp,
    /// Steam's.
    Steam,
    /// Answers to a challenge.
    Ocra,
}

impl Kind {
    /// The word in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Hotp => "hotp",
            Self::Steam => "steam",
            Self::Ocra => "ocra",
        }
    }
}

impl Token {
    /// A token from time or a counter, as `otpauth://` describes it.
    pub fn from_parameters(seed: Seed, parameters: TokenParameters) -> Self {
        let TokenParameters { algorithm, digits, kind } = parameters;
        match kind {
            TokenKind::Totp { period } => Self::Totp { seed, algorithm, digits, period },
            TokenKind::Hotp { counter } => Self::Hotp { seed, algorithm, digits, counter },
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Totp { .. } => Kind::Totp,
            Self::Hotp { .. } => Kind::Hotp,
            Self::Steam { .. } => Kind::Steam,
            Self::Ocra { .. } => Kind::Ocra,
        }
    }

    /// The seed.
    pub fn seed(&self) -> &Seed {
        match self {
            Self::Totp { seed, .. }
            | Self::Hotp { seed, .. }
            | Self::Steam { seed }
            | Self::Ocra { seed, .. } => seed,
        }
    }

    /// The counter, where the token has one that moves.
    pub fn counter(&self) -> Option<Counter> {
        match self {
            Self::Hotp { counter, .. } => Some(*counter),
            Self::Ocra { counter, suite, .. } if suite.uses_counter() => Some(*counter),
            _ => None,
        }
    }

    /// How long a code holds, where it is made from time alone.
    pub fn period(&self) -> Option<Period> {
        match self {
            Self::Totp { period, .. } => Some(*period),
            Self::Steam { .. } => Some(STEAM_PERIOD),
            Self::Hotp { .. } | Self::Ocra { .. } => None,
        }
    }

    /// The code of this moment and the next one. `None` for a token whose code has to be asked for:
    /// [`Vault::next_code`](crate::Vault::next_code) and [`Vault::answer`](crate::Vault::answer).
    pub fn code_at(&self, now: UnixTime) -> Option<TimedCode> {
        let period = self.period()?;
        let step = TimeStep::at(now, period);
        Some(TimedCode {
            code: self.code_of(step)?,
            // The last step there is has no next: some 584 billion years from now.
            next: self.code_of(step.shifted(1)?)?,
            ends_at: step.ends_at(period),
            remaining: step.ends_at(period).since(now).as_secs().try_into().unwrap_or(u32::MAX),
            period,
        })
    }

    fn code_of(&self, step: TimeStep) -> Option<OneTimePassword> {
        match self {
            Self::Totp { seed, algorithm, digits, .. } => {
                Some(OneTimePassword::of_digits(&otp::totp(seed, *algorithm, *digits, step)))
            }
            Self::Steam { seed } => Some(OneTimePassword::new(otp::steam(seed, step))),
            Self::Hotp { .. } | Self::Ocra { .. } => None,
        }
    }

    /// Whether the two have the same seed and are of the same kind: likely one token twice.
    pub fn is_same_token(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.seed() == other.seed()
    }

    /// A second copy, made where it can be seen. The seeds of both are wiped on drop.
    pub fn duplicate(&self) -> Self {
        let seed = self.seed().duplicate();
        match self {
            Self::Totp { algorithm, digits, period, .. } => {
                Self::Totp { seed, algorithm: *algorithm, digits: *digits, period: *period }
            }
            Self::Hotp { algorithm, digits, counter, .. } => {
                Self::Hotp { seed, algorithm: *algorithm, digits: *digits, counter: *counter }
            }
            Self::Steam { .. } => Self::Steam { seed },
            Self::Ocra { suite, counter, .. } => Self::Ocra { seed, suite: suite.clone(), counter: *counter },
        }
    }

    pub(crate) fn counter_mut(&mut self) -> Option<&mut Counter> {
        match self {
            Self::Hotp { counter, .. } => Some(counter),
            Self::Ocra { counter, suite, .. } if suite.uses_counter() => Some(counter),
            _ => None,
        }
    }
}
