//! Rows of cells with the lines they are on, and keys as cells hold them.

use crate::{Problem, read::CannotRead};
use csv::{ReaderBuilder, StringRecord, Trim};
use data_encoding::HEXUPPER;
use model::Secret;
use otp::Seed;
use zeroize::Zeroizing;

/// A row, or a line that is none.
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) cells: Result<StringRecord, Problem>,
}

impl Row {
    /// The text of a cell; empty where the row has none.
    pub(crate) fn cell(cells: &StringRecord, at: usize) -> &str {
        cells.get(at).unwrap_or_default()
    }
}

/// The rows of a text, without blank lines and those that begin with `#`. What parts cells is the one of `,`, `;` and tab
/// that the first row has most of.
///
/// The reader's buffers are not wiped, as those of no CSV reader are; who imports a file has it on a disk.
pub(crate) fn rows(text: &str, most: usize) -> Result<Vec<Row>, CannotRead> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let count = |delimiter: u8| first.unwrap_or_default().bytes().filter(|&byte| byte == delimiter).count();
    let delimiter = [b',', b';', b'\t'].into_iter().rev().max_by_key(|&byte| count(byte)).unwrap_or(b',');
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let row = match record {
            Ok(cells) => {
                let line = line_of(text, cells.position());
                let first = Row::cell(&cells, 0);
                if first.starts_with('#') || cells.iter().all(str::is_empty) {
                    continue;
                }
                Row { line, cells: Ok(cells) }
            }
            Err(error) => {
                let line = line_of(text, error.position());
                Row { line, cells: Err(Problem::Unreadable) }
            }
        };
        if rows.len() >= most {
            return Err(CannotRead::TooMany);
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The line a row is on. The reader says where it began to look for it, which may be blank lines before.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
    let ends = rest.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + ends.filter(|&&byte| byte == b'\n').count() as u64
}

/// A key in hexadecimal or base32, with blanks; what could be both is hexadecimal, as a key of base32 letters that are
/// all digits of hexadecimal too is one in many millions.
pub(crate) fn key(text: &str) -> Result<Seed, Problem> {
    let (hex_only, text) = match text.split_once(':') {
        Some((how, rest)) if how.eq_ignore_ascii_case("hex") => (Some(true), rest),
        Some((how, rest)) if how.eq_ignore_ascii_case("base32") => (Some(false), rest),
        _ => (None, text),
    };
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()));
    if plain.is_empty() {
        return Err(Problem::NoKey);
    }
    if plain.len() > 2 * Seed::MAX_BYTES {
        return Err(Problem::KeyLength);
    }
    let looks_hex = plain.len().is_multiple_of(2) && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex_only.unwrap_or(looks_hex) {
        return hex(&plain);
    }
    Seed::from_base32(&plain).map_err(|_| Problem::BadKey)
}

/// A key in hexadecimal.
pub(crate) fn hex(text: &str) -> Result<Seed, Problem> {
    let mut plain = Zeroizing::new(text.as_bytes().to_vec());
    plain.make_ascii_uppercase();
    let bytes = HEXUPPER.decode(&plain).map_err(|_| Problem::BadKey)?;
    Seed::new(Secret::new(bytes)).map_err(|_| Problem::KeyLength)
}
