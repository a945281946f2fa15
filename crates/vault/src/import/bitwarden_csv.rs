//! Bitwarden's CSV: a header that names the columns, and an item in each row.

use super::entry::{Extra, Names};
use super::{CannotImport, Format, Found, MAX_ENTRIES, NotAToken, Refused, bitwarden};
use csv::ReaderBuilder;

const UNREADABLE: CannotImport = CannotImport::Unreadable(Format::Bitwarden);

/// The column that tells this format from others.
const TOTP: &str = "login_totp";

pub(super) fn fits(text: &str) -> bool {
    let header = text.lines().next().unwrap_or_default();
    header.len() < 1024 && header.split(',').any(|column| column.trim().trim_matches('"') == TOTP)
}

pub(super) fn read(text: &str) -> Result<Vec<Found>, CannotImport> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| UNREADABLE)?.clone();
    let column = |name: &str| header.iter().position(|column| column.trim() == name);
    let (totp, kind) = (column(TOTP).ok_or(UNREADABLE)?, column("type"));
    let (name, account) = (column("name"), column("login_username"));
    let (note, folder, favorite) = (column("notes"), column("folder"), column("favorite"));
    let mut found = Vec::new();
    for row in reader.into_records() {
        let row = row.map_err(|_| UNREADABLE)?;
        if found.len() >= MAX_ENTRIES {
            return Err(CannotImport::TooLarge);
        }
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default();
        let names = Names { issuer: cell(name), account: cell(account) };
        let mut extra = Extra::pinned(cell(favorite) == "1");
        extra.note(cell(note));
        extra.tag(cell(folder));
        found.push(match (cell(kind), cell(Some(totp)).trim()) {
            ("login" | "", "") => names.found(found.len(), || Err(Refused::NotAToken(NotAToken::Login))),
            (_, "") => names.found(found.len(), || Err(Refused::NotAToken(NotAToken::Note))),
            (_, totp) => bitwarden::token(found.len(), totp, names, extra),
        });
    }
    Ok(found)
}
