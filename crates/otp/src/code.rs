use crate::{Digits, chars};
use std::{fmt, str::FromStr};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The longest text that is looked at, in bytes: room for ten digits of the widest scripts with blanks between.
const MAX_BYTES: usize = 64;

/// A one-time password, as a person typed it or a token showed it: ASCII digits, as many as [`Digits`] allows. Of
/// what is typed, at most [`Digits::MAX_ISSUED`].
///
/// Wiped on drop, never printed, compared in constant time. The number of digits is not secret.
pub struct Code(Zeroizing<String>);

/// Why a text cannot be a one-time password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCode {
    /// Nothing but blanks.
    #[error("the one-time password is empty")]
    Empty,
    /// A character that is neither a digit of some script nor a blank or dash.
    #[error("the one-time password has something other than digits in it")]
    NotDigits,
    /// Fewer or more digits than a one-time password that we issue can have.
    #[error("the one-time password has the wrong number of digits")]
    WrongLength,
}

impl Code {
    /// The digits, for the one call that needs them.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// How many digits there are.
    pub fn digits(&self) -> Digits {
        // The range was checked when the code was built.
        Digits::new(self.0.len() as u8).unwrap_or_default()
    }

    pub(crate) fn from_value(value: u64, digits: Digits) -> Self {
        // The capacity is final: growing would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(usize::from(digits.count())));
        for place in (0..u32::from(digits.count())).rev() {
            text.push(char::from(b'0' + (value / 10u64.pow(place) % 10) as u8));
        }
        Self(text)
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.bytes().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'))
    }
}

/// Takes digits of any script; blanks, dashes and invisible marks between them are ignored.
impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        // Bytes first: a megabyte pasted into the field must not be walked character by character.
        if text.len() > MAX_BYTES {
            return Err(InvalidCode::WrongLength);
        }
        let mut digits = Zeroizing::new(String::with_capacity(MAX_BYTES));
        for c in text.chars().filter(|&c| !chars::is_filler(c)) {
            digits.push(char::from(b'0' + chars::decimal(c).ok_or(InvalidCode::NotDigits)?));
        }
        match digits.len() {
            0 => Err(InvalidCode::Empty),
            count if (Digits::MIN.into()..=Digits::MAX_ISSUED.into()).contains(&count) => Ok(Self(digits)),
            _ => Err(InvalidCode::WrongLength),
        }
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_as_people_type_and_paste_them() {
        for (text, expected) in [
            ("123456", "123456"),
            (" 123 456 ", "123456"),
            ("123-456", "123456"),
            ("0-0-0–0—0−0", "000000"),
            ("１２３４５６", "123456"),
            ("١٢٣٤٥٦", "123456"),
            ("۱۲۳۴۵۶", "123456"),
            ("१२३ ४५६", "123456"),
            ("\u{200E}123456\u{200F}\u{FEFF}", "123456"),
            ("12\u{a0}34\u{2009}56", "123456"),
            ("𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "12345678"),
            ("1234567", "1234567"),
            ("1２٣४56", "123456"),
        ] {
            assert_eq!(text.parse::<Code>().as_ref().map(Code::expose), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused_with_the_reason() {
        for (text, why) in [
            ("", InvalidCode::Empty),
            (" - ", InvalidCode::Empty),
            ("12345", InvalidCode::WrongLength),
            ("123456789", InvalidCode::WrongLength),
            ("12345a", InvalidCode::NotDigits),
            ("12345O", InvalidCode::NotDigits),
            ("12.345", InvalidCode::NotDigits),
            ("+123456", InvalidCode::NotDigits),
            ("12345²", InvalidCode::NotDigits),
            ("123456\0", InvalidCode::NotDigits),
        ] {
            assert_eq!(text.parse::<Code>(), Err(why), "{text:?}");
        }
        // 58 blanks and six digits are looked at; one blank more is not, and so cannot be told from letters.
        assert!(format!("{}123456", " ".repeat(58)).parse::<Code>().is_ok());
        assert_eq!(format!("{}123456", " ".repeat(59)).parse::<Code>(), Err(InvalidCode::WrongLength));
        assert_eq!("x".repeat(1 << 20).parse::<Code>(), Err(InvalidCode::WrongLength));
    }

    #[test]
    fn a_code_never_prints_itself() {
        assert_eq!(format!("{:?}", "123456".parse::<Code>()), "Ok(Code(…))");
    }

    proptest! {
        #[test]
        fn codes_survive_their_text_form(value in 0u64..10_000_000_000, count in Digits::MIN..=Digits::MAX) {
            let digits = Digits::new(count).unwrap();
            let code = Code::from_value(value, digits);
            prop_assert_eq!(code.digits(), digits);
            prop_assert_eq!(code.value(), value % 10u64.pow(u32::from(count)));
            let typed = code.expose().parse::<Code>();
            prop_assert_eq!(typed.ok(), (count <= Digits::MAX_ISSUED).then_some(code));
        }

        #[test]
        fn any_text_is_judged_without_a_panic(text: String) {
            let _ = text.parse::<Code>();
        }
    }
}
