use model::{Secret, UnixTime};
use otp::{Counter, OcraInput, OcraSuite, Seed};

/// A line of `rfc6287.txt`.
pub(crate) fn answer(line: &str) -> Result<(), String> {
    let mut fields = line.split_whitespace();
    let (Some(suite), Some(bytes), Some(counter), Some(challenge), Some(expected), None) =
        (fields.next(), fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err("not a case".to_owned());
    };
    let suite: OcraSuite = suite.parse().map_err(|error| format!("{error}"))?;
    let bytes: usize = bytes.parse().map_err(|_| "not a length")?;
    let seed = Secret::new((0..bytes).map(|i| b"1234567890"[i % 10]).collect());
    let seed = Seed::new(seed).map_err(|error| error.to_string())?;
    let counter = if counter == "-" { 0 } else { counter.parse().map_err(|_| "not a counter")? };
    let pin = Secret::from_text("1234".to_owned());
    let input = OcraInput {
        challenge,
        counter: Counter::new(counter),
        pin: Some(&pin),
        session: None,
        // 25 March 2008, 12:06:30 UTC
        now: UnixTime::from_secs(1_206_446_790),
    };
    let answer = otp::ocra(&seed, &suite, &input).map_err(|error| error.to_string())?;
    let got = answer.expose_text().unwrap_or_default();
    if got == expected { Ok(()) } else { Err(format!("got {got}")) }
}
