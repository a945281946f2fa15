//! What administrators call people, tokens and machines on the command line: an id, a serial, or a name.

use crate::{AdminError, Trouble};
use domain::{HardwareToken, Machine, Person, Token};
use store::{Rx, tables};

/// Several things have this name; the ids tell them apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there are {} called “{name}”; say which by its id: {}", candidates.len(), candidates.join(", "))]
pub struct Ambiguous {
    /// The name.
    pub name: String,
    /// The ids, with what tells them apart.
    pub candidates: Vec<String>,
}

/// The one person meant by an id, a name, an account name, a UPN or a SID.
pub(crate) fn person(rx: &Rx<'_>, text: &str) -> Result<Person, AdminError> {
    let found = match text.parse() {
        Ok(id) => tables::people::find(rx, id)?.into_iter().collect(),
        Err(_) => tables::people::by_text(rx, text)?,
    };
    one(found, text, "person", "`countersign user list` shows everybody", |person| {
        format!("{} ({})", person.id, person.name)
    })
}

/// The one token meant by an id or a serial.
pub(crate) fn token(rx: &Rx<'_>, text: &str) -> Result<Token, AdminError> {
    let found = match text.parse() {
        Ok(id) => tables::tokens::find(rx, id)?,
        Err(_) => tables::tokens::by_serial(rx, text)?,
    };
    one(found.into_iter().collect(), text, "token", "`countersign token list` shows all", |token| {
        token.id.to_string()
    })
}

/// The hardware token in stock with this serial, and its sealed seed.
pub(crate) fn in_stock(rx: &Rx<'_>, serial: &str) -> Result<(HardwareToken, Vec<u8>), AdminError> {
    tables::hardware_tokens::find_in_stock(rx, serial.trim())?.ok_or_else(|| AdminError::NotFound {
        what: "token in stock",
        name: serial.to_owned(),
        hint: "`countersign token stock` shows all",
    })
}

/// The one machine meant by an id or a name.
pub(crate) fn machine(rx: &Rx<'_>, text: &str) -> Result<Machine, AdminError> {
    let found = match text.parse() {
        Ok(id) => tables::machines::find(rx, id)?.into_iter().collect(),
        Err(_) => tables::machines::by_name(rx, text)?,
    };
    one(found, text, "machine", "`countersign machine list` shows all", |machine| {
        format!("{} (joined {})", machine.id, machine.joined_at)
    })
}

/// Whether a text shows as what it is: no control characters, which move a terminal's cursor, and none of the invisible
/// and bidirectional ones that make a name read as another.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    })
}

/// A text somebody gave, as a name in an event: not too long.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(128).collect()
}

/// A text as it can be shown: what is not plain in it is marked.
pub(crate) fn shown(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    text.replace(|c: char| !is_plain(c.encode_utf8(&mut [0; 4])), "\u{FFFD}")
}

fn one<T>(
    mut found: Vec<T>,
    name: &str,
    what: &'static str,
    hint: &'static str,
    describe: impl Fn(&T) -> String,
) -> Result<T, AdminError> {
    match found.len() {
        0 => Err(AdminError::NotFound { what, name: name.to_owned(), hint }),
        1 => found.pop().ok_or_else(|| Trouble::failed("an element vanished").into()),
        _ => {
            Err(Ambiguous { name: name.to_owned(), candidates: found.iter().map(describe).collect() }.into())
        }
    }
}
