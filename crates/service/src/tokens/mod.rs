//! What an administrator does with tokens.

mod assign;
mod import;
mod resync;

pub use assign::{Confirmed, assign, unassign};
pub use hardware::{CannotRead, FileKey, FileRead, Format, MAX_BYTES, Options, read};
pub use otp::Code;

pub use import::{Bad, BrokenLines, Imported, Row, check, discard, import, stock};
pub use resync::resynchronize;

pub(crate) use import::stock_cell;

use crate::{AdminError, Work, names, work::Event};
use domain::{AuditKind, Token, TokenState};
use model::{PersonId, UnixTime};
use otp::{TokenKind, TokenParameters};
use serde::Serialize;
use store::{DbError, Rx, tables};

/// A token as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// Its serial.
    pub serial: String,
    /// Whose.
    pub person: PersonId,
    /// That person's name.
    pub person_name: String,
    /// What it is called; may be empty.
    pub label: String,
    /// `totp` or `hotp`.
    pub kind: &'static str,
    /// Digits of its codes.
    pub digits: u8,
    /// Whether its codes are taken.
    pub state: TokenState,
    /// When it was enrolled.
    pub created_at: UnixTime,
    /// Where.
    pub origin: domain::Origin,
    /// When a code of it was last accepted.
    pub last_used_at: Option<UnixTime>,
}

/// All tokens, or those of one person.
///
/// # Errors
/// [`AdminError`].
pub fn list(rx: &Rx<'_>, person: Option<&str>) -> Result<Vec<Listed>, AdminError> {
    let tokens = match person {
        Some(name) => tables::tokens::of(rx, names::person(rx, name)?.id)?,
        None => tables::tokens::all(rx)?,
    };
    Ok(tokens.into_iter().map(|token| listed(rx, token)).collect::<Result<_, DbError>>()?)
}

fn listed(rx: &Rx<'_>, token: Token) -> Result<Listed, DbError> {
    Ok(Listed {
        person_name: tables::people::find(rx, token.person)?.map_or_else(String::new, |person| person.name),
        serial: token.serial,
        label: token.label,
        person: token.person,
        kind: kind(&token.parameters),
        digits: token.parameters.digits.count(),
        state: token.state,
        created_at: token.created_at,
        origin: token.origin,
        last_used_at: token.last_used_at,
    })
}

/// `totp` or `hotp`.
fn kind(parameters: &TokenParameters) -> &'static str {
    match parameters.kind {
        TokenKind::Totp { .. } => "totp",
        TokenKind::Hotp { .. } => "hotp",
    }
}

/// The most characters of a label.
const MAX_LABEL: usize = 64;

/// Gives a token another label; an empty one takes it away.
///
/// # Errors
/// [`AdminError`].
pub fn rename(work: &mut Work<'_, '_>, name: &str, label: &str) -> Result<Token, AdminError> {
    let mut token = names::token(work.tx, name)?;
    let label = label.trim();
    if label.chars().count() > MAX_LABEL || !names::is_plain(label) {
        return Err(AdminError::Refused(format!(
            "a label has at most {MAX_LABEL} characters, none of them invisible"
        )));
    }
    tables::tokens::set_label(work.tx, token.person, token.id, label)?;
    token.label = label.to_owned();
    let detail = format!("{} “{label}”", token.serial);
    work.record(Event::new(AuditKind::TokenRenamed).person(token.person).token(token.id).detail(detail))?;
    Ok(token)
}

/// Disables, enables, revokes or replaces a token. Replaced: its owner enrolls anew at the next sign-in.
///
/// # Errors
/// [`AdminError`].
pub fn set_state(work: &mut Work<'_, '_>, name: &str, state: TokenState) -> Result<Token, AdminError> {
    let token = names::token(work.tx, name)?;
    if !tables::tokens::set_state(work.tx, token.id, state)? {
        return Err(AdminError::Refused(format!(
            "{} is {}, which cannot be undone; its owner needs a new token",
            token.serial,
            token.state.as_str()
        )));
    }
    let kind = match state {
        TokenState::Active => AuditKind::TokenEnabled,
        TokenState::Disabled => AuditKind::TokenDisabled,
        TokenState::Revoked => AuditKind::TokenRevoked,
        TokenState::Replaced => AuditKind::TokenReplaced,
    };
    work.record(Event::new(kind).person(token.person).token(token.id).detail(token.serial.clone()))?;
    Ok(token)
}
