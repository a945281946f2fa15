//! What Yubico's personalization tool logs of the keys it writes, in two forms:
//!
//! - traditional: `OATH-HOTP,11.12.13 18:55,1,cccccccccccc,,KEY,,,0,0,0,6,…`: what was written, when, into which slot,
//!   public name, private name, key, access codes, three flags, digits. There is no serial; the public name serves as one.
//! - Yubico's: `508327,,0,KEY,,2013-12-12T08:41:07,`: serial, public name, private name (for HOTP the counter), key,
//!   access code, when.
//!
//! What is no HOTP (Yubico's own passwords, static passwords, challenges) is told as such.

use crate::{
    BadLine, HardwareToken, Options, Problem, Serial,
    cells::{Row, hex},
    read::Found,
    token::{counter, digits, key_notes, shown},
};
use csv::StringRecord;
use otp::{Algorithm, Counter, TokenKind, TokenParameters};

/// What a traditional row can begin with besides HOTP.
const OTHERS: [&str; 4] = ["Yubico OTP", "Static Password", "Challenge-Response", "LOGGING START"];
const HOTP: &str = "OATH-HOTP";
/// A key for HOTP is one for HMAC-SHA-1, in hexadecimal; those for AES are shorter.
const KEY_DIGITS: usize = 40;

/// Whether a line is one of these files.
pub(crate) fn fits(line: &str) -> bool {
    if line.starts_with(HOTP) || OTHERS.iter().any(|other| line.starts_with(other)) {
        return true;
    }
    let cells: Vec<&str> = line.split(',').map(str::trim).take(8).collect();
    match cells.as_slice() {
        [serial, _, _, _, _, at, ..] => is_number(serial) && is_moment(at),
        _ => false,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2013-12-12T08:41:07`.
fn is_moment(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 19 && bytes.get(4) == Some(&b'-') && bytes.get(10) == Some(&b'T')
}

pub(crate) fn read(rows: Vec<Row>, options: &Options) -> Found {
    let mut found = Found::new();
    for row in rows {
        let line = row.line;
        let read = match row.cells {
            Ok(cells) if Row::cell(&cells, 0) == "LOGGING START" => continue,
            Ok(cells) => token(line, &cells, options),
            Err(problem) => Err((None, problem)),
        };
        found.push(read.map_err(|(serial, problem)| BadLine { line, serial, problem }));
    }
    found
}

fn token(
    line: u64,
    cells: &StringRecord,
    options: &Options,
) -> Result<HardwareToken, (Option<String>, Problem)> {
    let cell = |at| Row::cell(cells, at);
    let traditional = cell(0) == HOTP || OTHERS.iter().any(|other| cell(0).starts_with(other));
    let (name, key) = if traditional { (cell(3), cell(5)) } else { (cell(0), cell(3)) };
    let told = (!name.is_empty()).then(|| shown(name));
    let bad = |problem| (told.clone(), problem);
    if traditional && cell(0) != HOTP {
        return Err(bad(Problem::Kind(shown(cell(0)))));
    }
    let serial: Serial = match name {
        "" => return Err(bad(Problem::NoSerial)),
        name => name.parse().map_err(|invalid| bad(Problem::BadSerial(invalid)))?,
    };
    if key.is_empty() {
        return Err(bad(Problem::NoKey));
    }
    let hotp = traditional || (key.len() == KEY_DIGITS && (cell(2).is_empty() || is_number(cell(2))));
    if !hotp {
        return Err(bad(Problem::Kind("Yubico OTP or static password".into())));
    }
    let seed = hex(key).map_err(bad)?;
    let (said, first) = if traditional { (cell(11), "") } else { ("", cell(2)) };
    // 0 where the tool did not ask.
    let digits = if matches!(said, "" | "0") { options.digits } else { digits(said).map_err(bad)? };
    let counter = if first.is_empty() { Counter::new(0) } else { counter(first).map_err(bad)? };
    Ok(HardwareToken {
        line,
        serial,
        notes: key_notes(&seed),
        seed,
        parameters: TokenParameters { algorithm: Algorithm::Sha1, digits, kind: TokenKind::Hotp { counter } },
        maker: "Yubico".into(),
    })
}
