//! From the reasons and fields of a screen to the words on it.

use model::{Message, Reason, Secret};
use protocol::pipe::{QrPicture, Screen, View};
use texts::{Args, Language};

/// What the words depend on besides the screen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    /// The language of the sign-in screen.
    pub(crate) language: Language,
    /// Local time minus UTC, in minutes.
    pub(crate) utc_offset_minutes: i32,
}

/// How bad something is; Windows shows an icon for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Weight {
    /// Part of the way; said in the tile, not in a message that has to be confirmed.
    Prompt,
    /// Worth a second look.
    Warning,
    /// It did not work.
    Error,
}

impl Voice {
    /// The message line.
    pub(crate) fn say(self, message: &Message, app_url: Option<&str>) -> String {
        let args = Args::of(message, app_url, self.utc_offset_minutes);
        texts::say(self.language, message.reason, &args)
    }

    /// The message line of a screen; empty when it has none.
    pub(crate) fn line(self, screen: &Screen<QrPicture>) -> String {
        let app_url = screen.enrollment.as_ref().and_then(|enrollment| enrollment.app_url.as_deref());
        screen.message.as_ref().map(|message| self.say(message, app_url)).unwrap_or_default()
    }
}

/// How bad a reason is.
pub(crate) fn weight(reason: Reason) -> Weight {
    use Reason::*;
    match reason {
        CodeAsked | EnrollStart | EnrollmentCodeNeeded | Working | Welcome => Weight::Prompt,
        PasswordExpired | EnrollResumed | EnrolledElsewhere | ApprovalNeeded | Starting | TimedOut
        | EnrollExpired => Weight::Warning,
        _ => Weight::Error,
    }
}

/// The first screen of every view, with this reason on it.
pub(crate) fn first_screen(reason: Option<Reason>) -> Screen<QrPicture> {
    Screen {
        view: View::Password,
        message: reason.map(Message::new),
        person: None,
        busy: false,
        enrollment: None,
    }
}

/// The text of UTF-16 without a zero at its end. Its memory is taken once, so that no copy stays behind.
pub(crate) fn secret_of(units: &[u16]) -> Secret {
    let mut text = String::with_capacity(3 * units.len());
    for character in char::decode_utf16(units.iter().copied()) {
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Secret::from_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_typed_and_what_is_none_is_replaced() {
        for text in ["", "Käse 🧀", "日本"] {
            let units: Vec<u16> = text.encode_utf16().collect();
            assert_eq!(secret_of(&units).expose_text(), Some(text));
        }
        assert_eq!(secret_of(&[0x61, 0xd800, 0x62]).expose_text(), Some("a\u{fffd}b"));
        assert_eq!(secret_of(&[0xffff; 100]).len(), 300);
    }

    #[test]
    fn what_goes_on_is_no_error() {
        assert_eq!(weight(Reason::CodeAsked), Weight::Prompt);
        assert_eq!(weight(Reason::CodeWrong), Weight::Error);
        assert_eq!(weight(Reason::ComponentFailed), Weight::Error);
    }
}
