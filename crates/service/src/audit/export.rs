//! The trail as a file for other programs: CSV, or a JSON object in each line. Oldest first, page by page.

use super::{Wanted, filter};
use crate::{AdminError, Trouble};
use domain::AuditEvent;
use serde_json::{Value, json};
use store::{
    Rx,
    tables::{self, audit::Entry},
};

/// Events of one page.
const PAGE: u32 = 1_000;

/// The events that are wanted after a place in the trail; fewer than before the end, none at it. Go on after the last one.
///
/// # Errors
/// [`AdminError`].
pub fn page(rx: &Rx<'_>, wanted: &Wanted, after: u64) -> Result<Vec<Entry>, AdminError> {
    let filter = filter(rx, wanted)?;
    Ok(tables::audit::passing_after(rx, &filter, after, PAGE)?)
}

/// An event in one line of JSON, with a line break.
///
/// # Errors
/// [`Trouble`] for a row that is no event.
pub fn json_line(entry: &Entry) -> Result<String, Trouble> {
    let event: Value = serde_json::from_str(&entry.event).map_err(Trouble::failed)?;
    Ok(format!("{}\n", json!({ "seq": entry.seq, "event": event })))
}

/// The first row of a CSV file, with a line break.
pub fn csv_header() -> String {
    "seq,at,kind,actor,person,machine,token,detail\r\n".to_owned()
}

/// An event as a row of CSV (RFC 4180), with a line break.
///
/// # Errors
/// [`Trouble`] for a row that is no event.
pub fn csv_row(entry: &Entry) -> Result<String, Trouble> {
    let event: AuditEvent = serde_json::from_str(&entry.event).map_err(Trouble::failed)?;
    let actor = match serde_json::to_value(&event.actor).map_err(Trouble::failed)? {
        Value::String(word) => word,
        Value::Object(pair) => pair
            .iter()
            .map(|(kind, name)| format!("{kind}: {}", name.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    };
    let id = |id: Option<String>| id.unwrap_or_default();
    let cells = [
        entry.seq.to_string(),
        event.at.to_string(),
        event.kind.as_str().to_owned(),
        actor,
        id(event.person.map(|id| id.to_string())),
        id(event.machine.map(|id| id.to_string())),
        id(event.token.map(|id| id.to_string())),
        event.detail,
    ];
    Ok(format!("{}\r\n", cells.map(|text| cell(&text)).join(",")))
}

/// A cell. Names come from machines and people, and a spreadsheet takes what begins with one of these for a formula, which
/// can fetch things and run programs: an apostrophe in front makes it a text.
fn cell(text: &str) -> String {
    let begins = text.trim_start().chars().next();
    let formula =
        matches!(begins, Some('=' | '+' | '-' | '@' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}'))
            || text.starts_with(['\t', '\r', '\n']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n', '\'', ' ']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_spreadsheet_would_run_is_left_and_quotes_are_doubled() {
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("two words", "\"two words\""),
            ("a,b", "\"a,b\""),
            ("say \"so\"", "\"say \"\"so\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" =cmd|' /C calc'!A0", "\"' =cmd|' /C calc'!A0\""),
            ("\t=1", "\"'\t=1\""),
            ("\u{FF1D}1", "\"'\u{FF1D}1\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
