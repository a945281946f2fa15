//! Hardware tokens come into stock from a file, and leave it again unused.

use super::kind;
use crate::{AdminError, Trouble, Work, names, signin::seed_copy, work::Event};
use domain::{AuditKind, HardwareToken};
use hardware::FileRead;
use model::{TokenId, UnixTime};
use otp::{Drift, TokenKind};
use serde::Serialize;
use store::{Cell, DbError, Rx, tables};

/// What becomes of a file with lines that are broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BrokenLines {
    /// Nothing of it is imported.
    RefuseAll,
    /// The others are imported.
    Skip,
}

/// A token of a file that can be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its line, from 1 on.
    pub line: u64,
    /// Its serial.
    pub serial: String,
    /// `totp` or `hotp`.
    pub kind: &'static str,
    /// Digits of its codes.
    pub digits: u8,
    /// Who made it; may be empty.
    pub maker: String,
    /// What to know about it.
    pub notes: Vec<String>,
}

/// A line of a file that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bad {
    /// The line, from 1 on.
    pub line: u64,
    /// The serial it names, if it names one.
    pub serial: Option<String>,
    /// What is the matter with it.
    pub problem: String,
}

/// What a file has in it, and whether it was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// As what it was read.
    pub format: &'static str,
    /// What can be imported, or was.
    pub tokens: Vec<Row>,
    /// What cannot.
    pub bad: Vec<Bad>,
    /// Whether the tokens are in stock now.
    pub done: bool,
}

/// The cell the seed of a token in stock is sealed for.
pub(crate) fn stock_cell(row: &[u8; 16]) -> Cell<'_> {
    Cell { table: "hardware_tokens", column: "seed", row }
}

/// What would be imported of a file. Changes nothing.
///
/// # Errors
/// [`DbError`].
pub fn check(rx: &Rx<'_>, file: &FileRead) -> Result<Imported, DbError> {
    let mut bad: Vec<Bad> = file
        .bad
        .iter()
        .map(|bad| Bad { line: bad.line, serial: bad.serial.clone(), problem: bad.problem.to_string() })
        .collect();
    let mut tokens = Vec::new();
    for token in &file.tokens {
        let (line, serial) = (token.line, token.serial.to_string());
        if tables::hardware_tokens::has_serial(rx, &serial)? {
            let problem = "a token with this serial is here already".to_owned();
            bad.push(Bad { line, serial: Some(serial), problem });
        } else {
            tokens.push(Row {
                line,
                serial,
                kind: kind(&token.parameters),
                digits: token.parameters.digits.count(),
                maker: token.maker.clone(),
                notes: token.notes.iter().map(ToString::to_string).collect(),
            });
        }
    }
    bad.sort_by_key(|bad| bad.line);
    Ok(Imported { format: file.format.as_str(), tokens, bad, done: false })
}

/// Imports the tokens of a file into stock. `source` is what the file is called, for the audit trail.
///
/// # Errors
/// [`AdminError`]. A file with broken lines, of which nothing is to be imported then, is none: [`Imported::done`] says so.
pub fn import(
    work: &mut Work<'_, '_>,
    file: &FileRead,
    broken: BrokenLines,
    source: &str,
) -> Result<Imported, AdminError> {
    let mut imported = check(work.tx, file)?;
    if imported.tokens.is_empty() || (broken == BrokenLines::RefuseAll && !imported.bad.is_empty()) {
        return Ok(imported);
    }
    let mut rows = imported.tokens.iter().map(|row| row.line).peekable();
    for token in &file.tokens {
        // Those of `check`, in the order of the file.
        if rows.next_if_eq(&token.line).is_none() {
            continue;
        }
        let mut parameters = token.parameters;
        let mut last_step = None;
        if let TokenKind::Hotp { counter } = &mut parameters.kind {
            // The next code is of this counter: those before are used up.
            last_step = counter.value().checked_sub(1);
        }
        let stored = HardwareToken {
            id: TokenId::random(&mut *work.rng),
            serial: token.serial.to_string(),
            maker: token.maker.clone(),
            parameters,
            last_step,
            drift: Drift::NONE,
            imported_at: work.now,
        };
        let sealed = work.seal(stock_cell(&stored.id.to_bytes()), &seed_copy(&token.seed))?;
        tables::hardware_tokens::add(work.tx, &stored, &sealed)?;
    }
    imported.done = true;
    let of = names::short(source);
    work.record(Event::new(AuditKind::HardwareTokensImported).detail(format!(
        "{} of {of} ({}), {} lines left out",
        imported.tokens.len(),
        imported.format,
        imported.bad.len()
    )))?;
    Ok(imported)
}

/// A token in stock, as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct InStock {
    /// Its serial.
    pub serial: String,
    /// Who made it; may be empty.
    pub maker: String,
    /// `totp` or `hotp`.
    pub kind: &'static str,
    /// Digits of its codes.
    pub digits: u8,
    /// When it was imported.
    pub imported_at: UnixTime,
}

/// The hardware tokens that belong to nobody, by serial.
///
/// # Errors
/// [`DbError`].
pub fn stock(rx: &Rx<'_>) -> Result<Vec<InStock>, DbError> {
    let in_stock = |token: HardwareToken| InStock {
        serial: token.serial,
        maker: token.maker,
        kind: kind(&token.parameters),
        digits: token.parameters.digits.count(),
        imported_at: token.imported_at,
    };
    Ok(tables::hardware_tokens::in_stock(rx)?.into_iter().map(in_stock).collect())
}

/// Removes a token from stock, with its key.
///
/// # Errors
/// [`AdminError`].
pub fn discard(work: &mut Work<'_, '_>, serial: &str) -> Result<HardwareToken, AdminError> {
    let (token, _) = names::in_stock(work.tx, serial)?;
    if !tables::hardware_tokens::remove(work.tx, token.id)? {
        return Err(Trouble::failed("a token left the stock under our hands").into());
    }
    work.record(Event::new(AuditKind::TokenDiscarded).token(token.id).detail(token.serial.clone()))?;
    Ok(token)
}
