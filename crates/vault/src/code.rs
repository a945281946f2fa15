use model::{Secret, UnixTime};
use otp::{Code, Period};

/// A one-time password to be shown: digits, Steam's digits and letters, or an answer in hexadecimal.
///
/// Wiped on drop, never printed, compared in constant time.
#[derive(Debug, PartialEq, Eq)]
pub struct OneTimePassword(Secret);

impl OneTimePassword {
    pub(crate) fn new(text: Secret) -> Self {
        Self(text)
    }

    pub(crate) fn of_digits(code: &Code) -> Self {
        Self(Secret::new(code.expose().as_bytes().to_vec()))
    }

    /// The characters without anything between, as they are typed and copied. ASCII.
    pub fn expose(&self) -> &str {
        self.0.expose_text().unwrap_or_default()
    }

    /// The characters in groups of three or four with a blank between, as they are shown: `123 456`, `1234 5678`.
    /// Five stay together.
    pub fn to_groups(&self) -> Secret {
        let text = self.0.expose();
        let size = match text.len() {
            6 | 9 => 3,
            7 | 8 => 4,
            10 | 5 => 5,
            _ => 4,
        };
        let mut groups = Vec::with_capacity(text.len() + text.len() / size);
        for (i, group) in text.chunks(size).enumerate() {
            if i > 0 {
                groups.push(b' ');
            }
            groups.extend_from_slice(group);
        }
        Secret::new(groups)
    }
}

/// The code of a moment, for a token that makes them from time.
#[derive(Debug, PartialEq, Eq)]
pub struct TimedCode {
    /// The code that holds now.
    pub code: OneTimePassword,
    /// The one after it.
    pub next: OneTimePassword,
    /// The first second in which `next` holds.
    pub ends_at: UnixTime,
    /// Whole seconds until then, at least 1.
    pub remaining: u32,
    /// How long a code holds.
    pub period: Period,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_shown_in_groups_and_typed_without() {
        for (text, groups) in [
            ("123456", "123 456"),
            ("1234567", "1234 567"),
            ("12345678", "1234 5678"),
            ("123456789", "123 456 789"),
            ("1234567890", "12345 67890"),
            ("7W6CJ", "7W6CJ"),
        ] {
            let code = OneTimePassword::new(Secret::from_text(text.into()));
            assert_eq!((code.expose(), code.to_groups().expose_text()), (text, Some(groups)));
            assert!(!format!("{code:?}").contains(text));
        }
    }
}
