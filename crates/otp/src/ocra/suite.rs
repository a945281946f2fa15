use crate::{Algorithm, Period};
use std::{fmt, str::FromStr};

/// What a token and whoever asks it agree on (RFC 6287 §6), as in `OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OcraSuite {
    /// As it was written: it is part of what is hashed.
    text: String,
    algorithm: Algorithm,
    output: OcraOutput,
    counter: bool,
    challenge: Challenge,
    pin: Option<Algorithm>,
    session: Option<u16>,
    period: Option<Period>,
}

/// What an answer looks like.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OcraOutput {
    /// So many decimal digits, 4 to 10.
    Digits(u8),
    /// The whole hash in hexadecimal.
    Whole,
}

/// Which challenges a suite takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Challenge {
    /// Of which characters.
    pub kind: ChallengeKind,
    /// The most characters of one side's challenge, 4 to 64. Where both sides ask, theirs follow each other, and there
    /// are up to twice as many.
    pub longest: u8,
}

/// The characters of a challenge.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChallengeKind {
    /// `A`: letters and digits; other printable ASCII characters are taken too.
    Alphanumeric,
    /// `N`: decimal digits.
    Numeric,
    /// `H`: hexadecimal digits.
    Hexadecimal,
}

/// Why a text is no suite: the part that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOcraSuite {
    /// Not three parts with a colon between, the first of which is `OCRA-1`.
    #[error("not an OCRA suite of version 1")]
    NotOcra1,
    /// Not `HOTP-`, a hash function and a number of digits.
    #[error("the function of the OCRA suite is unknown")]
    Function,
    /// The input is none that the norm knows, or in another order.
    #[error("the input of the OCRA suite is unknown")]
    Input,
}

impl OcraSuite {
    /// The hash function under the HMAC.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What an answer looks like.
    pub fn output(&self) -> OcraOutput {
        self.output
    }

    /// Whether a counter is part of the input, which then moves with each answer.
    pub fn uses_counter(&self) -> bool {
        self.counter
    }

    /// Which challenges it takes.
    pub fn challenge(&self) -> Challenge {
        self.challenge
    }

    /// The hash function over a PIN that is part of the input.
    pub fn pin_hash(&self) -> Option<Algorithm> {
        self.pin
    }

    /// How many bytes of information on the session are part of the input, 1 to 512.
    pub fn session_bytes(&self) -> Option<u16> {
        self.session
    }

    /// How long a time step is that is part of the input.
    pub fn period(&self) -> Option<Period> {
        self.period
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for OcraSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// In the norm's spelling only, capitals included: the text itself is hashed, and another spelling gives other answers.
impl FromStr for OcraSuite {
    type Err = InvalidOcraSuite;

    fn from_str(text: &str) -> Result<Self, InvalidOcraSuite> {
        // The longest suite there can be has 48 bytes.
        if text.len() > 64 {
            return Err(InvalidOcraSuite::NotOcra1);
        }
        let mut parts = text.split(':');
        let (Some("OCRA-1"), Some(function), Some(input), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidOcraSuite::NotOcra1);
        };
        let (algorithm, output) = self::function(function).ok_or(InvalidOcraSuite::Function)?;
        let input = self::input(input).ok_or(InvalidOcraSuite::Input)?;
        let Input { counter, challenge, pin, session, period } = input;
        Ok(Self { text: text.to_owned(), algorithm, output, counter, challenge, pin, session, period })
    }
}

/// `HOTP-SHA256-8`
fn function(text: &str) -> Option<(Algorithm, OcraOutput)> {
    let (hash, digits) = text.strip_prefix("HOTP-")?.split_once('-')?;
    let output = match (digits, number(digits)?) {
        ("0", _) => OcraOutput::Whole,
        (_, count @ 4..=10) => OcraOutput::Digits(count as u8),
        _ => return None,
    };
    Some((algorithm(hash)?, output))
}

struct Input {
    counter: bool,
    challenge: Challenge,
    pin: Option<Algorithm>,
    session: Option<u16>,
    period: Option<Period>,
}

/// `C-QN08-PSHA1-S064-T1M`, of which only the part with `Q` must be there.
fn input(text: &str) -> Option<Input> {
    let mut parts = text.split('-').peekable();
    let counter = parts.next_if_eq(&"C").is_some();
    let challenge = challenge(parts.next()?)?;
    let mut next = |letter: char| parts.next_if(|part| part.starts_with(letter)).map(|part| &part[1..]);
    let pin = next('P').map(algorithm);
    let session = next('S').map(session);
    let period = next('T').map(period);
    let done = parts.next().is_none();
    let input = Input { counter, challenge, pin: flat(pin)?, session: flat(session)?, period: flat(period)? };
    done.then_some(input)
}

/// A part that is there but wrong makes the whole wrong.
fn flat<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        Some(None) => None,
        Some(some) => Some(some),
        None => Some(None),
    }
}

fn challenge(text: &str) -> Option<Challenge> {
    let rest = text.strip_prefix('Q')?;
    let kind = match rest.get(..1)? {
        "A" => ChallengeKind::Alphanumeric,
        "N" => ChallengeKind::Numeric,
        "H" => ChallengeKind::Hexadecimal,
        _ => return None,
    };
    let longest = rest.get(1..).filter(|digits| digits.len() == 2)?;
    let longest = u8::try_from(number(longest)?).ok().filter(|longest| (4..=64).contains(longest))?;
    Some(Challenge { kind, longest })
}

fn session(text: &str) -> Option<u16> {
    let bytes = Some(text).filter(|digits| digits.len() == 3).and_then(number)?;
    u16::try_from(bytes).ok().filter(|bytes| (1..=512).contains(bytes))
}

/// `1S` to `59S`, `1M` to `59M`, `1H` to `48H`. The norm also lets `0H` stand, which no time can be divided by.
fn period(text: &str) -> Option<Period> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let (most, secs) = match unit {
        "S" => (59, 1),
        "M" => (59, 60),
        "H" => (48, 3600),
        _ => return None,
    };
    let count = number(count).filter(|count| (1..=most).contains(count) && !text.starts_with('0'))?;
    Period::from_secs(count * secs).ok()
}

fn algorithm(text: &str) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
}

/// A number of plain digits; `parse` alone would take a sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
