//! What was typed becomes a value, or the reason why it cannot be one.

use model::{AccountName, InvalidName, Reason, Secret};
use otp::{Code, RecoveryCode, TemporaryCode};

/// The longest Windows password is 256 UTF-16 units (`PWLEN`): at most three bytes each in UTF-8. Some room more,
/// and the rest is for Windows to judge.
const MAX_PASSWORD: usize = 1024;

/// The longest code field. Room for blanks around a recovery code.
const MAX_CODE: usize = 64;

pub(super) fn name(typed: Option<String>) -> Result<AccountName, Reason> {
    typed.unwrap_or_default().parse().map_err(|error| match error {
        InvalidName::Empty => Reason::FieldEmpty,
        InvalidName::TooLong => Reason::InputTooLong,
        InvalidName::BadCharacter => Reason::NameUnusable,
    })
}

/// A password may be empty: some accounts have none, and Windows says where that is enough.
pub(super) fn password(typed: Option<Secret>) -> Result<Secret, Reason> {
    let password = typed.ok_or(Reason::FieldEmpty)?;
    if password.len() > MAX_PASSWORD { Err(Reason::InputTooLong) } else { Ok(password) }
}

pub(super) fn new_password(new: Option<Secret>, repeated: Option<Secret>) -> Result<Secret, Reason> {
    let (new, repeated) = (password(new)?, password(repeated)?);
    if new.is_empty() || repeated.is_empty() {
        Err(Reason::FieldEmpty)
    } else if new != repeated {
        Err(Reason::PasswordsDiffer)
    } else {
        Ok(new)
    }
}

/// A code of a token: its digits.
pub(super) fn code(typed: Option<&Secret>) -> Result<Secret, Reason> {
    let code: Code = code_text(typed)?.parse().map_err(|_| Reason::CodeMalformed)?;
    Ok(Secret::from_text(code.expose().to_owned()))
}

/// A code of a token, or what stands in for one: a recovery code, a temporary code; each in its one form.
pub(super) fn code_or_stand_in(typed: Option<&Secret>) -> Result<Secret, Reason> {
    code(typed).or_else(|reason| {
        let text = code_text(typed)?;
        if let Ok(code) = text.parse::<TemporaryCode>() {
            return Ok(Secret::from_text(code.expose().to_owned()));
        }
        let code: RecoveryCode = text.parse().map_err(|_| reason)?;
        Ok(Secret::from_text(code.expose().to_owned()))
    })
}

/// An enrollment code: whatever the administrator handed out, without the blanks around it.
pub(super) fn enrollment_code(typed: Option<&Secret>) -> Result<Secret, Reason> {
    Ok(Secret::from_text(code_text(typed)?.to_owned()))
}

fn code_text(typed: Option<&Secret>) -> Result<&str, Reason> {
    let typed = typed.ok_or(Reason::FieldEmpty)?;
    if typed.len() > MAX_CODE {
        return Err(Reason::InputTooLong);
    }
    let text = typed.expose_text().ok_or(Reason::CodeMalformed)?.trim();
    if text.is_empty() { Err(Reason::FieldEmpty) } else { Ok(text) }
}
