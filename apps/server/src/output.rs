//! What commands print: JSON, or lines and tables for people.

use serde::Serialize;
use std::{fmt::Display, io, io::Write};

/// Prints a value as JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Prints one line, or several. Somebody who stops reading (`| head`) is no failure.
/// Says something that is no part of the output.
pub(crate) fn remark(text: &str) -> anyhow::Result<()> {
    writeln!(io::stderr().lock(), "{text}")?;
    Ok(())
}

pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// Prints rows under titles, each column as wide as its widest cell. `none` is what to say when there are no rows.
pub(crate) fn table<const N: usize>(
    titles: [&str; N],
    rows: &[[String; N]],
    none: &str,
) -> anyhow::Result<()> {
    if rows.is_empty() {
        return line(none);
    }
    let mut widths = titles.map(|title| title.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = row_of(titles, widths);
    for row in rows {
        text.push('\n');
        text.push_str(&row_of(row.each_ref(), widths));
    }
    line(&text)
}

fn row_of<T: Display, const N: usize>(cells: [T; N], widths: [usize; N]) -> String {
    let padded: Vec<String> =
        cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    padded.join("  ").trim_end().to_owned()
}

/// A value that may be absent.
pub(crate) fn or_dash<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
