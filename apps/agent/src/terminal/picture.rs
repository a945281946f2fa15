use super::form::{letter, word};
use model::{Command, Field, Message};
use protocol::pipe::{Enrollment, Screen, View};
use qr::{Ink, Matrix};
use serde_json::{Value, json};
use std::fmt::Write;
use texts::{Args, Language};
use zeroize::Zeroizing;

/// How screens are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// In which language.
    pub language: Language,
    /// How a QR code is printed.
    pub ink: Ink,
    /// Local time minus UTC, in minutes.
    pub utc_offset_minutes: i32,
    /// Whether commands are offered as keys to press or as words for a script.
    pub commands: Commands,
}

/// How commands are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commands {
    /// `[q] Show QR`.
    Keys,
    /// `/show-qr`.
    Words,
}

impl Look {
    /// The whole screen, without the field that is typed into now. It may hold the seed.
    pub(super) fn draw(&self, screen: &Screen) -> Zeroizing<String> {
        // One allocation: growing would leave copies of the seed behind that nobody wipes.
        let mut out = Zeroizing::new(String::with_capacity(32 * 1024));
        let title = if screen.view == View::Enroll { Field::EnrollTitle } else { Field::Title };
        line(&mut out, &format!("== {} ==", texts::field(self.language, title)));
        if let Some(person) = &screen.person {
            line(&mut out, person);
        }
        if let Some(message) = &screen.message {
            line(&mut out, &self.message(message, screen.enrollment.as_ref()));
        }
        if let Some(enrollment) = &screen.enrollment {
            self.draw_enrollment(&mut out, enrollment);
        }
        let commands = self.commands(screen);
        if !commands.is_empty() {
            line(&mut out, &commands);
        }
        out
    }

    fn draw_enrollment(&self, out: &mut Zeroizing<String>, enrollment: &Enrollment) {
        if let Some(uri) = enrollment.qr.as_ref().and_then(|uri| uri.expose_text()) {
            out.push_str(&self.qr(uri));
        }
        if let Some(key) = enrollment.key.as_ref().and_then(|key| key.expose_text()) {
            out.push_str(texts::field(self.language, Field::Key));
            out.push_str(": ");
            line(out, key);
        }
    }

    /// A QR code, or an empty text for what does not fit into one.
    pub(super) fn qr(&self, text: &str) -> Zeroizing<String> {
        Matrix::encode(text).map(|matrix| matrix.half_blocks(self.ink)).unwrap_or_default()
    }

    fn message(&self, message: &Message, enrollment: Option<&Enrollment>) -> String {
        let app_url = enrollment.and_then(|enrollment| enrollment.app_url.as_deref());
        let args = Args::of(message, app_url, self.utc_offset_minutes);
        texts::say(self.language, message.reason, &args)
    }

    fn commands(&self, screen: &Screen) -> String {
        let mut commands = screen.commands();
        if screen.view != View::Closed {
            commands.push(Command::Cancel);
        }
        let mut text = String::new();
        for command in commands {
            let name = texts::command(self.language, command);
            let _ = match self.commands {
                Commands::Words => write!(text, "/{} ({name})  ", word(command)),
                Commands::Keys => match letter(command) {
                    Some(letter) => write!(text, "[{letter}] {name}  "),
                    None => write!(text, "[Esc] {name}  "),
                },
            };
        }
        text.trim_end().to_owned()
    }

    /// What is written before a field.
    pub(super) fn prompt(&self, field: Field) -> String {
        format!("{}: ", texts::field(self.language, field))
    }
}

fn line(out: &mut Zeroizing<String>, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// A screen as one JSON object for a program that follows the sign-in: what is shown, never the seed itself.
pub(super) fn transcript(screen: &Screen) -> Value {
    let message = screen.message.as_ref();
    let enrollment = screen.enrollment.as_ref();
    let view = match screen.view {
        View::Password => "password",
        View::NewPassword => "new_password",
        View::Code => "code",
        View::EnrollmentCode => "enrollment_code",
        View::Enroll => "enroll",
        View::Closed => "closed",
    };
    json!({
        "view": view,
        "reason": message.map(|message| message.reason.key()),
        "left": message.and_then(|message| message.left),
        "at": message.and_then(|message| message.at),
        "machine": message.and_then(|message| message.machine.as_deref()),
        "support": message.and_then(|message| message.support.as_deref()),
        "person": screen.person,
        "busy": screen.busy,
        "fields": screen.view.fields(),
        "commands": screen.commands().into_iter().map(word).collect::<Vec<_>>(),
        "qr_shown": enrollment.is_some_and(|enrollment| enrollment.qr.is_some()),
        "key_shown": enrollment.is_some_and(|enrollment| enrollment.key.is_some()),
        "shown_at": enrollment.and_then(|enrollment| enrollment.shown_at),
        "app_url": enrollment.and_then(|enrollment| enrollment.app_url.as_deref()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Reason, Secret, UnixTime};

    const LOOK: Look = Look {
        language: Language::English,
        ink: Ink::Dark,
        utc_offset_minutes: 0,
        commands: Commands::Words,
    };

    fn enroll(qr: Option<&str>, key: Option<&str>) -> Screen {
        Screen {
            view: View::Enroll,
            message: Some(Message::new(Reason::EnrollStart)),
            person: Some("CORP\\mara".into()),
            busy: false,
            enrollment: Some(Enrollment {
                qr: qr.map(|uri| Secret::from_text(uri.into())),
                key: key.map(|key| Secret::from_text(key.into())),
                shown_at: Some(UnixTime::from_secs(9)),
                app_url: Some("https://app.example".into()),
            }),
        }
    }

    #[test]
    fn the_seed_is_drawn_only_when_it_is_shown_and_never_in_a_transcript() {
        let uri = "otpauth://totp/x:mara?secret=GEZDGNBV&issuer=x";
        let hidden = LOOK.draw(&enroll(None, None));
        assert!(!hidden.contains('█') && hidden.contains("/show-qr") && hidden.contains("CORP\\mara"));
        let shown = enroll(Some(uri), Some("GEZD GNBV"));
        let picture = LOOK.draw(&shown);
        assert!(picture.contains('█') && picture.contains("GEZD GNBV") && picture.contains("/hide-qr"));
        let transcript = transcript(&shown);
        assert_eq!((&transcript["qr_shown"], &transcript["reason"]), (&json!(true), &json!("enroll-start")));
        assert_eq!(transcript["commands"], json!(["hide-qr", "get-app", "start-over"]));
        let text = transcript.to_string();
        assert!(!text.contains("GEZD") && !text.contains("otpauth"));
    }

    #[test]
    fn a_drawn_qr_fits_what_was_set_aside_for_it() {
        // The longest URI there is: growing the text would leave a copy of the seed in memory.
        let uri = format!("otpauth://totp/{}", "x".repeat(106 - 15));
        let look = Look { ink: Ink::Colors, ..LOOK };
        assert!(look.draw(&enroll(Some(&uri), Some(&"ABCD ".repeat(20)))).len() < 32 * 1024);
    }

    #[test]
    fn a_person_is_offered_keys() {
        let look = Look { commands: Commands::Keys, ..LOOK };
        let picture = look.draw(&enroll(None, None));
        assert!(picture.contains("[q] Show QR") && picture.contains("[Esc] Cancel"), "{}", *picture);
    }
}
