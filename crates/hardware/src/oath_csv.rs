//! OATH CSV: a row for each token. Without a header the columns are serial, key, type, digits, period or counter, hash
//! function; all but the first two may be left out. With a header its names say what the columns are, as in the files that
//! Microsoft Entra takes (`upn,serial number,secret key,time interval,manufacturer,model`).

use crate::{
    BadLine, HardwareToken, Options, Problem,
    cells::{Row, key},
    read::Found,
    token::{counter, digits, key_notes, period, shown},
};
use csv::StringRecord;
use otp::{Algorithm, Counter, Period, TokenKind, TokenParameters};

/// Where the columns are.
#[derive(Clone, Copy, Default)]
struct Columns {
    serial: Option<usize>,
    key: Option<usize>,
    kind: Option<usize>,
    digits: Option<usize>,
    period: Option<usize>,
    counter: Option<usize>,
    /// Period or counter, as the kind says.
    moving: Option<usize>,
    hash: Option<usize>,
    maker: Option<usize>,
    model: Option<usize>,
}

impl Columns {
    /// Those of a file without a header.
    const PLAIN: Self = Self {
        serial: Some(0),
        key: Some(1),
        kind: Some(2),
        digits: Some(3),
        moving: Some(4),
        hash: Some(5),
        period: None,
        counter: None,
        maker: None,
        model: None,
    };

    /// Those a header names; `None`: it is no header.
    fn named(header: &StringRecord) -> Option<Self> {
        let mut columns = Self::default();
        for (at, name) in header.iter().enumerate().take(64) {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
            let column = match plain.to_ascii_lowercase().as_str() {
                "serial" | "serialnumber" | "serialno" | "tokenserial" => &mut columns.serial,
                "key" | "secret" | "secretkey" | "seed" | "otpkey" => &mut columns.key,
                "type" | "tokentype" | "kind" => &mut columns.kind,
                "digits" | "length" | "otplength" => &mut columns.digits,
                "period" | "interval" | "timeinterval" | "timestep" => &mut columns.period,
                "counter" | "movingfactor" => &mut columns.counter,
                "hash" | "algorithm" | "hashalgorithm" | "hashlib" => &mut columns.hash,
                "manufacturer" | "vendor" => &mut columns.maker,
                "model" => &mut columns.model,
                _ => continue,
            };
            column.get_or_insert(at);
        }
        (columns.serial.is_some() && columns.key.is_some()).then_some(columns)
    }
}

pub(crate) fn read(rows: Vec<Row>, options: &Options) -> Found {
    let mut rows = rows.into_iter().peekable();
    let named = rows.peek().and_then(|row| row.cells.as_ref().ok()).and_then(Columns::named);
    if named.is_some() {
        rows.next();
    }
    let columns = named.unwrap_or(Columns::PLAIN);
    let one = |row: Row| {
        let line = row.line;
        let bad = |serial: Option<String>, problem| BadLine { line, serial, problem };
        let cells = row.cells.map_err(|problem| bad(None, problem))?;
        let serial = columns.serial.map(|at| Row::cell(&cells, at)).filter(|serial| !serial.is_empty());
        token(line, &cells, columns, options).map_err(|problem| bad(serial.map(shown), problem))
    };
    rows.map(one).collect()
}

fn token(
    line: u64,
    cells: &StringRecord,
    columns: Columns,
    options: &Options,
) -> Result<HardwareToken, Problem> {
    let cell = |column: Option<usize>| column.map(|at| Row::cell(cells, at)).filter(|text| !text.is_empty());
    let serial = cell(columns.serial).ok_or(Problem::NoSerial)?.parse()?;
    let seed = key(cell(columns.key).ok_or(Problem::NoKey)?)?;
    let (told_period, told_counter) = (cell(columns.period), cell(columns.counter));
    // Without a word: a file with periods is of tokens with clocks; else the oldest kind, as others read such files.
    let kind = cell(columns.kind).unwrap_or(if told_period.is_some() { "totp" } else { "hotp" });
    let plain: String =
        kind.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(32).collect();
    let moving = cell(columns.moving);
    let kind = match plain.strip_prefix("oath").unwrap_or(&plain) {
        "totp" | "time" => {
            TokenKind::Totp { period: told_period.or(moving).map_or(Ok(Period::DEFAULT), period)? }
        }
        "hotp" | "event" => {
            TokenKind::Hotp { counter: told_counter.or(moving).map_or(Ok(Counter::new(0)), counter)? }
        }
        _ => return Err(Problem::Kind(shown(kind))),
    };
    let digits = cell(columns.digits).map_or(Ok(options.digits), digits)?;
    let algorithm =
        cell(columns.hash).map_or(Ok(Algorithm::Sha1), |name| name.parse().map_err(|_| Problem::Hash))?;
    let maker = [cell(columns.maker), cell(columns.model)];
    Ok(HardwareToken {
        line,
        serial,
        notes: key_notes(&seed),
        seed,
        parameters: TokenParameters { algorithm, digits, kind },
        maker: shown(&maker.into_iter().flatten().collect::<Vec<_>>().join(" ")),
    })
}
