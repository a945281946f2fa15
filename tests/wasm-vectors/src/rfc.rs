use model::{Secret, UnixTime};
use otp::{Algorithm, Counter, Digits, Drift, Period, Seed, TimeStep, TotpCheck, Verdict, Window};
use std::str::FromStr;

/// A line of `rfc4226.txt`: the six digits, and from the truncated number also seven to ten.
pub(crate) fn hotp(line: &str) -> Result<(), String> {
    let [counter, truncated, code] = fields(line)?;
    let (counter, truncated) = (Counter::new(number(counter, 10)?), number(truncated, 10)?);
    let seed = seed(Algorithm::Sha1)?;
    for count in Digits::MIN..=Digits::MAX {
        let digits = Digits::new(count).map_err(|error| error.to_string())?;
        let width = usize::from(count);
        let expected = format!("{:0width$}", truncated % 10u64.pow(count.into()));
        same(otp::hotp(&seed, Algorithm::Sha1, digits, counter).expose(), &expected)?;
    }
    same(otp::hotp(&seed, Algorithm::Sha1, Digits::SIX, counter).expose(), code)
}

/// A line of `rfc6238.txt`: the step, the code, and that the code is accepted at that time.
pub(crate) fn totp(line: &str) -> Result<(), String> {
    let [secs, step, code, algorithm] = fields(line)?;
    let algorithm = Algorithm::from_str(algorithm).map_err(|error| error.to_string())?;
    let now = UnixTime::from_secs(number(secs, 10)?);
    let expected = TimeStep::from_number(number(step, 16)?);
    let seed = seed(algorithm)?;
    same(TimeStep::at(now, Period::DEFAULT), expected)?;
    same(otp::totp(&seed, algorithm, Digits::EIGHT, expected).expose(), code)?;
    let check = TotpCheck {
        seed: &seed,
        algorithm,
        digits: Digits::EIGHT,
        period: Period::DEFAULT,
        window: Window { before: 0, after: 0 },
        drift: Drift::NONE,
        last_step: None,
    };
    let typed = code.parse().map_err(|_| "the code cannot be read".to_owned())?;
    same(check.verify(&typed, now), Verdict::Accepted { step: expected, drift: Drift::NONE })
}

/// A line of `steam.txt`.
pub(crate) fn steam(line: &str) -> Result<(), String> {
    let [secs, seed, code] = fields(line)?;
    let seed = Seed::from_base32(seed).map_err(|error| error.to_string())?;
    let step = TimeStep::at(UnixTime::from_secs(number(secs, 10)?), otp::STEAM_PERIOD);
    same(otp::steam(&seed, step).expose_text().unwrap_or_default(), code)
}

/// 1234567890 repeated and cut to the length of the hash.
fn seed(algorithm: Algorithm) -> Result<Seed, String> {
    let length = match algorithm {
        Algorithm::Sha1 => 20,
        Algorithm::Sha256 => 32,
        Algorithm::Sha512 => 64,
    };
    Seed::new(Secret::new(b"1234567890".iter().copied().cycle().take(length).collect()))
        .map_err(|error| error.to_string())
}

fn fields<const N: usize>(line: &str) -> Result<[&str; N], String> {
    let fields: Vec<_> = line.split(' ').collect();
    fields.try_into().map_err(|_| format!("not {N} fields"))
}

fn number(text: &str, radix: u32) -> Result<u64, String> {
    u64::from_str_radix(text, radix).map_err(|error| error.to_string())
}

fn same<T: PartialEq + std::fmt::Debug>(got: T, expected: T) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("got {got:?}, expected {expected:?}")) }
}
