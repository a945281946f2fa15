use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The longest account name taken, in characters. Windows' own limits are 20 for the name before Windows 2000,
/// 104 for a domain user and 256 for a whole user principal name; longer input is a mistake or an attack.
const MAX_CHARS: usize = 256;

/// A Windows account name as somebody typed it or Windows resolved it.
///
/// INVARIANT: 1 to 256 characters after trimming; no control or bidirectional-override characters, which could
/// make a screen or a log read as another name; the user part is not empty; at most one `\`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

/// Why a text cannot be an account name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing but blanks, or no user after the separator.
    #[error("the user name is empty")]
    Empty,
    /// More than 256 characters.
    #[error("the user name is longer than 256 characters")]
    TooLong,
    /// A character that no account name can have.
    #[error("the user name has a character that account names cannot have")]
    BadCharacter,
}

/// The parts of an account name, by the way it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameForm<'a> {
    /// `user`: whatever Windows would try first.
    Bare(&'a str),
    /// `.\user`: an account of this machine.
    ThisMachine(&'a str),
    /// `DOMAIN\user`.
    Domain {
        /// The domain or machine, as written.
        domain: &'a str,
        /// The user in it.
        user: &'a str,
    },
    /// `user@suffix` (user principal name, or a mail address). The last `@` separates.
    Principal {
        /// Before the last `@`.
        user: &'a str,
        /// After it.
        suffix: &'a str,
    },
}

impl AccountName {
    /// The name as written, trimmed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts of the name.
    pub fn form(&self) -> NameForm<'_> {
        if let Some((domain, user)) = self.0.split_once('\\') {
            return if domain == "." {
                NameForm::ThisMachine(user)
            } else {
                NameForm::Domain { domain, user }
            };
        }
        match self.0.rsplit_once('@') {
            Some((user, suffix)) if !user.is_empty() && !suffix.is_empty() => {
                NameForm::Principal { user, suffix }
            }
            _ => NameForm::Bare(&self.0),
        }
    }
}

impl FromStr for AccountName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        // Bytes first: a megabyte pasted into the field must not be walked character by character.
        if text.len() > 4 * MAX_CHARS + 64 {
            return Err(InvalidName::TooLong);
        }
        let text = text.trim();
        if text.chars().count() > MAX_CHARS {
            return Err(InvalidName::TooLong);
        }
        if text.chars().any(is_forbidden) || text.matches('\\').count() > 1 {
            return Err(InvalidName::BadCharacter);
        }
        let (domain, user) = text.split_once('\\').unwrap_or((".", text));
        if user.trim().is_empty() || domain.trim().is_empty() {
            return Err(InvalidName::Empty);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for AccountName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<AccountName> for String {
    fn from(name: AccountName) -> String {
        name.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters, invisible separators, and the bidirectional controls of UAX #9. Zero-width joiner stays:
/// emoji and some scripts need it.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Option<(String, NameForm<'static>)> {
        let name: AccountName = text.parse().ok()?;
        let leaked: &'static AccountName = Box::leak(Box::new(name));
        Some((leaked.as_str().to_owned(), leaked.form()))
    }

    #[test]
    fn every_separator_is_understood() {
        use NameForm::*;
        for (text, expected) in [
            ("mara", Bare("mara")),
            ("  mara ", Bare("mara")),
            (".\\mara", ThisMachine("mara")),
            ("CORP\\mara", Domain { domain: "CORP", user: "mara" }),
            ("mara@corp.example", Principal { user: "mara", suffix: "corp.example" }),
            ("a@b@corp.example", Principal { user: "a@b", suffix: "corp.example" }),
            ("CORP\\mara@x", Domain { domain: "CORP", user: "mara@x" }),
            ("mara@", Bare("mara@")),
            ("שרה", Bare("שרה")),
            ("CORP\\👩‍💻", Domain { domain: "CORP", user: "👩‍💻" }),
            ("Mara van der Berg", Bare("Mara van der Berg")),
        ] {
            assert_eq!(form(text).map(|f| f.1), Some(expected), "{text}");
        }
    }

    #[test]
    fn names_that_cannot_be_are_refused_with_the_reason() {
        for (text, why) in [
            ("", InvalidName::Empty),
            ("   ", InvalidName::Empty),
            ("CORP\\", InvalidName::Empty),
            ("\\mara", InvalidName::Empty),
            ("a\\b\\c", InvalidName::BadCharacter),
            ("ma\u{202E}ra", InvalidName::BadCharacter),
            ("ma\0ra", InvalidName::BadCharacter),
            ("ma\nra", InvalidName::BadCharacter),
        ] {
            assert_eq!(text.parse::<AccountName>(), Err(why), "{text:?}");
        }
        assert!("ä".repeat(256).parse::<AccountName>().is_ok());
        assert_eq!("ä".repeat(257).parse::<AccountName>(), Err(InvalidName::TooLong));
        assert_eq!("a".repeat(1 << 20).parse::<AccountName>(), Err(InvalidName::TooLong));
    }
}
