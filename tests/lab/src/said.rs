//! What the page says: one JSON object for each thing a person does.

use model::{AccountName, Command, Field, Secret};
use protocol::pipe::Typed;
use serde::Deserialize;
use std::{collections::BTreeMap, fmt};

/// Something a person did at the screen.
#[derive(Debug)]
pub(crate) enum Said {
    /// Chose an account, or *Other user*.
    Chose(Option<AccountName>),
    /// Submitted the fields.
    Submitted(Typed),
    /// Pressed a command.
    Pressed(Command),
    /// Went back to the people to choose from.
    Left,
    /// Signed out.
    SignedOut,
}

/// It is nothing a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotUnderstood;

#[derive(Deserialize)]
#[serde(tag = "did", rename_all = "snake_case", deny_unknown_fields)]
enum Did {
    Choose { account: Option<String> },
    Submit { typed: BTreeMap<String, Text> },
    Press { command: String },
    Leave {},
    SignOut {},
}

/// A typed text, which is nobody's business to print.
#[derive(Deserialize)]
struct Text(String);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(…)")
    }
}

impl Said {
    /// Reads what the page sent.
    ///
    /// # Errors
    /// Not JSON, an unknown deed, field or command, or an account name that cannot be one.
    pub(crate) fn read(body: &[u8]) -> Result<Self, NotUnderstood> {
        Ok(match serde_json::from_slice(body).map_err(|_| NotUnderstood)? {
            Did::Choose { account: None } => Self::Chose(None),
            Did::Choose { account: Some(name) } => {
                Self::Chose(Some(name.parse().map_err(|_| NotUnderstood)?))
            }
            Did::Submit { typed } => {
                let mut fields = Typed::default();
                for (name, Text(text)) in typed {
                    fields.set(field_named(&name).ok_or(NotUnderstood)?, Secret::from_text(text));
                }
                Self::Submitted(fields)
            }
            Did::Press { command } => Self::Pressed(command_named(&command).ok_or(NotUnderstood)?),
            Did::Leave {} => Self::Left,
            Did::SignOut {} => Self::SignedOut,
        })
    }
}

/// A field that is typed into, by its key in the texts.
fn field_named(key: &str) -> Option<Field> {
    use Field::*;
    [UserName, Password, NewPassword, RepeatPassword, OneTimePassword, EnrollmentCode]
        .into_iter()
        .find(|field| field.key() == key)
}

/// A command that the engine takes; submitting is told with what was typed.
fn command_named(key: &str) -> Option<Command> {
    Command::ALL
        .iter()
        .copied()
        .find(|command| !matches!(command, Command::Submit | Command::GetTheApp) && command.key() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_does_is_read() {
        assert!(matches!(Said::read(br#"{"did":"choose","account":null}"#), Ok(Said::Chose(None))));
        let Ok(Said::Chose(Some(name))) = Said::read(br#"{"did":"choose","account":"LAB\\mara"}"#) else {
            panic!("not chosen")
        };
        assert_eq!(name.as_str(), "LAB\\mara");
        let body = br#"{"did":"submit","typed":{"field-user-name":"mara","field-password":"right"}}"#;
        let Ok(Said::Submitted(typed)) = Said::read(body) else { panic!("not submitted") };
        assert_eq!(typed.user_name.as_deref(), Some("mara"));
        assert_eq!(typed.password.unwrap().expose(), b"right");
        assert_eq!(typed.code, None);
        let pressed = Said::read(br#"{"did":"press","command":"command-show-qr"}"#);
        assert!(matches!(pressed, Ok(Said::Pressed(Command::ShowQr))));
        assert!(matches!(Said::read(br#"{"did":"leave"}"#), Ok(Said::Left)));
        assert!(matches!(Said::read(br#"{"did":"sign_out"}"#), Ok(Said::SignedOut)));
    }

    #[test]
    fn what_no_person_can_do_is_refused() {
        for bad in [
            &b""[..],
            b"null",
            b"[]",
            b"\xff",
            br#"{"did":"release"}"#,
            br#"{"did":"leave","more":1}"#,
            br#"{"did":"choose"} x"#,
            br#"{"did":"choose","account":""}"#,
            br#"{"did":"submit","typed":{"field-title":"x"}}"#,
            br#"{"did":"submit","typed":{"field-password":7}}"#,
            br#"{"did":"press","command":"command-submit"}"#,
            br#"{"did":"press","command":"command-get-the-app"}"#,
            br#"{"did":"press","command":""}"#,
        ] {
            assert!(Said::read(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }
}
