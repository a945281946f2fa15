//! A screen of the engine as the page gets it: its texts in words, the QR code as modules.

use model::{Command, Field, Message};
use protocol::pipe::{Enrollment, Screen, View};
use qr::Matrix;
use serde_json::{Value, json};
use texts::{Args, Language};

/// Everything the page draws of a screen. It holds what the screen shows, so the seed too while that is shown.
pub(crate) fn draw(language: Language, screen: &Screen) -> Value {
    let title = if screen.view == View::Enroll { Field::EnrollTitle } else { Field::Title };
    let enrollment = screen.enrollment.as_ref();
    let named = screen.person.is_some();
    let fields: Vec<Value> = screen
        .view
        .fields()
        .iter()
        .filter(|field| !(named && **field == Field::UserName))
        .map(|field| json!({ "name": field.key(), "label": texts::field(language, *field), "kind": kind(*field) }))
        .collect();
    let commands: Vec<Value> =
        screen.commands().into_iter().map(|command| named_command(language, command)).collect();
    let cancel = screen.view != View::Closed || screen.busy;
    json!({
        "view": view(screen.view),
        "title": texts::field(language, title),
        "person": screen.person,
        "message": screen.message.as_ref().map(|message| say(language, message, enrollment)),
        "reason": screen.message.as_ref().map(|message| message.reason.key()),
        "busy": screen.busy,
        "fields": fields,
        "submit": texts::command(language, Command::Submit),
        "cancel": cancel.then(|| texts::command(language, Command::Cancel)),
        "commands": commands,
        "qr": enrollment.and_then(|enrollment| picture(language, enrollment)),
        "key": enrollment.and_then(|enrollment| key(language, enrollment)),
        "app_url": enrollment.and_then(|enrollment| enrollment.app_url.as_deref()),
    })
}

fn view(view: View) -> &'static str {
    match view {
        View::Password => "password",
        View::NewPassword => "new_password",
        View::Code => "code",
        View::EnrollmentCode => "enrollment_code",
        View::Enroll => "enroll",
        View::Closed => "closed",
    }
}

/// How a field is typed into.
fn kind(field: Field) -> &'static str {
    match field {
        Field::Password | Field::NewPassword | Field::RepeatPassword => "hidden",
        Field::OneTimePassword => "code",
        _ => "text",
    }
}

fn named_command(language: Language, command: Command) -> Value {
    json!({ "name": command.key(), "label": texts::command(language, command) })
}

fn say(language: Language, message: &Message, enrollment: Option<&Enrollment>) -> String {
    let app_url = enrollment.and_then(|enrollment| enrollment.app_url.as_deref());
    let args = Args::of(message, app_url, utc_offset_minutes());
    texts::say(language, message.reason, &args)
}

fn utc_offset_minutes() -> i32 {
    jiff::tz::TimeZone::system().to_offset(jiff::Timestamp::now()).seconds() / 60
}

/// The QR code: how many modules a side has and, row after row, `1` for a dark one and `0` for a light one.
fn picture(language: Language, enrollment: &Enrollment) -> Option<Value> {
    let matrix = Matrix::encode(enrollment.qr.as_ref()?.expose_text()?).ok()?;
    let size = matrix.size();
    let modules: String = (0..size)
        .flat_map(|y| (0..size).map(move |x| (x, y)))
        .map(|(x, y)| if matrix.is_dark(x, y) { '1' } else { '0' })
        .collect();
    Some(json!({ "label": texts::field(language, Field::QrPicture), "size": size, "modules": modules }))
}

fn key(language: Language, enrollment: &Enrollment) -> Option<Value> {
    let text = enrollment.key.as_ref()?.expose_text()?;
    Some(json!({ "label": texts::field(language, Field::Key), "text": text }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Reason, Secret};

    fn enrollment(qr: Option<&str>) -> Screen {
        Screen {
            view: View::Enroll,
            message: Some(Message::new(Reason::EnrollStart)),
            person: Some("LAB\\mara".into()),
            busy: false,
            enrollment: Some(Enrollment {
                qr: qr.map(|text| Secret::from_text(text.into())),
                key: None,
                shown_at: None,
                app_url: Some("http://localhost:1/app".into()),
            }),
        }
    }

    #[test]
    fn the_words_are_those_of_the_sign_in_screen() {
        let drawn = draw(Language::English, &enrollment(None));
        assert_eq!(drawn["title"], "Token auto-registration");
        assert_eq!(drawn["fields"][0]["label"], "One-time password");
        assert_eq!(drawn["commands"][0]["label"], "Show QR");
        assert_eq!(drawn["cancel"], "Cancel");
        let message = drawn["message"].as_str().unwrap();
        assert!(message.contains("http://localhost:1/app"), "{message}");
    }

    #[test]
    fn nothing_of_a_seed_is_sent_before_it_is_shown() {
        assert_eq!(draw(Language::English, &enrollment(None))["qr"], Value::Null);
        let shown = draw(Language::English, &enrollment(Some("otpauth://totp/a?secret=AAAA")));
        let size = shown["qr"]["size"].as_u64().unwrap();
        assert_eq!(shown["qr"]["modules"].as_str().unwrap().len() as u64, size * size);
    }

    #[test]
    fn a_view_for_one_account_has_no_field_for_the_name() {
        let mut screen = enrollment(None);
        (screen.view, screen.enrollment) = (View::Password, None);
        assert_eq!(draw(Language::English, &screen)["fields"].as_array().map(Vec::len), Some(1));
        screen.person = None;
        assert_eq!(draw(Language::English, &screen)["fields"].as_array().map(Vec::len), Some(2));
    }
}
