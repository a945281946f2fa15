//! What an administrator does with tokens.

use crate::{AdminError, Work, names, work::Event};
use domain::{AuditKind, Token, TokenState};
use model::{PersonId, UnixTime};
use otp::TokenKind;
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
        person: token.person,
        kind: match token.parameters.kind {
            TokenKind::Totp { .. } => "totp",
            TokenKind::Hotp { .. } => "hotp",
        },
        digits: token.parameters.digits.count(),
        state: token.state,
        created_at: token.created_at,
        origin: token.origin,
        last_used_at: token.last_used_at,
    })
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
